package tariff

import (
	"context"
	"fmt"

	"linli/internal/kit/actor"
	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/id"
)

// SetupCopy counts what CopySetup brought over, and the scopes it left because
// they name buildings or rooms of the other project.
type SetupCopy struct {
	Items, Rates, Scopes, Left int
}

// CopyItems gives a new project the fee items in use of another one with their
// prices and formulas and the scopes that name no building or room; tags are
// the new id of each tag, made that of each item. Nothing is charged by it:
// items count as never used. Errors come from the store only.
func (s *Service) CopyItems(ctx context.Context, tx *db.Tx, who actor.Actor, from, to id.ID, tags map[id.ID]id.ID) (out SetupCopy, made map[id.ID]id.ID, err error) {
	list, err := items(ctx, tx, from)
	if err != nil {
		return out, nil, fmt.Errorf("copy items: %w", err)
	}
	rates, err := allRates(ctx, tx, from)
	if err != nil {
		return out, nil, fmt.Errorf("copy items: %w", err)
	}
	made = map[id.ID]id.ID{}
	for _, i := range list {
		if !i.Active {
			continue
		}
		old := i.ID
		i.ID = tx.NewID()
		if err := insertItem(ctx, tx, to, &i); err != nil {
			return out, nil, fmt.Errorf("copy item %s: %w", i.Name, err)
		}
		made[old] = i.ID
		out.Items++
		for _, r := range rates[old] {
			r.ID, r.Item, r.CreatedBy = tx.NewID(), i.ID, who.Name
			if err := insertRate(ctx, tx, to, &r); err != nil {
				return out, nil, fmt.Errorf("copy item %s: %w", i.Name, err)
			}
			out.Rates++
		}
		if err := s.copyScopes(ctx, tx, from, to, old, i.ID, tags, &out); err != nil {
			return out, nil, fmt.Errorf("copy item %s: %w", i.Name, err)
		}
	}
	return out, made, nil
}

// copyScopes copies the scopes of an item that mean something without the
// buildings and rooms of the project they come from.
func (s *Service) copyScopes(ctx context.Context, tx *db.Tx, from, to, old, item id.ID, tags map[id.ID]id.ID, out *SetupCopy) error {
	list, err := assignmentsOf(ctx, tx, from, old)
	if err != nil {
		return err
	}
	today := clock.DateOf(tx.Now())
	for _, a := range list {
		if a.Until != 0 && a.Until < today {
			continue
		}
		tag, known := tags[a.Rule.Tag]
		if a.Scope == ToBuilding || a.Scope == ToRoom || a.Rule.Building != 0 || a.Rule.Tag != 0 && !known {
			out.Left++
			continue
		}
		a.ID, a.Item, a.Rule.Tag, a.Version = tx.NewID(), item, tag, 1
		if err := insertAssignment(ctx, tx, to, &a); err != nil {
			return err
		}
		out.Scopes++
	}
	return nil
}
