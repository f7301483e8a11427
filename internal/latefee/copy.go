package latefee

import (
	"context"

	"linli/internal/kit/actor"
	"linli/internal/kit/db"
	"linli/internal/kit/id"
)

// CopySetup gives a new project the terms of late fees, the base rates and the
// arrangements of holidays of another one; made is the new id of each fee item. Errors come from the store
// only.
func (s *Service) CopySetup(ctx context.Context, tx *db.Tx, who actor.Actor, from, to id.ID, made map[id.ID]id.ID) error {
	terms, err := termsOf(ctx, tx, from, 0)
	if err != nil {
		return err
	}
	for _, t := range terms {
		item, ok := made[t.Item]
		if !ok {
			continue
		}
		if err := s.tariff.EnsureLateItem(ctx, tx, to); err != nil {
			return err
		}
		t.ID, t.Item, t.CreatedBy = tx.NewID(), item, who.Name
		if err := insertTerms(ctx, tx, to, &t); err != nil {
			return err
		}
	}
	own, err := ownLPRs(ctx, tx, from)
	if err != nil {
		return err
	}
	for _, r := range own {
		if err := putLPR(ctx, tx, to, r, who.Name); err != nil {
			return err
		}
	}
	years, err := ownYears(ctx, tx, from)
	if err != nil {
		return err
	}
	for _, y := range years {
		if err := putYear(ctx, tx, to, y, who.Name); err != nil {
			return err
		}
	}
	return nil
}
