package alipay_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"linli/internal/outside/alipay/sim"
	"linli/internal/payment"
)

// What becomes of the codes that payers show, and of taking payments back.
func TestPayersCodeAtTheChannel(t *testing.T) {
	w, ctx := open(t, morning()), t.Context()
	show := func(kind string) string {
		t.Helper()
		code, err := w.sim.Show(kind)
		if err != nil || payment.ScannedChannel(code) != "alipay" {
			t.Fatalf("the code %q: %v", code, err)
		}
		return code
	}
	refused := func(name, number, code, words string) {
		t.Helper()
		_, err := w.channel.Scan(ctx, w.m, w.order(number), code, notify)
		var r *payment.Refusal
		if !errors.As(err, &r) || !errors.Is(err, payment.ErrRefusedByChannel) || !strings.Contains(r.Words, words) || !strings.Contains(r.Words, "没有扣款") {
			t.Errorf("%s: %v", name, err)
		}
		if _, err := w.channel.Query(ctx, w.m, number); !errors.Is(err, payment.ErrNotScanned) {
			t.Errorf("%s, and then asked for: %v", name, err)
		}
	}
	code := show("free")
	trade, err := w.channel.Scan(ctx, w.m, w.order("L7_A"), code, notify)
	if err != nil || trade.State != payment.TradePaid || trade.Amount != 250_60 || trade.Currency != "CNY" || trade.Merchant != pid || len(trade.Transaction) != 28 || trade.Number != "L7_A" {
		t.Errorf("paid at once: %+v, %v", trade, err)
	}
	if asked, err := w.channel.Query(ctx, w.m, "L7_A"); err != nil || !asked.PaidAt.Equal(trade.PaidAt) || asked.Transaction != trade.Transaction || asked.Amount != trade.Amount {
		t.Errorf("asked for: %+v, %v; the answer was %+v", asked, err, trade)
	}
	refused("a code that was used", "L7_B", code, "刷新付款码")
	old := show("free")
	w.now.Advance(61 * time.Second)
	refused("a code of a minute ago", "L7_C", old, "刷新付款码")
	refused("no money", "L7_D", show("poor"), "余额不足")

	trade, err = w.channel.Scan(ctx, w.m, w.order("L7_E"), show("password"), notify)
	if err != nil || trade.State != payment.TradeOpen {
		t.Errorf("has to enter a password: %+v, %v", trade, err)
	}
	if trade, err := w.channel.Query(ctx, w.m, "L7_E"); err != nil || trade.State != payment.TradeOpen {
		t.Errorf("asked for while the payer types: %+v, %v", trade, err)
	}
	var no *payment.Refusal
	if trade, err := w.channel.Scan(ctx, w.m, w.order("L7_F"), show("lost"), notify); err == nil || errors.As(err, &no) {
		t.Errorf("paid, and the answer was lost: %+v, %v", trade, err)
	}
	if trade, err := w.channel.Query(ctx, w.m, "L7_F"); err != nil || trade.State != payment.TradePaid {
		t.Errorf("and then asked for: %+v, %v", trade, err)
	}
	w.sim.Misbehave(sim.Faults{Without: "alipay.trade.pay"})
	refused("no contract", "L7_H", show("free"), "没有开通“当面付”")
	w.sim.Misbehave(sim.Faults{Without: "alipay.trade.precreate"})
	_, err = w.channel.Prepay(ctx, w.m, w.order("L7_I"), notify)
	if !errors.As(err, &no) || !errors.Is(err, payment.ErrRefusedByChannel) || !strings.Contains(no.Words, "产品中心") || !strings.Contains(no.Cause, "ACCESS_FORBIDDEN") {
		t.Errorf("a code without contract: %v", err)
	}
	w.sim.Misbehave(sim.Faults{})
	m := w.m
	m.PrivateKey = w.other(t)
	if _, err := w.channel.Scan(ctx, m, w.order("L7_G"), show("free"), notify); !errors.As(err, &no) {
		t.Errorf("keys of somebody else: %v", err)
	}

	for _, number := range []string{"L7_E", "L7_F", "L7_NEVER"} {
		for range 2 {
			if err := w.channel.Reverse(ctx, w.m, number); err != nil {
				t.Errorf("taken back %s: %v", number, err)
			}
		}
	}
	for _, number := range []string{"L7_E", "L7_F"} {
		if trade, err := w.channel.Query(ctx, w.m, number); err != nil || trade.State != payment.TradeClosed {
			t.Errorf("%s after it was taken back: %+v, %v", number, trade, err)
		}
	}
	w.sim.Misbehave(sim.Faults{Busy: true})
	if err := w.channel.Reverse(ctx, w.m, "L7_A"); err == nil {
		t.Error("taken back, although Alipay was too busy")
	}
	w.sim.Misbehave(sim.Faults{})
	w.now.Advance(25 * time.Hour)
	if err := w.channel.Reverse(ctx, w.m, "L7_A"); err == nil {
		t.Error("taken back after a day")
	}
}
