package latefee

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/fault"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
	"linli/internal/ledger"
)

const waiverColumns = `id, number, kind, charge_id, room_id, amount, reason, proof, state, asked_by, asked_name, asked_at, decided_by, decided_name,
	decided_at, note, version`

func scanWaiver(row db.Scanner) (Waiver, error) {
	var w Waiver
	var asked, decided int64
	err := row.Scan(&w.ID, &w.Number, &w.Kind, &w.Charge, &w.Room, &w.Amount, &w.Reason, &w.Proof, &w.State, &w.AskedBy, &w.Asker, &asked,
		&w.Decided.By, &w.Decided.Name, &decided, &w.Decided.Note, &w.Version)
	w.AskedAt, w.Decided.At = db.Micro(asked), db.Micro(decided)
	return w, err
}

func insertWaiver(ctx context.Context, tx *db.Tx, project id.ID, w *Waiver) error {
	_, err := tx.Exec(ctx, "INSERT INTO billing_waiver (project_id, "+waiverColumns+", decided_on) VALUES ("+db.In(18)+", 0)",
		project, w.ID, w.Number, string(w.Kind), w.Charge, w.Room, w.Amount, w.Reason, w.Proof, string(w.State), w.AskedBy, w.Asker, w.AskedAt,
		w.Decided.By, w.Decided.Name, w.Decided.At, w.Decided.Note, w.Version)
	if err != nil {
		return fmt.Errorf("insert waiver: %w", err)
	}
	return nil
}

func updateWaiver(ctx context.Context, tx *db.Tx, project id.ID, w *Waiver) error {
	var on clock.Date
	if !w.Decided.At.IsZero() {
		on = clock.DateOf(w.Decided.At)
	}
	_, err := tx.Exec(ctx, `UPDATE billing_waiver SET number = ?, state = ?, decided_by = ?, decided_name = ?, decided_at = ?, decided_on = ?, note = ?,
		version = ? WHERE project_id = ? AND id = ?`, w.Number, string(w.State), w.Decided.By, w.Decided.Name, w.Decided.At, on, w.Decided.Note,
		w.Version, project, w.ID)
	if err != nil {
		return fmt.Errorf("update waiver: %w", err)
	}
	return nil
}

func lockWaiver(ctx context.Context, tx *db.Tx, project, waiver id.ID) (Waiver, error) {
	if err := tx.Lock(ctx, "SELECT id FROM billing_waiver WHERE project_id = ? AND id = ?", project, waiver); err != nil {
		return Waiver{}, err
	}
	w, err := scanWaiver(tx.QueryRow(ctx, "SELECT "+waiverColumns+" FROM billing_waiver WHERE project_id = ? AND id = ?", project, waiver))
	if errors.Is(err, sql.ErrNoRows) {
		return w, fault.ErrNotFound
	}
	if err != nil {
		return w, fmt.Errorf("read waiver: %w", err)
	}
	return w, nil
}

func listWaivers(ctx context.Context, q db.Q, project id.ID, f *WaiverFilter, before id.ID) ([]Waiver, error) {
	where, args := "project_id = ?", []any{project}
	if f.State != "" {
		where, args = where+" AND state = ?", append(args, string(f.State))
	}
	if f.Room != 0 {
		where, args = where+" AND room_id = ?", append(args, f.Room)
	}
	if before != 0 {
		where, args = where+" AND id < ?", append(args, before)
	}
	rows, err := q.Query(ctx, "SELECT "+waiverColumns+" FROM billing_waiver WHERE "+where+" ORDER BY id DESC LIMIT ?", append(args, f.Limit+1)...)
	return db.Collect(rows, err, scanWaiver)
}

// waivedCharges sums the approved waivers of charges, late fees left out.
func waivedCharges(ctx context.Context, q db.Q, project id.ID) (map[id.ID]money.Fen, error) {
	rows, err := q.Query(ctx, `SELECT charge_id, CAST(SUM(amount) AS BIGINT) FROM billing_waiver
		WHERE project_id = ? AND kind = 'charge' AND state = 'approved' GROUP BY charge_id`, project)
	out := map[id.ID]money.Fen{}
	if err := sums(rows, err, out); err != nil {
		return nil, fmt.Errorf("sum waivers: %w", err)
	}
	return out, nil
}

// numberedWaivers counts approved waivers by the year of their number.
func numberedWaivers(ctx context.Context, q db.Q, project id.ID) (map[int]ledger.Numbered, error) {
	out, err := ledger.CollectNumbered(q.Query(ctx, `SELECT decided_on / 10000, COUNT(*), COUNT(DISTINCT number) FROM billing_waiver
		WHERE project_id = ? AND number <> '' GROUP BY decided_on / 10000`, project))
	if err != nil {
		return nil, fmt.Errorf("count waivers: %w", err)
	}
	return out, nil
}
