package billing

import (
	"context"
	"fmt"
	"slices"

	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/id"
)

// segmentsFrom are the live charges of a room from a month on that are not
// dropped, by month, item and segment; late fees and single charges stay with
// whom they were charged to.
func segmentsFrom(ctx context.Context, q db.Q, project, room id.ID, from clock.Month) ([]segment, error) {
	rows, err := q.Query(ctx, "SELECT c.segment, "+chargeColumns+chargeTables+` WHERE c.project_id = ? AND c.source_kind NOT IN (2, 5) AND c.subject_id = ? AND c.month >= ?
		AND c.live = 1 AND c.hold <> 2 AND r.state <> 'withdrawn' ORDER BY c.month, c.item_id, c.segment`, project, room, from)
	return db.Collect(rows, err, func(row db.Scanner) (segment, error) {
		var s segment
		c, err := scanCharge(withFirst{row, &s.no})
		s.Charge = c
		return s, err
	})
}

// withFirst scans one more column before those of a charge.
type withFirst struct {
	row   db.Scanner
	first any
}

func (w withFirst) Scan(dst ...any) error { return w.row.Scan(append([]any{w.first}, dst...)...) }

// runIDs are the runs of the charges of before, ascending.
func runIDs(list []PayerSplit) []id.ID {
	var out []id.ID
	for i := range list {
		for _, c := range list[i].old {
			out = append(out, c.Run)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// lockSegments locks the runs of the charges and then the charges.
func lockSegments(ctx context.Context, tx *db.Tx, project id.ID, list []PayerSplit) error {
	for _, run := range runIDs(list) {
		if _, err := lockRun(ctx, tx, project, run); err != nil {
			return err
		}
	}
	var ids []id.ID
	for i := range list {
		for _, c := range list[i].old {
			ids = append(ids, c.ID)
		}
	}
	return lockCharges(ctx, tx, project, ids)
}

// buryCharge ends the life of a charge; it counts as not charged from now on.
func buryCharge(ctx context.Context, tx *db.Tx, project, charge id.ID) error {
	_, err := tx.Exec(ctx, "UPDATE billing_charge SET live = 0, hold = 2, revision = revision + 1 WHERE project_id = ? AND id = ?", project, charge)
	if err != nil {
		return fmt.Errorf("bury charge: %w", err)
	}
	return nil
}

// insertSegment copies a charge for another payer, run and amount.
func insertSegment(ctx context.Context, tx *db.Tx, project, from id.ID, c *segment) error {
	_, err := tx.Exec(ctx, `INSERT INTO billing_charge (project_id, id, run_id, part, item_id, source_kind, source_id, subject_id, payer_id, month,
		segment, revision, live, hold, rate_id, quantity, price, factor, amount, paid, due_date, detail)
		SELECT project_id, CAST(? AS BIGINT), CAST(? AS BIGINT), part * 0 + 1, item_id, source_kind, source_id, subject_id, CAST(? AS BIGINT), month,
		CAST(? AS INTEGER), revision, 1, 0, rate_id, quantity, price, factor, CAST(? AS BIGINT), 0, due_date, CAST(? AS TEXT)
		FROM billing_charge WHERE project_id = ? AND id = ?`, c.ID, c.Run, c.Payer, c.no, c.Amount, c.detail, project, from)
	if err != nil {
		return fmt.Errorf("insert charge: %w", err)
	}
	return nil
}

// insertMoveRun stores the run of a move: released, with one part that holds
// all of it.
func insertMoveRun(ctx context.Context, tx *db.Tx, project id.ID, r *Run, list []PayerSplit) error {
	if err := insertWhole(ctx, tx, project, r, "month"); err != nil {
		return err
	}
	for i := range list {
		for _, cause := range []Cause{Now, OtherCause} {
			_, err := tx.Exec(ctx, `INSERT INTO billing_sum (project_id, run_id, part, item_id, cause, lines, amount) VALUES (?, ?, 1, ?, ?, 1, ?)
				ON CONFLICT (project_id, run_id, part, item_id, cause) DO UPDATE SET lines = billing_sum.lines + 1,
				amount = billing_sum.amount + excluded.amount`, project, r.ID, list[i].old[0].Item, cause, list[i].Amount)
			if err != nil {
				return fmt.Errorf("store totals of move: %w", err)
			}
		}
	}
	return nil
}
