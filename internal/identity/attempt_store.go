package identity

import (
	"context"

	"linli/internal/kit/db"
)

// countAttempt adds one wrong attempt and gives the count: at most maxWrong+1,
// which means locked. Attempts while locked do not lengthen the lock; a count
// older than the lock starts again.
func countAttempt(ctx context.Context, tx *db.Tx, key string) (wrong int, err error) {
	fresh := tx.Now().Add(-lockFor)
	err = tx.QueryRow(ctx, `INSERT INTO identity_attempt (login, wrong, last_at) VALUES (?, 1, ?)
		ON CONFLICT (login) DO UPDATE SET
			wrong = CASE WHEN identity_attempt.last_at <= ? THEN 1 WHEN identity_attempt.wrong > ? THEN identity_attempt.wrong ELSE identity_attempt.wrong + 1 END,
			last_at = CASE WHEN identity_attempt.last_at > ? AND identity_attempt.wrong >= ? THEN identity_attempt.last_at ELSE excluded.last_at END
		RETURNING wrong`, key, tx.Now(), fresh, maxWrong, fresh, maxWrong).Scan(&wrong)
	return wrong, err
}

// uncountAttempt takes one attempt back, unless others have locked the login
// meanwhile.
func uncountAttempt(ctx context.Context, tx *db.Tx, key string) error {
	_, err := tx.Exec(ctx, "UPDATE identity_attempt SET wrong = wrong - 1 WHERE login = ? AND wrong BETWEEN 1 AND ?", key, maxWrong)
	return err
}

func clearAttempts(ctx context.Context, tx *db.Tx, key string) error {
	_, err := tx.Exec(ctx, "DELETE FROM identity_attempt WHERE login = ?", key)
	return err
}

func sweep(ctx context.Context, tx *db.Tx) error {
	if _, err := tx.Exec(ctx, "DELETE FROM identity_attempt WHERE last_at <= ?", tx.Now().Add(-lockFor)); err != nil {
		return err
	}
	if err := sweepLooks(ctx, tx); err != nil {
		return err
	}
	if err := sweepCodes(ctx, tx); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, "DELETE FROM identity_session WHERE expires_at <= ? OR (remember = 0 AND idle_at <= ?)", tx.Now(), tx.Now())
	return err
}
