package feebundle

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"

	"linli/internal/kit/db"
	"linli/internal/kit/fault"
	"linli/internal/kit/id"
)

const bundleColumns = `id, name, note, state, version, (SELECT COUNT(*) FROM feebundle_use u
	WHERE u.project_id = b.project_id AND u.bundle_id = b.id AND u.state = 'given')`

func scanBundle(row db.Scanner) (Bundle, error) {
	var b Bundle
	var state string
	err := row.Scan(&b.ID, &b.Name, &b.Note, &state, &b.Version, &b.Uses)
	b.Active = state == "active"
	return b, err
}

func (b *Bundle) state() string {
	if b.Active {
		return "active"
	}
	return "retired"
}

func insertBundle(ctx context.Context, tx *db.Tx, project id.ID, b *Bundle) error {
	_, err := tx.Exec(ctx, "INSERT INTO feebundle_bundle (project_id, id, name, note, state, version, created_at) VALUES ("+db.In(7)+")",
		project, b.ID, b.Name, b.Note, b.state(), b.Version, tx.Now())
	if err != nil {
		return named(err, "insert bundle")
	}
	return insertParts(ctx, tx, project, b)
}

func updateBundle(ctx context.Context, tx *db.Tx, project id.ID, b *Bundle) error {
	_, err := tx.Exec(ctx, "UPDATE feebundle_bundle SET name = ?, note = ?, state = ?, version = ? WHERE project_id = ? AND id = ?",
		b.Name, b.Note, b.state(), b.Version, project, b.ID)
	if err != nil {
		return named(err, "update bundle")
	}
	if _, err := tx.Exec(ctx, "DELETE FROM feebundle_part WHERE project_id = ? AND bundle_id = ?", project, b.ID); err != nil {
		return fmt.Errorf("update bundle: %w", err)
	}
	return insertParts(ctx, tx, project, b)
}

func insertParts(ctx context.Context, tx *db.Tx, project id.ID, b *Bundle) error {
	for no, p := range b.Parts {
		_, err := tx.Exec(ctx, "INSERT INTO feebundle_part (project_id, bundle_id, no, item_id, quantity, amount) VALUES ("+db.In(6)+")",
			project, b.ID, no+1, p.Item, p.Quantity, p.Amount)
		if err != nil {
			return fmt.Errorf("insert part of bundle: %w", err)
		}
	}
	return nil
}

func named(err error, op string) error {
	if db.IsUnique(err) {
		return ErrName
	}
	return fmt.Errorf("%s: %w", op, err)
}

func oneBundle(ctx context.Context, q db.Q, project, bundle id.ID) (Bundle, error) {
	b, err := scanBundle(q.QueryRow(ctx, "SELECT "+bundleColumns+" FROM feebundle_bundle b WHERE project_id = ? AND id = ?", project, bundle))
	if errors.Is(err, sql.ErrNoRows) {
		return b, fault.ErrNotFound
	}
	if err != nil {
		return b, fmt.Errorf("read bundle: %w", err)
	}
	parts, err := partsOf(ctx, q, project, []id.ID{bundle})
	b.Parts = parts[bundle]
	return b, err
}

func lockBundle(ctx context.Context, tx *db.Tx, project, bundle id.ID) (Bundle, error) {
	if err := tx.Lock(ctx, "SELECT id FROM feebundle_bundle WHERE project_id = ? AND id = ?", project, bundle); err != nil {
		return Bundle{}, err
	}
	return oneBundle(ctx, tx, project, bundle)
}

func listBundles(ctx context.Context, q db.Q, project id.ID, f *Filter, before id.ID) ([]Bundle, error) {
	where, args := "project_id = ?", []any{project}
	if f.Text != "" {
		where, args = where+` AND LOWER(name) LIKE ? ESCAPE '\'`, append(args, "%"+db.Like(strings.ToLower(f.Text))+"%")
	}
	if f.Active || f.Over {
		state := Bundle{Active: f.Active}
		where, args = where+" AND state = ?", append(args, state.state())
	}
	if before != 0 {
		where, args = where+" AND id < ?", append(args, before)
	}
	rows, err := q.Query(ctx, "SELECT "+bundleColumns+" FROM feebundle_bundle b WHERE "+where+" ORDER BY id DESC LIMIT ?", append(args, f.Limit+1)...)
	return withParts(ctx, q, project, rows, err)
}

// allBundles are the bundles of a project in the order they were made.
func allBundles(ctx context.Context, q db.Q, project id.ID) ([]Bundle, error) {
	rows, err := q.Query(ctx, "SELECT "+bundleColumns+" FROM feebundle_bundle b WHERE project_id = ? ORDER BY id", project)
	return withParts(ctx, q, project, rows, err)
}

func withParts(ctx context.Context, q db.Q, project id.ID, rows *sql.Rows, err error) ([]Bundle, error) {
	out, err := db.Collect(rows, err, scanBundle)
	if err != nil {
		return nil, fmt.Errorf("list bundles: %w", err)
	}
	ids := make([]id.ID, len(out))
	for i := range out {
		ids[i] = out[i].ID
	}
	parts, err := partsOf(ctx, q, project, ids)
	for i := range out {
		out[i].Parts = parts[out[i].ID]
	}
	return out, err
}

// partsOf are the parts of bundles, in order.
func partsOf(ctx context.Context, q db.Q, project id.ID, bundles []id.ID) (map[id.ID][]Part, error) {
	among, args := db.Among("bundle_id", bundles)
	rows, err := q.Query(ctx, "SELECT bundle_id, item_id, quantity, amount FROM feebundle_part WHERE project_id = ? AND "+among+" ORDER BY bundle_id, no",
		append([]any{project}, args...)...)
	type row struct {
		bundle id.ID
		Part
	}
	list, err := db.Collect(rows, err, func(r db.Scanner) (row, error) {
		var x row
		return x, r.Scan(&x.bundle, &x.Item, &x.Quantity, &x.Amount)
	})
	if err != nil {
		return nil, fmt.Errorf("list parts of bundles: %w", err)
	}
	out := map[id.ID][]Part{}
	for _, x := range list {
		out[x.bundle] = append(out[x.bundle], x.Part)
	}
	return out, nil
}
