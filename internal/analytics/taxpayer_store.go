package analytics

import (
	"context"
	"fmt"

	"linli/internal/kit/db"
	"linli/internal/kit/id"
)

func taxpayers(ctx context.Context, q db.Q, project id.ID) ([]Taxpayer, error) {
	rows, err := q.Query(ctx, `SELECT from_month, kind, output_code, simple_code, by_name, at, version FROM analytics_taxpayer
		WHERE project_id = ? ORDER BY from_month`, project)
	return db.Collect(rows, err, func(row db.Scanner) (Taxpayer, error) {
		var x Taxpayer
		var at int64
		err := row.Scan(&x.From, &x.Kind, &x.Output, &x.Simple, &x.By, &at, &x.Version)
		x.At = db.Micro(at)
		return x, err
	})
}

func lockTaxpayers(ctx context.Context, tx *db.Tx, project id.ID) error {
	return tx.Lock(ctx, "SELECT from_month FROM analytics_taxpayer WHERE project_id = ? ORDER BY from_month", project)
}

func putTaxpayer(ctx context.Context, tx *db.Tx, project id.ID, x *Taxpayer) error {
	if x.Version > 1 {
		_, err := tx.Exec(ctx, `UPDATE analytics_taxpayer SET kind = ?, output_code = ?, simple_code = ?, by_name = ?, at = ?, version = ?
			WHERE project_id = ? AND from_month = ?`, string(x.Kind), x.Output, x.Simple, x.By, x.At, x.Version, project, x.From)
		if err != nil {
			return fmt.Errorf("update taxpayer: %w", err)
		}
		return nil
	}
	_, err := tx.Exec(ctx, `INSERT INTO analytics_taxpayer (project_id, from_month, kind, output_code, simple_code, by_name, at, version)
		VALUES (`+db.In(8)+`)`, project, x.From, string(x.Kind), x.Output, x.Simple, x.By, x.At, x.Version)
	if err != nil {
		return fmt.Errorf("insert taxpayer: %w", err)
	}
	return nil
}
