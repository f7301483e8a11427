package reconcile_test

import (
	"testing"
	"time"

	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/dbtest"
	"linli/internal/kit/id"
	"linli/internal/payment"
	"linli/internal/reconcile"
)

// The bill tells of a payment that was taken back: no receipt, and nothing to
// look at, whether the channel says so when it is asked or the bill tells the
// second half itself. What was paid all the same is credited.
func TestBillOfWhatWasTakenBack(t *testing.T) {
	onWire(t, func(t *testing.T, h *house) {
		ctx, g := t.Context(), &giver{ledger: h.ledger}
		h.pay.Plug(g, h.street)
		m, err := h.pay.SetMerchant(ctx, h.who, project, h.merchant("物业费商户", "2088", "a"))
		if err != nil {
			t.Fatal(err)
		}
		var orders []payment.Order
		for _, key := range []string{"a", "b", "c"} {
			o := h.scanned(t, key)
			orders = append(orders, o)
			h.street.bill = append(h.street.bill, payment.BillLine{Transaction: "T" + o.Number, Number: o.Number, Merchant: m.Account(), State: payment.BillPaid, Currency: "CNY",
				Amount: 250_60, Settled: 250_60, At: dbtest.Start()})
		}
		back := h.street.bill[2]
		back.State, back.Refund, back.RefundNumber, back.Back, back.Amount, back.Settled = payment.BillRefund, "R1", back.Number, 250_60, 0, 0
		h.street.bill = append(h.street.bill, back)
		delete(h.street.back, orders[2].Number)
		h.street.paid[orders[1].Number] = true
		day := clock.DateOf(h.now.Now())
		h.now.Advance(26 * time.Hour)
		st, err := h.s.Reconcile(ctx, h.who, project, "alipay", day)
		if err != nil {
			t.Fatal(err)
		}
		h.drain(t)
		if st, err = h.s.Statement(ctx, project, st.ID); err != nil || st.State != reconcile.StatementDone || st.Lines != 4 || st.Differences != 3 || st.Open != 0 {
			t.Errorf("statement %+v, %v", st, err)
		}
		for i, want := range []payment.OrderState{payment.OrderExpired, payment.OrderPaid, payment.OrderExpired} {
			o, err := h.pay.Order(ctx, h.d.Reader(ctx), project, orders[i].ID)
			if err != nil || o.State != want || want == payment.OrderPaid && o.Transaction != "T"+o.Number {
				t.Errorf("order %+v, %v; want %s", o, err, want)
			}
		}
		if g.receipts != 1 {
			t.Errorf("%d receipts", g.receipts)
		}
		h.sound(t)
	})
}

// scanned is an order whose code was scanned without an answer, and taken back.
func (h *house) scanned(t *testing.T, key string) payment.Order {
	t.Helper()
	var o payment.Order
	err := h.d.Write(t.Context(), func(tx *db.Tx) (err error) {
		o, err = h.pay.OpenOrder(t.Context(), tx, h.who, project, payment.NewOrder{Channel: "alipay", Key: key, Room: id.ID(1), RoomLabel: "101", Payer: 70,
			Title: "101 物业费", Amount: 250_60, ToPrepay: 250_60, PayerCode: "281234567890123456"})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	h.drain(t)
	for range 8 {
		h.now.Advance(5 * time.Second)
		h.drain(t)
	}
	o, err = h.pay.Order(t.Context(), h.d.Reader(t.Context()), project, o.ID)
	if err != nil || o.State != payment.OrderExpired || o.Scan != payment.ScanReversed || !h.street.back[o.Number] {
		t.Fatalf("not taken back: %+v, %v", o, err)
	}
	return o
}
