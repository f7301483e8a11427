package billing

import (
	"context"

	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/id"
)

const visible = ` FROM billing_charge c JOIN billing_run r ON r.project_id = c.project_id AND r.id = c.run_id
	WHERE c.project_id = ? AND c.live = 1 AND c.hold = 0 AND r.state = 'released'`

func collection(ctx context.Context, q db.Q, project id.ID, month clock.Month) (Collection, error) {
	c := Collection{Month: month}
	err := q.QueryRow(ctx, `SELECT CAST(COALESCE(SUM(due), 0) AS BIGINT), CAST(COALESCE(SUM(paid), 0) AS BIGINT),
			COUNT(*), COUNT(*) FILTER (WHERE paid = due)
		FROM (SELECT c.subject_id, SUM(c.amount - c.waived) AS due, SUM(c.paid - c.waived) AS paid`+visible+` AND c.source_kind <> 2 AND c.month = ? GROUP BY c.subject_id) per_room`,
		project, month).Scan(&c.Due, &c.Paid, &c.Rooms, &c.PaidRooms)
	return c, err
}

func ageing(ctx context.Context, q db.Q, project id.ID, on clock.Date) (Ageing, error) {
	a := Ageing{On: on, NotDue: AgeBucket{Name: "未到期"}}
	query, args := "SELECT CASE WHEN c.due_date >= ? THEN 0", []any{on}
	list := ages()
	for i := len(list) - 1; i >= 0; i-- {
		// Overdue for at least n days: due n or more days before the day asked for.
		query += " WHEN c.due_date <= ? THEN CAST(? AS BIGINT)"
		args = append(args, on.AddDays(-list[i].from), i+1)
	}
	args = append(args, project)
	rows, err := q.Query(ctx, query+" END AS age, CAST(SUM(c.amount - c.paid) AS BIGINT), COUNT(DISTINCT c.subject_id)"+visible+
		" AND c.amount > c.paid GROUP BY 1", args...)
	if err != nil {
		return a, err
	}
	defer rows.Close()
	a.Buckets = make([]AgeBucket, len(list))
	for i := range list {
		a.Buckets[i].Name = list[i].name
	}
	for rows.Next() {
		var age int
		var b AgeBucket
		if err := rows.Scan(&age, &b.Amount, &b.Rooms); err != nil {
			return a, err
		}
		into := &a.NotDue
		if age > 0 {
			into = &a.Buckets[age-1]
			a.Overdue += b.Amount
		}
		into.Amount, into.Rooms = b.Amount, b.Rooms
	}
	if err := rows.Err(); err != nil {
		return a, err
	}
	err = q.QueryRow(ctx, "SELECT COUNT(DISTINCT c.subject_id)"+visible+" AND c.amount > c.paid AND c.due_date < ?", project, on).Scan(&a.OverdueRooms)
	return a, err
}
