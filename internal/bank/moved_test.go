package bank_test

import (
	"testing"

	"linli/internal/bank"
	"linli/internal/cashier"
	"linli/internal/ledger"
)

// Cash that was brought to the bank leaves the drawer's account on the day of
// the statement, once, and comes back when that was a mistake.
func TestCashBroughtToTheBank(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		w.load(t, "明细.csv", bankSheet)
		w.Now.Set(w.Now.Now().AddDate(1, 0, 0)) // the rows are not of tomorrow
		ctx, who := t.Context(), w.Teller()
		row := w.rows(t, "")["LS0006"]
		_, err := w.bank.PutAside(ctx, who, w.Project, row.ID, bank.StateCash, "周五送存")
		mustBe(t, err, bank.ErrShort)
		_, err = w.bank.PutAside(ctx, who, w.Project, row.ID, bank.StateSettled, "微信结算")
		mustBe(t, err, bank.ErrShort)

		w.Take(t, w.A, cashier.Pay{Method: cashier.MethodCash, Amount: 100_00})
		w.hold(t, "LS0006", "先查一下")
		b, err := w.bank.PutAside(ctx, who, w.Project, row.ID, bank.StateCash, "周五送存")
		if err != nil || b.State != bank.StateCash || b.Booked {
			t.Fatalf("brought %+v, %v", b, err)
		}
		posted, err := w.Ledger.ByDoc(ctx, w.DB.Reader(ctx), w.Project, ledger.DocBankMoved, row.ID)
		if err != nil || len(posted) != 1 || posted[0].Date != 20261119 {
			t.Errorf("posted %+v, %v", posted, err)
		}
		if cash := w.Balance(t, ledger.Cash); cash != 20_00 {
			t.Errorf("%d in cash", cash)
		}
		w.stands(t, "brought", 80_00, 0)
		_, err = w.bank.PutAside(ctx, who, w.Project, row.ID, bank.StateAside, "结息")
		mustBe(t, err, bank.ErrDone)
		_, err = w.bank.Receive(ctx, who, w.Project, row.ID, bank.Taking{Room: w.A, ExpectedOwed: w.Owed(t, w.A), Confirmed: true})
		mustBe(t, err, bank.ErrDone)

		if b, err = w.bank.Reopen(ctx, who, w.Project, row.ID); err != nil || b.State != bank.StateOpen {
			t.Errorf("reopened %+v, %v", b, err)
		}
		if cash := w.Balance(t, ledger.Cash); cash != 100_00 {
			t.Errorf("%d in cash after all", cash)
		}
		w.stands(t, "reopened", 0, 0)
	})
}
