package billing

import (
	"context"
	"fmt"

	"linli/internal/kit/actor"
	"linli/internal/kit/db"
	"linli/internal/kit/id"
	"linli/internal/tariff"
)

// CopySetup gives a new project the fee items in use of another one with their
// prices, formulas and scopes (CopyItems), terms of late fees, base rates and
// the rules of meters; tags are the new id of each tag. Errors come from the
// store only.
func (s *Service) CopySetup(ctx context.Context, tx *db.Tx, who actor.Actor, from, to id.ID, tags map[id.ID]id.ID) (tariff.SetupCopy, error) {
	out, made, err := s.tariff.CopyItems(ctx, tx, who, from, to, tags)
	if err != nil {
		return out, err
	}
	if err := s.copyLate(ctx, tx, who, from, to, made); err != nil {
		return out, fmt.Errorf("copy late terms: %w", err)
	}
	return out, s.meter.CopySetup(ctx, tx, from, to)
}

func (s *Service) copyLate(ctx context.Context, tx *db.Tx, who actor.Actor, from, to id.ID, made map[id.ID]id.ID) error {
	terms, err := lateTerms(ctx, tx, from, 0)
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
		if err := insertLateTerms(ctx, tx, to, &t); err != nil {
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
	return nil
}
