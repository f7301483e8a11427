package cashier

import (
	"context"

	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
)

func paidAfter(ctx context.Context, q db.Q, project id.ID, day clock.Date) (map[id.ID]money.Fen, error) {
	rows, err := q.Query(ctx, `SELECT l.charge_id, CAST(SUM(CASE WHEN r.state = 'void' THEN -l.amount ELSE l.amount END) AS BIGINT)
		FROM cashier_receipt r JOIN cashier_line l ON l.project_id = r.project_id AND l.receipt_id = r.id
		WHERE r.project_id = ? AND (r.date > ? AND r.state <> 'void' OR r.date <= ? AND r.state = 'void' AND r.void_at >= ?)
		GROUP BY l.charge_id`, project, day, day, day.AddDays(1).Start())
	out := map[id.ID]money.Fen{}
	_, err = db.Collect(rows, err, func(row db.Scanner) (struct{}, error) {
		var c id.ID
		var sum money.Fen
		err := row.Scan(&c, &sum)
		out[c] = sum
		return struct{}{}, err
	})
	return out, err
}

func collected(ctx context.Context, q db.Q, project id.ID, from, until clock.Date, before clock.Month, late id.ID) (money.Fen, error) {
	var sum money.Fen
	err := q.QueryRow(ctx, `SELECT CAST(COALESCE(SUM(l.amount), 0) AS BIGINT)
		FROM cashier_receipt r JOIN cashier_line l ON l.project_id = r.project_id AND l.receipt_id = r.id
		WHERE r.project_id = ? AND r.date >= ? AND r.date <= ? AND (r.state <> 'void' OR r.void_at >= ?) AND l.month < ? AND l.item_id <> ?`,
		project, from, until, until.AddDays(1).Start(), before, late).Scan(&sum)
	return sum, err
}
