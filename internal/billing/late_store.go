package billing

import (
	"context"
	"fmt"
	"slices"

	"linli/internal/billing/penalty"
	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
)

func insertLateTerms(ctx context.Context, tx *db.Tx, project id.ID, t *LateTerms) error {
	_, err := tx.Exec(ctx, `INSERT INTO billing_late_terms (project_id, item_id, id, from_date, daily, grace_days, grace, cap, source, created_by,
		created_at) VALUES (`+db.In(11)+`)`, project, t.Item, t.ID, t.From, int64(t.Daily), t.GraceDays, string(t.Grace), string(t.Cap), t.Source,
		t.CreatedBy, tx.Now())
	if err != nil {
		return fmt.Errorf("insert late terms: %w", err)
	}
	return nil
}

func lateTerms(ctx context.Context, q db.Q, project, item id.ID) ([]LateTerms, error) {
	where, args := "project_id = ?", []any{project}
	if item != 0 {
		where, args = where+" AND item_id = ?", append(args, item)
	}
	rows, err := q.Query(ctx, `SELECT id, item_id, from_date, daily, grace_days, grace, cap, source, created_by FROM billing_late_terms
		WHERE `+where+` ORDER BY from_date, id`, args...)
	out, err := db.Collect(rows, err, func(row db.Scanner) (LateTerms, error) {
		var t LateTerms
		err := row.Scan(&t.ID, &t.Item, &t.From, &t.Daily, &t.GraceDays, &t.Grace, &t.Cap, &t.Source, &t.CreatedBy)
		return t, err
	})
	if err != nil {
		return nil, fmt.Errorf("list late terms: %w", err)
	}
	return out, nil
}

func ownLPRs(ctx context.Context, q db.Q, project id.ID) ([]penalty.LPR, error) {
	rows, err := q.Query(ctx, "SELECT from_date, rate, source FROM billing_lpr WHERE project_id = ? ORDER BY from_date", project)
	out, err := db.Collect(rows, err, func(row db.Scanner) (penalty.LPR, error) {
		var r penalty.LPR
		err := row.Scan(&r.From, &r.Rate, &r.Source)
		return r, err
	})
	if err != nil {
		return nil, fmt.Errorf("list loan prime rates: %w", err)
	}
	return out, nil
}

func putLPR(ctx context.Context, tx *db.Tx, project id.ID, r penalty.LPR, by string) error {
	_, err := tx.Exec(ctx, `INSERT INTO billing_lpr (project_id, from_date, rate, source, created_by, created_at) VALUES (?, ?, ?, ?, ?, ?)
		ON CONFLICT (project_id, from_date) DO UPDATE SET rate = excluded.rate, source = excluded.source, created_by = excluded.created_by,
			created_at = excluded.created_at`, project, r.From, r.Rate, r.Source, by, tx.Now())
	if err != nil {
		return fmt.Errorf("put loan prime rate: %w", err)
	}
	return nil
}

// lateCharges are the charges of rooms that fell due before a day, paid or not.
func lateCharges(ctx context.Context, q db.Q, project id.ID, rooms []id.ID, only id.ID, on clock.Date) ([]Charge, error) {
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
			return nil, fmt.Errorf("list late charges: %w", err)
		}
		out = append(out, got...)
	}
	inOrder(out)
	return out, nil
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

// lateCharged sums the late fees that were made charges, by the charge that
// was late. They lie in the rooms of these, so the index of rooms finds them.
func lateCharged(ctx context.Context, q db.Q, project id.ID, ids []id.ID) (map[id.ID]money.Fen, error) {
	return sumsByCharge(ctx, q, `SELECT l.source_id, CAST(SUM(l.amount) AS BIGINT) FROM billing_charge p
		JOIN billing_charge l ON l.project_id = p.project_id AND l.subject_id = p.subject_id AND l.month = p.month AND l.source_id = p.id AND l.source_kind = 2
		WHERE p.project_id = ? AND p.id IN (%s) AND l.live = 1 GROUP BY l.source_id`, project, ids)
}

func lateWaived(ctx context.Context, q db.Q, project id.ID, ids []id.ID) (map[id.ID]money.Fen, error) {
	return sumsByCharge(ctx, q, `SELECT charge_id, CAST(SUM(amount) AS BIGINT) FROM billing_waiver
		WHERE project_id = ? AND charge_id IN (%s) AND kind = 'late' AND state = 'approved' GROUP BY charge_id`, project, ids)
}

// waivedPrincipal adds what was waived of principals to their payments.
func waivedPrincipal(ctx context.Context, q db.Q, project id.ID, ids []id.ID, paid map[id.ID][]penalty.Paid) error {
	for list := range slices.Chunk(ids, chunk) {
		rows, err := q.Query(ctx, `SELECT charge_id, decided_on, amount FROM billing_waiver WHERE project_id = ? AND charge_id IN (`+db.In(len(list))+`)
			AND kind = 'charge' AND state = 'approved' ORDER BY id`, withIDs([]any{project}, list)...)
		_, err = db.Collect(rows, err, func(row db.Scanner) (struct{}, error) {
			var charge id.ID
			var p penalty.Paid
			err := row.Scan(&charge, &p.On, &p.Amount)
			paid[charge] = append(paid[charge], p)
			return struct{}{}, err
		})
		if err != nil {
			return fmt.Errorf("list waivers of charges: %w", err)
		}
	}
	return nil
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
	if err := insertRun(ctx, tx, project, run); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, "UPDATE billing_run SET kind = 'late' WHERE project_id = ? AND id = ?", project, run.ID); err != nil {
		return fmt.Errorf("mark run: %w", err)
	}
	if err := updateRun(ctx, tx, project, run); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `INSERT INTO billing_part (project_id, run_id, no, after_room, upto_room, generated, released, withdrawn, rooms, lines, amount,
		faults, first_charge, last_charge) VALUES (?, ?, 1, 0, 0, 1, 1, 0, 1, ?, ?, 0, ?, ?)`, project, run.ID, run.Lines, run.Amount, run.First, run.Last)
	if err != nil {
		return fmt.Errorf("insert part: %w", err)
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
	return nil
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
