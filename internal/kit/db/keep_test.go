package db_test

import (
	"context"
	"fmt"
	"testing"

	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/dbtest"
)

// What a connection keeps must never be seen: not by a statement inside its own
// rows, not after an error or a change of the schema, not when there are many.
func TestKeptStatements(t *testing.T) {
	dbtest.Run(t, nil, func(t *testing.T, d *db.DB, _ *clock.Manual) {
		ctx := t.Context()
		must := func(err error) {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
		}
		exec := func(query string, args ...any) error {
			return d.Write(ctx, func(tx *db.Tx) error {
				_, err := tx.Exec(ctx, query, args...)
				return err
			})
		}
		must(exec("CREATE TABLE kept_thing (id BIGINT PRIMARY KEY, name TEXT NOT NULL)"))
		const insert = "INSERT INTO kept_thing (id, name) VALUES (?, ?)"
		for i := range 3 {
			must(exec(insert, i, fmt.Sprint("thing ", i)))
		}
		if err := exec(insert, 1, "again"); !db.IsUnique(err) {
			t.Fatalf("second 1: %v", err)
		}
		must(exec(insert, 3, "thing 3"))
		if d.Engine() == db.SQLite { // on PostgreSQL a caller who goes away takes the connection with him
			gone, cancel := context.WithCancel(ctx)
			must(d.Write(ctx, func(tx *db.Tx) error {
				cancel()
				if _, err := tx.Exec(gone, "UPDATE kept_thing SET name = ? WHERE id = ?", "lost", 3); err == nil {
					t.Error("a command whose caller has gone was carried out")
				}
				return nil
			}))
		}
		must(exec("UPDATE kept_thing SET name = ? WHERE id = ?", "found", 3))

		const below = "SELECT id, name FROM kept_thing WHERE id < ? ORDER BY id"
		names := func(tx *db.Tx, n int) (out []string) {
			rows, err := tx.Query(ctx, below, n)
			must(err)
			defer rows.Close()
			for rows.Next() {
				var id int
				var name string
				must(rows.Scan(&id, &name))
				out = append(out, name)
			}
			must(rows.Err())
			return out
		}
		must(d.Write(ctx, func(tx *db.Tx) error {
			if got := fmt.Sprint(names(tx, 9)); got != "[thing 0 thing 1 thing 2 found]" {
				t.Errorf("all: %s", got)
			}
			if d.Engine() == db.Postgres {
				return nil // one connection reads one answer at a time
			}
			rows, err := tx.Query(ctx, below, 2)
			must(err)
			defer rows.Close()
			seen := 0
			for rows.Next() {
				if got := len(names(tx, 3)); got != 3 {
					t.Errorf("inside its own rows: %d", got)
				}
				seen++
			}
			if seen != 2 {
				t.Errorf("rows with the same question asked inside: %d", seen)
			}
			return rows.Err()
		}))
		if d.Engine() == db.SQLite { // PostgreSQL's own driver asks for a new connection instead
			const all = "SELECT * FROM kept_thing WHERE id = 3"
			columns := func() (n int) {
				must(d.Write(ctx, func(tx *db.Tx) error {
					rows, err := tx.Query(ctx, all)
					must(err)
					defer rows.Close()
					list, err := rows.Columns()
					n = len(list)
					return err
				}))
				return n
			}
			before := columns()
			must(exec("ALTER TABLE kept_thing ADD COLUMN more TEXT"))
			if after := columns(); before != 2 || after != 3 {
				t.Errorf("columns before %d, after %d", before, after)
			}
		}
		must(d.Write(ctx, func(tx *db.Tx) error {
			for i := range 700 {
				var n int
				must(tx.QueryRow(ctx, fmt.Sprintf("SELECT %d FROM kept_thing WHERE id = ?", i), 3).Scan(&n))
				if n != i {
					t.Fatalf("statement %d answers %d", i, n)
				}
			}
			return nil
		}))
		must(exec("DROP TABLE kept_thing"))
	})
}
