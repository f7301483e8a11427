package billing

import (
	"context"

	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/id"
)

// readDayState counts the additions to the sums of all days: money that a channel
// took days ago may be told of now.
func readDayState(ctx context.Context, q db.Q, project id.ID, s *standingState) error {
	return q.QueryRow(ctx, `SELECT COUNT(*), COALESCE(MAX(day), 0), CAST(COALESCE(SUM(changes), 0) AS BIGINT) FROM billing_due_day
		WHERE project_id = ?`, project).Scan(&s.days, &s.newest, &s.changes)
}

// paidDays reads what each day brought for two months, from the sums by day.
func paidDays(ctx context.Context, q db.Q, project id.ID, this, last clock.Month) (a, b []DayPaid, err error) {
	rows, err := q.Query(ctx, `SELECT month, day, CAST(SUM(carried + paid) AS BIGINT) FROM billing_due_day
		WHERE project_id = ? AND late = 0 AND month IN (?, ?) GROUP BY month, day HAVING SUM(carried + paid) <> 0 ORDER BY month, day`, project, this, last)
	a, b = []DayPaid{}, []DayPaid{}
	_, err = db.Collect(rows, err, func(row db.Scanner) (struct{}, error) {
		var month clock.Month
		var d DayPaid
		err := row.Scan(&month, &d.Date, &d.Amount)
		if month == this {
			a = append(a, d)
		} else {
			b = append(b, d)
		}
		return struct{}{}, err
	})
	return a, b, err
}
