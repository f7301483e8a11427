package estate

import (
	"context"
	"fmt"

	"linli/internal/kit/db"
	"linli/internal/kit/id"
)

// SetupCopy is what CopySetup brought over: the new id of each tag, and how
// many fields of own making.
type SetupCopy struct {
	Tags   map[id.ID]id.ID
	Fields int
}

// CopySetup gives a new project the tags and fields of own making that another
// one has in use; nobody bears them yet.
func (s *Service) CopySetup(ctx context.Context, tx *db.Tx, from, to id.ID) (SetupCopy, error) {
	out := SetupCopy{Tags: map[id.ID]id.ID{}}
	tagList, err := s.Tags(ctx, tx, from, "")
	if err != nil {
		return out, fmt.Errorf("copy tags: %w", err)
	}
	for _, t := range tagList {
		if !t.Active {
			continue
		}
		old := t.ID
		t.ID = tx.NewID()
		if err := insertTag(ctx, tx, to, &t); err != nil {
			return out, fmt.Errorf("copy tags: %w", err)
		}
		out.Tags[old] = t.ID
	}
	fieldList, err := fields(ctx, tx, from, "")
	if err != nil {
		return out, fmt.Errorf("copy fields: %w", err)
	}
	for _, f := range fieldList {
		if !f.Active {
			continue
		}
		f.ID, f.Version = tx.NewID(), 1
		if err := insertField(ctx, tx, to, &f); err != nil {
			return out, fmt.Errorf("copy fields: %w", err)
		}
		out.Fields++
	}
	return out, nil
}
