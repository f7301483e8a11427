package analytics

import (
	"context"
	"fmt"

	"linli/internal/kit/db"
	"linli/internal/kit/id"
)

func schemes(ctx context.Context, q db.Q, project id.ID) ([]Scheme, error) {
	rows, err := q.Query(ctx, `SELECT from_month, kind, rate, monthly, opening, source, by_name, at, version FROM analytics_scheme
		WHERE project_id = ? ORDER BY from_month`, project)
	return db.Collect(rows, err, func(row db.Scanner) (Scheme, error) {
		var x Scheme
		var at int64
		err := row.Scan(&x.From, &x.Kind, &x.Rate, &x.Monthly, &x.Opening, &x.Source, &x.By, &at, &x.Version)
		x.At = db.Micro(at)
		return x, err
	})
}

func lockSchemes(ctx context.Context, tx *db.Tx, project id.ID) error {
	return tx.Lock(ctx, "SELECT from_month FROM analytics_scheme WHERE project_id = ? ORDER BY from_month", project)
}

func putScheme(ctx context.Context, tx *db.Tx, project id.ID, x *Scheme) error {
	if x.Version > 1 {
		_, err := tx.Exec(ctx, `UPDATE analytics_scheme SET kind = ?, rate = ?, monthly = ?, opening = ?, source = ?, by_name = ?, at = ?, version = ?
			WHERE project_id = ? AND from_month = ?`, string(x.Kind), x.Rate, x.Monthly, x.Opening, x.Source, x.By, x.At, x.Version, project, x.From)
		if err != nil {
			return fmt.Errorf("update scheme: %w", err)
		}
		return nil
	}
	_, err := tx.Exec(ctx, `INSERT INTO analytics_scheme (project_id, from_month, kind, rate, monthly, opening, source, by_name, at, version)
		VALUES (`+db.In(10)+`)`, project, x.From, string(x.Kind), x.Rate, x.Monthly, x.Opening, x.Source, x.By, x.At, x.Version)
	if err != nil {
		return fmt.Errorf("insert scheme: %w", err)
	}
	return nil
}
