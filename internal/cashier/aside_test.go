package cashier_test

import (
	"testing"

	"linli/internal/cashier"
	"linli/internal/kit/actor"
	"linli/internal/kit/db"
	"linli/internal/kit/fault"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
	"linli/internal/kit/supply"
	"linli/internal/tariff"
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

// Setting aside for a monthly fee is paying ahead by another name: no more than
// is owed of it and the months that may be paid ahead (A23). Fees without a
// monthly price and money of any use have no such end.
func TestAsideIsCapped(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		w.monthly(t, 100_00)
		fee := w.seat(t, w.c).Open[0].Item
		var water tariff.Item
		err := w.d.Write(t.Context(), func(tx *db.Tx) (err error) {
			water, err = w.tariff.CreateItem(t.Context(), tx, actor.System("test"), w.project, tariff.Item{Name: "水费", Basis: tariff.Metered, Meter: supply.Water,
				Cycle: "month", StartMonth: 1, From: 20261101, Unit: 1, FirstMonth: tariff.Actual})
			return err
		})
		mustBe(t, err, nil)
		put := func(amount money.Fen, item id.ID) string {
			t.Helper()
			_, err := w.take(t, cashier.Taking{Room: w.c, Pays: cash(amount), Confirmed: true, PrepayItem: item})
			if err == nil {
				return "ok"
			}
			return fault.As(err).Code + " " + fault.As(err).Text
		}
		set := func(st cashier.Setting) {
			t.Helper()
			now, err := w.cashier.Setting(t.Context(), w.d.Reader(t.Context()), w.project)
			mustBe(t, err, nil)
			st.Policy, st.Choice, st.Version = cashier.PolicyStatutory, true, now.Version
			_, err = w.cashier.SetSetting(t.Context(), w.teller(), w.project, st)
			mustBe(t, err, nil)
		}
		// November is owed; December 2026 to November 2027 may be paid ahead.
		for _, x := range []struct {
			amount money.Fen
			item   id.ID
			want   string
		}{
			{100_00 + 1200_01, fee, "aside_beyond_cap 本项目最多预缴 12 个月，物业服务费专用预存还可存 1,200.00 元，多的可以存为通用预存"},
			{100_00 + 1000_00, fee, "ok"},
			{300_00, fee, "aside_beyond_cap 本项目最多预缴 12 个月，物业服务费专用预存还可存 200.00 元，多的可以存为通用预存"},
			{200_00, fee, "ok"},
			{1, fee, "aside_beyond_cap 本项目最多预缴 12 个月，物业服务费不能再存专用预存，可以存为通用预存"},
			{9999_00, water.ID, "ok"},
			{9999_00, 0, "ok"},
		} {
			if got := put(x.amount, x.item); got != x.want {
				t.Errorf("%d for %s: %s, want %s", x.amount, x.item, got, x.want)
			}
		}
		// Whoever pays December with money has its part too much set aside.
		w.released(t, 202612)
		if got, want := put(150_00, fee), "aside_beyond_cap 本项目最多预缴 12 个月，物业服务费不能再存专用预存，可以存为通用预存"; got != want {
			t.Errorf("with December owed: %s", got)
		}
		set(cashier.Setting{AheadMonths: 12, AheadUntil: 20270630})
		if got, want := put(500_00, fee), "aside_beyond_cap 物业服务合同到 2027-06-30 止，物业服务费不能再存专用预存，可以存为通用预存"; got != want {
			t.Errorf("beyond the contract: %s", got)
		}
		set(cashier.Setting{})
		if got, want := put(500_00, fee), "aside_beyond_cap 本项目不收预缴，物业服务费不能再存专用预存，可以存为通用预存"; got != want {
			t.Errorf("nothing ahead: %s", got)
		}
		if got := put(500_00, 0); got != "ok" {
			t.Errorf("of any use: %s", got)
		}
	})
}
