package shift_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"linli/internal/cashier"
	"linli/internal/kit/actor"
	"linli/internal/kit/db"
	"linli/internal/kit/fault"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
	"linli/internal/kit/page"
	"linli/internal/shift"
)

// A whole day: opened by hand, counted blind, closed with a difference.
func TestShift(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		ctx, me := t.Context(), w.teller()
		w.bill(t, due{w.a, "物业服务费", 202611, 25380}, due{w.c, "物业服务费", 202611, 10000})
		_, err := w.shift.OpenShift(ctx, me, w.project, -1)
		mustBe(t, err, shift.ErrImprest)
		sh, err := w.shift.OpenShift(ctx, me, w.project, 500_00)
		mustBe(t, err, nil)
		_, err = w.shift.OpenShift(ctx, me, w.project, 0)
		mustBe(t, err, shift.ErrShiftOpen)
		first := w.takeAs(t, me, w.a, cashier.Pay{Method: cashier.MethodCash, Amount: 20000}, cashier.Pay{Method: cashier.MethodCard, Amount: 5380})
		w.takeAs(t, me, w.c, cashier.Pay{Method: cashier.MethodCash, Amount: 12000})
		w.takeAs(t, me, w.c, cashier.Pay{Method: cashier.MethodTransfer, Amount: 300})
		if first.Shift != sh.ID {
			t.Errorf("receipt in shift %d, not %d", first.Shift, sh.ID)
		}
		_, err = w.cashier.Void(ctx, me, w.project, first.ID, "收错房屋")
		mustBe(t, err, nil)
		// Nothing of what is expected is shown before the count, not even to
		// oneself; to the one who reports it is.
		mine, _, err := w.shift.CurrentShift(ctx, me, w.project)
		mustBe(t, err, nil)
		seen, err := w.shift.Shift(ctx, w.second(), w.project, sh.ID)
		mustBe(t, err, nil)
		if !mine.Hidden || len(mine.Sums) != 0 || mine.Expected != 0 || seen.Hidden || seen.Expected != 620_00 || seen.Income() != 12300 {
			t.Errorf("before the count: mine %+v, the report %+v", mine, seen)
		}
		closing := shift.Closing{Count: 1, Handed: 120_00}
		_, err = w.shift.CloseShift(ctx, me, w.project, sh.ID, closing)
		mustBe(t, err, shift.ErrNotCounted)
		got, err := w.shift.CountShift(ctx, me, w.project, sh.ID, nil, []shift.Note{{Value: 10000, N: 6}, {Value: 1000, N: 1}, {Value: 100, N: 9}})
		mustBe(t, err, nil)
		if got.Hidden || got.Counted != 619_00 || got.Expected != 620_00 || got.Difference() != -100 {
			t.Errorf("counted %+v", got)
		}
		_, err = w.shift.CloseShift(ctx, me, w.project, sh.ID, closing)
		mustBe(t, err, shift.ErrDifference)
		if text := fault.As(err).Text; text != "短款 1.00 元，请写明原因" {
			t.Errorf("told: %s", text)
		}
		closing.Reason, closing.Handed = "找零找错", 619_01
		_, err = w.shift.CloseShift(ctx, me, w.project, sh.ID, closing)
		mustBe(t, err, shift.ErrHanded)
		closing.Handed = 119_00
		got, err = w.shift.CloseShift(ctx, me, w.project, sh.ID, closing)
		mustBe(t, err, nil)
		if got.Number != "RJ2026-000001" || got.State != cashier.ShiftClosed || got.Difference() != -100 || got.Kept() != 500_00 || got.Income() != 12300 {
			t.Errorf("closed %+v", got)
		}
		stored, err := w.shift.Shift(ctx, me, w.project, sh.ID)
		mustBe(t, err, nil)
		want := []cashier.ShiftSum{{Method: cashier.MethodCard, Receipts: 1, Amount: 5380, Voids: 1, Voided: 5380},
			{Method: cashier.MethodCash, Receipts: 2, Amount: 32000, Voids: 1, Voided: 20000}, {Method: cashier.MethodTransfer, Receipts: 1, Amount: 300}}
		if !slices.Equal(stored.Sums, want) || stored.Reason != "找零找错" || stored.ClosedName != "李雪梅" || len(stored.Counts) != 1 ||
			!slices.Equal(stored.Counts[0].Notes, []shift.Note{{Value: 10000, N: 6}, {Value: 1000, N: 1}, {Value: 100, N: 9}}) {
			t.Errorf("stored %+v", stored)
		}
		for _, again := range []error{errOf(w.shift.CloseShift(ctx, me, w.project, sh.ID, closing)),
			errOf(w.shift.CountShift(ctx, me, w.project, sh.ID, &closing.Handed, nil))} {
			mustBe(t, again, shift.ErrShiftShut)
		}
		// The next one begins by itself with what was left in the drawer.
		next := w.takeAs(t, me, w.a, cashier.Pay{Method: cashier.MethodCash, Amount: 100})
		if mine, _, err = w.shift.CurrentShift(ctx, me, w.project); err != nil || mine.ID != next.Shift || mine.Imprest != 500_00 {
			t.Errorf("next %+v, %v", mine, err)
		}
	})
}

