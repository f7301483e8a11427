package bank

import (
	"context"

	"linli/internal/kit/db"
	"linli/internal/kit/id"
)

func heldSum(ctx context.Context, q db.Q, project id.ID) (Suspended, error) {
	var s Suspended
	err := q.QueryRow(ctx, `SELECT COUNT(*), CAST(COALESCE(SUM(amount), 0) AS BIGINT), COALESCE(MIN(date), 0) FROM cashier_bank_row
		WHERE project_id = ? AND state = 'held'`, project).Scan(&s.Rows, &s.Amount, &s.Since)
	return s, err
}

func unbookedProjects(ctx context.Context, q db.Q) ([]id.ID, error) {
	rows, err := q.Query(ctx, "SELECT DISTINCT project_id FROM cashier_bank_row WHERE state = 'held' AND booked = 0 ORDER BY project_id")
	return db.Collect(rows, err, func(row db.Scanner) (id.ID, error) {
		var p id.ID
		err := row.Scan(&p)
		return p, err
	})
}

func lockUnbooked(ctx context.Context, tx *db.Tx, project id.ID, limit int) ([]Row, error) {
	const of = " FROM cashier_bank_row WHERE project_id = ? AND state = 'held' AND booked = 0 ORDER BY id LIMIT ?"
	if err := tx.Lock(ctx, "SELECT id"+of, project, limit); err != nil {
		return nil, err
	}
	rows, err := tx.Query(ctx, "SELECT "+rowColumns+of, project, limit)
	return db.Collect(rows, err, scanRow)
}
