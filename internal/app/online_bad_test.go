package app_test

import (
	"net/http"
	"testing"
	"time"

	"linli/internal/cashier"
	"linli/internal/kit/fault"
	"linli/internal/kit/money"
	"linli/internal/kit/page"
	"linli/internal/outside/wechat"
	"linli/internal/outside/wechat/sim"
	"linli/internal/payment"
)

// B8: money that the channel genuinely tells of, for an order that is not ours, is
// heard, kept once however often it is told, and waits for a person.
func TestOnlineMoneyForNoOrderOfOurs(t *testing.T) {
	t.Parallel()
	online(t, func(t *testing.T, w *onlineWorld) {
		channel, err := wechat.New(wechat.Deps{Host: w.url})
		if err != nil {
			t.Fatal(err)
		}
		known := w.ask(t, w.rooms[0], 0)
		m, err := w.app.Payment.Merchant(t.Context(), w.app.DB.Reader(t.Context()), w.project, "wechat")
		if err != nil {
			t.Fatal(err)
		}
		code, err := channel.Prepay(t.Context(), m, payment.Order{Number: "OTHER-SYSTEM-1", Title: "别的系统的订单", Amount: 88_00, ExpiresAt: w.now.Now().Add(time.Hour)},
			w.app.Reached()+"/api/v1/callbacks/wechat/"+m.Token)
		if err != nil {
			t.Fatal(err)
		}
		w.sim.Misbehave(sim.Faults{Repeat: 3})
		if err := w.sim.Pay(code); err != nil {
			t.Fatal(err)
		}
		for range 3 {
			w.later(t, time.Minute)
		}
		list := w.candidates(t)
		if len(list) != 1 || list[0].Why != payment.FoundUnknown || list[0].Amount != 88_00 || list[0].Number != "OTHER-SYSTEM-1" || list[0].Room != 0 || list[0].State != payment.CandidateOpen {
			t.Fatalf("candidates %+v", list)
		}
		for _, a := range w.sim.Attempts() {
			if a.Status != http.StatusNoContent {
				t.Errorf("the channel was answered %+v", a)
			}
		}
		if o := w.order(t, known.ID); o.State != payment.OrderWaiting || len(w.receipts(t, known.Room)) != 0 {
			t.Errorf("it moved another order: %+v", o)
		}
	})
}

// B20: when the channel never tells of a payment, the house asks: within a minute
// while somebody waits for it.
func TestOnlineFoundByAsking(t *testing.T) {
	t.Parallel()
	online(t, func(t *testing.T, w *onlineWorld) {
		w.sim.Misbehave(sim.Faults{Drop: true})
		o := w.ask(t, w.rooms[0], 0)
		w.later(t, 20*time.Second)
		w.pay(t, o)
		for range 6 {
			w.later(t, 10*time.Second)
		}
		w.wantPaid(t, o)
		w.capturedAll(t, 1)
	})
}

// B23: what the order was for is withdrawn while the code is out. The money is kept
// as prepaid, somebody is told, and the channel is thanked.
func TestOnlinePaidForWhatIsNotOwedAnyMore(t *testing.T) {
	t.Parallel()
	online(t, func(t *testing.T, w *onlineWorld) {
		ctx := t.Context()
		o := w.ask(t, w.rooms[0], 0)
		runs, err := w.app.Billing.Runs(ctx, w.app.DB.Reader(ctx), w.project, 0, page.Request{Limit: 5})
		if err != nil || len(runs.Items) != 1 {
			t.Fatal(runs, err)
		}
		if _, err := w.app.Billing.Withdraw(ctx, w.who, w.project, runs.Items[0].ID, runs.Items[0].Version, "单价录错"); err != nil {
			t.Fatal(err)
		}
		w.drain(t)
		w.pay(t, o)
		w.later(t, time.Second)
		w.wantCandidate(t, o, payment.FoundSecond, onlineOwed)
		if owed, _ := w.owed(t, o.Room); owed != 0 {
			t.Errorf("owes %d", owed)
		}
		for _, a := range w.sim.Attempts() {
			if a.Status != http.StatusNoContent {
				t.Errorf("the channel was answered %+v", a)
			}
		}
		w.capturedAll(t, 1)
	})
}

// B30: a household that owes nothing, or has something to its good, is never sent to
// the channel.
func TestOnlineNothingToPay(t *testing.T) {
	t.Parallel()
	online(t, func(t *testing.T, w *onlineWorld) {
		for _, amount := range []money.Fen{0, -5_00} {
			o, err := w.app.Cashier.OpenOrder(t.Context(), w.who, w.project, cashier.OrderTaking{Channel: "wechat", Room: w.rooms[0], Amount: amount, ExpectedOwed: onlineOwed, Confirmed: true})
			if f := fault.As(err); f == nil || f.Kind == fault.Internal {
				t.Errorf("an order over %s: %+v, %v", amount.Yuan(), o, err)
			}
		}
		w.drain(t)
		if _, n := w.sim.Captured(w.cred.Number); n != 0 {
			t.Errorf("%d trades at the channel", n)
		}
		var orders int
		if err := w.app.DB.Reader(t.Context()).QueryRow(t.Context(), "SELECT COUNT(*) FROM payment_order WHERE project_id = ?", w.project).Scan(&orders); err != nil || orders != 0 {
			t.Errorf("%d orders, %v", orders, err)
		}
	})
}
