package payment

import (
	"context"
	"fmt"

	"linli/internal/kit/id"
	"linli/internal/ledger"
)

// Broken lists wallets whose balance is not the sum of their entries, and
// captures that contradict their orders or the book, as sentences for the
// operator; none is what should be.
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
	sum, any, err := capturedSum(ctx, q, project)
	if err != nil {
		return nil, fmt.Errorf("check captures: %w", err)
	}
	if !any {
		return out, nil
	}
	have, err := s.ledger.Balances(ctx, q, project, 0)
	if err != nil {
		return nil, fmt.Errorf("check captures: %w", err)
	}
	if have[ledger.Clearing] != sum {
		out = append(out, fmt.Sprintf("科目 %d %s 账上余额 %s 元，按渠道到账应为 %s 元", ledger.Clearing, ledger.Clearing.Name(), have[ledger.Clearing].Yuan(), sum.Yuan()))
	}
	return out, nil
}
