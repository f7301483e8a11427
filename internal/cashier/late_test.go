package cashier_test

import (
	"context"
	"strings"
	"testing"

	"linli/internal/billing"
	"linli/internal/cashier"
	"linli/internal/kit/actor"
	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
	"linli/internal/latefee"
	"linli/internal/latefee/penalty"
	"linli/internal/ledger"
)

// lateWorld owes room A one charge of 1000.00 and lets it become late.
func (w *world) lateWorld(t *testing.T, terms penalty.Terms) billing.Charge {
	t.Helper()
	w.bill(t, due{w.a, "物业服务费", clock.MonthOf(w.now.Now()), 1000_00})
	open, err := w.billing.Open(t.Context(), w.d.Reader(t.Context()), w.project, []id.ID{w.a})
	if err != nil || len(open) != 1 {
		t.Fatalf("open: %v %v", open, err)
	}
	w.write(t, func(ctx context.Context, tx *db.Tx) error {
		_, err := w.late.AddTerms(ctx, tx, actor.System("test"), w.project, latefee.Terms{Item: open[0].Item, From: 20200101, Terms: terms, Source: "物业服务合同第十二条"})
		return err
	})
	return open[0]
}

func (w *world) write(t fataler, fn func(ctx context.Context, tx *db.Tx) error) {
	t.Helper()
	if err := w.d.Write(context.Background(), func(tx *db.Tx) error { return fn(context.Background(), tx) }); err != nil {
		t.Fatalf("write: %v", err)
	}
}

// A late fee is taken with its principal, stands on the receipt as a line of
// its own with its days, goes to other income, and is not asked again.
func TestLateFeeIsTaken(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		c := w.lateWorld(t, penalty.Terms{Daily: 50_000, Grace: penalty.FromDue, Cap: penalty.Principal})
		w.now.Set(c.Due.AddDays(20).Start())
		s := w.seat(t, w.a)
		if s.Owed != 1000_00 || s.LateOwed != 10_00 || len(s.Late) != 1 {
			t.Fatalf("owed %d, late %d", s.Owed, s.LateOwed)
		}
		// 400.00 by the law: the interest first, the rest off the principal.
		r, err := w.take(t, cashier.Taking{Room: w.a, Pays: cash(400_00)})
		if err != nil {
			t.Fatal(err)
		}
		if len(r.Lines) != 2 || r.Lines[0].ItemName != "物业服务费违约金" || r.Lines[0].Amount != 10_00 || r.Lines[1].Amount != 390_00 {
			t.Fatalf("lines %+v", r.Lines)
		}
		if r.Lines[0].How != "1000.00 元 × 0.05%/天 × 20 天" || r.OwedAfter != 610_00 {
			t.Errorf("how %q, owed after %d", r.Lines[0].How, r.OwedAfter)
		}
		books, err := w.ledger.Balances(t.Context(), w.d.Reader(t.Context()), w.project, 0)
		if err != nil || books[ledger.OtherRevenue] != -10_00 {
			t.Errorf("other income %d, %v", books[ledger.OtherRevenue], err)
		}
		// Twenty days later only the new segment is asked.
		w.now.Set(c.Due.AddDays(40).Start())
		if s := w.seat(t, w.a); s.LateOwed != 6_10 || s.Late[0].Charged != 10_00 || len(s.Late[0].Result.Segments) != 2 {
			t.Errorf("late %d of %+v", s.LateOwed, s.Late)
		}
		// The payer may name the principal alone; what it has cost stays.
		if _, err := w.take(t, cashier.Taking{Room: w.a, Charges: []id.ID{c.ID}, Pays: cash(610_00)}); err != nil {
			t.Fatal(err)
		}
		w.now.Set(c.Due.AddDays(90).Start())
		s = w.seat(t, w.a)
		if s.Owed != 0 || s.LateOwed != 6_10 {
			t.Fatalf("owed %d, late %d", s.Owed, s.LateOwed)
		}
		wrong := money.Fen(7_00)
		_, err = w.take(t, cashier.Taking{Room: w.a, Late: []id.ID{c.ID}, ExpectedLate: &wrong, Pays: cash(6_10)})
		mustBe(t, err, cashier.ErrLateChanged)
		if r, err = w.take(t, cashier.Taking{Room: w.a, Late: []id.ID{c.ID}, ExpectedLate: &s.LateOwed, Pays: cash(6_10)}); err != nil {
			t.Fatal(err)
		}
		if s := w.seat(t, w.a); s.LateOwed != 0 || r.ToPrepay != 0 {
			t.Errorf("late %d left", s.LateOwed)
		}
	})
}

