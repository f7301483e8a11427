package app_test

import (
	"context"
	"errors"
	"log/slog"
	"testing"
	"time"

	"linli/internal/cashier"
	"linli/internal/kit/db"
	"linli/internal/kit/id"
	"linli/internal/kit/job"
	"linli/internal/kit/money"
	"linli/internal/outside/wechat/sim"
	"linli/internal/payment"
)

// wantCandidate checks that money nobody asked for is prepaid and on the list.
func (w *onlineWorld) wantCandidate(t *testing.T, o payment.Order, why payment.Found, amount money.Fen) payment.Candidate {
	t.Helper()
	list := w.candidates(t)
	if len(list) != 1 || list[0].Why != why || list[0].Amount != amount || list[0].Order != o.ID || list[0].Room != o.Room || list[0].Receipt == 0 {
		t.Fatalf("candidates %+v", list)
	}
	if _, prepaid := w.owed(t, o.Room); prepaid != amount {
		t.Fatalf("prepaid %d, want %d", prepaid, amount)
	}
	return list[0]
}

// A bill paid twice: at the counter while the code is out, then by the code
// (case G11).
func TestOnlineSecondPaymentBecomesPrepaid(t *testing.T) {
	t.Parallel()
	online(t, func(t *testing.T, w *onlineWorld) {
		o := w.ask(t, w.rooms[0], 0)
		if _, err := w.app.Cashier.Receive(t.Context(), w.who, w.project, cashier.Taking{Room: o.Room, ExpectedOwed: onlineOwed,
			Pays: []cashier.Pay{{Method: cashier.MethodCash, Amount: onlineOwed}}}); err != nil {
			t.Fatal(err)
		}
		w.pay(t, o)
		w.later(t, time.Second)
		if o = w.order(t, o.ID); o.State != payment.OrderPaid {
			t.Fatalf("order %+v", o)
		}
		c := w.wantCandidate(t, o, payment.FoundSecond, onlineOwed)
		if owed, _ := w.owed(t, o.Room); owed != 0 {
			t.Errorf("still owes %d", owed)
		}
		if _, err := w.app.Payment.HandleCandidate(t.Context(), w.who, w.project, c.ID, " "); !errors.Is(err, payment.ErrCandidateNote) {
			t.Errorf("without a note: %v", err)
		}
		if _, err := w.app.Payment.HandleCandidate(t.Context(), w.who, w.project, c.ID, "业主同意留作预存"); err != nil {
			t.Error(err)
		}
		if _, err := w.app.Payment.HandleCandidate(t.Context(), w.who, w.project, c.ID, "再退一次"); !errors.Is(err, payment.ErrCandidateDone) {
			t.Errorf("a second time: %v", err)
		}
		w.capturedAll(t, 1)
	})
}

func TestOnlineOtherAmountBecomesPrepaid(t *testing.T) {
	t.Parallel()
	online(t, func(t *testing.T, w *onlineWorld) {
		o := w.ask(t, w.rooms[0], 0)
		w.pay(t, o)
		w.sim.Misbehave(sim.Faults{WrongAmount: 1})
		w.later(t, time.Second)
		w.wantCandidate(t, o, payment.FoundAmount, 1)
		if owed, _ := w.owed(t, o.Room); owed != onlineOwed {
			t.Errorf("owes %d", owed)
		}
	})
}

// A payment that reaches us after our order has ended, in another order than
// it happened.
func TestOnlineLatePaymentBecomesPrepaid(t *testing.T) {
	t.Parallel()
	online(t, func(t *testing.T, w *onlineWorld) {
		w.sim.Misbehave(sim.Faults{Drop: true})
		o := w.ask(t, w.rooms[0], 0)
		w.pay(t, o)
		header, body, address := w.overheard(t, o)
		// Somebody has ended the order behind the channel's back.
		if err := w.app.DB.Write(t.Context(), func(tx *db.Tx) error {
			_, err := tx.Exec(t.Context(), "UPDATE payment_order SET state = 'closed' WHERE project_id = ?", w.project)
			return err
		}); err != nil {
			t.Fatal(err)
		}
		if status := post(t, address, header, body); status != 204 {
			t.Fatalf("answered %d", status)
		}
		w.drain(t)
		w.wantCandidate(t, o, payment.FoundLate, onlineOwed)
		w.capturedAll(t, 1)
	})
}

// A notice that is on disk is applied by whoever comes next, and only once.
func TestOnlineCrashBetweenVerifyAndApply(t *testing.T) {
	t.Parallel()
	online(t, func(t *testing.T, w *onlineWorld) {
		w.sim.Misbehave(sim.Faults{Drop: true})
		o := w.ask(t, w.rooms[0], 0)
		w.pay(t, o)
		header, body, address := w.overheard(t, o)
		if status := post(t, address, header, body); status != 204 {
			t.Fatalf("answered %d", status)
		}
		if got := w.order(t, o.ID); got.State != payment.OrderWaiting {
			t.Fatalf("applied before the crash: %+v", got)
		}
		// The process dies here. The next one has a queue of its own.
		queue := job.New(w.app.DB, slog.New(slog.DiscardHandler))
		next := payment.New(payment.Deps{DB: w.app.DB, Audit: w.app.Audit, Jobs: queue})
		next.Plug(w.app.Cashier, w.app.Payment.Channels()...)
		if err := queue.Drain(t.Context()); err != nil {
			t.Fatal(err)
		}
		w.wantPaid(t, o)
		w.later(t, time.Hour)
		w.wantPaid(t, o)
		// And long after it was applied it comes once more.
		if status := post(t, address, header, body); status != 204 {
			t.Errorf("told again: answered %d", status)
		}
		w.drain(t)
		w.wantPaid(t, o)
		w.capturedAll(t, 1)
	})
}

