package app_test

import (
	"testing"

	"linli/internal/cashier"
	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
	"linli/internal/latefee"
	"linli/internal/latefee/penalty"
	"linli/internal/tariff"
)

// deducts chooses whether prepaid money pays by itself.
func (w *adjustWorld) deducts(yes bool) {
	w.t.Helper()
	set, err := w.app.Cashier.Setting(w.t.Context(), w.app.DB.Reader(w.t.Context()), w.project)
	w.must(err)
	set.Deduct = yes
	_, err = w.app.Cashier.SetSetting(w.t.Context(), w.who, w.project, set)
	w.must(err)
}

// prepay gives money for one fee item, or with 0 for any.
func (w *adjustWorld) prepay(item id.ID, amount money.Fen) {
	w.t.Helper()
	_, err := w.app.Cashier.Receive(w.t.Context(), w.who, w.project, cashier.Taking{Room: w.room, Confirmed: true, PrepayItem: item,
		Pays: []cashier.Pay{{Method: cashier.MethodCash, Amount: amount}}})
	w.must(err)
}

func (w *adjustWorld) last() cashier.Receipt {
	w.t.Helper()
	list, err := w.app.Cashier.Receipts(w.t.Context(), w.project, cashier.Filter{})
	w.must(err)
	r, err := w.app.Cashier.Receipt(w.t.Context(), w.app.DB.Reader(w.t.Context()), w.project, list.Items[0].ID)
	w.must(err)
	return r
}

// feeOf is a fixed fee of one month, charged by its run.
func (w *adjustWorld) feeOf(name string, m clock.Month, amount money.Fen) (item id.ID) {
	w.t.Helper()
	w.must(w.charge(w.t.Context(), w.project, w.room, name, fee{basis: tariff.Fixed, cycle: "month", from: m.First(), until: m.Last(), dueDay: 28, unit: money.OneFen,
		habit: tariff.Actual, rates: []tariff.Rate{{From: m.First(), Price: money.Price(amount) * 10_000}}}))
	list, err := w.app.Tariff.Items(w.t.Context(), w.app.DB.Reader(w.t.Context()), w.project)
	w.must(err)
	for i := range list {
		if list[i].Name == name {
			item = list[i].ID
		}
	}
	return item
}

// Money set aside for a fee pays that fee, money of any use the oldest debt and
// then the rest, in one receipt; what is set aside for a fee that is not owed stays.
func TestDeductMixesPrepaidMoney(t *testing.T) {
	inAdjustWorld(t, func(w *adjustWorld) {
		_, err := w.take(w.t.Context(), w.project, w.room, cashier.MethodCash, 100_00)
		w.must(err)
		card := w.once("门禁卡")
		property, water := w.feeOf("物业服务费", 202602, 200_00), w.feeOf("水费", 202604, 10_00)
		w.prepay(property, 50_00)
		w.prepay(0, 30_00)
		w.prepay(water, 7_00)
		w.deducts(true)
		_, err = w.single(w.who, card, 20_00) // due before the month's fee
		w.must(err)
		w.must(w.bill(w.t.Context(), w.project, 202602))
		w.wants(140_00)
		r := w.last()
		got := map[string]money.Fen{}
		for _, l := range r.Lines {
			got[l.ItemName] += l.Amount
		}
		if len(r.Lines) != 2 || got["门禁卡"] != 20_00 || got["物业服务费"] != 60_00 || r.PrepaidUsed != 80_00 || r.PrepaidAfter != 7_00 {
			w.t.Errorf("lines %+v, used %d, left %d", r.Lines, r.PrepaidUsed, r.PrepaidAfter)
		}
		w.must(w.app.Deduct.Deduct(w.t.Context(), w.project))
		w.wants(140_00)
	})
}

// A late fee is asked for, never taken unasked: what deducts goes to the debts.
func TestDeductTakesNoLateFee(t *testing.T) {
	inAdjustWorld(t, func(w *adjustWorld) {
		ctx, c := w.t.Context(), w.open()[0]
		w.must(w.app.DB.Write(ctx, func(tx *db.Tx) error {
			_, err := w.app.LateFee.AddTerms(ctx, tx, w.who, w.project, latefee.Terms{Item: c.Item, From: 20200101, Source: "合同第十二条",
				Terms: penalty.Terms{Daily: 50_000, Grace: penalty.FromDue, Cap: penalty.Principal}})
			return err
		}))
		card := w.once("门禁卡")
		_, err := w.single(w.who, card, 20_00)
		w.must(err)
		var paid []id.ID
		for _, x := range w.open() {
			if x.Item == card {
				paid = append(paid, x.ID)
			}
		}
		_, err = w.app.Cashier.Receive(ctx, w.who, w.project, cashier.Taking{Room: w.room, ExpectedOwed: 120_00, Confirmed: true, Charges: paid,
			Pays: []cashier.Pay{{Method: cashier.MethodCash, Amount: 50_00}}}) // 30.00 become prepaid beside a debt
		w.must(err)
		w.now.Set(c.Due.AddDays(20).Start())
		w.deducts(true)
		w.must(w.app.Deduct.Deduct(ctx, w.project))
		if r := w.last(); len(r.Lines) != 1 || r.Lines[0].Charge != c.ID || r.Lines[0].Amount != 30_00 {
			w.t.Errorf("lines %+v", r.Lines)
		}
		w.wants(70_00)
	})
}
