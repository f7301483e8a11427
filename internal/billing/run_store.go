package billing

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"

	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/fault"
	"linli/internal/kit/id"
)

const runColumns = `id, kind, month, state, rooms, lines, amount, held_lines, held_amount, dropped_lines, faults, first_charge, last_charge,
	version, problem, created_by, created_at, generated_at, released_by, released_at, withdrawn_by, withdrawn_at, reason`

func scanRun(row db.Scanner) (Run, error) {
	var r Run
	var created, generated, released, withdrawn int64
	err := row.Scan(&r.ID, &r.Kind, &r.Month, &r.State, &r.Rooms, &r.Lines, &r.Amount, &r.HeldLines, &r.HeldAmount, &r.DroppedLines, &r.Faults,
		&r.First, &r.Last, &r.Version, &r.Problem, &r.CreatedBy, &created, &generated, &r.ReleasedBy, &released, &r.WithdrawnBy,
		&withdrawn, &r.Reason)
	r.CreatedAt, r.GeneratedAt, r.ReleasedAt, r.WithdrawnAt = db.Micro(created), db.Micro(generated), db.Micro(released), db.Micro(withdrawn)
	return r, err
}

func insertRun(ctx context.Context, tx *db.Tx, project id.ID, r *Run) error {
	_, err := tx.Exec(ctx, `INSERT INTO billing_run (project_id, id, kind, month, state, rooms, lines, amount, held_lines, held_amount,
		dropped_lines, faults, first_charge, last_charge, version, problem, created_by, created_at, generated_at, released_by,
		released_at, withdrawn_by, withdrawn_at, reason)
		VALUES (?, ?, ?, ?, ?, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, '', ?, ?, 0, '', 0, '', 0, '')`,
		project, r.ID, cmp.Or(r.Kind, "month"), r.Month, r.State, r.CreatedBy, r.CreatedAt)
	if db.IsUnique(err) {
		return ErrRunning
	}
	if err != nil {
		return fmt.Errorf("insert run: %w", err)
	}
	return nil
}

func oneRun(ctx context.Context, q db.Q, project, run id.ID) (Run, error) {
	r, err := scanRun(q.QueryRow(ctx, "SELECT "+runColumns+" FROM billing_run WHERE project_id = ? AND id = ?", project, run))
	if errors.Is(err, sql.ErrNoRows) {
		return r, fault.ErrNotFound
	}
	if err != nil {
		return r, fmt.Errorf("read run: %w", err)
	}
	return r, nil
}

func lockRun(ctx context.Context, tx *db.Tx, project, run id.ID) (Run, error) {
	if err := tx.Lock(ctx, "SELECT id FROM billing_run WHERE project_id = ? AND id = ?", project, run); err != nil {
		return Run{}, err
	}
	return oneRun(ctx, tx, project, run)
}

func updateRun(ctx context.Context, tx *db.Tx, project id.ID, r *Run) error {
	_, err := tx.Exec(ctx, `UPDATE billing_run SET state = ?, rooms = ?, lines = ?, amount = ?, held_lines = ?, held_amount = ?,
		dropped_lines = ?, faults = ?, first_charge = ?, last_charge = ?, version = ?, problem = ?, generated_at = ?, released_by = ?,
		released_at = ?, withdrawn_by = ?, withdrawn_at = ?, reason = ? WHERE project_id = ? AND id = ?`,
		r.State, r.Rooms, r.Lines, r.Amount, r.HeldLines, r.HeldAmount, r.DroppedLines, r.Faults, r.First, r.Last, r.Version, r.Problem,
		r.GeneratedAt, r.ReleasedBy, r.ReleasedAt, r.WithdrawnBy, r.WithdrawnAt, r.Reason, project, r.ID)
	if err != nil {
		return fmt.Errorf("update run: %w", err)
	}
	return nil
}

