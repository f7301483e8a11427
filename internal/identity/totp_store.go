package identity

import (
	"context"
	"database/sql"
	"errors"

	"linli/internal/kit/db"
	"linli/internal/kit/id"
)

// findSecret is the zero row when nothing was started.
func findSecret(ctx context.Context, q db.Q, account id.ID) (r secretRow, err error) {
	err = q.QueryRow(ctx, "SELECT secret, active, step FROM identity_totp WHERE account_id = ?", account).Scan(&r.sealed, &r.active, &r.step)
	if errors.Is(err, sql.ErrNoRows) {
		return secretRow{}, nil
	}
	return r, err
}

func putSecret(ctx context.Context, tx *db.Tx, account id.ID, sealed string) error {
	_, err := tx.Exec(ctx, `INSERT INTO identity_totp (account_id, secret, active, step, created_at) VALUES (?, ?, 0, 0, ?)
		ON CONFLICT (account_id) DO UPDATE SET secret = excluded.secret, active = 0, step = 0, created_at = excluded.created_at`, account, sealed, tx.Now())
	return err
}

// useStep remembers the step of an accepted code; the first makes the secret count.
func useStep(ctx context.Context, tx *db.Tx, account id.ID, step int64) error {
	_, err := tx.Exec(ctx, "UPDATE identity_totp SET step = ?, active = 1 WHERE account_id = ?", step, account)
	return err
}

func dropSecret(ctx context.Context, tx *db.Tx, account id.ID) error {
	if _, err := tx.Exec(ctx, "DELETE FROM identity_recovery WHERE account_id = ?", account); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, "DELETE FROM identity_totp WHERE account_id = ?", account)
	return err
}

func putRecovery(ctx context.Context, tx *db.Tx, account id.ID, digests []string) error {
	if _, err := tx.Exec(ctx, "DELETE FROM identity_recovery WHERE account_id = ?", account); err != nil {
		return err
	}
	for _, d := range digests {
		if _, err := tx.Exec(ctx, "INSERT INTO identity_recovery (account_id, code) VALUES (?, ?)", account, d); err != nil {
			return err
		}
	}
	return nil
}

// useRecovery takes a recovery code away and counts those that are left.
func useRecovery(ctx context.Context, tx *db.Tx, account id.ID, digest string) (left int, used bool, err error) {
	n, err := tx.Exec(ctx, "DELETE FROM identity_recovery WHERE account_id = ? AND code = ?", account, digest)
	if err != nil || n == 0 {
		return 0, false, err
	}
	left, err = countRecovery(ctx, tx, account)
	return left, true, err
}

func countRecovery(ctx context.Context, q db.Q, account id.ID) (n int, err error) {
	err = q.QueryRow(ctx, "SELECT COUNT(*) FROM identity_recovery WHERE account_id = ?", account).Scan(&n)
	return n, err
}
