package audit

import (
	"context"
	"fmt"

	"linli/internal/kit/db"
	"linli/internal/kit/id"
)

// Position is the number of the newest entry of a project; see Quiet.
func (s *Service) Position(ctx context.Context, q db.Q, project id.ID) (int64, error) {
	seq, _, err := head(ctx, q, project)
	if err != nil {
		return 0, fmt.Errorf("position in log: %w", err)
	}
	return seq, nil
}

// Quiet says whether nothing has been recorded of some rooms, by the first words
// of their actions, since a position: what was read of them then still is. It
// sees only what is committed; who relies on it locks the records first.
func (s *Service) Quiet(ctx context.Context, q db.Q, project id.ID, since int64, rooms ...string) (bool, error) {
	loud, err := anyOf(ctx, q, project, since, rooms)
	if err != nil {
		return false, fmt.Errorf("look at log: %w", err)
	}
	return !loud, nil
}
