package db_test

import (
	"context"
	"errors"
	"testing"
	"testing/fstest"

	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/dbtest"
)

func things() []db.Migrations {
	return []db.Migrations{{Room: "thing", FS: fstest.MapFS{"00001_thing.sql": {Data: []byte(
		"-- +goose Up\nCREATE TABLE thing (id BIGINT PRIMARY KEY, name TEXT NOT NULL, ok INTEGER NOT NULL, b BYTEA);\n")}}}}
}

func count(t *testing.T, d *db.DB) (n int64) {
	t.Helper()
	if err := d.Reader(t.Context()).QueryRow(t.Context(), "SELECT COUNT(*) FROM thing").Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

func TestWriteIsAllOrNothing(t *testing.T) {
	dbtest.Run(t, things(), func(t *testing.T, d *db.DB, _ *clock.Manual) {
		ctx := t.Context()
		boom := errors.New("boom")
		insert := func(tx *db.Tx, id int, name string) error {
			_, err := tx.Exec(ctx, "INSERT INTO thing (id, name, ok) VALUES (?, ?, ?)", id, name, true)
			return err
		}
		if err := d.Write(ctx, func(tx *db.Tx) error { return errors.Join(insert(tx, 1, "'?'"), boom) }); !errors.Is(err, boom) {
			t.Fatalf("got %v", err)
		}
		if n := count(t, d); n != 0 {
			t.Fatalf("failed write left %d rows", n)
		}
		if err := d.Write(ctx, func(tx *db.Tx) error { return insert(tx, 1, "a?") }); err != nil {
			t.Fatal(err)
		}
		if err := d.Write(ctx, func(tx *db.Tx) error { return insert(tx, 1, "b") }); !db.IsUnique(err) {
			t.Fatalf("duplicate key: got %v", err)
		}
		var name string
		var ok bool
		if err := d.Reader(ctx).QueryRow(ctx, "SELECT name, ok FROM thing WHERE name = 'a?' AND id = ?", 1).Scan(&name, &ok); err != nil || name != "a?" || !ok {
			t.Fatalf("read back %q %v %v", name, ok, err)
		}
	})
}

func TestJoinedCommandIsSavepoint(t *testing.T) {
	dbtest.Run(t, things(), func(t *testing.T, d *db.DB, _ *clock.Manual) {
		ctx := t.Context()
		err := d.Write(ctx, func(tx *db.Tx) error {
			in := db.Join(ctx, tx)
			add := func(id int, fail error) error {
				return d.Write(in, func(tx *db.Tx) error {
					if _, err := tx.Exec(in, "INSERT INTO thing (id, name, ok) VALUES (?, 'x', 1)", id); err != nil {
						return err
					}
					return fail
				})
			}
			if err := add(1, errors.New("no")); err == nil {
				t.Error("inner failure lost")
			}
			if err := add(2, nil); err != nil {
				return err
			}
			var n int
			if err := d.Reader(in).QueryRow(in, "SELECT COUNT(*) FROM thing").Scan(&n); err != nil || n != 1 {
				t.Errorf("own write not read: %d %v", n, err)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		if n := count(t, d); n != 1 {
			t.Fatalf("%d rows, want only the second", n)
		}
	})
}

func TestCopyWritesEveryRow(t *testing.T) {
	dbtest.Run(t, things(), func(t *testing.T, d *db.DB, _ *clock.Manual) {
		for _, n := range []int{0, 1, 99, 100, 101, 250} {
			err := d.Write(t.Context(), func(tx *db.Tx) error {
				if _, err := tx.Exec(t.Context(), "DELETE FROM thing"); err != nil {
					return err
				}
				return tx.Copy(t.Context(), "thing", []string{"id", "name", "ok", "b"}, n, func(i int, dst []any) error {
					dst[0], dst[1], dst[2], dst[3] = int64(i), "n", int64(1), nil
					return nil
				})
			})
			if err != nil {
				t.Fatal(err)
			}
			if got := count(t, d); got != int64(n) {
				t.Fatalf("copied %d of %d", got, n)
			}
		}
	})
}

func TestCanceledWriteLeavesNothing(t *testing.T) {
	dbtest.Run(t, things(), func(t *testing.T, d *db.DB, _ *clock.Manual) {
		ctx, cancel := context.WithCancel(t.Context())
		err := d.Write(ctx, func(tx *db.Tx) error {
			_, err := tx.Exec(ctx, "INSERT INTO thing (id, name, ok) VALUES (1, 'x', 1)")
			cancel()
			return err
		})
		if err == nil {
			t.Fatal("commit after cancel")
		}
		if n := count(t, d); n != 0 {
			t.Fatalf("%d rows left", n)
		}
		if err := d.Write(t.Context(), func(tx *db.Tx) error { return nil }); err != nil {
			t.Fatalf("database unusable after cancel: %v", err)
		}
	})
}
