package billing

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/id"
)

// itemSums adds up the parts of a run by item and cause, items by id.
func itemSums(ctx context.Context, q db.Q, project, run id.ID) ([]ItemSum, error) {
	rows, err := q.Query(ctx, `SELECT s.item_id, i.name, s.cause, CAST(SUM(s.lines) AS BIGINT), CAST(SUM(s.amount) AS BIGINT)
		FROM billing_sum s JOIN billing_item i ON i.project_id = s.project_id AND i.id = s.item_id
		WHERE s.project_id = ? AND s.run_id = ? GROUP BY s.item_id, i.name, s.cause ORDER BY s.item_id, s.cause`, project, run)
	if err != nil {
		return nil, fmt.Errorf("add up run: %w", err)
	}
	defer rows.Close()
	out := []ItemSum{}
	for rows.Next() {
		var item id.ID
		var name string
		var cause Cause
		var cell sumCell
		if err := rows.Scan(&item, &name, &cause, &cell.lines, &cell.amount); err != nil {
			return nil, fmt.Errorf("add up run: %w", err)
		}
		if n := len(out); n == 0 || out[n-1].Item != item {
			out = append(out, ItemSum{Item: item, Name: name})
		}
		sum := &out[len(out)-1]
		switch {
		case cause == Now:
			sum.Lines, sum.Amount = cell.lines, cell.amount
		case cause == Last:
			sum.Last = cell.amount
		case cause > Last && cause < causes:
			sum.causes[cause] = cell
		}
	}
	return out, rows.Err()
}

// roomsHeld counts the rooms of a run all of whose lines are held or dropped.
func roomsHeld(ctx context.Context, q db.Q, project id.ID, r *Run) (int64, error) {
	if r.HeldLines+r.DroppedLines == 0 {
		return 0, nil
	}
	var n int64
	err := q.QueryRow(ctx, `SELECT COUNT(*) FROM (SELECT DISTINCT subject_id FROM billing_charge WHERE project_id = ? AND run_id = ? AND hold <> 0) h
		WHERE NOT EXISTS (SELECT 1 FROM billing_charge c WHERE c.project_id = ? AND c.subject_id = h.subject_id AND c.run_id = ? AND c.hold = 0)`,
		project, r.ID, project, r.ID).Scan(&n)
	if err != nil {
		return 0, fmt.Errorf("count held rooms: %w", err)
	}
	return n, nil
}

// lastDue is the due date of the run's first line; items of one run share the
// billing month.
func lastDue(ctx context.Context, q db.Q, project id.ID, r *Run) (clock.Date, error) {
	var d clock.Date
	err := q.QueryRow(ctx, "SELECT due_date FROM billing_charge WHERE project_id = ? AND id = ?", project, r.Last).Scan(&d)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, nil
	}
	if err != nil {
		return 0, fmt.Errorf("read due date: %w", err)
	}
	return d, nil
}

// looksOf pages through what is to be looked at; faults come first because
// they were written first in each part.
func looksOf(ctx context.Context, q db.Q, project, run, after id.ID, limit int) ([]Look, error) {
	rows, err := q.Query(ctx, `SELECT f.id, f.kind, f.charge_id, f.room_id, f.item_id, i.name, f.month, f.reason, f.last,
			COALESCE(c.amount, f.amount), COALESCE(c.hold, 0), CASE WHEN i.basis = 'metered' THEN 1 ELSE 0 END
		FROM billing_fault f JOIN billing_item i ON i.project_id = f.project_id AND i.id = f.item_id
		LEFT JOIN billing_charge c ON c.project_id = f.project_id AND c.id = f.charge_id
		WHERE f.project_id = ? AND f.run_id = ? AND f.id > ? ORDER BY f.id LIMIT ?`, project, run, after, limit)
	out, err := db.Collect(rows, err, func(row db.Scanner) (Look, error) {
		var x Look
		var kind lookKind
		var metered int
		err := row.Scan(&x.ID, &kind, &x.Charge, &x.Room, &x.Item, &x.Name, &x.Month, &x.Reason, &x.Last, &x.Amount, &x.Hold, &metered)
		x.Fault, x.Metered = kind == lookFault, metered == 1
		return x, err
	})
	if err != nil {
		return nil, fmt.Errorf("list what to look at: %w", err)
	}
	return out, nil
}
