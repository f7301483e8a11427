package countertest

import (
	"context"
	"fmt"

	"linli/internal/cashier"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
	"linli/internal/ledger"
)

// Balanced holds every promise about money at rest against the project: what
// the rooms check themselves, the log, and the books beside wallets, debts and
// receipts.
func (w *World) Balanced(ctx context.Context, checks ...func(context.Context, id.ID) ([]string, error)) error {
	for _, check := range append(checks, w.Ledger.Broken, w.Payment.Broken, w.Cashier.Broken) {
		if list, err := check(ctx, w.Project); err != nil || len(list) > 0 {
			return fmt.Errorf("is broken: %v, %v", list, err)
		}
	}
	if err := w.Audit.Verify(ctx, w.Project); err != nil {
		return fmt.Errorf("audit: %w", err)
	}
	q := w.DB.Reader(ctx)
	books, err := w.Ledger.Balances(ctx, q, w.Project, 0)
	if err != nil {
		return err
	}
	var sum money.Fen
	for _, v := range books {
		sum += v
	}
	wallets, err := w.Payment.Total(ctx, q, w.Project)
	if err != nil {
		return err
	}
	open, err := w.Billing.Open(ctx, q, w.Project, []id.ID{w.A, w.B, w.C, w.D})
	if err != nil {
		return err
	}
	var owed money.Fen
	for _, c := range open {
		if c.Paid < 0 || c.Paid > c.Amount {
			return fmt.Errorf("charge %+v is paid beyond what is owed", c)
		}
		owed += c.Owed()
	}
	income, err := w.Income(ctx)
	if err != nil {
		return err
	}
	in := books[ledger.Cash] + books[ledger.Bank] + books[ledger.Clearing]
	if sum != 0 || -books[ledger.Prepaid] != wallets || books[ledger.Receivable] != owed || in != income {
		return fmt.Errorf("books %v (sum %d): wallets %d, owed %d, income of receipts %d", books, sum, wallets, owed, income)
	}
	return nil
}

// Income sums the valid receipts, in fen.
func (w *World) Income(ctx context.Context) (money.Fen, error) {
	f := cashier.Filter{}
	f.Limit = 200
	var sum money.Fen
	for {
		list, err := w.Cashier.Receipts(ctx, w.Project, f)
		if err != nil {
			return 0, fmt.Errorf("receipts: %w", err)
		}
		for i := range list.Items {
			if list.Items[i].State == cashier.StateValid {
				sum += list.Items[i].Income()
			}
		}
		if f.Cursor = list.Next; f.Cursor == "" {
			return sum, nil
		}
	}
}
