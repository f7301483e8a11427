package deposit_test

import (
	"errors"
	"strings"
	"testing"

	"linli/internal/cashier"
	"linli/internal/cashier/countertest"
	"linli/internal/deposit"
	"linli/internal/kit/db"
	"linli/internal/kit/fault"
	"linli/internal/kit/money"
	"linli/internal/ledger"
)

type world struct {
	*countertest.World
	deposit *deposit.Service
}

func run(t *testing.T, f func(t *testing.T, w *world)) {
	t.Helper()
	countertest.Run(t, func(t *testing.T, c *countertest.World) {
		w := &world{c, deposit.New(deposit.Deps{DB: c.DB, Audit: c.Audit, Ledger: c.Ledger, Estate: c.Estate, Cashier: c.Cashier})}
		f(t, w)
		w.Sound(t, w.deposit.Broken)
	}, deposit.Migrations())
}

func cash(amount money.Fen) []cashier.Pay {
	return []cashier.Pay{{Method: cashier.MethodCash, Amount: amount}}
}

func failed[T any](_ T, err error) error { return err }

func mustBe(t *testing.T, err, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Fatalf("got %v, want %v", err, want)
	}
}

// Promise 13: what was taken, changed by hand.
func TestBrokenNamesWhatWasTaken(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		d, _, err := w.deposit.Take(t.Context(), w.Teller(), w.Project, deposit.Taking{Kind: deposit.KindKeys, Room: w.A, Pays: cash(10000)})
		mustBe(t, err, nil)
		exec := func(query string) {
			mustBe(t, w.DB.Write(t.Context(), func(tx *db.Tx) error {
				_, err := tx.Exec(t.Context(), query, w.Project, d.ID)
				return err
			}), nil)
		}
		for _, c := range []struct{ spoil, mend, want string }{
			{"taken = taken + 1", "taken = taken - 1", "写着收了 100.01 元，明细是收据 " + d.Number + " 收了 100.00 元"},
			{"number = 'SJ2026-000099'", "number = '" + d.Number + "'", "押金（收据 SJ2026-000099）"},
		} {
			exec("UPDATE cashier_deposit SET " + c.spoil + " WHERE project_id = ? AND id = ?")
			found, err := w.deposit.Broken(t.Context(), w.Project)
			if err != nil || len(found) != 1 || !strings.Contains(found[0], c.want) {
				t.Errorf("%s: %q, %v", c.spoil, found, err)
			}
			exec("UPDATE cashier_deposit SET " + c.mend + " WHERE project_id = ? AND id = ?")
		}
	})
}

