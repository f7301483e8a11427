package identity

import (
	"context"
	"time"

	"linli/internal/kit/db"
	"linli/internal/kit/id"
)

// looks counts those after a moment, and gives the first of them.
func looks(ctx context.Context, q db.Q, account id.ID, after time.Time) (n int, first time.Time, err error) {
	var at int64
	err = q.QueryRow(ctx, "SELECT COUNT(*), COALESCE(MIN(at), 0) FROM identity_look WHERE account_id = ? AND at > ?", account, after).Scan(&n, &at)
	return n, db.Micro(at), err
}

func insertLook(ctx context.Context, tx *db.Tx, account id.ID) error {
	_, err := tx.Exec(ctx, "INSERT INTO identity_look (account_id, id, at) VALUES (?, ?, ?)", account, tx.NewID(), tx.Now())
	return err
}

func sweepLooks(ctx context.Context, tx *db.Tx) error {
	_, err := tx.Exec(ctx, "DELETE FROM identity_look WHERE at <= ?", tx.Now().Add(-lookSpan))
	return err
}
