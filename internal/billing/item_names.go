package billing

import (
	"context"
	"fmt"
	"slices"

	"linli/internal/kit/db"
	"linli/internal/kit/id"
	"linli/internal/tariff"
)

// ItemName is what a fee item is called, and whether it is still charged.
// Error: fault.ErrNotFound.
func (s *Service) ItemName(ctx context.Context, q db.Q, project, item id.ID) (name string, active bool, err error) {
	i, err := s.tariff.Item(ctx, q, project, item)
	if err != nil {
		return "", false, fmt.Errorf("name fee item: %w", err)
	}
	return i.Name, i.Active, nil
}

// PrepayItems are the fee items that money may be set aside for.
func (s *Service) PrepayItems(ctx context.Context, q db.Q, project id.ID) ([]tariff.Item, error) {
	list, err := s.tariff.Items(ctx, q, project)
	if err != nil {
		return nil, fmt.Errorf("list fee items: %w", err)
	}
	late, err := s.LateItem(ctx, q, project)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(list, func(i tariff.Item) bool { return !i.Active || i.ID == late }), nil
}
