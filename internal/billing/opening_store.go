package billing

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"linli/internal/billing/opening"
	"linli/internal/kit/db"
	"linli/internal/kit/fault"
	"linli/internal/kit/id"
	"linli/internal/kit/spool"
	"linli/internal/roster"
)

// insertOpening stores the charges and the part of an opening run and ties the
// run to its import. It sets the range of the run's charges.
func insertOpening(ctx context.Context, tx *db.Tx, o *openingSheet, run *Run, im *roster.Import, payer func(*opening.Draft) id.ID) error {
	err := spool.Some(&o.charges, openingAtOnce, func(list []opening.Draft) error {
		ids := tx.IDs(len(list))
		if run.Last = ids[len(ids)-1]; run.First == 0 {
			run.First = ids[0]
		}
		return copyOpening(ctx, tx, o.project, run.ID, ids, list, im.FileName, payer)
	})
	if err != nil {
		return err
	}
	if err := insertWhole(ctx, tx, o.project, run, "opening"); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, "INSERT INTO billing_opening (project_id, import_id, run_id) VALUES (?, ?, ?)", o.project, im.ID, run.ID); err != nil {
		return fmt.Errorf("insert opening: %w", err)
	}
	return nil
}

// openingAtOnce is how many charges are written by one statement.
const openingAtOnce = 5000

func copyOpening(ctx context.Context, tx *db.Tx, project, run id.ID, ids []id.ID, list []opening.Draft, file string, payer func(*opening.Draft) id.ID) error {
	shared := []db.Shared{{Column: "project_id", Value: int64(project)}, {Column: "run_id", Value: int64(run)}, {Column: "part", Value: int64(1)},
		{Column: "source_kind", Value: int64(sourceOpening)}, {Column: "rate_id", Value: int64(0)}, {Column: "quantity", Value: int64(0)},
		{Column: "price", Value: int64(0)}, {Column: "factor", Value: int64(whole)}}
	return tx.CopyShared(ctx, "billing_charge", shared, []string{"id", "item_id", "source_id", "subject_id", "payer_id", "month", "amount", "paid", "carried",
		"due_date", "detail"}, len(ids), func(i int, dst []any) error {
		x := &list[i]
		d := detail{opening: &opened{amount: x.Amount, lines: append(x.Lines, fmt.Sprintf("来自 %s 第 %d 行", file, x.Line))}}
		text, err := d.encode()
		copy(dst, []any{int64(ids[i]), int64(x.Item), int64(x.Room), int64(x.Room), int64(payer(x)), int64(x.Month), int64(x.Amount), int64(x.Paid), int64(x.Paid),
			int64(x.Due), text})
		return err
	})
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
