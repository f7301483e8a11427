package bank_test

import (
	"strings"
	"testing"

	"linli/internal/bank"
	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/fault"
	"linli/internal/kit/money"
	"linli/internal/ledger"
)

// stands checks what lies in the bank and what is owed to nobody known, in fen.
func (w *world) stands(t *testing.T, when string, inBank, owed money.Fen) {
	t.Helper()
	if b, s := w.Balance(t, ledger.Bank), w.Balance(t, ledger.Suspense); b != inBank || s != -owed {
		t.Errorf("%s: %d in the bank, %d held; want %d and %d", when, b, -s, inBank, owed)
	}
	w.Sound(t, w.bank.Broken, w.Ledger.Broken, w.Cashier.Broken)
}

func (w *world) hold(t *testing.T, reference, note string) bank.Row {
	t.Helper()
	b, err := w.bank.PutAside(t.Context(), w.Teller(), w.Project, w.rows(t, "")[reference].ID, bank.StateHeld, note)
	if err != nil || b.State != bank.StateHeld || !b.Booked {
		t.Fatalf("held %+v, %v", b, err)
	}
	return b
}

// Money that is looked into stands in the book as owed, once, until a receipt
// takes it, it goes back, or nothing was done after all.
func TestHeldMoneyStandsInTheBook(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		w.load(t, "明细.csv", bankSheet)
		w.Now.Set(w.Now.Now().AddDate(1, 0, 0)) // the rows are not of tomorrow
		ctx, who := t.Context(), w.Teller()
		row := w.hold(t, "LS0006", "附言空白")
		w.stands(t, "held", 80_00, 80_00)
		w.hold(t, "LS0006", "问过银行，还没有答复")
		w.stands(t, "held twice", 80_00, 80_00)
		posted, err := w.Ledger.ByDoc(ctx, w.DB.Reader(ctx), w.Project, ledger.DocBankHeld, row.ID)
		if err != nil || len(posted) != 1 || posted[0].Date != 20261119 {
			t.Errorf("posted %+v, %v", posted, err)
		}
		w.hold(t, "LS0002", "同名")
		if sum, err := w.bank.Suspended(ctx, w.Project); err != nil || sum != (bank.Suspended{Rows: 2, Amount: 280_00, Since: 20261118}) {
			t.Errorf("held together %+v, %v", sum, err)
		}
		_, err = w.bank.PutAside(ctx, who, w.Project, w.rows(t, "")["LS0002"].ID, bank.StateAside, "员工还款")
		mustBe(t, err, nil)
		w.stands(t, "no money of a household after all", 80_00, 80_00)

		in := bank.Taking{Room: w.A, ExpectedOwed: w.Owed(t, w.A), Confirmed: true}
		got, err := w.bank.Receive(ctx, who, w.Project, row.ID, in)
		mustBe(t, err, nil)
		w.stands(t, "received", 80_00, 0)
		_, err = w.bank.Reopen(ctx, who, w.Project, row.ID)
		mustBe(t, err, bank.ErrDone)
		if _, err := w.Cashier.Void(ctx, who, w.Project, got.Receipt, "记错了房间"); err != nil {
			t.Fatal(err)
		}
		w.stands(t, "receipt void", 0, 0)
		w.hold(t, "LS0006", "不是这户")
		w.stands(t, "held again", 80_00, 80_00)
		back, err := w.bank.Reopen(ctx, who, w.Project, row.ID)
		if err != nil || back.State != bank.StateOpen || back.Booked || back.Receipt != 0 {
			t.Errorf("reopened %+v, %v", back, err)
		}
		w.stands(t, "nothing done", 0, 0)
		_, err = w.bank.Reopen(ctx, who, w.Project, row.ID)
		mustBe(t, err, bank.ErrIdle)
	})
}

