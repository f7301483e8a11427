package billing

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"linli/internal/kit/db"
	"linli/internal/kit/fault"
	"linli/internal/kit/id"
	"linli/internal/roster"
)

// insertOpening stores the charges and the part of an opening run and ties the
// run to its import. It sets the range of the run's charges.
func insertOpening(ctx context.Context, tx *db.Tx, o *openingSheet, run *Run, im *roster.Import) error {
	if _, err := tx.Exec(ctx, "UPDATE billing_run SET kind = 'opening' WHERE project_id = ? AND id = ?", o.project, run.ID); err != nil {
		return fmt.Errorf("mark run: %w", err)
	}
	ids := tx.IDs(len(o.charges))
	run.First, run.Last = ids[0], ids[len(ids)-1]
	shared := []db.Shared{{Column: "project_id", Value: int64(o.project)}, {Column: "run_id", Value: int64(run.ID)}, {Column: "part", Value: int64(1)},
		{Column: "source_kind", Value: int64(sourceOpening)}, {Column: "rate_id", Value: int64(0)}, {Column: "quantity", Value: int64(0)},
		{Column: "price", Value: int64(0)}, {Column: "factor", Value: int64(whole)}}
	err := tx.CopyShared(ctx, "billing_charge", shared, []string{"id", "item_id", "source_id", "subject_id", "payer_id", "month", "amount", "paid", "carried",
		"due_date", "detail"}, len(ids), func(i int, dst []any) error {
		c := &o.charges[i]
		d := detail{opening: &opened{amount: c.Amount, lines: append(c.Lines(), fmt.Sprintf("来自 %s 第 %d 行", im.FileName, c.Row.Line))}}
		text, err := d.encode()
		copy(dst, []any{int64(ids[i]), int64(c.Item.ID), int64(c.Room), int64(c.Room), int64(c.Payer), int64(c.Month), int64(c.Amount), int64(c.Paid), int64(c.Paid),
			int64(c.Due), text})
		return err
	})
	if err != nil {
		return err
	}
	if err := insertParts(ctx, tx, o.project, run.ID, []part{{No: 1, Upto: lastRoom}}); err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `UPDATE billing_part SET generated = 1, released = 1, rooms = ?, lines = ?, amount = ?, first_charge = ?, last_charge = ?
		WHERE project_id = ? AND run_id = ?`, run.Rooms, run.Lines, run.Amount, run.First, run.Last, o.project, run.ID)
	if err != nil {
		return fmt.Errorf("store part: %w", err)
	}
	if _, err := tx.Exec(ctx, "INSERT INTO billing_opening (project_id, import_id, run_id) VALUES (?, ?, ?)", o.project, im.ID, run.ID); err != nil {
		return fmt.Errorf("insert opening: %w", err)
	}
	return nil
}

// openingRun is the run of an import. Error: fault.ErrNotFound.
func openingRun(ctx context.Context, q db.Q, project, imp id.ID) (id.ID, error) {
	var run id.ID
	err := q.QueryRow(ctx, "SELECT run_id FROM billing_opening WHERE project_id = ? AND import_id = ?", project, imp).Scan(&run)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, fault.ErrNotFound
	}
	if err != nil {
		return 0, fmt.Errorf("read opening: %w", err)
	}
	return run, nil
}
