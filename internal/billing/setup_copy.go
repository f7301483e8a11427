package billing

import (
	"context"

	"linli/internal/kit/actor"
	"linli/internal/kit/db"
	"linli/internal/kit/id"
	"linli/internal/tariff"
)

// CopySetup gives a new project the fee items in use of another one with their
// prices, formulas and scopes (CopyItems) and the rules of meters; tags are the
// new id of each tag. made is the new id of each item. Errors come from the
// store only.
func (s *Service) CopySetup(ctx context.Context, tx *db.Tx, who actor.Actor, from, to id.ID, tags map[id.ID]id.ID) (out tariff.SetupCopy, made map[id.ID]id.ID, err error) {
	out, made, err = s.tariff.CopyItems(ctx, tx, who, from, to, tags)
	if err != nil {
		return out, nil, err
	}
	return out, made, s.meter.CopySetup(ctx, tx, from, to)
}
