package billing

import (
	"context"
	"strings"

	"linli/internal/kit/db"
	"linli/internal/kit/id"
)

func owedByPayer(ctx context.Context, q db.Q, project id.ID, o *ByPayer) ([]PayerOwes, error) {
	where, args := " AND c.amount > c.paid AND c.payer_id > ?", []any{project, o.After}
	if o.Run != 0 {
		where, args = where+" AND c.run_id = ?", append(args, o.Run)
	}
	if o.Due != 0 {
		where, args = where+" AND c.due_date = ?", append(args, o.Due)
	}
	if o.Payer != 0 {
		where, args = where+" AND c.payer_id = ?", append(args, o.Payer)
	}
	if len(o.Rooms) > 0 {
		where, args = where+" AND c.subject_id IN ("+db.In(len(o.Rooms))+")", withIDs(args, o.Rooms)
	}
	from := visible
	if o.Draft {
		from = strings.Replace(visible, "c.hold = 0 AND r.state = 'released'", "(c.hold <> 0 OR r.state <> 'released')", 1)
	}
	rows, err := q.Query(ctx, `SELECT c.payer_id, MIN(c.subject_id), COUNT(DISTINCT c.subject_id), MIN(c.due_date), MAX(c.month),
		CAST(SUM(c.amount - c.paid) AS BIGINT)`+from+where+" GROUP BY c.payer_id ORDER BY c.payer_id LIMIT ?", append(args, max(1, o.Limit))...)
	return db.Collect(rows, err, func(row db.Scanner) (PayerOwes, error) {
		var p PayerOwes
		err := row.Scan(&p.Payer, &p.Room, &p.Rooms, &p.Due, &p.Month, &p.Amount)
		return p, err
	})
}
