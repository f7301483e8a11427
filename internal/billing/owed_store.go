package billing

import (
	"context"

	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/id"
)

func owedByRoom(ctx context.Context, q db.Q, project id.ID, rooms []id.ID, today clock.Date, out map[id.ID]Owed) error {
	args := withIDs([]any{today, today, today, project}, rooms)
	rows, err := q.Query(ctx, `SELECT c.subject_id, CAST(SUM(c.amount - c.paid) AS BIGINT),
			CAST(COALESCE(SUM(c.amount - c.paid) FILTER (WHERE c.due_date < ?), 0) AS BIGINT),
			COUNT(DISTINCT c.month) FILTER (WHERE c.due_date < ?), COALESCE(MIN(c.due_date) FILTER (WHERE c.due_date < ?), 0)`+visible+
		" AND c.amount > c.paid AND c.subject_id IN ("+db.In(len(rooms))+") GROUP BY c.subject_id", args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var room id.ID
		var o Owed
		if err := rows.Scan(&room, &o.Owed, &o.Overdue, &o.Months, &o.Oldest); err != nil {
			return err
		}
		out[room] = o
	}
	return rows.Err()
}
