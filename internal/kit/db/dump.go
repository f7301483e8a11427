package db

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"linli/internal/kit/id"
)

// Table is one table that holds rows of projects.
type Table struct {
	Name    string
	Columns []string // in alphabetical order, whatever the history of the table
	Key     []string // its primary key
	refs    []string // columns of ids of other rows
}

// ProjectTables lists the tables with a column project_id, by name.
func (d *DB) ProjectTables(ctx context.Context) ([]Table, error) {
	query := `SELECT t.name, c.name, UPPER(c.type), c.pk FROM sqlite_master t JOIN pragma_table_info(t.name) c
		WHERE t.type = 'table' ORDER BY t.name, c.name`
	if d.engine == Postgres {
		// From the catalogue itself: information_schema takes a second to answer.
		query = `SELECT t.relname, c.attname, UPPER(format_type(c.atttypid, NULL)), COALESCE(array_position(k.conkey, c.attnum), 0) FROM pg_class t
			JOIN pg_attribute c ON c.attrelid = t.oid AND c.attnum > 0 AND NOT c.attisdropped
			LEFT JOIN pg_constraint k ON k.conrelid = t.oid AND k.contype = 'p'
			WHERE t.relkind IN ('r', 'p') AND t.relnamespace = current_schema()::regnamespace ORDER BY t.relname, c.attname`
	}
	rows, err := d.Reader(ctx).Query(ctx, query)
	type column struct {
		table, name, kind string
		key               int
	}
	list, err := Collect(rows, err, func(row Scanner) (c column, err error) { return c, row.Scan(&c.table, &c.name, &c.kind, &c.key) })
	if err != nil {
		return nil, fmt.Errorf("list tables: %w", err)
	}
	var out []Table
	for start := 0; start < len(list); {
		t, keys := Table{Name: list[start].table}, map[int]string{}
		for ; start < len(list) && list[start].table == t.Name; start++ {
			name := list[start].name
			t.Columns = append(t.Columns, name)
			if list[start].kind == "BIGINT" && name != "project_id" && strings.HasSuffix(name, "_id") {
				t.refs = append(t.refs, name)
			}
			if list[start].key > 0 {
				keys[list[start].key] = list[start].name
			}
		}
		for n := 1; n <= len(keys); n++ {
			t.Key = append(t.Key, keys[n])
		}
		slices.Sort(t.Columns)
		if slices.Contains(t.Columns, "project_id") {
			out = append(out, t)
		}
	}
	slices.SortFunc(out, func(a, b Table) int { return strings.Compare(a.Name, b.Name) })
	return out, nil
}

// Dump reads every row of a project in a table in the order of its key. Values
// are int64, string, []byte or nil on either engine, in the order of columns;
// the slice is valid during the call only.
func (d *DB) Dump(ctx context.Context, t Table, columns []string, project int64, each func(values []any) error) error {
	rows, err := d.Reader(ctx).Query(ctx, "SELECT "+strings.Join(columns, ", ")+" FROM "+t.Name+" WHERE project_id = ? ORDER BY "+strings.Join(t.Key, ", "), project)
	if err != nil {
		return fmt.Errorf("dump %s: %w", t.Name, err)
	}
	defer rows.Close()
	values, targets := make([]any, len(columns)), make([]any, len(columns))
	for i := range values {
		targets[i] = &values[i]
	}
	for rows.Next() {
		if err := rows.Scan(targets...); err != nil {
			return fmt.Errorf("dump %s: %w", t.Name, err)
		}
		for i, v := range values {
			if n, ok := v.(int32); ok {
				values[i] = int64(n)
			}
		}
		if err := each(values); err != nil {
			return err
		}
	}
	if err := rows.Err(); err != nil {
		return fmt.Errorf("dump %s: %w", t.Name, err)
	}
	return nil
}

// Mention finds out whether a row of a project refers to one of the rows in
// known, by any column of ids whose name ends in _id. It gives the first table that
// does, or an empty name. Rows whose own id is in except do not count, nor
// those whose id is not above since (0: all of them do). Both lists ascend.
func (tx *Tx) Mention(ctx context.Context, tables []Table, project int64, known, except []id.ID, since int64) (string, error) {
	if len(known) == 0 {
		return "", nil
	}
	lo, hi := known[0], known[len(known)-1]
	in := func(list []id.ID, row int64) bool {
		_, ok := slices.BinarySearch(list, id.ID(row))
		return ok
	}
	for _, t := range tables {
		self := "0"
		if slices.Contains(t.Columns, "id") {
			self = "id"
		}
		for _, c := range t.refs {
			rows, err := tx.Query(ctx, "SELECT "+self+", "+c+" FROM "+t.Name+" WHERE project_id = ? AND "+c+" BETWEEN ? AND ?", project, lo, hi)
			found, err := Collect(rows, err, func(row Scanner) (bool, error) {
				var own, to int64
				err := row.Scan(&own, &to)
				return in(known, to) && !in(except, own) && (since == 0 || own > since), err
			})
			if err != nil {
				return "", fmt.Errorf("look for references in %s: %w", t.Name, err)
			}
			if slices.Contains(found, true) {
				return t.Name, nil
			}
		}
	}
	return "", nil
}
