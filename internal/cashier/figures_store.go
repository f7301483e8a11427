package cashier

import (
	"context"

	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/id"
)

func paidFor(ctx context.Context, q db.Q, project id.ID, rooms []id.ID, from, until clock.Date) ([]ItemSum, int, error) {
	args := []any{project}
	for _, r := range rooms {
		args = append(args, r)
	}
	args = append(args, from, until)
	where := ` FROM cashier_line l JOIN cashier_receipt r ON r.project_id = l.project_id AND r.id = l.receipt_id
		WHERE l.project_id = ? AND l.room_id IN (` + db.In(len(rooms)) + `) AND r.state = 'valid' AND r.date >= ? AND r.date <= ?`
	rows, err := q.Query(ctx, "SELECT l.item_name, CAST(SUM(l.amount) AS BIGINT) AS paid"+where+" GROUP BY l.item_name ORDER BY paid DESC, l.item_name", args...)
	items, err := db.Collect(rows, err, func(r db.Scanner) (ItemSum, error) {
		var x ItemSum
		err := r.Scan(&x.Item, &x.Amount)
		return x, err
	})
	if err != nil {
		return nil, 0, err
	}
	var n int
	err = q.QueryRow(ctx, "SELECT COUNT(DISTINCT r.id)"+where+" AND r.amount > 0 AND r.reversed_by = 0", args...).Scan(&n)
	return items, n, err
}

func paidByDay(ctx context.Context, q db.Q, project, late id.ID, month clock.Month, among []id.ID) ([]DaySum, error) {
	limit, args := "", []any{project, month.Add(-3).First(), month, late}
	if among != nil {
		limit = " AND l.room_id IN (" + db.In(len(among)) + ")"
		for _, r := range among {
			args = append(args, r)
		}
	}
	rows, err := q.Query(ctx, `SELECT r.date, CAST(SUM(l.amount) AS BIGINT)
		FROM cashier_receipt r JOIN cashier_line l ON l.project_id = r.project_id AND l.receipt_id = r.id
		WHERE r.project_id = ? AND r.state = 'valid' AND r.date >= ? AND l.month = ? AND l.item_id <> ?`+limit+` GROUP BY r.date ORDER BY r.date`, args...)
	return db.Collect(rows, err, func(r db.Scanner) (DaySum, error) {
		var x DaySum
		err := r.Scan(&x.Date, &x.Amount)
		return x, err
	})
}
