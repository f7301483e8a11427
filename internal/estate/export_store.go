package estate

import (
	"context"
	"fmt"

	"linli/internal/kit/db"
	"linli/internal/kit/id"
)

// occupantPlace is how far a reading of all occupants has come.
type occupantPlace struct {
	sort string
	id   id.ID
}

// nextOccupants reads the next 500 occupants, past ones too, in the order of
// rooms.
func nextOccupants(ctx context.Context, q db.Q, project id.ID, at occupantPlace) ([]Occupant, occupantPlace, error) {
	query, args := "SELECT r.sort_key, "+occupantQuery[len("SELECT "):], []any{project}
	if at.id != 0 {
		query, args = query+" AND (r.sort_key, o.id) > (?, ?)", append(args, at.sort, at.id)
	}
	rows, err := q.Query(ctx, query+" ORDER BY r.sort_key, o.id LIMIT 500", args...)
	list, err := db.Collect(rows, err, func(row db.Scanner) (Occupant, error) {
		o, err := scanOccupant(keyed{row, &at.sort})
		at.id = o.ID
		return o, err
	})
	if err != nil {
		return nil, at, fmt.Errorf("read occupants: %w", err)
	}
	return list, at, nil
}