// What was sent by mistake goes back: it was in the bank and is no more, and
// nobody can take it.
func TestMoneySentBack(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		w.load(t, "明细.csv", bankSheet)
		w.Now.Set(w.Now.Now().AddDate(1, 0, 0))
		ctx, who, today := t.Context(), w.Teller(), clock.DateOf(w.Now.Now())
		held, open := w.hold(t, "LS0003", "某某公司打错了"), w.rows(t, "")["LS0001"]
		for _, on := range []clock.Date{today.AddDays(1), 20261118} {
			_, err := w.bank.Return(ctx, who, w.Project, held.ID, on, "退回")
			mustBe(t, err, bank.ErrDay)
		}
		_, err := w.bank.Return(ctx, who, w.Project, held.ID, today, " ")
		mustBe(t, err, bank.ErrNote)
		for _, b := range []bank.Row{held, open} {
			got, err := w.bank.Return(ctx, who, w.Project, b.ID, 20261120, "网银退回原账号")
			if err != nil || got.State != bank.StateReturned || got.Booked {
				t.Fatalf("%+v, %v", got, err)
			}
			posted, err := w.Ledger.ByDoc(ctx, w.DB.Reader(ctx), w.Project, ledger.DocBankReturned, b.ID)
			if err != nil || len(posted) != 1 || posted[0].Date != 20261120 || posted[0].Credit != ledger.Bank || posted[0].Amount != b.Amount {
				t.Errorf("posted %+v, %v", posted, err)
			}
		}
		w.stands(t, "sent back", 0, 0)
		_, err = w.bank.Receive(ctx, who, w.Project, held.ID, bank.Taking{Room: w.A, ExpectedOwed: w.Owed(t, w.A), Confirmed: true})
		mustBe(t, err, bank.ErrBack)
		_, err = w.bank.PutAside(ctx, who, w.Project, held.ID, bank.StateHeld, "x")
		mustBe(t, err, bank.ErrBack)
		_, err = w.bank.Return(ctx, who, w.Project, held.ID, today, "x")
		mustBe(t, err, bank.ErrBack)
		_, err = w.bank.Reopen(ctx, who, w.Project, held.ID)
		mustBe(t, err, nil)
		_, err = w.bank.Return(ctx, who, w.Project+1, open.ID, today, "x")
		mustBe(t, err, fault.ErrNotFound)
		w.stands(t, "not sent back after all", 0, 0)
	})
}

// A closed month is not touched.
func TestHeldInAClosedMonth(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		w.load(t, "明细.csv", bankSheet)
		w.Now.Set(w.Now.Now().AddDate(1, 0, 0))
		w.write(t, func(tx *db.Tx) error {
			_, err := w.Ledger.CloseMonth(t.Context(), tx, w.Project, 202611, "test")
			return err
		})
		row := w.hold(t, "LS0006", "附言空白")
		posted, err := w.Ledger.ByDoc(t.Context(), w.DB.Reader(t.Context()), w.Project, ledger.DocBankHeld, row.ID)
		if err != nil || len(posted) != 1 || posted[0].Date != clock.DateOf(w.Now.Now()) {
			t.Errorf("posted %+v, %v", posted, err)
		}
		w.stands(t, "held", 80_00, 80_00)
	})
}

// Rows that were held before such money was booked are booked once; the check
// names an account and rows that do not fit.
func TestHeldBeforeTheUpgrade(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		w.load(t, "明细.csv", bankSheet)
		w.Now.Set(w.Now.Now().AddDate(1, 0, 0))
		for _, reference := range []string{"LS0003", "LS0006"} {
			row := w.hold(t, reference, "附言空白")
			w.write(t, func(tx *db.Tx) error {
				return w.Ledger.Post(t.Context(), tx, w.Project, []ledger.Posting{{DocKind: ledger.DocBankFreed, Doc: row.ID, Date: clock.DateOf(tx.Now()),
					Debit: ledger.Suspense, Credit: ledger.Bank, Amount: row.Amount}})
			})
			if named, err := w.bank.Broken(t.Context(), w.Project); err != nil || !strings.Contains(strings.Join(named, "\n"), "账上是 0.00 元") {
				t.Errorf("the account lacks a row: %v, %v", named, err)
			}
			w.byHand(t, "SET booked = 0 WHERE reference = '"+reference+"'")
		}
		w.stands(t, "before", 0, 0)
		for range 2 {
			mustBe(t, w.bank.BookHeld(t.Context()), nil)
			w.stands(t, "after", 380_00, 380_00)
		}
		w.byHand(t, "SET booked = 0 WHERE reference = 'LS0006'")
		if named, err := w.bank.Broken(t.Context(), w.Project); err != nil || !strings.Contains(strings.Join(named, "\n"), "那笔流水不在待查") {
			t.Errorf("the account has more than the rows: %v, %v", named, err)
		}
		w.byHand(t, "SET booked = 1 WHERE reference = 'LS0006'")
	})
}

func (w *world) write(t *testing.T, do func(tx *db.Tx) error) {
	t.Helper()
	if err := w.DB.Write(t.Context(), do); err != nil {
		t.Fatal(err)
	}
}
