package identity

import (
	"context"
	"database/sql"
	"errors"
	"strings"

	"linli/internal/kit/db"
	"linli/internal/kit/fault"
	"linli/internal/kit/id"
)

const accountColumns = "id, login, name, hash, state, epoch, version, created_at, signed_in_at, password_at"

// accountRead adds whether a second factor is bound.
const accountRead = accountColumns + ", (SELECT COUNT(*) FROM identity_totp t WHERE t.account_id = identity_account.id AND t.active = 1)"

func insertAccount(ctx context.Context, tx *db.Tx, a Account) error {
	_, err := tx.Exec(ctx, "INSERT INTO identity_account ("+accountColumns+") VALUES ("+db.In(10)+")",
		a.ID, a.Login, a.Name, a.hash, a.State, a.epoch, a.Version, a.CreatedAt, a.SignedInAt, a.PasswordAt)
	return err
}

func saveAccount(ctx context.Context, tx *db.Tx, a Account) error {
	_, err := tx.Exec(ctx, "UPDATE identity_account SET name = ?, hash = ?, state = ?, epoch = ?, version = ?, signed_in_at = ?, password_at = ? WHERE id = ?",
		a.Name, a.hash, a.State, a.epoch, a.Version, a.SignedInAt, a.PasswordAt, a.ID)
	return err
}

func scanAccount(row db.Scanner) (Account, error) {
	var a Account
	var created, signedIn, changed int64
	var factors int
	err := row.Scan(&a.ID, &a.Login, &a.Name, &a.hash, &a.State, &a.epoch, &a.Version, &created, &signedIn, &changed, &factors)
	a.CreatedAt, a.SignedInAt, a.PasswordAt, a.TOTP, a.Grants = db.Micro(created), db.Micro(signedIn), db.Micro(changed), factors > 0, []Grant{}
	return a, err
}

func lockAccount(ctx context.Context, tx *db.Tx, account id.ID) error {
	return tx.Lock(ctx, "SELECT id FROM identity_account WHERE id = ?", account)
}

func findAccount(ctx context.Context, q db.Q, account id.ID) (Account, error) {
	a, err := scanAccount(q.QueryRow(ctx, "SELECT "+accountRead+" FROM identity_account WHERE id = ?", account))
	if errors.Is(err, sql.ErrNoRows) {
		return Account{}, fault.ErrNotFound
	}
	if err != nil {
		return Account{}, err
	}
	one := []Account{a}
	err = withGrants(ctx, q, one)
	return one[0], err
}

// findLogin is the zero Account when nobody has that login.
func findLogin(ctx context.Context, q db.Q, login string) (Account, error) {
	a, err := scanAccount(q.QueryRow(ctx, "SELECT "+accountRead+" FROM identity_account WHERE login = ?", login))
	if errors.Is(err, sql.ErrNoRows) {
		return Account{}, nil
	}
	return a, err
}

// listAccounts gives limit+1 accounts after a login.
func listAccounts(ctx context.Context, q db.Q, f AccountFilter, after string) ([]Account, error) {
	where, args := []string{"login > ?"}, []any{after}
	if f.State != "" {
		where, args = append(where, "state = ?"), append(args, f.State)
	}
	if f.Text != "" {
		like := "%" + db.Like(strings.ToLower(f.Text)) + "%"
		where, args = append(where, `(login LIKE ? ESCAPE '\' OR LOWER(name) LIKE ? ESCAPE '\')`), append(args, like, like)
	}
	if f.Project != 0 || f.Role != "" {
		held, only := []string{"g.account_id = identity_account.id"}, []any{}
		if f.Project != 0 {
			held, only = append(held, "g.project_id IN (?, 0)"), append(only, f.Project)
		}
		if f.Role != "" {
			held, only = append(held, "g.role = ?"), append(only, f.Role)
		}
		where, args = append(where, "EXISTS (SELECT 1 FROM identity_grant g WHERE "+strings.Join(held, " AND ")+")"), append(args, only...)
	}
	rows, err := q.Query(ctx, "SELECT "+accountRead+" FROM identity_account WHERE "+strings.Join(where, " AND ")+
		" ORDER BY login LIMIT ?", append(args, f.Limit+1)...)
	return db.Collect(rows, err, scanAccount)
}

// withGrants fills the grants of accounts in their stored order.
func withGrants(ctx context.Context, q db.Q, accounts []Account) error {
	if len(accounts) == 0 {
		return nil
	}
	at, args := map[id.ID]int{}, make([]any, len(accounts))
	for i, a := range accounts {
		at[a.ID], args[i] = i, a.ID
	}
	type held struct {
		account id.ID
		grant   Grant
	}
	in := " WHERE account_id IN (" + db.In(len(args)) + ") ORDER BY account_id, project_id, role"
	rows, err := q.Query(ctx, "SELECT account_id, project_id, role, limited FROM identity_grant"+in, args...)
	all, err := db.Collect(rows, err, func(row db.Scanner) (h held, err error) {
		return h, row.Scan(&h.account, &h.grant.Project, &h.grant.Role, &h.grant.Limited)
	})
	limited := false
	for _, h := range all {
		a := &accounts[at[h.account]]
		a.Grants, limited = append(a.Grants, h.grant), limited || h.grant.Limited
	}
	if err != nil || !limited {
		return err
	}
	rows, err = q.Query(ctx, "SELECT account_id, project_id, role, building_id FROM identity_grant_building"+in+", building_id", args...)
	_, err = db.Collect(rows, err, func(row db.Scanner) (struct{}, error) {
		var account, project, building id.ID
		var role string
		err := row.Scan(&account, &project, &role, &building)
		for i, list := 0, accounts[at[account]].Grants; err == nil && i < len(list); i++ {
			if g := &list[i]; g.Project == project && g.Role == role {
				g.Buildings = append(g.Buildings, building)
			}
		}
		return struct{}{}, err
	})
	return err
}

func putGrants(ctx context.Context, tx *db.Tx, account id.ID, grants []Grant) error {
	for _, table := range []string{"identity_grant_building", "identity_grant"} {
		if _, err := tx.Exec(ctx, "DELETE FROM "+table+" WHERE account_id = ?", account); err != nil {
			return err
		}
	}
	for _, g := range grants {
		if _, err := tx.Exec(ctx, "INSERT INTO identity_grant (account_id, project_id, role, limited) VALUES (?, ?, ?, ?)", account, g.Project, g.Role, g.Limited); err != nil {
			return err
		}
		for _, b := range g.Buildings {
			if _, err := tx.Exec(ctx, "INSERT INTO identity_grant_building (account_id, project_id, role, building_id) VALUES (?, ?, ?, ?)", account, g.Project, g.Role, b); err != nil {
				return err
			}
		}
	}
	return nil
}

// lockAdmins serialises edits that could each take away the other's last
// administrator.
func lockAdmins(ctx context.Context, tx *db.Tx) error {
	return tx.Lock(ctx, "SELECT key FROM identity_setting WHERE key = ?", settingSetup)
}

func countAdmins(ctx context.Context, q db.Q) (n int, err error) {
	err = q.QueryRow(ctx, `SELECT COUNT(*) FROM identity_grant g JOIN identity_account a ON a.id = g.account_id
		WHERE g.project_id = 0 AND g.role = ? AND a.state = ?`, RoleAdmin, Active).Scan(&n)
	return n, err
}
