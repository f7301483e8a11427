package payment

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"linli/internal/kit/db"
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
	if found, err = brokenStatements(ctx, q, project); err != nil {
		return nil, fmt.Errorf("check statements: %w", err)
	}
	out = append(out, found...)
	if found, err = brokenRefunds(ctx, q, project); err != nil {
		return nil, fmt.Errorf("check refunds: %w", err)
	}
	out = append(out, found...)
	if found, err = s.brokenClearing(ctx, q, project); err != nil {
		return nil, fmt.Errorf("check captures: %w", err)
	}
	return append(out, found...), nil
}

// brokenClearing names days on which what lies with the channels in the book is
// not what was captured and booked that day minus what went back and was
// booked.
func (s *Service) brokenClearing(ctx context.Context, q db.Q, project id.ID) ([]string, error) {
	want, err := capturedByDay(ctx, q, project)
	if err != nil || len(want) == 0 {
		return nil, err
	}
	back, err := refundedByDay(ctx, q, project)
	if err != nil {
		return nil, err
	}
	for day, sum := range back {
		want[day] -= sum
	}
	have, err := s.ledger.NetByDay(ctx, q, project, ledger.Clearing)
	if err != nil {
		return nil, err
	}
	for day := range have {
		want[day] += 0 // every day of either side
	}
	out := []string{}
	for _, day := range slices.Sorted(maps.Keys(want)) {
		if have[day] != want[day] {
			out = append(out, fmt.Sprintf("%s 科目 %d %s 账上发生 %s 元，按渠道到账和退款应为 %s 元", day, ledger.Clearing, ledger.Clearing.Name(), have[day].Yuan(), want[day].Yuan()))
		}
	}
	return out, nil
}
