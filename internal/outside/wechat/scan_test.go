package wechat_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"linli/internal/outside/wechat/sim"
	"linli/internal/payment"
)

// What becomes of the codes that payers show, and of taking payments back.
func TestPayersCodeAtTheChannel(t *testing.T) {
	w, ctx := open(t), t.Context()
	show := func(kind string) string {
		t.Helper()
		code, err := w.sim.Show(kind)
		if err != nil || payment.ScannedChannel(code) != "wechat" {
			t.Fatalf("the code %q: %v", code, err)
		}
		return code
	}
	refused := func(name, number, code, words string) {
		t.Helper()
		_, err := w.channel.Scan(ctx, w.m, w.order(number), code, notify)
		var r *payment.Refusal
		if !errors.As(err, &r) || !strings.Contains(r.Words, words) || !strings.Contains(r.Words, "没有扣款") {
			t.Errorf("%s: %v", name, err)
		}
	}
	code := show("free")
	trade, err := w.channel.Scan(ctx, w.m, w.order("L7_AAAA"), code, notify)
	if err != nil || trade.State != payment.TradePaid || trade.Amount != 250_60 || trade.Currency != "CNY" || trade.Merchant != w.m.Number || len(trade.Transaction) != 28 || trade.Number != "L7_AAAA" {
		t.Errorf("paid at once: %+v, %v", trade, err)
	}
	if asked, err := w.channel.Query(ctx, w.m, "L7_AAAA"); err != nil || !asked.PaidAt.Equal(trade.PaidAt) || asked.Transaction != trade.Transaction {
		t.Errorf("asked for: %+v, %v", asked, err)
	}
	if w.sim.Deliver(ctx); len(w.sim.Attempts()) != 0 {
		t.Error("nothing is notified of a scanned order")
	}
	refused("a code that was used", "L7_BBBB", code, "刷新付款码")
	old := show("free")
	w.now.Advance(61 * time.Second)
	refused("a code of a minute ago", "L7_CCCC", old, "刷新付款码")
	refused("no money", "L7_DDDD", show("poor"), "余额不足")
	if trade, err := w.channel.Scan(ctx, w.m, w.order("L7_EEEE"), show("password"), notify); err != nil || trade.State != payment.TradeOpen || trade.Number != "L7_EEEE" {
		t.Errorf("has to enter a password: %+v, %v", trade, err)
	}
	if trade, err := w.channel.Query(ctx, w.m, "L7_EEEE"); err != nil || trade.State != payment.TradeOpen {
		t.Errorf("asked for while the payer types: %+v, %v", trade, err)
	}
	var no *payment.Refusal
	if trade, err := w.channel.Scan(ctx, w.m, w.order("L7_FFFF"), show("lost"), notify); err == nil || errors.As(err, &no) {
		t.Errorf("paid, and the answer was lost: %+v, %v", trade, err)
	}
	if trade, err := w.channel.Query(ctx, w.m, "L7_FFFF"); err != nil || trade.State != payment.TradePaid {
		t.Errorf("and then asked for: %+v, %v", trade, err)
	}
	w.sim.Misbehave(sim.Faults{Busy: true})
	if _, err := w.channel.Scan(ctx, w.m, w.order("L7_GGGG"), show("free"), notify); err == nil || errors.As(err, &no) {
		t.Errorf("a busy channel is no refusal: %v", err)
	}
	if err := w.channel.Reverse(ctx, w.m, "L7_EEEE"); err == nil {
		t.Error("taken back, although the channel was too busy")
	}
	w.sim.Misbehave(sim.Faults{})
	w.takenBack(t)
}

// takenBack reverses orders, also twice, and ones that the channel never had;
// the bill tells of both halves.
func (w *street) takenBack(t *testing.T) {
	t.Helper()
	ctx := t.Context()
	for _, number := range []string{"L7_EEEE", "L7_FFFF", "L7_NEVER"} {
		for range 2 {
			if err := w.channel.Reverse(ctx, w.m, number); err != nil {
				t.Errorf("taken back %s: %v", number, err)
			}
		}
	}
	for _, number := range []string{"L7_EEEE", "L7_FFFF"} {
		if trade, err := w.channel.Query(ctx, w.m, number); err != nil || trade.State != payment.TradeClosed {
			t.Errorf("%s after it was taken back: %+v, %v", number, trade, err)
		}
	}
	if err := w.sim.Pay("weixin://wxpay/bizpayurl?pr=none"); err == nil {
		t.Error("an order that is none was paid")
	}
	w.now.Advance(26 * time.Hour)
	var lines []payment.BillLine
	sums, err := w.channel.Bill(ctx, w.m, 20261121, func(l payment.BillLine) error { lines = append(lines, l); return nil })
	if err != nil || len(lines) != 3 || sums.Amount != 2*250_60 || sums.Back != 250_60 {
		t.Errorf("bill %+v, %+v, %v", sums, lines, err)
	}
	for _, l := range lines {
		if l.Words == "REVOKED" && (l.State != payment.BillRefund || l.Number != "L7_FFFF" || l.Back != 250_60) {
			t.Errorf("taken back in the bill: %+v", l)
		}
	}
	w.now.Advance(8 * 24 * time.Hour)
	if err := w.channel.Reverse(ctx, w.m, "L7_AAAA"); err == nil {
		t.Error("taken back after a week")
	}
}
