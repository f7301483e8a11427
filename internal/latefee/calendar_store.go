package latefee

import (
	"context"
	"fmt"

	"linli/internal/kit/db"
	"linli/internal/kit/id"
	"linli/internal/latefee/penalty"
)

func ownYears(ctx context.Context, q db.Q, project id.ID) ([]penalty.Year, error) {
	rows, err := q.Query(ctx, "SELECT year, festivals, source FROM latefee_year WHERE project_id = ? ORDER BY year", project)
	out, err := db.Collect(rows, err, func(row db.Scanner) (penalty.Year, error) {
		var y penalty.Year
		var festivals string
		err := row.Scan(&y.Year, &festivals, &y.Source)
		if err == nil {
			y.Festivals, err = penalty.DecodeFestivals(festivals)
		}
		return y, err
	})
	if err != nil {
		return nil, fmt.Errorf("list holidays: %w", err)
	}
	return out, nil
}

func putYear(ctx context.Context, tx *db.Tx, project id.ID, y penalty.Year, by string) error {
	_, err := tx.Exec(ctx, `INSERT INTO latefee_year (project_id, year, festivals, source, created_by, created_at) VALUES (?, ?, ?, ?, ?, ?)
		ON CONFLICT (project_id, year) DO UPDATE SET festivals = excluded.festivals, source = excluded.source, created_by = excluded.created_by,
			created_at = excluded.created_at`, project, y.Year, penalty.EncodeFestivals(y.Festivals), y.Source, by, tx.Now())
	if err != nil {
		return fmt.Errorf("put holidays: %w", err)
	}
	return nil
}
