package drive

import (
	"context"
	"errors"
	"fmt"

	"linli/internal/app"
	"linli/internal/cashier"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
	"linli/internal/kit/page"
	"linli/internal/ledger"
)

// Books are what the product says of itself.
type Books struct {
	Receipts []cashier.Receipt
	Refunds  []cashier.Refund
	Orders   map[id.ID]Order
	Runs     map[id.ID]string // state
	Clearing money.Fen        // balance of what channels hold
	Findings []string         // of doctor
}

// Order is one online order.
type Order struct {
	State       string
	Amount      money.Fen
	Transaction string
}

// ReadBooks asks the rooms of an installation for everything that the journal
// is about; nothing is read past them.
func ReadBooks(ctx context.Context, a *app.App, journal []Entry) (*Books, error) {
	b := &Books{Orders: map[id.ID]Order{}, Runs: map[id.ID]string{}}
	project := projectOf(journal)
	if project == 0 {
		return nil, errors.New("read books: the journal names no project")
	}
	q := a.DB.Reader(ctx)
	err := pages(func(p page.Request) (string, error) {
		l, err := a.Cashier.Receipts(ctx, project, cashier.Filter{Request: p})
		b.Receipts = append(b.Receipts, l.Items...)
		return l.Next, err
	})
	if err == nil {
		err = pages(func(p page.Request) (string, error) {
			l, err := a.Cashier.Refunds(ctx, project, cashier.RefundFilter{Request: p})
			b.Refunds = append(b.Refunds, l.Items...)
			return l.Next, err
		})
	}
	if err != nil {
		return nil, fmt.Errorf("read books: %w", err)
	}
	for i := range journal {
		e := &journal[i]
		if !e.known() || e.Status >= 300 {
			continue
		}
		switch e.Deed {
		case OpenOrder:
			o, err := a.Payment.Order(ctx, q, project, e.ID)
			if err != nil {
				return nil, fmt.Errorf("read order %s that was acknowledged: %w", e.ID, err)
			}
			b.Orders[e.ID] = Order{string(o.State), o.Amount, o.Transaction}
		case StartRun:
			r, err := a.Billing.Run(ctx, q, project, e.ID)
			if err != nil {
				return nil, fmt.Errorf("read run %s that was acknowledged: %w", e.ID, err)
			}
			b.Runs[e.ID] = string(r.State)
		}
	}
	balances, err := a.Ledger.Balances(ctx, q, project, 0)
	if err != nil {
		return nil, fmt.Errorf("read books: %w", err)
	}
	b.Clearing = balances[ledger.Clearing]
	found, err := a.Doctor(ctx, app.Checks{})
	if err != nil {
		return nil, fmt.Errorf("doctor: %w", err)
	}
	for _, f := range found {
		b.Findings = append(b.Findings, f.String())
	}
	return b, nil
}

func projectOf(journal []Entry) id.ID {
	for i := range journal {
		if journal[i].Deed == Began {
			return journal[i].ID
		}
	}
	return 0
}

func pages(next func(page.Request) (string, error)) error {
	for p := (page.Request{Limit: 200}); ; {
		cursor, err := next(p)
		if err != nil || cursor == "" {
			return err
		}
		p.Cursor = cursor
	}
}
