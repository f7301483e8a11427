package paycode

import (
	"context"
	"errors"
	"fmt"

	"linli/internal/kit/fault"
	"linli/internal/kit/id"
)

// Broken names active codes whose token is not the one they are found by, and
// orders that codes made and payment does not know, as sentences for the
// operator; none is what should be.
func (s *Service) Broken(ctx context.Context, project id.ID) ([]string, error) {
	q := s.DB.Reader(ctx)
	codes, err := activeCodes(ctx, q, project)
	if err != nil {
		return nil, fmt.Errorf("check pay codes: %w", err)
	}
	out := []string{}
	for i := range codes {
		c := &codes[i]
		token, err := s.Ring.Open(c.enc, sealedAt(project, c.ID))
		if err != nil || s.blind(project, token) != c.blind {
			out = append(out, fmt.Sprintf("缴费二维码 %d（房间 %d）的口令对不上，扫不开或印错了，请换新码", c.ID, c.Room))
		}
	}
	orders, err := ordersOf(ctx, q, project)
	if err != nil {
		return nil, fmt.Errorf("check pay codes: %w", err)
	}
	for _, o := range orders {
		_, err := s.Payment.Order(ctx, q, project, o)
		if errors.Is(err, fault.ErrNotFound) {
			out = append(out, fmt.Sprintf("缴费二维码记着线上收款 %d，却没有这笔收款", o))
		} else if err != nil {
			return nil, fmt.Errorf("check pay codes: %w", err)
		}
	}
	return out[:min(len(out), 100)], nil
}
