package tariff

import (
	"context"

	"linli/internal/kit/db"
	"linli/internal/kit/id"
)

// LateItemName is the name under which late fees stand among the fee items.
const LateItemName = "违约金"

// LateItem is the fee item of late fees, or 0 while the project has none.
func (s *Service) LateItem(ctx context.Context, q db.Q, project id.ID) (id.ID, error) {
	return lateItem(ctx, q, project)
}

// EnsureLateItem makes the item that late fees are charged under, once.
func (s *Service) EnsureLateItem(ctx context.Context, tx *db.Tx, project id.ID) error {
	return ensureLateItem(ctx, tx, project)
}
