package identity

import (
	"context"

	"linli/internal/kit/db"
	"linli/internal/kit/id"
)

// settings reads those keys that have been set.
func settings(ctx context.Context, q db.Q, keys ...any) (map[string]string, error) {
	out := map[string]string{}
	rows, err := q.Query(ctx, "SELECT key, value FROM identity_setting WHERE key IN ("+db.In(len(keys))+")", keys...)
	_, err = db.Collect(rows, err, func(row db.Scanner) (struct{}, error) {
		var key, value string
		err := row.Scan(&key, &value)
		out[key] = value
		return struct{}{}, err
	})
	return out, err
}

// shortenSessions lets a policy hold for the sessions that are open.
func shortenSessions(ctx context.Context, tx *db.Tx, p Policy, except id.ID) error {
	end := tx.Now().Add(p.idle())
	if _, err := tx.Exec(ctx, "UPDATE identity_session SET idle_at = ? WHERE remember = 0 AND idle_at > ?", end, end); err != nil {
		return err
	}
	if len(p.TOTPRoles) == 0 {
		return nil
	}
	args := []any{except}
	for _, r := range p.TOTPRoles {
		args = append(args, r)
	}
	_, err := tx.Exec(ctx, `DELETE FROM identity_session WHERE account_id <> ? AND account_id IN (SELECT account_id FROM identity_grant WHERE role IN (`+db.In(len(p.TOTPRoles))+`))
		AND account_id NOT IN (SELECT account_id FROM identity_totp WHERE active = 1)`, args...)
	return err
}