func errOf(_ shift.Shift, err error) error { return err }

// Only the cashier and who reports may close; money that moves after the count
// makes it worthless.
func TestShiftRefuses(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		ctx, me := t.Context(), w.teller()
		r := w.takeAs(t, me, w.a, cashier.Pay{Method: cashier.MethodCash, Amount: 1000})
		ten := money.Fen(1000)
		stranger := actor.Actor{Account: 33, Name: "吴岚", Grants: []actor.Grant{{Project: w.project, Permissions: []actor.Permission{cashier.PermReceive}}}}
		_, err := w.shift.CountShift(ctx, stranger, w.project, r.Shift, &ten, nil)
		mustBe(t, err, shift.ErrNotYours)
		if sh, err := w.shift.Shift(ctx, stranger, w.project, r.Shift); err != nil || !sh.Hidden {
			t.Errorf("a stranger sees %+v, %v", sh, err)
		}
		for name, c := range map[string]struct {
			whole *money.Fen
			notes []shift.Note
		}{
			"nothing": {}, "unknown note": {nil, []shift.Note{{Value: 300, N: 1}}}, "negative": {nil, []shift.Note{{Value: 100, N: -1}}},
			"sum of notes": {&ten, []shift.Note{{Value: 100, N: 9}}},
		} {
			if _, err := w.shift.CountShift(ctx, me, w.project, r.Shift, c.whole, c.notes); !errors.Is(err, shift.ErrCounted) {
				t.Errorf("%s: %v", name, err)
			}
		}
		_, err = w.shift.CountShift(ctx, me, w.project, 5, &ten, nil)
		mustBe(t, err, fault.ErrNotFound)
		_, err = w.shift.CountShift(ctx, me, w.project, r.Shift, &ten, nil)
		mustBe(t, err, nil)
		w.takeAs(t, me, w.a, cashier.Pay{Method: cashier.MethodCard, Amount: 700}) // no cash
		w.takeAs(t, me, w.a, cashier.Pay{Method: cashier.MethodCash, Amount: 500})
		_, err = w.shift.CloseShift(ctx, me, w.project, r.Shift, shift.Closing{Count: 1})
		mustBe(t, err, shift.ErrCountMoved)
		fifteen := money.Fen(1500)
		_, err = w.shift.CountShift(ctx, w.second(), w.project, r.Shift, &fifteen, nil)
		mustBe(t, err, nil)
		_, err = w.shift.CloseShift(ctx, me, w.project, r.Shift, shift.Closing{Count: 1})
		mustBe(t, err, shift.ErrCountMoved)
		got, err := w.shift.CloseShift(ctx, w.second(), w.project, r.Shift, shift.Closing{Count: 2, Handed: 1500})
		mustBe(t, err, nil)
		if got.Cashier != me.Account || got.ClosedName != "孙涛" || got.Kept() != 0 || got.Reason != "" {
			t.Errorf("closed for another: %+v", got)
		}
	})
}

