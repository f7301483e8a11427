package identity

import (
	"context"
	"strings"

	"linli/internal/kit/actor"
	"linli/internal/kit/db"
	"linli/internal/kit/id"
)

const roleColumns = "id, name, note, permissions, state, version"

func scanRole(row db.Scanner) (Role, error) {
	var r Role
	var state State
	var permissions string
	err := row.Scan(&r.ID, &r.Name, &r.Note, &permissions, &state, &r.Version)
	r.Key, r.Retired = roleKey(r.ID), state != Active
	for _, p := range strings.Fields(permissions) {
		r.Permissions = append(r.Permissions, actor.Permission(p))
	}
	return r, err
}

func joined(permissions []actor.Permission) string {
	out := make([]string, len(permissions))
	for i, p := range permissions {
		out[i] = string(p)
	}
	return strings.Join(out, " ")
}

func insertRole(ctx context.Context, tx *db.Tx, r Role) error {
	_, err := tx.Exec(ctx, "INSERT INTO identity_role (id, name, note, permissions, state, version, created_at) VALUES (?, ?, ?, ?, ?, ?, ?)",
		r.ID, r.Name, r.Note, joined(r.Permissions), r.seen().State, r.Version, tx.Now())
	return err
}

func saveRole(ctx context.Context, tx *db.Tx, r Role) error {
	_, err := tx.Exec(ctx, "UPDATE identity_role SET name = ?, note = ?, permissions = ?, state = ?, version = ? WHERE id = ?",
		r.Name, r.Note, joined(r.Permissions), r.seen().State, r.Version, r.ID)
	return err
}

func listRoleRows(ctx context.Context, q db.Q) ([]Role, error) {
	rows, err := q.Query(ctx, "SELECT "+roleColumns+" FROM identity_role ORDER BY id")
	return db.Collect(rows, err, scanRole)
}

// roleRows reads some roles of own making; those that are not there are
// missing.
func roleRows(ctx context.Context, q db.Q, roles []id.ID) ([]Role, error) {
	args := make([]any, len(roles))
	for i, r := range roles {
		args[i] = r
	}
	rows, err := q.Query(ctx, "SELECT "+roleColumns+" FROM identity_role WHERE id IN ("+db.In(len(args))+")", args...)
	return db.Collect(rows, err, scanRole)
}

// countHolders counts the active accounts that hold each role.
func countHolders(ctx context.Context, q db.Q) (map[string]int, error) {
	rows, err := q.Query(ctx, `SELECT g.role, COUNT(DISTINCT g.account_id) FROM identity_grant g JOIN identity_account a ON a.id = g.account_id
		WHERE a.state = ? GROUP BY g.role`, Active)
	out := map[string]int{}
	_, err = db.Collect(rows, err, func(row db.Scanner) (struct{}, error) {
		var role string
		var n int
		err := row.Scan(&role, &n)
		out[role] = n
		return struct{}{}, err
	})
	return out, err
}

// helper is somebody who holds a right, with the role that gives it.
type helper struct{ name, role string }

// holders finds up to two active people other than except whose grant on the
// whole project, or else on all, is one of the roles.
func holders(ctx context.Context, q db.Q, roles []string, project, except id.ID) ([]helper, error) {
	args := []any{Active, except, project}
	for _, r := range roles {
		args = append(args, r)
	}
	rows, err := q.Query(ctx, `SELECT a.name, MIN(g.role), MAX(g.project_id) FROM identity_grant g JOIN identity_account a ON a.id = g.account_id
		WHERE a.state = ? AND a.id <> ? AND g.limited = 0 AND g.project_id IN (0, ?) AND g.role IN (`+db.In(len(roles))+`)
		GROUP BY a.id, a.name ORDER BY 3 DESC, a.id LIMIT 2`, args...)
	return db.Collect(rows, err, func(row db.Scanner) (h helper, err error) {
		var at id.ID
		return h, row.Scan(&h.name, &h.role, &at)
	})
}
