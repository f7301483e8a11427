package db

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"linli/internal/kit/fault"
)

// ErrUnlike refuses to copy rows between databases whose tables differ.
var ErrUnlike = fault.New(fault.Internal, "database_unlike", "两个数据库的表不一样，不能复制数据")

// versions is what the tables begin with that goose keeps for itself.
const versions = "migrate_"

// tables lists the columns of every table but those that count versions.
func (d *DB) tables(ctx context.Context, q Q) (map[string][]string, error) {
	query := `SELECT t.name, c.name FROM sqlite_master t JOIN pragma_table_info(t.name) c WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite\_%' ESCAPE '\' ORDER BY t.name, c.name`
	if d.engine == Postgres {
		query = `SELECT t.relname, c.attname FROM pg_class t JOIN pg_attribute c ON c.attrelid = t.oid AND c.attnum > 0 AND NOT c.attisdropped
			WHERE t.relkind IN ('r', 'p') AND t.relnamespace = current_schema()::regnamespace ORDER BY t.relname, c.attname`
	}
	out := map[string][]string{}
	rows, err := q.Query(ctx, query)
	_, err = Collect(rows, err, func(row Scanner) (struct{}, error) {
		var table, column string
		err := row.Scan(&table, &column)
		if !strings.HasPrefix(table, versions) {
			out[table] = append(out[table], column)
		}
		return struct{}{}, err
	})
	for _, columns := range out {
		slices.Sort(columns)
	}
	return out, err
}

// parents lists the tables that the foreign keys of a table point at.
func (d *DB) parents(ctx context.Context, q Q) (map[string][]string, error) {
	query := `SELECT t.name, f."table" FROM sqlite_master t JOIN pragma_foreign_key_list(t.name) f WHERE t.type = 'table'`
	if d.engine == Postgres {
		query = `SELECT t.relname, p.relname FROM pg_constraint f JOIN pg_class t ON t.oid = f.conrelid JOIN pg_class p ON p.oid = f.confrelid
			WHERE f.contype = 'f' AND t.relnamespace = current_schema()::regnamespace`
	}
	out := map[string][]string{}
	rows, err := q.Query(ctx, query)
	_, err = Collect(rows, err, func(row Scanner) (struct{}, error) {
		var table, parent string
		err := row.Scan(&table, &parent)
		out[table] = append(out[table], parent)
		return struct{}{}, err
	})
	return out, err
}

// downward orders tables so that each comes after those its keys point at.
func downward(tables map[string][]string, parents map[string][]string) []string {
	names := make([]string, 0, len(tables))
	for t := range tables {
		names = append(names, t)
	}
	slices.Sort(names)
	out, seen := make([]string, 0, len(names)), map[string]bool{}
	var visit func(t string)
	visit = func(t string) {
		if seen[t] {
			return
		}
		seen[t] = true
		for _, p := range parents[t] {
			visit(p)
		}
		out = append(out, t)
	}
	for _, t := range names {
		visit(t)
	}
	return out
}

// Empty reports whether no table of the database holds a row, whoever made it.
func (d *DB) Empty(ctx context.Context) (bool, error) {
	q := d.Reader(ctx)
	tables, err := d.tables(ctx, q)
	if err != nil {
		return false, fmt.Errorf("look for rows: %w", err)
	}
	for t := range tables {
		var some bool
		if err := q.QueryRow(ctx, `SELECT EXISTS (SELECT 1 FROM "`+t+`")`).Scan(&some); err != nil {
			return false, fmt.Errorf("look for rows in %s: %w", t, err)
		}
		if some {
			return false, nil
		}
	}
	return true, nil
}

// Refill writes every row of another database into this one, which has the same
// tables and no rows, in one transaction; from is read on one state, so others
// may write to it meanwhile, and is either engine. Error: ErrUnlike.
func (d *DB) Refill(ctx context.Context, from *DB) error {
	err := from.Snapshot(ctx, func(ctx context.Context) error {
		return d.Write(ctx, func(tx *Tx) error { return tx.refill(ctx, from) })
	})
	if err != nil {
		return fmt.Errorf("refill database: %w", err)
	}
	return nil
}

func (tx *Tx) refill(ctx context.Context, from *DB) error {
	have, err := from.tables(ctx, from.Reader(ctx))
	if err != nil {
		return err
	}
	want, err := tx.d.tables(ctx, tx)
	if err != nil {
		return err
	}
	for t := range have {
		if !slices.Equal(have[t], want[t]) {
			return ErrUnlike.Because(fmt.Errorf("table %s", t))
		}
	}
	if len(have) != len(want) {
		return ErrUnlike.Because(fmt.Errorf("%d tables for %d", len(have), len(want)))
	}
	parents, err := tx.d.parents(ctx, tx)
	if err != nil {
		return err
	}
	for _, t := range downward(want, parents) {
		if err := tx.refillTable(ctx, from, t, want[t]); err != nil {
			return err
		}
	}
	return nil
}

// refillTable streams one table; nothing but a row is held of it.
func (tx *Tx) refillTable(ctx context.Context, from *DB, table string, columns []string) (err error) {
	q, n := from.Reader(ctx), 0
	if err := q.QueryRow(ctx, "SELECT COUNT(*) FROM "+table).Scan(&n); err != nil || n == 0 {
		return err
	}
	rows, err := q.Query(ctx, "SELECT "+strings.Join(columns, ", ")+" FROM "+table)
	if err != nil {
		return fmt.Errorf("read %s: %w", table, err)
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	targets := make([]any, len(columns))
	err = tx.Copy(ctx, table, columns, n, func(_ int, dst []any) error {
		if !rows.Next() {
			return errors.Join(fmt.Errorf("%s ended early", table), rows.Err())
		}
		for i := range dst {
			targets[i] = &dst[i]
		}
		if err := rows.Scan(targets...); err != nil {
			return err
		}
		for i, v := range dst {
			switch x := v.(type) {
			case int32:
				dst[i] = int64(x)
			case []byte:
				if x == nil { // SQLite's driver reads an empty value so, and would write NULL
					dst[i] = []byte{}
				}
			}
		}
		return nil
	})
	if err == nil && rows.Next() {
		err = fmt.Errorf("%s grew while it was read", table)
	}
	return errors.Join(err, rows.Err())
}
