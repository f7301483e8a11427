package app_test

import (
	"testing"
	"time"

	"linli/internal/cashier"
	"linli/internal/kit/actor"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
	"linli/internal/outside/wechat/sim"
	"linli/internal/reconcile"
)

// giveBack asks for a part of a receipt to go back by the channel, and another
// person approves it.
func (w *onlineWorld) giveBack(t *testing.T, receipt id.ID, amount money.Fen) cashier.Refund {
	t.Helper()
	f, err := w.app.Cashier.AskRefund(t.Context(), w.who, w.project, cashier.RefundAsk{Kind: cashier.RefundPart, Receipt: receipt, Amount: amount, Original: true, Reason: "多收"})
	if err == nil {
		f, err = w.app.Cashier.DecideRefund(t.Context(), actor.Actor{Account: 12, Name: "钱敏"}, w.project, f.ID, true, "", f.Version)
	}
	if err != nil || f.State != cashier.RefundSent {
		t.Fatalf("application %+v, %v", f, err)
	}
	return f
}

func (w *onlineWorld) refund(t *testing.T, refund id.ID) cashier.Refund {
	t.Helper()
	f, err := w.app.Cashier.Refund(t.Context(), w.project, refund)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// Money goes back over real HTTP: told twice and with probes, told never but
// asked for, refused, and known only from the bill of the next morning; each
// time it is booked once, and both books say the same.
func TestOnlineOriginalRefund(t *testing.T) {
	t.Parallel()
	online(t, func(t *testing.T, w *onlineWorld) {
		o := w.ask(t, w.rooms[0], 0)
		w.pay(t, o)
		w.later(t, time.Second)
		receipt := w.order(t, o.ID).Receipt
		w.sim.Misbehave(sim.Faults{Probe: true, Repeat: 2, RefundTakes: time.Second})
		told := w.giveBack(t, receipt, 10_00)
		w.drain(t)
		if f := w.refund(t, told.ID); f.State != cashier.RefundSent {
			t.Fatalf("before the channel says so: %+v", f)
		}
		w.now.Advance(2 * time.Second)
		w.sim.Deliver(t.Context())
		w.drain(t)
		w.sim.Misbehave(sim.Faults{Drop: true, FailAfterEffect: true})
		lost := w.giveBack(t, receipt, 20_00)
		w.drain(t)
		w.sim.Misbehave(sim.Faults{Drop: true})
		w.later(t, 10*time.Second)
		w.sim.Misbehave(sim.Faults{RefundRefused: "NOT_ENOUGH"})
		refused := w.giveBack(t, receipt, 5_00)
		w.drain(t)
		w.sim.Misbehave(sim.Faults{Drop: true, RefundTakes: time.Hour})
		late := w.giveBack(t, receipt, 1_00)
		w.drain(t)
		w.tomorrow(10)
		if list := w.reconcileDue(t); len(list) != 1 || list[0].Refunds != 31_00 || list[0].Differences != 0 {
			t.Errorf("statement %+v", list)
		}
		for refund, want := range map[id.ID]cashier.RefundState{told.ID: cashier.RefundPaid, lost.ID: cashier.RefundPaid, refused.ID: cashier.RefundFailed, late.ID: cashier.RefundPaid} {
			if f := w.refund(t, refund); f.State != want || (f.Red != 0) != (want == cashier.RefundPaid) {
				t.Errorf("application %+v, want %s", f, want)
			}
		}
		if owed, _ := w.owed(t, w.rooms[0]); owed != 31_00 {
			t.Errorf("owes %d", owed)
		}
		if fen, n := w.sim.GivenBack(w.cred.Number); fen != 31_00 || n != 3 {
			t.Errorf("the channel gave back %d in %d", fen, n)
		}
		w.capturedAll(t, 1)
		for _, a := range w.sim.Attempts() {
			if a.Probe == (a.Status < 300) {
				t.Errorf("attempt %+v", a)
			}
		}
		if d := w.differences(t, reconcile.DifferenceOpen); len(d) != 0 {
			t.Errorf("differences %+v", d)
		}
	})
}
