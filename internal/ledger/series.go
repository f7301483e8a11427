package ledger

import (
	"context"
	"fmt"

	"linli/internal/kit/db"
	"linli/internal/kit/id"
)

// Stand is where a series of numbers stands in a year.
type Stand struct {
	Series string // SJ
	Year   int
	Last   int64 // newest number given, from 1 without gap
}

// Stands tells where every series of a project stands, by series and year.
func (s *Service) Stands(ctx context.Context, q db.Q, project id.ID) ([]Stand, error) {
	out, err := stands(ctx, q, project)
	if err != nil {
		return nil, fmt.Errorf("series of project: %w", err)
	}
	return out, nil
}
