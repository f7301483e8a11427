package billing_test

import (
	"context"
	"errors"
	"testing"

	"linli/internal/billing"
	"linli/internal/estate"
	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
	"linli/internal/kit/page"
	"linli/internal/tariff"
)

func (w *world) ahead(room id.ID, ask billing.AheadAsk) (run billing.Run, charges []billing.Charge) {
	w.Helper()
	w.Write(func(ctx context.Context, tx *db.Tx) error {
		var err error
		run, charges, err = w.Billing.ChargeAhead(ctx, tx, w.Who, w.Project, room, ask)
		return err
	})
	return run, charges
}

// TestAhead charges three months of one room before their time; the runs of
// those months charge the others only, and what is taken back is run again.
func TestAhead(t *testing.T) {
	each(t, 0, func(t *testing.T, w *world) {
		list := w.Rooms(estate.Room{Area: 100_00}, estate.Room{Area: 50_00})
		fee := w.Item(tariff.Item{Name: "物业服务费"}, "2.00", "")
		w.Rate(fee.ID, 20270201, "2.50", "")
		w.Item(tariff.Item{Name: "垃圾费", Basis: tariff.Fixed, Cycle: "month"}, "10", "")
		w.release(w.run(202611))
		q, err := w.Billing.QuoteAhead(t.Context(), w.Project, list[0], billing.AheadAsk{Months: 3})
		if err != nil || q.From != 202611 {
			t.Fatalf("quote %+v, %v", q, err) // the fee in arrears has November open
		}
		q, err = w.Billing.QuoteAhead(t.Context(), w.Project, list[0], billing.AheadAsk{Until: 202702})
		if err != nil || q.Total != 200_00+200_00+250_00+4*10_00 || len(q.Lines) != 7 {
			t.Fatalf("quote %+v, %v", q, err)
		}
		before := w.Receivable()
		run, charges := w.ahead(list[0], billing.AheadAsk{Until: 202702})
		if run.Lines != 7 || run.Amount != q.Total || len(charges) != 7 || !charges[6].Visible() || w.Receivable() != before+q.Total {
			t.Fatalf("run %+v, %d charges", run, len(charges))
		}
		if c := charges[0]; c.Month != 202611 || c.Due != 20261231 {
			t.Errorf("the fee in arrears is due %v for %v", c.Due, c.Month)
		}
		if _, err := w.Billing.QuoteAhead(t.Context(), w.Project, list[0], billing.AheadAsk{Until: 202702}); !errors.Is(err, billing.ErrNothingAhead) {
			t.Errorf("twice: %v", err)
		}
		seen, err := w.Billing.Runs(t.Context(), w.DB.Reader(t.Context()), w.Project, 0, page.Request{Limit: 50})
		if err != nil || len(seen.Items) != 1 {
			t.Errorf("the list of runs shows %d, %v", len(seen.Items), err)
		}
		w.Now.Set(clock.Month(202612).First().Start())
		december := w.run(202612)
		if v := w.review(december.ID); v.Lines != 2 || v.Amount != 100_00+10_00 || v.Faults != 0 {
			t.Errorf("December charges %d lines, %d: %+v", v.Lines, v.Amount, v.Causes)
		}
		w.release(december)
		// F13: what was charged ahead keeps the price that was agreed then.
		w.Rate(fee.ID, 20270101, "9.00", "")
		for _, c := range w.Open(list[0]) {
			if c.Item == fee.ID && c.Month >= 202701 && c.Amount != map[clock.Month]money.Fen{202701: 200_00, 202702: 250_00}[c.Month] {
				t.Errorf("after the rise %v is %d", c.Month, c.Amount)
			}
		}
		w.Now.Set(clock.Month(202701).First().Start())
		if v := w.review(w.run(202701).ID); v.Lines != 2 || v.Amount != 50*9_00+10_00 {
			t.Errorf("January charges %d lines, %d: the room that paid ahead is charged again", v.Lines, v.Amount)
		}
		takeBack := func() error {
			return w.DB.Write(t.Context(), func(tx *db.Tx) error {
				return w.Billing.TakeBackAhead(t.Context(), tx, w.Who, w.Project, run.ID, "收据作废")
			})
		}
		if err := w.Settle(billing.Settlement{Charge: charges[0].ID, Amount: 1}); err != nil {
			t.Fatal(err)
		}
		if err := takeBack(); !errors.Is(err, billing.ErrPaid) {
			t.Errorf("taken back while paid: %v", err)
		}
		w.Write(func(ctx context.Context, tx *db.Tx) error {
			return w.Billing.Unsettle(ctx, tx, w.Project, []billing.Settlement{{Charge: charges[0].ID, Amount: 1}})
		})
		if err := takeBack(); err != nil {
			t.Fatal(err)
		}
		again := w.run(202612)
		if again.Lines != 2 || again.Amount != 200_00+10_00 {
			t.Errorf("after taking back, December charges %d lines, %d", again.Lines, again.Amount)
		}
		if broken, err := w.Billing.Broken(t.Context(), w.Project); err != nil || len(broken) > 0 {
			t.Errorf("broken: %v, %v", broken, err)
		}
		if broken, err := w.Billing.BrokenAmounts(t.Context(), w.Project); err != nil || len(broken) > 0 {
			t.Errorf("amounts: %v, %v", broken, err)
		}
	})
}

// TestAheadPeriods: a fee by quarter comes as its whole quarter, once.
func TestAheadPeriods(t *testing.T) {
	each(t, 0, func(t *testing.T, w *world) {
		list := w.Rooms(estate.Room{Area: 100_00})
		w.Item(tariff.Item{Name: "车位费", Basis: tariff.Fixed, Cycle: "quarter", Advance: true, AtPeriod: true}, "33.33", "")
		w.release(w.run(202611))
		q, err := w.Billing.QuoteAhead(t.Context(), w.Project, list[0], billing.AheadAsk{Months: 4})
		if err != nil || q.From != 202701 || q.Until != 202704 || len(q.Lines) != 6 || q.Total != money.Fen(6*33_33) {
			t.Fatalf("quote %+v, %v", q, err)
		}
		for _, ask := range []billing.AheadAsk{{}, {Months: 61}, {Until: 202610}, {Until: 203301}} {
			if _, err := w.Billing.QuoteAhead(t.Context(), w.Project, list[0], ask); !errors.Is(err, billing.ErrAheadAsk) {
				t.Errorf("%+v: %v", ask, err)
			}
		}
		free := w.Rooms(estate.Room{Area: 1})
		w.Item(tariff.Item{Name: "绿化费", From: 20270101}, "", "")
		if _, err := w.Billing.QuoteAhead(t.Context(), w.Project, free[0], billing.AheadAsk{Months: 12}); !errors.Is(err, billing.ErrAheadFault) {
			t.Errorf("without a price: %v", err)
		}
	})
}
