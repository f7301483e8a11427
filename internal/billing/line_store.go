package billing

import (
	"context"
	"fmt"

	"linli/internal/kit/db"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
)

func updateLine(ctx context.Context, tx *db.Tx, project id.ID, c *Charge) error {
	var text any
	if c.detail != "" {
		text = c.detail
	}
	_, err := tx.Exec(ctx, "UPDATE billing_charge SET amount = ?, hold = ?, detail = ?, revision = revision + 1 WHERE project_id = ? AND id = ?",
		c.Amount, c.Hold, text, project, c.ID)
	if err != nil {
		return fmt.Errorf("update line: %w", err)
	}
	return nil
}

// addSum moves the totals of a charge's part after a decision by hand.
func addSum(ctx context.Context, tx *db.Tx, project id.ID, c *Charge, step money.Fen) error {
	if step == 0 {
		return nil
	}
	for _, cause := range []Cause{Now, Corrected} {
		_, err := tx.Exec(ctx, `INSERT INTO billing_sum (project_id, run_id, part, item_id, cause, lines, amount) VALUES (?, ?, ?, ?, ?, 1, ?)
			ON CONFLICT (project_id, run_id, part, item_id, cause) DO UPDATE SET
			lines = billing_sum.lines + ?, amount = billing_sum.amount + excluded.amount`,
			project, c.Run, c.part, c.Item, cause, step, cause == Corrected)
		if err != nil {
			return fmt.Errorf("update totals of part: %w", err)
		}
	}
	return nil
}

// linesOf pages through the lines of a run by id. hold < 0 means all.
func linesOf(ctx context.Context, q db.Q, project id.ID, r *Run, item, room, after id.ID, hold, limit int) ([]Charge, error) {
	where, args := "c.project_id = ? AND c.run_id = ? AND c.id > ?", []any{project, r.ID, max(after, r.First-1)}
	if r.Last != 0 {
		where, args = where+" AND c.id <= ?", append(args, r.Last)
	}
	if item != 0 {
		where, args = where+" AND c.item_id = ?", append(args, item)
	}
	if room != 0 {
		where, args = where+" AND c.subject_id = ?", append(args, room)
	}
	switch {
	case hold > 0:
		where, args = where+" AND c.hold <> 0 AND c.hold = ?", append(args, hold)
	case hold == 0:
		where += " AND c.hold = 0"
	}
	rows, err := q.Query(ctx, "SELECT "+chargeColumns+chargeTables+" WHERE "+where+" ORDER BY c.id LIMIT ?", append(args, limit)...)
	out, err := db.Collect(rows, err, scanCharge)
	if err != nil {
		return nil, fmt.Errorf("list lines: %w", err)
	}
	return out, nil
}

func lockLine(ctx context.Context, tx *db.Tx, project, charge id.ID) (Charge, error) {
	if err := tx.Lock(ctx, "SELECT id FROM billing_charge WHERE project_id = ? AND id = ?", project, charge); err != nil {
		return Charge{}, err
	}
	return oneCharge(ctx, tx, project, charge)
}
