package cashier

import (
	"context"
	"fmt"

	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
)

// PaidAfter is what the charges were paid after a day less what was taken back
// after it, in fen: receipts since then, and older ones made void since then.
func (s *Service) PaidAfter(ctx context.Context, q db.Q, project id.ID, day clock.Date) (map[id.ID]money.Fen, error) {
	out, err := paidAfter(ctx, q, project, day)
	if err != nil {
		return nil, fmt.Errorf("paid after %s: %w", day, err)
	}
	return out, nil
}

// Collected is what was paid from one day to another, both included, for months
// before one, late fees left out: as the receipts stood at the end of the last
// day. Money given back counts against it.
func (s *Service) Collected(ctx context.Context, q db.Q, project id.ID, from, until clock.Date, before clock.Month) (money.Fen, error) {
	late, err := s.billing.LateItem(ctx, q, project)
	if err != nil {
		return 0, err
	}
	sum, err := collected(ctx, q, project, from, until, before, late)
	if err != nil {
		return 0, fmt.Errorf("collected arrears: %w", err)
	}
	return sum, nil
}
