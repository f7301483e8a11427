package billing

import (
	"context"
	"time"

	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
)

// dueSums adds up the charges that live today and were released by the end of
// a day, and those of runs that were withdrawn after it.
func dueSums(ctx context.Context, q db.Q, project id.ID, on clock.Date) ([]DueSum, error) {
	end := on.AddDays(1).Start()
	rows, err := q.Query(ctx, `SELECT c.item_id, CASE WHEN c.source_kind = 2 THEN 1 ELSE 0 END, c.month, c.due_date,
			CAST(SUM(c.amount) AS BIGINT), CAST(SUM(c.waived) AS BIGINT), CAST(SUM(c.paid - c.waived) AS BIGINT)
		FROM billing_charge c JOIN billing_run r ON r.project_id = c.project_id AND r.id = c.run_id
		WHERE c.project_id = ? AND c.hold = 0 AND r.released_at > 0 AND r.released_at < ?
			AND (c.live = 1 AND r.state = 'released' OR r.state = 'withdrawn' AND r.withdrawn_at >= ?)
		GROUP BY 1, 2, 3, 4`, project, end, end)
	return db.Collect(rows, err, func(row db.Scanner) (DueSum, error) {
		var x DueSum
		var late int
		err := row.Scan(&x.Item, &late, &x.Month, &x.Due, &x.Amount, &x.Waived, &x.Paid)
		x.Late = late == 1
		return x, err
	})
}

func waivedAfter(ctx context.Context, q db.Q, project id.ID, on clock.Date) (map[id.ID]money.Fen, error) {
	rows, err := q.Query(ctx, `SELECT charge_id, CAST(SUM(amount) AS BIGINT) FROM billing_waiver
		WHERE project_id = ? AND state = 'approved' AND kind = 'charge' AND decided_on > ? GROUP BY charge_id`, project, on)
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

// dueCharge is one charge for the reports.
type dueCharge struct {
	id id.ID
	DueSum
	released time.Time
}

func dueCharges(ctx context.Context, q db.Q, project id.ID, charges []id.ID) ([]dueCharge, error) {
	rows, err := q.Query(ctx, `SELECT c.id, c.item_id, CASE WHEN c.source_kind = 2 THEN 1 ELSE 0 END, c.month, c.due_date, c.amount, c.waived, c.paid - c.waived,
			r.released_at FROM billing_charge c JOIN billing_run r ON r.project_id = c.project_id AND r.id = c.run_id
		WHERE c.project_id = ? AND c.id IN (`+db.In(len(charges))+")", withIDs([]any{project}, charges)...)
	return db.Collect(rows, err, func(row db.Scanner) (dueCharge, error) {
		var c dueCharge
		var late int
		var at int64
		err := row.Scan(&c.id, &c.Item, &late, &c.Month, &c.Due, &c.Amount, &c.Waived, &c.Paid, &at)
		c.Late, c.released = late == 1, db.Micro(at)
		return c, err
	})
}