func runs(ctx context.Context, q db.Q, project id.ID, month clock.Month, beforeMonth clock.Month, before id.ID, limit int) ([]Run, error) {
	where, args := "project_id = ? AND kind = 'month'", []any{project}
	if month != 0 {
		where, args = where+" AND month = ?", append(args, month)
	}
	if before != 0 {
		where, args = where+" AND (month, id) < (?, ?)", append(args, beforeMonth, before)
	}
	rows, err := q.Query(ctx, "SELECT "+runColumns+" FROM billing_run WHERE "+where+" ORDER BY month DESC, id DESC LIMIT ?", append(args, limit)...)
	out, err := db.Collect(rows, err, scanRun)
	if err != nil {
		return nil, fmt.Errorf("list runs: %w", err)
	}
	return out, nil
}

// progress counts the parts of the step that is under way.
func progress(ctx context.Context, q db.Q, project id.ID, r *Run) error {
	column := "generated"
	switch r.State {
	case Releasing, Released:
		column = "released"
	case Withdrawing, Withdrawn:
		column = "withdrawn"
	}
	err := q.QueryRow(ctx, "SELECT COUNT(*), CAST(COALESCE(SUM("+column+"), 0) AS BIGINT) FROM billing_part WHERE project_id = ? AND run_id = ?",
		project, r.ID).Scan(&r.Parts, &r.PartsDone)
	if err != nil {
		return fmt.Errorf("count parts: %w", err)
	}
	return nil
}

// addUpParts brings the totals of the generated parts into the run.
func addUpParts(ctx context.Context, tx *db.Tx, project id.ID, r *Run) error {
	err := tx.QueryRow(ctx, `SELECT CAST(COALESCE(SUM(rooms), 0) AS BIGINT), CAST(COALESCE(SUM(lines), 0) AS BIGINT),
		CAST(COALESCE(SUM(amount), 0) AS BIGINT), CAST(COALESCE(SUM(faults), 0) AS BIGINT),
		COALESCE(MIN(CASE WHEN first_charge > 0 THEN first_charge END), 0), COALESCE(MAX(last_charge), 0)
		FROM billing_part WHERE project_id = ? AND run_id = ? AND generated = 1`, project, r.ID).
		Scan(&r.Rooms, &r.Lines, &r.Amount, &r.Faults, &r.First, &r.Last)
	if err != nil {
		return fmt.Errorf("add up parts: %w", err)
	}
	return nil
}

func anyPaid(ctx context.Context, tx *db.Tx, project id.ID, r *Run) (bool, error) {
	var one int
	err := tx.QueryRow(ctx, "SELECT 1 FROM billing_charge WHERE project_id = ? AND id >= ? AND id <= ? AND run_id = ? AND (paid > carried OR returned > 0) LIMIT 1",
		project, r.First, r.Last, r.ID).Scan(&one)
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("look for payments: %w", err)
	}
	return true, nil
}

// projectsBehind finds projects whose newest run lies before a month but not
// before oldest. A month in which everything was withdrawn counts as reached.
func projectsBehind(ctx context.Context, q db.Q, month, oldest clock.Month) ([]behind, error) {
	rows, err := q.Query(ctx, `SELECT project_id, MAX(month) FROM billing_run WHERE kind = 'month' GROUP BY project_id
		HAVING MAX(month) < ? AND MAX(month) >= ? AND COUNT(*) FILTER (WHERE state = 'released') > 0 ORDER BY project_id`, month, oldest)
	return db.Collect(rows, err, func(row db.Scanner) (behind, error) {
		var b behind
		err := row.Scan(&b.project, &b.last)
		return b, err
	})
}

// underWay finds the runs that wait for a job; an import finishes its release.
func underWay(ctx context.Context, q db.Q) ([]moving, error) {
	rows, err := q.Query(ctx, "SELECT project_id, id, state FROM billing_run WHERE state IN ('generating', 'releasing', 'withdrawing') AND (kind <> 'opening' OR state = 'withdrawing')")
	return db.Collect(rows, err, func(row db.Scanner) (moving, error) {
		var m moving
		err := row.Scan(&m.project, &m.run, &m.state)
		return m, err
	})
}
