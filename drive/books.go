package drive

import (
	"context"
	"errors"
	"fmt"

	"linli/internal/app"
	"linli/internal/cashier"
	"linli/internal/deposit"
	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
	"linli/internal/kit/page"
	"linli/internal/ledger"
	"linli/internal/reconcile"
)

// Books are what the product says of itself.
type Books struct {
	Projects map[id.ID]*Project
	Findings []string // of doctor
}

// Project is what it says of one project.
type Project struct {
	Receipts    []cashier.Receipt
	Deposits    map[id.ID]money.Fen // taken
	Refunds     []cashier.Refund
	Orders      map[id.ID]Order
	Runs        map[id.ID]string                // state
	Clearing    map[clock.Date]money.Fen        // what was posted to what channels hold, by day
	Days        []reconcile.Statement           // reconciled
	Differences map[id.ID]reconcile.Difference  // found by it
	Credited    map[string]reconcile.Difference // by transaction: what it credited by itself
}

// Order is one online order.
type Order struct {
	State       string
	Amount      money.Fen
	Channel     string
	Room        id.ID
	Number      string
	Transaction string
}

func newProject() *Project {
	return &Project{Deposits: map[id.ID]money.Fen{}, Orders: map[id.ID]Order{}, Runs: map[id.ID]string{}, Clearing: map[clock.Date]money.Fen{},
		Differences: map[id.ID]reconcile.Difference{}, Credited: map[string]reconcile.Difference{}}
}

// ReadBooks asks the rooms of an installation for everything that the journal
// is about; nothing is read past them.
func ReadBooks(ctx context.Context, a *app.App, journal []Entry) (*Books, error) {
	b := &Books{Projects: map[id.ID]*Project{}}
	for _, p := range projectsOf(journal) {
		x, err := readProject(ctx, a, p)
		if err != nil {
			return nil, fmt.Errorf("read books: %w", err)
		}
		b.Projects[p] = x
	}
	if len(b.Projects) == 0 {
		return nil, errors.New("read books: the journal names no project")
	}
	q := a.DB.Reader(ctx)
	for i := range journal {
		if err := b.readNamed(ctx, a, q, &journal[i]); err != nil {
			return nil, err
		}
	}
	found, err := a.Doctor(ctx, app.Checks{})
	if err != nil {
		return nil, fmt.Errorf("doctor: %w", err)
	}
	for _, f := range found {
		b.Findings = append(b.Findings, f.String())
	}
	return b, nil
}

// readProject reads the lists.
func readProject(ctx context.Context, a *app.App, project id.ID) (*Project, error) {
	b := newProject()
	read := []func(p page.Request) (string, error){
		func(p page.Request) (string, error) {
			l, err := a.Cashier.Receipts(ctx, project, cashier.Filter{Request: p})
			b.Receipts = append(b.Receipts, l.Items...)
			return l.Next, err
		},
		func(p page.Request) (string, error) {
			l, err := a.Cashier.Refunds(ctx, project, cashier.RefundFilter{Request: p})
			b.Refunds = append(b.Refunds, l.Items...)
			return l.Next, err
		},
		func(p page.Request) (string, error) {
			l, err := a.Deposit.Deposits(ctx, project, deposit.Filter{Request: p})
			for _, d := range l.Items {
				b.Deposits[d.ID] = d.Taken
			}
			return l.Next, err
		},
		func(p page.Request) (string, error) {
			l, err := a.Reconcile.Statements(ctx, project, reconcile.StatementFilter{Request: p})
			b.Days = append(b.Days, l.Items...)
			return l.Next, err
		},
		func(p page.Request) (string, error) {
			l, err := a.Reconcile.Differences(ctx, project, reconcile.DifferenceFilter{Request: p})
			for _, d := range l.Items {
				b.Differences[d.ID] = d
				if d.Remedy == reconcile.RemedyCredit {
					b.Credited[d.Transaction] = d
				}
			}
			return l.Next, err
		},
	}
	for _, next := range read {
		if err := pages(next); err != nil {
			return nil, err
		}
	}
	var err error
	b.Clearing, err = a.Ledger.NetByDay(ctx, a.DB.Reader(ctx), project, ledger.Clearing, ledger.DocChannelFee)
	return b, err
}

// readNamed reads what one acknowledged command has made, by its id.
func (b *Books) readNamed(ctx context.Context, a *app.App, q db.Q, e *Entry) error {
	p := b.Projects[e.Project]
	if p == nil || !e.known() || e.Status >= 300 {
		return nil
	}
	switch e.Deed {
	case OpenOrder, PayByCode:
		o, err := a.Payment.Order(ctx, q, e.Project, e.ID)
		if err != nil {
			return fmt.Errorf("read order %s that was acknowledged: %w", e.ID, err)
		}
		p.Orders[e.ID] = Order{string(o.State), o.Amount, o.Channel, o.Room, o.Number, o.Transaction}
	case StartRun:
		r, err := a.Billing.Run(ctx, q, e.Project, e.ID)
		if err != nil {
			return fmt.Errorf("read run %s that was acknowledged: %w", e.ID, err)
		}
		p.Runs[e.ID] = string(r.State)
	}
	return nil
}

func projectsOf(journal []Entry) []id.ID {
	var out []id.ID
	for i := range journal {
		if journal[i].Deed == Began {
			out = append(out, journal[i].ID)
		}
	}
	return out
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
