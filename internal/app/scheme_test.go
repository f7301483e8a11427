package app_test

import (
	"slices"
	"testing"

	"linli/internal/analytics"
	"linli/internal/kit/clock"
	"linli/internal/kit/fault"
	"linli/internal/kit/money"
)

// The owners' money is carried from month to month whatever part of it a report
// shows; months by lump sum leave it as it is, and are the company's.
func TestOwnersMoneyByCommission(t *testing.T) {
	inAdjustWorld(t, func(w *adjustWorld) {
		ctx := w.t.Context()
		due, amounts := []clock.Date{}, []money.Fen{}
		for m := clock.Month(202601); m <= 202606; m = m.Add(1) {
			due, amounts = append(due, m.Last()), append(amounts, 10_05)
		}
		var err error
		w.project, w.room, err = w.fixedDebts(ctx, due, amounts)
		w.must(err)
		w.now.Set(clock.Date(20260620).Start())
		set := func(x analytics.Scheme) (analytics.Scheme, error) {
			return w.app.Analytics.SetScheme(ctx, w.who, w.project, x)
		}
		for name, x := range map[string]analytics.Scheme{
			"no kind":         {From: 202602, Rate: 1000},
			"no remuneration": {From: 202602, Kind: analytics.Commission},
			"two of them":     {From: 202602, Kind: analytics.Commission, Rate: 1000, Monthly: 1},
			"more than all":   {From: 202602, Kind: analytics.Commission, Rate: 10001},
			"no month":        {Kind: analytics.Lump},
		} {
			if _, err := set(x); fault.As(err) == nil || fault.As(err).Code != analytics.ErrScheme.Code {
				t.Errorf("%s: %v", name, err)
			}
		}
		first, err := set(analytics.Scheme{From: 202602, Kind: analytics.Commission, Rate: 2000, Opening: -3_00})
		w.must(err)
		_, err = set(analytics.Scheme{From: 202602, Kind: analytics.Lump})
		wantErr(t, err, fault.ErrStale)
		first.Rate = 1000
		_, err = set(first)
		w.must(err)
		_, err = set(analytics.Scheme{From: 202605, Kind: analytics.Lump})
		w.must(err)
		want := map[string][]money.Fen{
			"opening": {0, -3_00, -3_00 + 904, -3_00 + 1809, -3_00 + 2713, -3_00 + 2713},
			"fee":     {0, 1_01, 1_00, 1_01, 0, 0},
			"balance": {0, -3_00 + 904, -3_00 + 1809, -3_00 + 2713, -3_00 + 2713, -3_00 + 2713},
			"company": {10_05, 1_01, 1_00, 1_01, 10_05, 10_05},
		}
		for from := clock.Month(202601); from <= 202606; from = from.Add(1) {
			r, err := w.app.Analytics.Profit(ctx, w.project, analytics.Period{From: from, Until: 202606})
			w.must(err)
			if r.Trust == nil {
				t.Fatalf("no account from %s", from)
			}
			i := from.Sub(202601)
			for name, got := range map[string]analytics.Line{"opening": r.Trust.Opening, "fee": r.Trust.Fee, "balance": r.Trust.Balance, "company": r.Trust.Company} {
				if !slices.Equal(got.Months, want[name][i:]) {
					t.Errorf("from %s: %s %v, want %v", from, name, got.Months, want[name][i:])
				}
			}
		}
		r, err := w.app.Analytics.Profit(ctx, w.project, analytics.Period{From: 202601, Until: 202606})
		w.must(err)
		if hows := []string{"", "2026-02 起的收入 10.05 元 × 10.00% = 1.01 元，减以前月份已提的 0.00 元。上期结转里有这个月转入的业主结余 -3.00 元",
			"2026-02 起的收入 20.10 元 × 10.00% = 2.01 元，减以前月份已提的 1.01 元", "2026-02 起的收入 30.15 元 × 10.00% = 3.02 元，减以前月份已提的 2.01 元", "", ""}; !slices.Equal(r.Trust.Hows, hows) {
			t.Errorf("remuneration explained as %q", r.Trust.Hows)
		}
		r, err = w.app.Analytics.Profit(ctx, w.project, analytics.Period{From: 202601, Until: 202601})
		if err != nil || r.Trust != nil || r.Profit.Total != 10_05 {
			t.Errorf("before it: %+v, %v", r.Trust, err)
		}
	})
}
