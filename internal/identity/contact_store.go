package identity

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"linli/internal/kit/db"
	"linli/internal/kit/id"
)

func contactsOf(ctx context.Context, q db.Q, account id.ID) ([]Contact, error) {
	rows, err := q.Query(ctx, "SELECT channel, address_enc, address_mask, blind, confirmed FROM identity_contact WHERE account_id = ? ORDER BY channel DESC", account)
	return db.Collect(rows, err, func(row db.Scanner) (c Contact, err error) {
		return c, row.Scan(&c.Channel, &c.sealed, &c.Mask, &c.blind, &c.Confirmed)
	})
}

// allContacts are those of every account, for the doctor.
func allContacts(ctx context.Context, q db.Q) (map[id.ID][]Contact, error) {
	out := map[id.ID][]Contact{}
	rows, err := q.Query(ctx, "SELECT account_id, channel, address_mask, blind, confirmed FROM identity_contact ORDER BY account_id, channel")
	_, err = db.Collect(rows, err, func(row db.Scanner) (struct{}, error) {
		var account id.ID
		var c Contact
		err := row.Scan(&account, &c.Channel, &c.Mask, &c.blind, &c.Confirmed)
		out[account] = append(out[account], c)
		return struct{}{}, err
	})
	return out, err
}

// saveContact writes the address of a channel, or removes it when it is empty.
func saveContact(ctx context.Context, tx *db.Tx, account id.ID, c Contact) error {
	if c.Mask == "" {
		_, err := tx.Exec(ctx, "DELETE FROM identity_contact WHERE account_id = ? AND channel = ?", account, c.Channel)
		return err
	}
	_, err := tx.Exec(ctx, `INSERT INTO identity_contact (account_id, channel, address_enc, address_mask, blind, confirmed, changed_at) VALUES (?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (account_id, channel) DO UPDATE SET address_enc = excluded.address_enc, address_mask = excluded.address_mask, blind = excluded.blind,
		confirmed = excluded.confirmed, changed_at = excluded.changed_at`, account, c.Channel, c.sealed, c.Mask, c.blind, c.Confirmed, tx.Now())
	return err
}

const codeColumns = "id, purpose, token, login, account_id, channel, address_enc, address_mask, blind, code, tries, used, client, created_at, expires_at"

func scanCode(row db.Scanner) (codeRow, error) {
	var c codeRow
	var created, expires int64
	err := row.Scan(&c.id, &c.purpose, &c.token, &c.login, &c.account, &c.channel, &c.sealed, &c.mask, &c.blind, &c.code, &c.tries, &c.used, &c.client, &created, &expires)
	c.created, c.expires = db.Micro(created), db.Micro(expires)
	if errors.Is(err, sql.ErrNoRows) {
		return codeRow{}, nil
	}
	return c, err
}

func insertCode(ctx context.Context, tx *db.Tx, c codeRow) error {
	_, err := tx.Exec(ctx, "INSERT INTO identity_code ("+codeColumns+") VALUES ("+db.In(15)+")", c.id, c.purpose, c.token, c.login, c.account, c.channel,
		c.sealed, c.mask, c.blind, c.code, c.tries, c.used, c.client, c.created, c.expires)
	return err
}

// tokenCode is the code behind a token, contactCode the newest one for an
// address of an account; the zero codeRow when there is none.
func tokenCode(ctx context.Context, q db.Q, token string) (codeRow, error) {
	return scanCode(q.QueryRow(ctx, "SELECT "+codeColumns+" FROM identity_code WHERE token = ? AND purpose = ?", token, toRecover))
}

func contactCode(ctx context.Context, q db.Q, account id.ID, channel string) (codeRow, error) {
	return scanCode(q.QueryRow(ctx, "SELECT "+codeColumns+" FROM identity_code WHERE account_id = ? AND channel = ? AND purpose = ? ORDER BY id DESC LIMIT 1", account, channel, toContact))
}

// addressCode notes where a code goes: to a confirmed address of an account.
func addressCode(ctx context.Context, tx *db.Tx, code, account id.ID, c Contact) error {
	_, err := tx.Exec(ctx, "UPDATE identity_code SET account_id = ?, address_mask = ?, blind = ? WHERE id = ?", account, c.Mask, c.blind, code)
	return err
}

// countTry takes one of the tries; false when the code is over.
func countTry(ctx context.Context, tx *db.Tx, code id.ID) (bool, error) {
	n, err := tx.Exec(ctx, "UPDATE identity_code SET tries = tries + 1 WHERE id = ? AND used = 0 AND tries < ? AND expires_at > ?", code, codeTries, tx.Now())
	return n == 1, err
}

func uncountTry(ctx context.Context, tx *db.Tx, code id.ID) error {
	_, err := tx.Exec(ctx, "UPDATE identity_code SET tries = tries - 1 WHERE id = ? AND tries > 0", code)
	return err
}

// useCode reports whether this transaction is the one that uses a code.
func useCode(ctx context.Context, tx *db.Tx, code id.ID) (first bool, err error) {
	n, err := tx.Exec(ctx, "UPDATE identity_code SET used = 1 WHERE id = ? AND used = 0 AND expires_at > ?", code, tx.Now())
	return n == 1, err
}

// voidCodes ends every code of an account that is still out.
func voidCodes(ctx context.Context, tx *db.Tx, account id.ID) error {
	_, err := tx.Exec(ctx, "UPDATE identity_code SET used = 1 WHERE account_id = ? AND used = 0", account)
	return err
}

// askedSince counts the codes asked for since an instant, by a login, from a
// network address, or sent to an address; last is when the newest was that is
// for the purpose, or for any when that is empty.
func askedSince(ctx context.Context, q db.Q, column, value, purpose string, since time.Time) (n int, last time.Time, err error) {
	var at int64
	err = q.QueryRow(ctx, "SELECT COUNT(*), COALESCE(MAX(CASE WHEN ? IN ('', purpose) THEN created_at ELSE 0 END), 0) FROM identity_code WHERE "+column+" = ? AND created_at > ?",
		purpose, value, since).Scan(&n, &at)
	return n, db.Micro(at), err
}

func sweepCodes(ctx context.Context, tx *db.Tx) error {
	_, err := tx.Exec(ctx, "DELETE FROM identity_code WHERE created_at <= ?", tx.Now().Add(-askWindow))
	return err
}

func findCode(ctx context.Context, q db.Q, code id.ID) (codeRow, error) {
	return scanCode(q.QueryRow(ctx, "SELECT "+codeColumns+" FROM identity_code WHERE id = ?", code))
}