// A deposit is a liability: taken, moved, deducted by a document, given back.
func TestDeposit(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		ctx, me := t.Context(), w.Teller()
		_, _, err := w.deposit.Take(ctx, me, w.Project, deposit.Taking{Kind: "cake", Room: w.A, Pays: cash(1)})
		mustBe(t, err, deposit.ErrInvalid)
		_, _, err = w.deposit.Take(ctx, me, w.Project, deposit.Taking{Kind: deposit.KindKeys, Room: w.A, Pays: []cashier.Pay{{Method: cashier.MethodPrepay, Amount: 1}}})
		mustBe(t, err, cashier.ErrPrepaidUse)
		d, r, err := w.deposit.Take(ctx, me, w.Project, deposit.Taking{Kind: deposit.KindRenovation, Room: w.A, Pays: cash(200000), Note: "装修许可 12"})
		mustBe(t, err, nil)
		if r.Deposit != 200000 || r.Amount != 200000 || r.Refundable() != 0 || w.Balance(t, ledger.Deposit) != -200000 || w.Balance(t, ledger.OtherRevenue) != 0 || w.Balance(t, ledger.Prepaid) != 0 {
			t.Errorf("taken %+v", r)
		}
		mustBe(t, failed(w.Cashier.AskRefund(ctx, me, w.Project, cashier.RefundAsk{Kind: cashier.RefundPart, Receipt: r.ID, Amount: 1, Method: cashier.MethodCash, Reason: "退"})), cashier.ErrRedHeld)
		d, err = w.deposit.Move(ctx, me, w.Project, d.ID, w.C, 0, "换房", d.Version)
		if err != nil || d.Room != w.C || d.PersonName != "周文博" || d.Held != 200000 {
			t.Errorf("moved %+v, %v", d, err)
		}
		mustBe(t, failed(w.deposit.Deduct(ctx, me, w.Project, d.ID, 200001, "墙", d.Version)), deposit.ErrShort)
		mustBe(t, failed(w.deposit.Deduct(ctx, me, w.Project, d.ID, 1, "墙", d.Version-1)), fault.ErrStale)
		d, err = w.deposit.Deduct(ctx, me, w.Project, d.ID, 35000, "电梯轿厢划伤", d.Version)
		if err != nil || d.Held != 165000 || w.Balance(t, ledger.OtherRevenue) != -35000 {
			t.Errorf("deducted %+v, %v", d, err)
		}
		back := cashier.RefundAsk{Kind: cashier.RefundHeld, Deposit: d.ID, Amount: 165001, Method: cashier.MethodCash, Reason: "验收合格"}
		mustBe(t, failed(w.Cashier.AskRefund(ctx, me, w.Project, back)), cashier.ErrRefundMuch)
		back.Amount = 160000
		minus, err := w.GiveBack(t, back)
		if err != nil || minus.Deposit != -160000 || minus.Room != w.C || w.Balance(t, ledger.Deposit) != -5000 || w.Balance(t, ledger.Cash) != 40000 {
			t.Errorf("given back %+v, %v", minus, err)
		}
		d, err = w.deposit.Deposit(ctx, w.Project, d.ID)
		if err != nil || d.Held != 5000 || len(d.Entries) != 4 || d.Entries[2].Number != "YK2026-000001" || d.Entries[3].Number != minus.Number {
			t.Errorf("deposit %+v, %v", d, err)
		}
		d, err = w.deposit.Deduct(ctx, me, w.Project, d.ID, 0, "逾期不领", d.Version)
		if err != nil || d.Held != 0 || w.Balance(t, ledger.Deposit) != 0 || w.Balance(t, ledger.OtherRevenue) != -40000 || w.Balance(t, ledger.Revenue) != 0 {
			t.Errorf("forfeited %+v, %v", d, err)
		}
		mustBe(t, failed(w.Cashier.Void(ctx, me, w.Project, r.ID, "晚了")), cashier.ErrRedPart)
		// A mistaken one is made void with its receipt.
		wrong, r, err := w.deposit.Take(ctx, me, w.Project, deposit.Taking{Kind: deposit.KindKeys, Room: w.A, Pays: cash(500)})
		mustBe(t, err, nil)
		mustBe(t, failed(w.Cashier.Void(ctx, me, w.Project, r.ID, "收错")), nil)
		_, _, err = w.deposit.Take(ctx, me, w.Project, deposit.Taking{Kind: deposit.KindKeys, Room: w.D, Pays: cash(700)})
		mustBe(t, err, nil)
		if wrong, err = w.deposit.Deposit(ctx, w.Project, wrong.ID); err != nil || wrong.Held != 0 {
			t.Errorf("void %+v, %v", wrong, err)
		}
		// A voucher that stands on another receipt is asked back about, once.
		mixed := []cashier.Pay{{Method: cashier.MethodCash, Amount: 100}, {Method: cashier.MethodCard, Amount: 200, Reference: "008812"}}
		take := deposit.Taking{Kind: deposit.KindKeys, Room: w.A, Pays: mixed}
		_, r, err = w.deposit.Take(ctx, me, w.Project, take)
		if err != nil || r.Deposit != 300 || len(r.Pays) != 2 {
			t.Errorf("by two ways %+v, %v", r, err)
		}
		mustBe(t, failed(w.Cashier.Void(ctx, me, w.Project, r.ID, "收错")), nil)
		_, r, err = w.deposit.Take(ctx, me, w.Project, take)
		mustBe(t, err, nil)
		_, _, err = w.deposit.Take(ctx, me, w.Project, take)
		mustBe(t, err, cashier.ErrUnusual)
		take.Confirmed = true
		_, again, err := w.deposit.Take(ctx, me, w.Project, take)
		mustBe(t, err, nil)
		for _, x := range []cashier.Receipt{r, again} {
			mustBe(t, failed(w.Cashier.Void(ctx, me, w.Project, x.ID, "收错")), nil)
		}
		w.Now.Set(w.Now.Now().AddDate(0, 0, 200))
		sums, err := w.deposit.Sums(ctx, w.Project)
		if err != nil || len(sums) != 1 || sums[0].Held != 700 || sums[0].Ages != [4]money.Fen{0, 0, 700, 0} {
			t.Errorf("sums %+v, %v", sums, err)
		}
		f := deposit.Filter{Held: true, Text: "3栋"}
		list, err := w.deposit.Deposits(ctx, w.Project, f)
		if err != nil || len(list.Items) != 1 {
			t.Errorf("held %+v, %v", list, err)
		}
	})
}