// A receipt made void takes its late fee back: the days speak again.
func TestVoidTakesLateFeeBack(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		c := w.lateWorld(t, penalty.Terms{Daily: 50_000, Grace: penalty.FromDue, Cap: penalty.LPR4})
		w.now.Set(c.Due.AddDays(20).Start())
		r, err := w.take(t, cashier.Taking{Room: w.a, Pays: cash(400_00)})
		if err != nil {
			t.Fatal(err)
		}
		w.sound(t)
		if _, err := w.cashier.Void(t.Context(), w.teller(), w.project, r.ID, "金额收错"); err != nil {
			t.Fatal(err)
		}
		if s := w.seat(t, w.a); s.Owed != 1000_00 || s.LateOwed == 0 || s.Late[0].Charged != 0 || len(s.Open) != 1 {
			t.Errorf("owed %d, late %d of %+v", s.Owed, s.LateOwed, s.Late)
		}
		if list, err := w.billing.Broken(t.Context(), w.project); err != nil || len(list) > 0 {
			t.Errorf("billing is broken: %v %v", list, err)
		}
		books, err := w.ledger.Balances(t.Context(), w.d.Reader(t.Context()), w.project, 0)
		if err != nil || books[ledger.OtherRevenue] != 0 {
			t.Errorf("other income %d, %v", books[ledger.OtherRevenue], err)
		}
	})
}

// Waivers are documents of two people. They edit nothing, take off what is
// owed, and leave the rate of collection.
func TestWaivers(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		c := w.lateWorld(t, penalty.Terms{Daily: 50_000, Grace: penalty.FromDue, Cap: penalty.Principal})
		w.now.Set(c.Due.AddDays(20).Start())
		clerk, head := actor.Actor{Account: 1, Name: "周敏"}, actor.Actor{Account: 2, Name: "陈立群"}
		ask := func(kind latefee.WaiverKind, amount money.Fen) (out latefee.Waiver, err error) {
			err = w.d.Write(t.Context(), func(tx *db.Tx) error {
				out, err = w.late.AskWaiver(t.Context(), tx, clerk, w.project, latefee.Waiver{Kind: kind, Charge: c.ID, Amount: amount, Reason: "漏水多次未修"})
				return err
			})
			return out, err
		}
		decide := func(x latefee.Waiver, who actor.Actor, yes bool, note string) (out latefee.Waiver, err error) {
			err = w.d.Write(t.Context(), func(tx *db.Tx) error {
				out, err = w.late.DecideWaiver(t.Context(), tx, who, w.project, x.ID, yes, note, x.Version)
				return err
			})
			return out, err
		}
		_, err := ask(latefee.WaiveLate, 10_01)
		mustBe(t, err, latefee.ErrWaiverMuch)
		late, err := ask(latefee.WaiveLate, 0)
		if err != nil || late.Amount != 10_00 {
			t.Fatalf("asked %+v, %v", late, err)
		}
		if s := w.seat(t, w.a); s.LateOwed != 10_00 {
			t.Errorf("an application changed the late fee to %d", s.LateOwed)
		}
		_, err = decide(late, clerk, true, "")
		mustBe(t, err, latefee.ErrOwnWaiver)
		_, err = decide(late, head, false, "")
		mustBe(t, err, billing.ErrReason)
		if late, err = decide(late, head, true, ""); err != nil || !strings.HasPrefix(late.Number, "JM") {
			t.Fatalf("approved %+v, %v", late, err)
		}
		_, err = decide(late, head, true, "")
		mustBe(t, err, latefee.ErrWaiverState)
		if s := w.seat(t, w.a); s.LateOwed != 0 {
			t.Errorf("late fee is %d", s.LateOwed)
		}
		part, err := ask(latefee.WaiveCharge, 200_00)
		if err != nil {
			t.Fatal(err)
		}
		if _, err = decide(part, head, true, "同意"); err != nil {
			t.Fatal(err)
		}
		if s := w.seat(t, w.a); s.Owed != 800_00 || s.Open[0].Amount != 1000_00 {
			t.Errorf("owed %d of %d", s.Owed, s.Open[0].Amount)
		}
		got, err := w.billing.Collection(t.Context(), w.d.Reader(t.Context()), w.project, nil, c.Month)
		if err != nil || got.Due != 800_00 || got.Paid != 0 {
			t.Errorf("collection %+v, %v", got, err)
		}
		if list, err := w.billing.Broken(t.Context(), w.project); err != nil || len(list) > 0 {
			t.Errorf("billing is broken: %v %v", list, err)
		}
	})
}

// Money by a code goes to what is owed: the late fee of the day it arrives on
// cannot be known when the code is made.
func TestCodeTakesNoLateFee(t *testing.T) {
	onStreet(t, func(t *testing.T, w *world, s *street) {
		c := w.lateWorld(t, penalty.Terms{Daily: 50_000, Grace: penalty.FromDue, Cap: penalty.Principal})
		w.now.Set(c.Due.AddDays(20).Start())
		r := w.online(t, s, w.a, 400_00)
		if len(r.Lines) != 1 || r.Lines[0].Charge != c.ID || r.Lines[0].Amount != 400_00 || r.ToPrepay != 0 {
			t.Errorf("lines %+v, prepaid %d", r.Lines, r.ToPrepay)
		}
	})
}
