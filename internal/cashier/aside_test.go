package cashier_test

import (
	"testing"

	"linli/internal/cashier"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
)

func prepaid(amount money.Fen) []cashier.Pay {
	return []cashier.Pay{{Method: cashier.MethodPrepay, Amount: amount}}
}

// Money that was set aside for one fee pays that fee only and before money of
// any use, and every way back leaves it where it was (domain 1.6, case G06).
func TestPrepaidForOneFee(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		w.bill(t, due{w.c, "公摊", 202610, 3000}, due{w.c, "物业服务费", 202611, 20000})
		open := w.seat(t, w.c).Open
		fee := open[1].Item
		_, err := w.take(t, cashier.Taking{Room: w.c, Pays: cash(100), Confirmed: true, Charges: []id.ID{open[0].Charge}, PrepayItem: 1})
		mustBe(t, err, nil) // nothing is prepaid, so there is nothing to set aside
		_, err = w.take(t, cashier.Taking{Room: w.c, Pays: cash(10000), Confirmed: true, Charges: []id.ID{open[0].Charge}, PrepayItem: 1})
		mustBe(t, err, cashier.ErrPrepayItem)
		r, err := w.take(t, cashier.Taking{Room: w.c, Pays: cash(2900 + 15000), Confirmed: true, Charges: []id.ID{open[0].Charge}, PrepayItem: fee})
		mustBe(t, err, nil)
		again, err := w.cashier.Receipt(t.Context(), w.d.Reader(t.Context()), w.project, r.ID)
		if mustBe(t, err, nil); again.ToPrepay != 15000 || again.PrepayItem != fee || again.PrepayName != "物业服务费" {
			t.Errorf("the receipt says %d for %s %q", again.ToPrepay, again.PrepayItem, again.PrepayName)
		}
		w.aside(t, w.c, fee, 15000, 0)

		w.bill(t, due{w.c, "水费", 202611, 4000})
		_, err = w.take(t, cashier.Taking{Room: w.c, Pays: prepaid(15001)})
		mustBe(t, err, cashier.ErrPrepaidUse)
		for _, o := range w.seat(t, w.c).Open {
			if o.Item != fee {
				_, err = w.take(t, cashier.Taking{Room: w.c, Pays: prepaid(1), Charges: []id.ID{o.Charge}})
				mustBe(t, err, cashier.ErrPrepaidUse)
			}
		}
		used, err := w.take(t, cashier.Taking{Room: w.c, Pays: append(prepaid(10000), cash(2000)...)})
		mustBe(t, err, nil)
		for _, l := range used.Lines {
			if l.Item == fee && l.Amount < 10000 {
				t.Errorf("the fee got %d of the 10000 that were set aside for it", l.Amount)
			}
		}
		w.aside(t, w.c, fee, 5000, 0)
		_, err = w.cashier.Void(t.Context(), w.teller(), w.project, used.ID, "按错了")
		mustBe(t, err, nil)
		w.aside(t, w.c, fee, 15000, 0)

		// What may pay anything goes back first.
		_, err = w.take(t, cashier.Taking{Room: w.c, Pays: cash(w.seat(t, w.c).Owed + 1000), Confirmed: true})
		mustBe(t, err, nil)
		w.aside(t, w.c, fee, 15000, 1000)
		_, _, err = w.giveBack(t, cashier.RefundAsk{Kind: cashier.RefundPrepaid, Room: w.c, Amount: 4000, Method: cashier.MethodCash, Reason: "搬走"})
		mustBe(t, err, nil)
		w.aside(t, w.c, fee, 12000, 0)
	})
}

// aside compares what the household has set aside for a fee, and what may pay
// anything.
func (w *world) aside(t *testing.T, room, item id.ID, aside, anything money.Fen) {
	t.Helper()
	seat := w.seat(t, room)
	var have money.Fen
	for _, a := range seat.Aside {
		if a.Item == item {
			have += a.Amount
		}
	}
	if have != aside || seat.Prepaid-have != anything {
		t.Errorf("set aside are %d, of any use %d; want %d and %d", have, seat.Prepaid-have, aside, anything)
	}
}
