package billing

import (
	"context"
	"fmt"

	"linli/internal/kit/db"
	"linli/internal/kit/id"
)

// payerMark is what a charge adds to the mark of its part. Who owes a charge never
// changes, and nothing else tells of it, so that one changed by hand is seen by the
// sum. Both factors are small, so that the sum of a part of millions fits.
func payerMark(charge, payer id.ID) int64 { return int64(payer%1000003) * int64(charge%1000003+1) }

// payersOf is payerMark of all charges of the part p.
const payersOf = `(SELECT CAST(COALESCE(SUM((c.payer_id % 1000003) * (c.id % 1000003 + 1)), 0) AS BIGINT) FROM billing_charge c
	WHERE c.project_id = p.project_id AND c.id >= p.first_charge AND c.id <= p.last_charge AND c.run_id = p.run_id AND c.part = p.no)`

// insertWhole stores a run that is released as it is made, with one part that holds
// all of its charges; these are there already.
func insertWhole(ctx context.Context, tx *db.Tx, project id.ID, r *Run, kind string) error {
	r.Kind = kind
	if err := insertRun(ctx, tx, project, r); err != nil {
		return err
	}
	if err := updateRun(ctx, tx, project, r); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `INSERT INTO billing_part (project_id, run_id, no, after_room, upto_room, generated, released, withdrawn, rooms, lines, amount,
		faults, first_charge, last_charge) VALUES (?, ?, 1, 0, ?, 1, 1, 0, ?, ?, ?, 0, ?, ?)`, project, r.ID, lastRoom, r.Rooms, r.Lines, r.Amount, r.First, r.Last)
	if err == nil {
		_, err = tx.Exec(ctx, "UPDATE billing_part AS p SET payers = "+payersOf+" WHERE p.project_id = ? AND p.run_id = ?", project, r.ID)
	}
	if err != nil {
		return fmt.Errorf("store part: %w", err)
	}
	return nil
}

// brokenPayers names parts in which somebody else owes a charge than when it was
// made, and the charge, if another one of its room has the payer it had.
func brokenPayers(ctx context.Context, q db.Q, project id.ID) ([]string, error) {
	rows, err := q.Query(ctx, `SELECT x.run_id, x.no, COALESCE((SELECT MIN(c.id) FROM billing_charge c
			JOIN billing_charge o ON o.project_id = c.project_id AND o.subject_id = c.subject_id
			WHERE c.project_id = ? AND c.id >= x.first_charge AND c.id <= x.last_charge AND c.run_id = x.run_id AND c.part = x.no
			AND (o.payer_id % 1000003 - c.payer_id % 1000003) * (c.id % 1000003 + 1) = x.gap), 0)
		FROM (SELECT p.run_id, p.no, p.first_charge, p.last_charge, p.payers - `+payersOf+` AS gap FROM billing_part p
			WHERE p.project_id = ? AND p.payers IS NOT NULL) x WHERE x.gap <> 0 ORDER BY x.run_id, x.no LIMIT 100`, project, project)
	return db.Collect(rows, err, func(row db.Scanner) (string, error) {
		var run, charge id.ID
		var no int
		if err := row.Scan(&run, &no, &charge); err != nil || charge != 0 {
			return fmt.Sprintf("应收 %s 的缴费人与出账时不同（批次 %s）", charge, run), err
		}
		return fmt.Sprintf("出账批次 %s 第 %d 部分有应收的缴费人与出账时不同", run, no), nil
	})
}
