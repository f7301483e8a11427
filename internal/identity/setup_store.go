package identity

import (
	"context"
	"database/sql"
	"errors"

	"linli/internal/kit/db"
)

// setting is empty when the key has never been set.
func setting(ctx context.Context, q db.Q, key string) (v string, err error) {
	err = q.QueryRow(ctx, "SELECT value FROM identity_setting WHERE key = ?", key).Scan(&v)
	if errors.Is(err, sql.ErrNoRows) {
		return "", nil
	}
	return v, err
}

func putSetting(ctx context.Context, tx *db.Tx, key, value string) error {
	_, err := tx.Exec(ctx, "INSERT INTO identity_setting (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value", key, value)
	return err
}

// closeSetup reports whether this transaction is the one that closes it; a
// second one waits for the first to end.
func closeSetup(ctx context.Context, tx *db.Tx) (first bool, err error) {
	n, err := tx.Exec(ctx, "INSERT INTO identity_setting (key, value) VALUES (?, 'closed') ON CONFLICT (key) DO NOTHING", settingSetup)
	return n == 1, err
}
