package identity

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"linli/internal/kit/db"
	"linli/internal/kit/id"
)

// sessionStore is the store behind scs: tokens come in hashed. It works only
// with the context that the commands of this room prepare.
type sessionStore struct{ db *db.DB }

// sessionRow carries what the table knows of a session besides scs's data:
// into CommitCtx what to write, out of FindCtx what was read.
type sessionRow struct {
	tx       *db.Tx
	account  id.ID
	epoch    int64
	address  string
	remember bool
	idle     time.Duration
	idleAt   time.Time
}

type rowKey struct{}

func withRow(ctx context.Context, r *sessionRow) context.Context {
	return context.WithValue(ctx, rowKey{}, r)
}

var errNoRow = errors.New("session store: called without the row of its command")

// FindCtx gives the data of a session that has not ended by time.
func (st *sessionStore) FindCtx(ctx context.Context, token string) ([]byte, bool, error) {
	r, ok := ctx.Value(rowKey{}).(*sessionRow)
	if !ok {
		return nil, false, errNoRow
	}
	var data []byte
	var idle, expires int64
	err := st.db.Reader(ctx).QueryRow(ctx, "SELECT account_id, epoch, data, remember, idle_at, expires_at FROM identity_session WHERE token = ?", token).
		Scan(&r.account, &r.epoch, &data, &r.remember, &idle, &expires)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, false, nil
	}
	if err != nil {
		return nil, false, fmt.Errorf("find session: %w", err)
	}
	r.idleAt = db.Micro(idle)
	now := st.db.Clock().Now()
	if !now.Before(db.Micro(expires)) || (!r.remember && !now.Before(r.idleAt)) {
		return nil, false, nil
	}
	return data, true, nil
}

// CommitCtx writes a session in the transaction of its command.
func (st *sessionStore) CommitCtx(ctx context.Context, token string, data []byte, expires time.Time) error {
	r, ok := ctx.Value(rowKey{}).(*sessionRow)
	if !ok || r.tx == nil {
		return errNoRow
	}
	_, err := r.tx.Exec(ctx, `INSERT INTO identity_session (token, account_id, epoch, data, address, remember, created_at, idle_at, expires_at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`, token, r.account, r.epoch, data, r.address, r.remember, r.tx.Now(), r.tx.Now().Add(r.idle), expires)
	if err != nil {
		return fmt.Errorf("write session: %w", err)
	}
	return nil
}

// DeleteCtx ends a session.
func (st *sessionStore) DeleteCtx(ctx context.Context, token string) error {
	return st.db.Write(ctx, func(tx *db.Tx) error { return deleteSession(ctx, tx, token) })
}

// Find, Commit and Delete exist for scs's interface, which prefers the ones
// with a context.
func (st *sessionStore) Find(string) ([]byte, bool, error)      { return nil, false, errNoRow }
func (st *sessionStore) Commit(string, []byte, time.Time) error { return errNoRow }
func (st *sessionStore) Delete(string) error                    { return errNoRow }

func deleteSession(ctx context.Context, tx *db.Tx, token string) error {
	_, err := tx.Exec(ctx, "DELETE FROM identity_session WHERE token = ?", token)
	return err
}

// endSessions ends every session of an account: the rows go, and the epoch
// refuses any that was being made meanwhile. The caller saves the account.
func endSessions(ctx context.Context, tx *db.Tx, a *Account) error {
	a.epoch++
	_, err := tx.Exec(ctx, "DELETE FROM identity_session WHERE account_id = ?", a.ID)
	return err
}

func touchSession(ctx context.Context, tx *db.Tx, token string, idle time.Duration) error {
	_, err := tx.Exec(ctx, "UPDATE identity_session SET idle_at = ? WHERE token = ?", tx.Now().Add(idle), token)
	return err
}

func remembered(ctx context.Context, q db.Q, token string) (yes bool, err error) {
	err = q.QueryRow(ctx, "SELECT remember FROM identity_session WHERE token = ?", token).Scan(&yes)
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	return yes, err
}
