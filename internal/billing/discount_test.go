package billing_test

import (
	"context"
	"strings"
	"testing"

	"linli/internal/billing"
	"linli/internal/estate"
	"linli/internal/kit/clock"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
	"linli/internal/tariff"
)

func (w *world) amounts(run billing.Run) map[id.ID]money.Fen {
	w.Helper()
	out := map[id.ID]money.Fen{}
	for _, c := range w.Lines(run.ID) {
		out[c.Subject] += c.Amount
	}
	return out
}

// B30: among them a room of whose fee nothing is left, which owes nothing.
func TestTheNarrowestDiscountOfADayCounts(t *testing.T) {
	each(t, 5000, func(t *testing.T, w *world) {
		r := w.Rooms(estate.Room{Area: 10000}, estate.Room{Area: 10000}, estate.Room{Area: 10000}, estate.Room{Area: 8953})
		i := w.Item(tariff.Item{Name: "物业服务费"}, "3.00", "")
		w.Discount(tariff.Discount{Item: i.ID, Scope: tariff.ToProject, Kind: tariff.Percent, Keep: 9000, Since: 20260901, Until: 20260930})
		w.Discount(tariff.Discount{Item: i.ID, Scope: tariff.ToRoom, Target: r[0], Kind: tariff.Percent, Keep: 5000, Since: 20260916})
		w.Discount(tariff.Discount{Item: i.ID, Scope: tariff.ToRoom, Target: r[1], Kind: tariff.Off, Off: 1234, Since: 20260101})
		w.Discount(tariff.Discount{Item: i.ID, Scope: tariff.ToRoom, Target: r[2], Kind: tariff.Percent, Keep: 0, Since: 20260901, Until: 20260930})
		run := w.run(202609)
		got := w.amounts(run)
		// 300 × 15/30 × 0.9 + 300 × 15/30 × 0.5; 300 − 12.34; nothing; 268.59 × 0.9 rounded once.
		want := map[id.ID]money.Fen{r[0]: 21000, r[1]: 28766, r[3]: 24173}
		for _, room := range r {
			if got[room] != want[room] {
				t.Errorf("room %s owes %d, want %d", room, got[room], want[room])
			}
		}
		w.check()
		w.release(run)
		w.check()
		w.explains(r[1], "优惠：每月减 12.34 元", "优惠前 300.00 元，优惠 12.34 元，应收 287.66 元", "陈立群")
		w.explains(r[0], "× 90%", "× 50%", "其中 15 天")
	})
}

func (w *world) explains(room id.ID, parts ...string) {
	w.Helper()
	c := w.Open(room)[0]
	e, err := w.Billing.Explain(context.Background(), w.DB.Reader(context.Background()), w.Project, c.ID)
	if err != nil {
		w.Fatal(err)
	}
	text := strings.Join(e.Lines, "\n")
	for _, p := range parts {
		if !strings.Contains(text, p) {
			w.Errorf("the explanation lacks %q:\n%s", p, text)
		}
	}
}

func TestVacancyIsCheaperAfterItsMonths(t *testing.T) {
	tests := []struct {
		name   string
		starts tariff.Starts
		months int
		now    clock.Date
		want   clock.Date
	}{
		{"after six months", tariff.AfterMonths, 6, 20260110, 20260701},
		{"from the first day on", tariff.Retroactive, 6, 20260701, 20260101},
		{"from approval, early", tariff.FromApproval, 6, 20260110, 20260701},
		{"from approval, late", tariff.FromApproval, 6, 20260815, 20260815},
		{"at once", tariff.AfterMonths, 0, 20260110, 20260101},
	}
	each(t, 5000, func(t *testing.T, w *world) {
		r := w.Rooms(estate.Room{Area: 10000})
		i := w.Item(tariff.Item{Name: "物业服务费"}, "3.00", "")
		for _, test := range tests {
			w.Now.Set(test.now.Start())
			d := w.Discount(tariff.Discount{Item: i.ID, Scope: tariff.ToRoom, Target: r[0], Kind: tariff.Vacancy, Keep: 6000, Months: test.months,
				Starts: test.starts, Since: 20260101, Proof: "空置登记表 8 号"})
			if d.From != test.want {
				t.Errorf("%s: begins %s, want %s", test.name, d.From, test.want)
			}
		}
	})
}

func TestAYearAtOnceIsCheaperToTheFen(t *testing.T) {
	each(t, 5000, func(t *testing.T, w *world) {
		r := w.Rooms(estate.Room{Area: 12000})
		i := w.Item(tariff.Item{Name: "物业服务费", Cycle: "year", Advance: true}, "1.98", "")
		w.Discount(tariff.Discount{Item: i.ID, Scope: tariff.ToProject, Kind: tariff.Ahead, Keep: 9800, Months: 12, Since: 20260101})
		w.Now.Set(clock.Date(20260105).Start())
		run := w.run(202601)
		if got := w.amounts(run)[r[0]]; got != 279418 || len(w.Lines(run.ID)) != 12 {
			t.Errorf("a year is %d in %d months, want 279418 in 12", got, len(w.Lines(run.ID)))
		}
		w.check()
		w.release(run)
		w.explains(r[0], "一次出 12 个月，合计按 98% 收")
		for _, c := range w.Open(r[0]) {
			if share, full, err := c.BeforeAhead(); err != nil || share != 23760 || full != 23760 {
				t.Errorf("%s weighs %d and costs %d without the year, %v", c.Month, share, full, err)
			}
		}
	})
}

func TestTheReviewNamesDiscountsAsACause(t *testing.T) {
	each(t, 5000, func(t *testing.T, w *world) {
		r := w.Rooms(estate.Room{Area: 10000}, estate.Room{Area: 5000}, estate.Room{Area: 2000})
		i := w.Item(tariff.Item{Name: "物业服务费"}, "3.00", "")
		w.Discount(tariff.Discount{Item: i.ID, Scope: tariff.ToRoom, Target: r[2], Kind: tariff.Percent, Keep: 5000, Since: 20260801, Until: 20260831})
		w.release(w.run(202608))
		w.Rate(i.ID, 20260901, "3.10", "")
		w.Discount(tariff.Discount{Item: i.ID, Scope: tariff.ToRoom, Target: r[0], Kind: tariff.Percent, Keep: 8000, Since: 20260901})
		w.Discount(tariff.Discount{Item: i.ID, Scope: tariff.ToRoom, Target: r[1], Kind: tariff.Percent, Keep: 0, Since: 20260901})
		v := w.review(w.run(202609).ID)
		w.check()
		causes := map[billing.Cause]money.Fen{}
		for _, c := range v.Causes {
			causes[c.Cause] = c.Amount
		}
		// room 1: −20 % of 310; room 2: nothing left of 150; room 3: its half is over.
		if want := money.Fen(-6200 - 15000 + 3000); causes[billing.DiscountCause] != want || causes[billing.PriceChanged] != 1000+200 {
			t.Errorf("discounts changed %d, want %d; causes %+v", causes[billing.DiscountCause], want, v.Causes)
		}
	})
}
