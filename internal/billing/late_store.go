package billing

import (
	"context"
	"fmt"
	"slices"

	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
)

// pastDue are the charges of rooms that fell due before a day, paid or not.
func pastDue(ctx context.Context, q db.Q, project id.ID, rooms []id.ID, only id.ID, on clock.Date) ([]Charge, error) {
	out := []Charge{}
	for list := range slices.Chunk(rooms, chunk) {
		where, args := "", withIDs([]any{project, on}, list)
		if only != 0 {
			where, args = " AND c.id = ?", append(args, only)
		}
		rows, err := q.Query(ctx, "SELECT "+chargeColumns+chargeTables+` WHERE c.project_id = ? AND c.due_date < ? AND c.subject_id IN (`+db.In(len(list))+`)
			AND c.hold = 0 AND c.live = 1 AND c.source_kind <> 2 AND r.state = 'released'`+where, args...)
		got, err := db.Collect(rows, err, scanCharge)
		if err != nil {
			return nil, fmt.Errorf("list charges past due: %w", err)
		}
		out = append(out, got...)
	}
	inOrder(out)
	return out, nil
}

// lateCharged sums the late fees that were made charges, by the charge that
// was late. They lie in the rooms of these, so the index of rooms finds them.
func lateCharged(ctx context.Context, q db.Q, project id.ID, ids []id.ID) (map[id.ID]money.Fen, error) {
	return sumsByCharge(ctx, q, `SELECT l.source_id, CAST(SUM(l.amount) AS BIGINT) FROM billing_charge p
		JOIN billing_charge l ON l.project_id = p.project_id AND l.subject_id = p.subject_id AND l.month = p.month AND l.source_id = p.id AND l.source_kind = 2
		WHERE p.project_id = ? AND p.id IN (%s) AND l.live = 1 GROUP BY l.source_id`, project, ids)
}

func sumsByCharge(ctx context.Context, q db.Q, query string, project id.ID, ids []id.ID) (map[id.ID]money.Fen, error) {
	out := map[id.ID]money.Fen{}
	for list := range slices.Chunk(ids, chunk) {
		rows, err := q.Query(ctx, fmt.Sprintf(query, db.In(len(list))), withIDs([]any{project}, list)...)
		_, err = db.Collect(rows, err, func(row db.Scanner) (struct{}, error) {
			var charge id.ID
			var sum money.Fen
			err := row.Scan(&charge, &sum)
			out[charge] += sum
			return struct{}{}, err
		})
		if err != nil {
			return nil, fmt.Errorf("sums by charge: %w", err)
		}
	}
	return out, nil
}

// lateRow is a late fee on its way to become a charge.
type lateRow struct {
	id, source, room, payer id.ID
	month                   clock.Month
	amount                  money.Fen
	due                     clock.Date
	detail                  string
}

func storeLate(ctx context.Context, tx *db.Tx, project, item id.ID, run *Run, rows []lateRow) error {
	run.First, run.Last = rows[0].id, rows[0].id
	for _, r := range rows {
		run.First, run.Last = min(run.First, r.id), max(run.Last, r.id)
	}
	for _, r := range rows {
		_, err := tx.Exec(ctx, `INSERT INTO billing_charge (project_id, id, run_id, part, item_id, source_kind, source_id, subject_id, payer_id, month,
			segment, rate_id, quantity, price, factor, amount, due_date, detail)
			SELECT ?, ?, ?, 1, ?, 2, ?, ?, ?, ?, COALESCE(MAX(segment) + 1, 0), 0, 0, 0, 0, CAST(? AS BIGINT), CAST(? AS INTEGER), CAST(? AS TEXT) FROM billing_charge
			WHERE project_id = ? AND subject_id = ? AND month = ? AND source_id = ? AND source_kind = 2`,
			project, r.id, run.ID, item, r.source, r.room, r.payer, r.month, r.amount, r.due, r.detail, project, r.room, r.month, r.source)
		if err != nil {
			return fmt.Errorf("insert late fee: %w", err)
		}
	}
	return insertWhole(ctx, tx, project, run, "late")
}

// buryLate takes a late fee out of what is owed and out of its run. It is
// dropped, too: lists of what is owed do not ask whether a charge is live.
func buryLate(ctx context.Context, tx *db.Tx, project id.ID, c *Charge) error {
	if _, err := tx.Exec(ctx, "UPDATE billing_charge SET live = 0, hold = 2 WHERE project_id = ? AND id = ?", project, c.ID); err != nil {
		return fmt.Errorf("bury late fee: %w", err)
	}
	_, err := tx.Exec(ctx, "UPDATE billing_run SET lines = lines - 1, amount = amount - ? WHERE project_id = ? AND id = ?", c.Amount, project, c.Run)
	if err != nil {
		return fmt.Errorf("bury late fee: %w", err)
	}
	return nil
}
