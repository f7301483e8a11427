package shift_test

import (
	"context"
	"errors"
	"testing"

	"linli/internal/cashier"
	"linli/internal/cashier/countertest"
	"linli/internal/kit/actor"
	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
	"linli/internal/shift"
)

// world is a counter with four rooms, A and B of one payer, C of another, D of
// nobody, and its real shifts.
type world struct {
	*countertest.World
	d       *db.DB
	now     *clock.Manual
	cashier *cashier.Service
	shift   *shift.Service
	project id.ID
	a, b    id.ID
	c, dd   id.ID
}

func run(t *testing.T, f func(t *testing.T, w *world)) {
	t.Helper()
	countertest.Run(t, func(t *testing.T, c *countertest.World) {
		w := &world{World: c, d: c.DB, now: c.Now, cashier: c.Cashier}
		w.shift = shift.New(shift.Deps{DB: c.DB, Audit: c.Audit, Ledger: c.Ledger, Estate: c.Estate, Cashier: c.Cashier,
			Company: func(context.Context) (string, error) { return "安和物业服务有限公司", nil }})
		c.Cashier.KeepShifts(w.shift)
		w.here()
		f(t, w)
		w.sound(t)
	})
}

// here names the project that was founded last.
func (w *world) here() { w.project, w.a, w.b, w.c, w.dd = w.Project, w.A, w.B, w.C, w.D }

type fataler interface {
	Helper()
	Fatalf(format string, args ...any)
}

// found makes another project.
func (w *world) found(t fataler, name string) {
	t.Helper()
	if err := w.Found(context.Background(), name); err != nil {
		t.Fatalf("found: %v", err)
	}
	w.here()
}

type due struct {
	room   id.ID
	item   string
	month  clock.Month
	amount money.Fen
}

func (w *world) bill(t fataler, list ...due) {
	t.Helper()
	all := make([]countertest.Due, len(list))
	for i, x := range list {
		all[i] = countertest.Due{Room: x.room, Item: x.item, Month: x.month, Amount: x.amount}
	}
	if err := w.Bill(context.Background(), all...); err != nil {
		t.Fatalf("%v", err)
	}
}

func (w *world) teller() actor.Actor { return w.Teller() }

// second is another cashier, who may also report.
func (w *world) second() actor.Actor {
	return actor.Actor{Account: 22, Name: "孙涛", Grants: []actor.Grant{{Project: w.project,
		Permissions: []actor.Permission{cashier.PermRead, cashier.PermReceive, cashier.PermReport}}}}
}

// boss approves what the teller asks for.
func boss() actor.Actor { return actor.Actor{Account: 33, Name: "王经理"} }

func (w *world) seat(t fataler, room id.ID) *cashier.Seat {
	t.Helper()
	s, err := w.cashier.Seat(context.Background(), w.project, room)
	if err != nil {
		t.Fatalf("seat: %v", err)
	}
	return s
}

func (w *world) takeAs(t fataler, who actor.Actor, room id.ID, pays ...cashier.Pay) cashier.Receipt {
	t.Helper()
	s := w.seat(t, room)
	r, err := w.cashier.Receive(context.Background(), who, w.project, cashier.Taking{Room: room, Pays: pays, ExpectedOwed: s.Owed, Confirmed: true})
	if err != nil {
		t.Fatalf("take: %v", err)
	}
	return r
}

// giveBack asks, approves and pays out.
func (w *world) giveBack(t fataler, in cashier.RefundAsk) (cashier.Refund, cashier.Receipt, error) {
	t.Helper()
	ctx := context.Background()
	f, err := w.cashier.AskRefund(ctx, w.teller(), w.project, in)
	if err != nil {
		return f, cashier.Receipt{}, err
	}
	if f, err = w.cashier.DecideRefund(ctx, boss(), w.project, f.ID, true, "", f.Version); err != nil {
		t.Fatalf("approve: %v", err)
	}
	return w.cashier.PayRefund(ctx, w.teller(), w.project, f.ID, f.Version)
}

func cash(amount money.Fen) []cashier.Pay {
	return []cashier.Pay{{Method: cashier.MethodCash, Amount: amount}}
}

func mustBe(t *testing.T, err, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Fatalf("got %v, want %v", err, want)
	}
}

// sound checks every promise about money at rest.
func (w *world) sound(t fataler) {
	t.Helper()
	if err := w.Balanced(context.Background(), w.shift.Broken); err != nil {
		t.Fatalf("%v", err)
	}
}

// income sums the valid receipts.
func (w *world) income(t fataler) money.Fen {
	t.Helper()
	sum, err := w.Income(context.Background())
	if err != nil {
		t.Fatalf("%v", err)
	}
	return sum
}

// close counts what should be there and hands all of it in.
func (w *world) close(t fataler, who actor.Actor) shift.Shift {
	t.Helper()
	ctx := context.Background()
	sh, _, err := w.shift.CurrentShift(ctx, who, w.project)
	if err != nil || sh == nil {
		t.Fatalf("current shift: %v, %v", sh, err)
	}
	none := money.Fen(0)
	counted, err := w.shift.CountShift(ctx, who, w.project, sh.ID, &none, nil)
	if err != nil {
		t.Fatalf("count: %v", err)
	}
	if counted, err = w.shift.CountShift(ctx, who, w.project, sh.ID, &counted.Expected, nil); err != nil {
		t.Fatalf("count: %v", err)
	}
	out, err := w.shift.CloseShift(ctx, who, w.project, sh.ID, shift.Closing{Count: 2, Handed: counted.Expected})
	if err != nil {
		t.Fatalf("close: %v", err)
	}
	return out
}
