package app_test

import (
	"testing"

	"linli/internal/billing"
	"linli/internal/cashier"
	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/money"
	"linli/internal/tariff"
)

// bad-inputs F13: twelve months are paid ahead, two of them free by a discount
// that keeps nothing; a price that rises inside changes none of them, and what
// is charged after them costs the new one.
func TestPrepaidMonthsKeepTheirPrice(t *testing.T) {
	inAdjustWorld(t, func(w *adjustWorld) {
		ctx := t.Context()
		f := fee{basis: tariff.Fixed, cycle: "month", from: 20260101, unit: money.OneFen, habit: tariff.Actual, rates: []tariff.Rate{{From: 20260101, Price: 100_000_000}}}
		var err error
		w.project, w.room, err = w.discounted(ctx, "100", f, tariff.Discount{Kind: tariff.Percent, Since: 20260301, Until: 20260430})
		w.must(err)
		w.now.Set(clock.Date(20260110).Start())
		q, err := w.app.Cashier.QuoteAhead(ctx, w.project, w.room, billing.AheadAsk{Months: 12})
		w.must(err)
		if q.Total != 10*100_00 {
			t.Fatalf("twelve months, two of them free, are %s", q.Total.Yuan())
		}
		_, err = w.app.Cashier.Receive(ctx, w.who, w.project, cashier.Taking{Room: w.room, Confirmed: true, Ahead: &cashier.AheadTaking{Until: q.Until, Total: q.Total},
			Pays: []cashier.Pay{{Method: cashier.MethodCash, Amount: q.Total}}})
		w.must(err)
		list, err := w.app.Tariff.Items(ctx, w.app.DB.Reader(ctx), w.project)
		w.must(err)
		w.must(w.app.DB.Write(ctx, func(tx *db.Tx) error {
			_, err := w.app.Tariff.AddRate(ctx, tx, w.who, w.project, tariff.Rate{Item: list[0].ID, From: 20260701, Price: 150_000_000, SourceKind: "vote", SourceText: "业主大会"})
			return err
		}))
		for m := clock.Month(202602); m <= 202612; m = m.Add(1) {
			w.now.Set(m.First().AddDays(9).Start())
			w.month = m
			w.again()
			if open := w.open(); len(open) != 0 {
				t.Errorf("%s: charged again: %+v", m, open)
			}
		}
		w.now.Set(clock.Date(20270110).Start())
		w.month = 202701
		w.again()
		if open := w.open(); len(open) != 1 || open[0].Amount != 150_00 {
			t.Errorf("after the months that were paid ahead: %+v", open)
		}
	})
}
