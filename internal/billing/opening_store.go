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
	"linli/internal/kit/money"
)

// beginOpening stores the empty run of an import, in place of one that was dropped.
func beginOpening(ctx context.Context, tx *db.Tx, project id.ID, run *Run, imp id.ID) error {
	if err := insertRun(ctx, tx, project, run); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `INSERT INTO billing_opening (project_id, import_id, run_id) VALUES (?, ?, ?)
		ON CONFLICT (project_id, import_id) DO UPDATE SET run_id = excluded.run_id`, project, imp, run.ID)
	return err
}

// layOpening stores some charges as a part of the draft of an opening run.
func layOpening(ctx context.Context, tx *db.Tx, project, run id.ID, no int, list []opening.Draft, file string, payer func(*opening.Draft) id.ID) error {
	r, err := lockRun(ctx, tx, project, run)
	if err != nil {
		return err
	}
	if r.State != Draft {
		return fmt.Errorf("lay opening charges: run %s is %s", run, r.State)
	}
	ids, amount, payers := tx.IDs(len(list)), money.Fen(0), int64(0)
	for i := range list {
		amount += list[i].Amount
		payers += payerMark(ids[i], payer(&list[i]))
	}
	err = copyOpening(ctx, tx, project, run, no, ids, list, file, payer)
	if err == nil {
		err = insertParts(ctx, tx, project, run, []part{{No: no, Upto: lastRoom}})
	}
	if err == nil {
		_, err = tx.Exec(ctx, `UPDATE billing_part SET generated = 1, lines = ?, amount = ?, first_charge = ?, last_charge = ?, payers = ?
			WHERE project_id = ? AND run_id = ? AND no = ?`, len(list), amount, ids[0], ids[len(ids)-1], payers, project, run, no)
	}
	if err == nil {
		err = addUpParts(ctx, tx, project, &r)
	}
	if err == nil {
		err = updateRun(ctx, tx, project, &r)
	}
	return err
}

func copyOpening(ctx context.Context, tx *db.Tx, project, run id.ID, no int, ids []id.ID, list []opening.Draft, file string, payer func(*opening.Draft) id.ID) error {
	shared := []db.Shared{{Column: "project_id", Value: int64(project)}, {Column: "run_id", Value: int64(run)}, {Column: "part", Value: int64(no)},
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
