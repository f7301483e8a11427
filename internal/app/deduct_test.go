package app_test

import (
	"testing"

	"linli/internal/cashier"
	"linli/internal/deduct"
	"linli/internal/kit/money"
	"linli/internal/tariff"
)

// Prepaid money pays what a released run makes owed, once, by a receipt, only
// where the project has chosen it, and the oldest due first.
func TestPrepaidMoneyPaysByItself(t *testing.T) {
	for name, c := range map[string]struct {
		chosen bool
		wants  money.Fen
	}{"chosen": {true, 110_00}, "not chosen": {false, 200_00}} {
		t.Run(name, func(t *testing.T) {
			inAdjustWorld(t, func(w *adjustWorld) {
				ctx := w.t.Context()
				set, err := w.app.Cashier.Setting(ctx, w.app.DB.Reader(ctx), w.project)
				w.must(err)
				set.Deduct = c.chosen
				_, err = w.app.Cashier.SetSetting(ctx, w.who, w.project, set)
				w.must(err)
				_, err = w.take(ctx, w.project, w.room, cashier.MethodCash, 190_00) // 90.00 become prepaid
				w.must(err)
				w.must(w.charge(ctx, w.project, w.room, "下月费用", fee{basis: tariff.Fixed, cycle: "month", from: 20260201, until: 20260228, dueDay: 28, unit: money.OneFen, habit: tariff.Actual,
					rates: []tariff.Rate{{From: 20260201, Price: 200_000_000}}}))
				w.must(w.bill(ctx, w.project, 202602))
				w.wants(c.wants)
				w.must(w.app.Deduct.Deduct(ctx, w.project)) // a job that runs twice takes nothing twice
				w.wants(c.wants)
				list, err := w.app.Cashier.Receipts(ctx, w.project, cashier.Filter{})
				w.must(err)
				last := list.Items[0]
				if c.chosen && (len(list.Items) != 2 || last.PrepaidUsed != 90_00 || last.CashierName != deduct.Name || last.PrepaidAfter != 0) {
					w.t.Errorf("%d receipts, the last %+v", len(list.Items), last)
				}
				if !c.chosen && len(list.Items) != 1 {
					w.t.Errorf("%d receipts", len(list.Items))
				}
			})
		})
	}
}
