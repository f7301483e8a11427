package payment

import (
	"context"
	"fmt"

	"linli/internal/kit/id"
)

// Broken lists wallets whose balance is not the sum of their entries, and
// captures that contradict their orders or what waits to be given back, as
// sentences for the operator; none is what should be.
func (s *Service) Broken(ctx context.Context, project id.ID) ([]string, error) {
	q := s.db.Reader(ctx)
	out, err := brokenWallets(ctx, q, project)
	if err != nil {
		return nil, fmt.Errorf("check wallets: %w", err)
	}
	found, err := brokenOrders(ctx, q, project)
	if err != nil {
		return nil, fmt.Errorf("check orders: %w", err)
	}
	out = append(out, found...)
	if found, err = brokenUnknown(ctx, q, project); err != nil {
		return nil, fmt.Errorf("check captures: %w", err)
	}
	out = append(out, found...)
	if found, err = brokenRefunds(ctx, q, project); err != nil {
		return nil, fmt.Errorf("check refunds: %w", err)
	}
	return append(out, found...), nil
}