// Who has not closed yesterday.
func TestLateShifts(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		w.takeAs(t, w.teller(), w.a, cashier.Pay{Method: cashier.MethodCash, Amount: 1000})
		w.now.Advance(24 * time.Hour)
		w.takeAs(t, w.second(), w.c, cashier.Pay{Method: cashier.MethodCash, Amount: 1000})
		w.close(t, w.second())
		w.takeAs(t, w.second(), w.c, cashier.Pay{Method: cashier.MethodCash, Amount: 100})
		for name, c := range map[string]struct {
			f    shift.ShiftFilter
			want int
		}{
			"all": {shift.ShiftFilter{}, 3}, "late": {shift.ShiftFilter{Late: true}, 1}, "open": {shift.ShiftFilter{State: cashier.ShiftOpen}, 2},
			"one cashier": {shift.ShiftFilter{Cashier: 22}, 2}, "a day": {shift.ShiftFilter{From: 20261122, Until: 20261122}, 2},
			"a page": {shift.ShiftFilter{Request: page.Request{Limit: 2}}, 2},
		} {
			list, err := w.shift.Shifts(t.Context(), w.second(), w.project, c.f)
			if err != nil || len(list.Items) != c.want || (name == "a page") != (list.Next != "") {
				t.Errorf("%s: %d shifts, next %q, %v", name, len(list.Items), list.Next, err)
			}
			if name == "late" && (list.Items[0].CashierName != "李雪梅" || list.Items[0].Expected != 1000 || list.Items[0].Hidden) {
				t.Errorf("late %+v", list.Items[0])
			}
		}
	})
}

// What came in by itself is handed over by itself on the next day, with a number
// like every shift, and cannot be made void any more; what a person took, or what
// came today, waits.
func TestUnattendedShifts(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		ctx, nobody := t.Context(), actor.System("预存自动抵扣")
		w.bill(t, due{w.a, "物业服务费", 202611, 5000}, due{w.c, "物业服务费", 202611, 700})
		w.takeAs(t, w.teller(), w.c, cashier.Pay{Method: cashier.MethodTransfer, Amount: 300})
		r := w.takeAs(t, nobody, w.a, cashier.Pay{Method: cashier.MethodTransfer, Amount: 2000})
		mustBe(t, w.shift.CloseUnattended(ctx), nil)
		if sh, err := w.shift.Shift(ctx, w.second(), w.project, r.Shift); err != nil || sh.State != cashier.ShiftOpen {
			t.Fatalf("handed over on the same day: %+v, %v", sh, err)
		}
		w.now.Advance(24 * time.Hour)
		for range 2 {
			mustBe(t, w.shift.CloseUnattended(ctx), nil)
		}
		sh, err := w.shift.Shift(ctx, w.second(), w.project, r.Shift)
		if err != nil || sh.State != cashier.ShiftClosed || sh.Number == "" || sh.Income() != 2000 || sh.Counted != 0 || sh.Difference() != 0 || sh.ClosedName != "自动交班" {
			t.Errorf("%+v, %v", sh, err)
		}
		_, err = w.cashier.Void(ctx, boss(), w.project, r.ID, "收错")
		mustBe(t, err, cashier.ErrHandedOver)
		list, err := w.shift.Shifts(ctx, w.second(), w.project, shift.ShiftFilter{State: cashier.ShiftOpen})
		if err != nil || len(list.Items) != 1 || list.Items[0].CashierName != w.teller().Name {
			t.Errorf("open: %+v, %v", list.Items, err)
		}
		if again := w.takeAs(t, nobody, w.a, cashier.Pay{Method: cashier.MethodTransfer, Amount: 500}); again.Shift == r.Shift {
			t.Error("a closed shift takes receipts")
		}
		cashed := w.takeAs(t, nobody, w.a, cash(100)...)
		w.now.Advance(24 * time.Hour)
		mustBe(t, w.shift.CloseUnattended(ctx), nil)
		if sh, err = w.shift.Shift(ctx, w.second(), w.project, cashed.Shift); err != nil || sh.State != cashier.ShiftOpen {
			t.Errorf("cash that nobody counted: %+v, %v", sh, err)
		}
	})
}

