package wechat_test

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"linli/internal/outside/wechat/sim"
	"linli/internal/payment"
)

// The life of a refund as the published protocol has it.
func TestRefundAtTheChannel(t *testing.T) {
	w, ctx := open(t), t.Context()
	var told []payment.Trade
	forged := 0
	shop := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		header := map[string]string{}
		for _, name := range []string{"Wechatpay-Serial", "Wechatpay-Signature", "Wechatpay-Timestamp", "Wechatpay-Nonce", "Wechatpay-Signature-Type"} {
			header[name] = r.Header.Get(name)
		}
		trade, err := w.channel.Verify(r.Context(), w.m, header, body)
		if err != nil {
			forged++
			rw.WriteHeader(http.StatusUnauthorized)
			return
		}
		told = append(told, trade)
	}))
	t.Cleanup(shop.Close)
	code, err := w.channel.Prepay(ctx, w.m, w.order("L7-ABCDE1"), shop.URL+"/callbacks")
	if err != nil {
		t.Fatal(err)
	}
	if err := w.sim.Pay(code); err != nil {
		t.Fatal(err)
	}
	paid, err := w.channel.Query(ctx, w.m, "L7-ABCDE1")
	if err != nil {
		t.Fatal(err)
	}
	r := payment.Refund{Number: "T7-1", Transaction: paid.Transaction, Captured: 250_60, Amount: 100_00, Title: strings.Repeat("物业费用退款", 20)}
	if _, err := w.channel.QueryRefund(ctx, w.m, r); !errors.Is(err, payment.ErrNoSuchRefund) {
		t.Errorf("query of nothing: %v", err)
	}
	w.sim.Misbehave(sim.Faults{FailAfterEffect: true, RefundTakes: time.Minute})
	if _, err := w.channel.Refund(ctx, w.m, r, shop.URL+"/callbacks"); err == nil || errors.Is(err, payment.ErrRefundRefused) {
		t.Errorf("an answer that got lost is no refusal: %v", err)
	}
	w.sim.Misbehave(sim.Faults{Probe: true})
	for range 2 {
		st, err := w.channel.Refund(ctx, w.m, r, shop.URL+"/callbacks")
		if err != nil || st.State != payment.BackOpen || st.Amount != 100_00 || st.ID == "" || st.AcceptedAt.IsZero() || st.Transaction != paid.Transaction {
			t.Fatalf("refund: %+v, %v", st, err)
		}
	}
	r.Amount = 1
	if _, err := w.channel.Refund(ctx, w.m, r, shop.URL+"/callbacks"); !errors.Is(err, payment.ErrRefundRefused) {
		t.Errorf("the same number for another amount: %v", err)
	}
	more := payment.Refund{Number: "T7-2", Transaction: paid.Transaction, Captured: 250_60, Amount: 150_61}
	if _, err := w.channel.Refund(ctx, w.m, more, shop.URL+"/callbacks"); !errors.Is(err, payment.ErrRefundRefused) {
		t.Errorf("more than was paid: %v", err)
	}
	w.now.Advance(2 * time.Minute)
	w.sim.Deliver(ctx)
	if len(told) == 0 || forged == 0 {
		t.Fatalf("told %+v, %d forged", told, forged)
	}
	back := told[len(told)-1].Back
	if back == nil || back.State != payment.BackDone || back.Number != "T7-1" || back.Amount != 100_00 || back.DoneAt.IsZero() || back.Merchant != w.m.Number {
		t.Errorf("told of %+v", back)
	}
	for end, want := range map[string]payment.BackState{"CLOSED": payment.BackClosed, "ABNORMAL": payment.BackAbnormal} {
		w.sim.Misbehave(sim.Faults{RefundEnds: end})
		odd := payment.Refund{Number: "T7-" + end, Transaction: paid.Transaction, Captured: 250_60, Amount: 1_00}
		if _, err := w.channel.Refund(ctx, w.m, odd, shop.URL+"/callbacks"); err != nil {
			t.Fatal(err)
		}
		if st, err := w.channel.QueryRefund(ctx, w.m, odd); err != nil || st.State != want {
			t.Errorf("%s: %+v, %v", end, st, err)
		}
	}
	w.sim.Misbehave(sim.Faults{RefundRefused: "NOT_ENOUGH"})
	if _, err := w.channel.Refund(ctx, w.m, more, shop.URL+"/callbacks"); !errors.Is(err, payment.ErrRefundRefused) {
		t.Errorf("no money: %v", err)
	}
	if fen, n := w.sim.GivenBack(w.m.Number); fen != 100_00 || n != 1 {
		t.Errorf("gave %d back in %d", fen, n)
	}
}
