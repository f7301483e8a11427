package feebundle

import (
	"context"
	"fmt"
	"slices"

	"linli/internal/kit/db"
	"linli/internal/kit/id"
)

// CopySetup gives a new project the bundles in use of another one; items are the
// new id of each item. An item that was not brought over is left out, and so is
// a bundle that would be empty; what was given to rooms stays where it is. n is
// how many were made. Errors come from the store only.
func (s *Service) CopySetup(ctx context.Context, tx *db.Tx, from, to id.ID, items map[id.ID]id.ID) (n int, err error) {
	list, err := allBundles(ctx, tx, from)
	if err != nil {
		return 0, err
	}
	for i := range list {
		b := &list[i]
		b.Parts = slices.DeleteFunc(b.Parts, func(p Part) bool { return items[p.Item] == 0 })
		if !b.Active || len(b.Parts) == 0 {
			continue
		}
		for k := range b.Parts {
			b.Parts[k].Item = items[b.Parts[k].Item]
		}
		b.ID, b.Version = tx.NewID(), 1
		if err := insertBundle(ctx, tx, to, b); err != nil {
			return n, fmt.Errorf("copy bundle %s: %w", b.Name, err)
		}
		n++
	}
	return n, nil
}