// A receipt that meets a closing lands in it or in the next shift: nothing is
// lost, nothing twice, and the sums of all shifts are those of all receipts.
func TestReceiptsMeetClosings(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		me := w.teller()
		var wg sync.WaitGroup
		var taken, closed atomic.Int64
		rooms := []id.ID{w.a, w.c, w.dd}
		for i, room := range rooms {
			wg.Go(func() {
				for n := range 12 {
					r, err := w.cashier.Receive(context.Background(), me, w.project, cashier.Taking{Room: room, Confirmed: true,
						Pays: cash(money.Fen(100*(i+1) + n))})
					if err != nil {
						t.Error(err)
						return
					}
					taken.Add(int64(r.Amount))
					if n%4 != 3 {
						continue
					}
					_, err = w.cashier.Void(context.Background(), me, w.project, r.ID, "竞争")
					if err == nil {
						taken.Add(-int64(r.Amount))
					} else if !errors.Is(err, cashier.ErrHandedOver) {
						t.Error(err)
					}
				}
			})
		}
		end := make(chan struct{})
		var closer sync.WaitGroup
		closer.Go(func() {
			for {
				select {
				case <-end:
					return
				default:
				}
				if w.tryClose(t, me) {
					closed.Add(1)
				}
				time.Sleep(3 * time.Millisecond)
			}
		})
		wg.Wait()
		close(end)
		closer.Wait()
		for w.tryClose(t, me) {
			closed.Add(1)
		}
		list, err := w.shift.Shifts(t.Context(), me, w.project, shift.ShiftFilter{Request: page.Request{Limit: 200}})
		mustBe(t, err, nil)
		var income, handed money.Fen
		n := 0
		for _, sh := range list.Items {
			if sh.State != cashier.ShiftClosed {
				t.Errorf("left open: %+v", sh)
			}
			income, handed = income+sh.Income(), handed+sh.Handed
			for _, m := range sh.Sums {
				n += m.Receipts
			}
		}
		if int64(income) != taken.Load() || income != handed || income != w.income(t) || n != 36 || int64(len(list.Items)) != closed.Load() {
			t.Errorf("shifts hold %d in %d receipts, handed in %d; taken %d; %d closings", income, n, handed, taken.Load(), closed.Load())
		}
	})
}

// tryClose counts what the report expects and closes unless money moves in
// between.
func (w *world) tryClose(t *testing.T, who actor.Actor) bool {
	ctx := context.Background()
	list, err := w.shift.Shifts(ctx, w.second(), w.project, shift.ShiftFilter{State: cashier.ShiftOpen, Cashier: who.Account})
	if err != nil || len(list.Items) == 0 {
		if err != nil {
			t.Error(err)
		}
		return false
	}
	sh := list.Items[0]
	got, err := w.shift.CountShift(ctx, who, w.project, sh.ID, &sh.Expected, nil)
	if err != nil {
		t.Error(err)
		return false
	}
	_, err = w.shift.CloseShift(ctx, who, w.project, sh.ID, shift.Closing{Count: len(got.Counts), Handed: got.Counted})
	if err != nil && !errors.Is(err, shift.ErrCountMoved) && !errors.Is(err, shift.ErrDifference) {
		t.Error(err)
	}
	return err == nil
}

// A window that gave up half way leaves neither a receipt nor a shift.
func TestShiftRollsBack(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		lost := errors.New("lost")
		err := w.d.Write(t.Context(), func(tx *db.Tx) error {
			_, err := w.cashier.Receive(db.Join(t.Context(), tx), w.teller(), w.project, cashier.Taking{Room: w.a, Confirmed: true, Pays: cash(100)})
			return errors.Join(err, lost)
		})
		mustBe(t, err, lost)
		sh, _, err := w.shift.CurrentShift(t.Context(), w.teller(), w.project)
		if err != nil || sh != nil {
			t.Errorf("left %+v, %v", sh, err)
		}
	})
}