// stumbling is a counter that fails the first time it is to book.
type stumbling struct {
	payment.Settler
	left int
}

func (s *stumbling) SettleOrders(ctx context.Context, tx *db.Tx, project id.ID, list []payment.Settling) ([]payment.Settled, error) {
	done, err := s.Settler.SettleOrders(ctx, tx, project, list)
	if s.left--; s.left >= 0 && err == nil {
		err = errors.New("disk full")
	}
	return done, err
}

// A notice counts as applied together with what it says, never before: the one
// that failed is applied by its own next try, before the channel is asked.
func TestOnlineNoticeIsAppliedAgainAfterAFailure(t *testing.T) {
	t.Parallel()
	online(t, func(t *testing.T, w *onlineWorld) {
		w.app.Payment.Plug(&stumbling{w.app.Cashier, 1})
		o := w.ask(t, w.rooms[0], 0)
		w.pay(t, o)
		w.sim.Deliver(t.Context())
		w.drain(t)
		if got := w.order(t, o.ID); got.State != payment.OrderWaiting || len(w.receipts(t, o.Room)) != 0 {
			t.Fatalf("half applied: %+v", got)
		}
		w.now.Advance(3 * time.Second)
		w.drain(t)
		w.wantPaid(t, o)
		w.capturedAll(t, 1)
	})
}

// B21: a room has one code at a time; what is paid beside it is kept (see
// TestOnlineSecondPaymentBecomesPrepaid).
func TestOnlineCancelAndExpiry(t *testing.T) {
	t.Parallel()
	online(t, func(t *testing.T, w *onlineWorld) {
		o := w.ask(t, w.rooms[0], 0)
		if _, err := w.app.Cashier.OpenOrder(t.Context(), w.who, w.project, cashier.OrderTaking{Channel: "wechat", Room: o.Room, Amount: 1_00,
			ExpectedOwed: onlineOwed}); !errors.Is(err, payment.ErrOrderOpen) {
			t.Errorf("a second code for the room: %v", err)
		}
		if _, err := w.app.Payment.CancelOrder(t.Context(), w.who, w.project, o.ID, "收费员取消"); err != nil {
			t.Fatal(err)
		}
		w.drain(t)
		if got := w.order(t, o.ID); got.State != payment.OrderClosed {
			t.Fatalf("order %+v", got)
		}
		if w.sim.Pay(o.Code) == nil {
			t.Error("a cancelled code could be paid")
		}
		if _, err := w.app.Payment.CancelOrder(t.Context(), w.who, w.project, o.ID, ""); !errors.Is(err, payment.ErrOrderEnded) {
			t.Errorf("cancelled twice: %v", err)
		}
		// The payer is faster than the cancellation.
		o = w.ask(t, w.rooms[0], 0)
		w.sim.Misbehave(sim.Faults{Drop: true})
		w.pay(t, o)
		if _, err := w.app.Payment.CancelOrder(t.Context(), w.who, w.project, o.ID, "收费员取消"); err != nil {
			t.Fatal(err)
		}
		w.drain(t)
		w.wantPaid(t, o)
		// Nobody pays.
		late := w.ask(t, w.rooms[1], 0)
		for range 6 {
			w.later(t, 6*time.Minute)
		}
		if got := w.order(t, late.ID); got.State != payment.OrderExpired && got.State != payment.OrderClosed {
			t.Errorf("order %+v", got)
		}
		w.capturedAll(t, 1)
	})
}

// The same intention asks for one order; the channel that refuses closes it.
func TestOnlineKeysAndRefusals(t *testing.T) {
	t.Parallel()
	online(t, func(t *testing.T, w *onlineWorld) {
		ask := cashier.OrderTaking{Channel: "wechat", Key: "k1", Room: w.rooms[0], Amount: onlineOwed, ExpectedOwed: onlineOwed}
		first, err := w.app.Cashier.OpenOrder(t.Context(), w.who, w.project, ask)
		if err != nil {
			t.Fatal(err)
		}
		if again, err := w.app.Cashier.OpenOrder(t.Context(), w.who, w.project, ask); err != nil || again.ID != first.ID {
			t.Errorf("the same key: %+v, %v", again, err)
		}
		ask.Amount = 1_00
		if _, err := w.app.Cashier.OpenOrder(t.Context(), w.who, w.project, ask); !errors.Is(err, payment.ErrOrderKey) {
			t.Errorf("the same key for another amount: %v", err)
		}
		if _, err := w.app.Cashier.Receive(t.Context(), w.who, w.project, cashier.Taking{Room: w.rooms[1], ExpectedOwed: onlineOwed,
			Pays: []cashier.Pay{{Method: cashier.MethodWechat, Amount: onlineOwed}}}); !errors.Is(err, cashier.ErrPays) {
			t.Errorf("WeChat money by hand: %v", err)
		}
		m := merchantOf(w.cred)
		m.App, m.Version = "wx0000000000000000", 1
		if _, err := w.app.Payment.SetMerchant(t.Context(), w.who, w.project, m); err != nil {
			t.Fatal(err)
		}
		o := w.ask(t, w.rooms[1], 0)
		if o.State != payment.OrderClosed || o.Reason == "" {
			t.Errorf("refused order %+v", o)
		}
		m.PrivateKey, m.Version = "x", 2
		if _, err := w.app.Payment.SetMerchant(t.Context(), w.who, w.project, m); !errors.Is(err, payment.ErrMerchant) {
			t.Errorf("a key that is none: %v", err)
		}
	})
}
