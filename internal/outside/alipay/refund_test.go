package alipay_test

import (
	"errors"
	"testing"

	"linli/internal/kit/money"
	"linli/internal/outside/alipay/sim"
	"linli/internal/payment"
)

// The life of a refund: Alipay does it at once, and once for each number.
func TestRefundAtTheChannel(t *testing.T) {
	w, ctx := open(t, morning()), t.Context()
	code, err := w.channel.Prepay(ctx, w.m, w.order("L7_ABCDE1"), notify)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.sim.Pay(code); err != nil {
		t.Fatal(err)
	}
	trade, err := w.channel.Query(ctx, w.m, "L7_ABCDE1")
	if err != nil {
		t.Fatal(err)
	}
	of := func(number string, amount money.Fen) payment.Refund {
		return payment.Refund{Number: number, Transaction: trade.Transaction, OrderNumber: "L7_ABCDE1", Captured: 250_60, Amount: amount, Title: "退多收的物业费"}
	}
	want := func(name string, s payment.RefundStatus, err error, state payment.BackState) {
		t.Helper()
		if err != nil || s.State != state || s.Number != "T7-1" || s.Transaction != trade.Transaction || s.Amount != 100_00 || s.ID == "" {
			t.Errorf("%s: %+v, %v", name, s, err)
		}
	}
	if s, err := w.channel.QueryRefund(ctx, w.m, of("T7-1", 100_00)); !errors.Is(err, payment.ErrNoSuchRefund) {
		t.Errorf("before it was asked for: %+v, %v", s, err)
	}
	w.sim.Misbehave(sim.Faults{FailAfterEffect: true})
	if s, err := w.channel.Refund(ctx, w.m, of("T7-1", 100_00), ""); err == nil || errors.Is(err, payment.ErrRefundRefused) {
		t.Errorf("done, and said to have failed: %+v, %v", s, err)
	}
	w.sim.Misbehave(sim.Faults{HideRefunds: true})
	s, err := w.channel.Refund(ctx, w.m, of("T7-1", 100_00), "")
	want("accepted and not told of yet", s, err, payment.BackOpen)
	w.sim.Misbehave(sim.Faults{})
	s, err = w.channel.Refund(ctx, w.m, of("T7-1", 100_00), "")
	want("asked for again", s, err, payment.BackDone)
	s, err = w.channel.QueryRefund(ctx, w.m, of("T7-1", 100_00))
	want("queried", s, err, payment.BackDone)
	if s.DoneAt.IsZero() {
		t.Error("no time of the refund")
	}
	for name, r := range map[string]payment.Refund{"the same number for another amount": of("T7-1", 100_01), "more than is left": of("T7-2", 150_61)} {
		if s, err := w.channel.Refund(ctx, w.m, r, ""); !errors.Is(err, payment.ErrRefundRefused) {
			t.Errorf("%s: %+v, %v", name, s, err)
		}
	}
	if _, err := w.channel.Refund(ctx, w.m, of("T7-3", 150_60), ""); err != nil {
		t.Errorf("the rest: %v", err)
	}
	if trade, err := w.channel.Query(ctx, w.m, "L7_ABCDE1"); err != nil || trade.State != payment.TradeClosed {
		t.Errorf("given back as a whole: %+v, %v", trade, err)
	}
	s, err = w.channel.Refund(ctx, w.m, of("T7-1", 100_00), "")
	want("asked for after all was given back", s, err, payment.BackDone)
	m := w.m
	m.PrivateKey = w.other(t)
	if _, err := w.channel.Refund(ctx, m, of("T7-4", 1), ""); err == nil || errors.Is(err, payment.ErrRefundRefused) {
		t.Errorf("a refusal without signature was taken for one: %v", err)
	}
}

// other is the key of a stranger.
func (w *street) other(t *testing.T) string {
	t.Helper()
	c, err := w.sim.Enrol("2088600000000077")
	if err != nil {
		t.Fatal(err)
	}
	return c.PrivateKey
}
