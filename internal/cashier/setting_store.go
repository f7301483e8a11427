package cashier

import (
	"context"
	"database/sql"
	"errors"

	"linli/internal/kit/db"
	"linli/internal/kit/fault"
	"linli/internal/kit/id"
)

func oneSetting(ctx context.Context, q db.Q, project id.ID) (Setting, error) {
	var st Setting
	var choice, deduct int
	err := q.QueryRow(ctx, "SELECT policy, choice, ahead_months, ahead_until, deduct, round_to, version FROM cashier_setting WHERE project_id = ?", project).
		Scan(&st.Policy, &choice, &st.AheadMonths, &st.AheadUntil, &deduct, &st.RoundTo, &st.Version)
	if errors.Is(err, sql.ErrNoRows) {
		return usualSetting(), nil
	}
	st.Choice, st.Deduct = choice == 1, deduct == 1
	return st, err
}

// putSetting writes the next version; two people at once are told so.
func putSetting(ctx context.Context, tx *db.Tx, project id.ID, st *Setting) error {
	n, err := tx.Exec(ctx, `INSERT INTO cashier_setting (project_id, policy, choice, ahead_months, ahead_until, deduct, round_to, version) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (project_id) DO UPDATE SET policy = excluded.policy, choice = excluded.choice, ahead_months = excluded.ahead_months,
			ahead_until = excluded.ahead_until, deduct = excluded.deduct, round_to = excluded.round_to, version = excluded.version WHERE cashier_setting.version = excluded.version - 1`,
		project, string(st.Policy), order(st.Choice), st.AheadMonths, st.AheadUntil, order(st.Deduct), st.RoundTo, st.Version)
	if err == nil && n != 1 {
		return fault.ErrStale
	}
	return err
}

// usedReference finds a valid receipt that has the same voucher already.
func usedReference(ctx context.Context, q db.Q, project id.ID, p *Pay) (number, room string, err error) {
	err = q.QueryRow(ctx, `SELECT r.number, r.room_label FROM cashier_pay p
		JOIN cashier_receipt r ON r.project_id = p.project_id AND r.id = p.receipt_id
		WHERE p.project_id = ? AND p.reference = ? AND p.reference <> '' AND p.method = ? AND p.terminal = ? AND r.state = 'valid' AND r.amount > 0 AND r.reversed_by = 0 LIMIT 1`,
		project, p.Reference, string(p.Method), p.Terminal).Scan(&number, &room)
	if errors.Is(err, sql.ErrNoRows) {
		return "", "", nil
	}
	return number, room, err
}
