package latefee

import (
	"context"
	"fmt"

	"linli/internal/kit/db"
	"linli/internal/kit/id"
	"linli/internal/latefee/penalty"
)

func insertTerms(ctx context.Context, tx *db.Tx, project id.ID, t *Terms) error {
	next := 0
	if t.NextWorkday {
		next = 1
	}
	_, err := tx.Exec(ctx, `INSERT INTO billing_late_terms (project_id, item_id, id, from_date, daily, grace_days, grace, cap, next_workday, source, created_by,
		created_at) VALUES (`+db.In(12)+`)`, project, t.Item, t.ID, t.From, int64(t.Daily), t.GraceDays, string(t.Grace), string(t.Cap), next, t.Source,
		t.CreatedBy, tx.Now())
	if err != nil {
		return fmt.Errorf("insert late terms: %w", err)
	}
	return nil
}

func termsOf(ctx context.Context, q db.Q, project, item id.ID) ([]Terms, error) {
	where, args := "project_id = ?", []any{project}
	if item != 0 {
		where, args = where+" AND item_id = ?", append(args, item)
	}
	rows, err := q.Query(ctx, `SELECT id, item_id, from_date, daily, grace_days, grace, cap, next_workday, source, created_by FROM billing_late_terms
		WHERE `+where+` ORDER BY from_date, id`, args...)
	out, err := db.Collect(rows, err, func(row db.Scanner) (Terms, error) {
		var t Terms
		var next int
		err := row.Scan(&t.ID, &t.Item, &t.From, &t.Daily, &t.GraceDays, &t.Grace, &t.Cap, &next, &t.Source, &t.CreatedBy)
		t.NextWorkday = next == 1
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
