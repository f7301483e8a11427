package billing

import (
	"context"
	"fmt"

	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
	"linli/internal/kit/page"
)

// PayState is how far a charge is paid, for lists.
type PayState string

// The states; a charge that is overdue may be paid in part.
const (
	Unpaid  PayState = "unpaid"  // nothing paid, not yet overdue
	Partly  PayState = "partial" // paid in part
	Overdue PayState = "overdue" // owed and past its due date
	Paid    PayState = "paid"
	Owing   PayState = "open" // unpaid, partial or overdue
)

// Filter narrows the list of released charges; what is empty does not.
type Filter struct {
	page.Request
	Rooms    []id.ID // nil for all; empty but not nil finds nothing
	Run      id.ID
	Item     id.ID
	From     clock.Month // first month
	Until    clock.Month // last month
	States   []PayState
	Today    clock.Date // decides what is overdue
	DaysOver int        // overdue by more than so many days
	DueFrom  clock.Date // first due day, and the last
	DueUntil clock.Date
}

// Totals are of the whole result of a filter.
type Totals struct {
	Count    int64
	Amount   money.Fen
	Paid     money.Fen // settled, by money or without
	Waived   money.Fen // of Paid, without money or given back by a correction
	Credited money.Fen // of Waived, computed too high
}

// Charges lists released charges in the order of rooms, months and ids.
func (s *Service) Charges(ctx context.Context, q db.Q, project id.ID, f Filter) (page.List[Charge], error) {
	if f.Limit <= 0 {
		f.Limit = 50
	}
	if f.Today == 0 {
		f.Today = clock.DateOf(s.db.Clock().Now())
	}
	rows, err := listCharges(ctx, q, project, f)
	if err != nil {
		return page.List[Charge]{}, fmt.Errorf("list charges: %w", err)
	}
	return page.Cut(rows, f.Limit, func(c Charge) []any { return []any{c.Subject, c.Month, c.ID} }), nil
}

// Count adds up every charge of the filter.
func (s *Service) Count(ctx context.Context, q db.Q, project id.ID, f Filter) (Totals, error) {
	if f.Today == 0 {
		f.Today = clock.DateOf(s.db.Clock().Now())
	}
	t, err := countCharges(ctx, q, project, f)
	if err != nil {
		return t, fmt.Errorf("count charges: %w", err)
	}
	return t, nil
}
