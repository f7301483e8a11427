package billing

import (
	"context"
	"fmt"

	"linli/internal/kit/id"
	"linli/internal/kit/money"
	"linli/internal/tariff"
)

// Recompute computes every charge of a project again from what is stored with
// it, live or not, and tells of each that differs. Memory is bounded by pages.
func (s *Service) Recompute(ctx context.Context, project id.ID, differs func(Charge, money.Fen)) error {
	q := s.db.Reader(ctx)
	list, err := s.tariff.Items(ctx, q, project)
	if err != nil {
		return err
	}
	rates, err := s.tariff.AllRates(ctx, q, project)
	if err != nil {
		return err
	}
	byID := map[id.ID]*tariff.Item{}
	for i := range list {
		byID[list[i].ID] = &list[i]
	}
	var after id.ID
	for {
		page, err := chargesAfter(ctx, q, project, after, 2000)
		if err != nil {
			return err
		}
		for i := range page {
			c := &page[i]
			after = c.ID
			if c.Late != 0 {
				continue // not of a price: of days, which the charge tells itself
			}
			r, err := newReplay(c, byID[c.Item], rates[c.Item])
			if err != nil {
				return fmt.Errorf("recompute: %w", err)
			}
			got, err := r.amount()
			if err != nil {
				return fmt.Errorf("recompute charge %s: %w", c.ID, err)
			}
			if got != r.stored() {
				differs(*c, got)
			}
		}
		if len(page) < 2000 {
			return nil
		}
	}
}
