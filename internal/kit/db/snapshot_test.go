package db_test

import (
	"context"
	"errors"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/dbtest"
)

func addThing(t *testing.T, d *db.DB, n int) {
	t.Helper()
	if err := d.Write(t.Context(), func(tx *db.Tx) error {
		_, err := tx.Exec(t.Context(), "INSERT INTO thing (id, name, ok) VALUES (?, 'x', 1)", n)
		return err
	}); err != nil {
		t.Fatal(err)
	}
}

func TestSnapshotStandsStill(t *testing.T) {
	dbtest.Run(t, things(), func(t *testing.T, d *db.DB, _ *clock.Manual) {
		addThing(t, d, 1)
		err := d.Snapshot(t.Context(), func(ctx context.Context) error {
			for i := range 3 {
				var n int
				if err := d.Reader(ctx).QueryRow(ctx, "SELECT COUNT(*) FROM thing WHERE ok = ?", 1).Scan(&n); err != nil || n != 1 {
					t.Errorf("the snapshot shows %d rows, %v", n, err)
				}
				addThing(t, d, 10+i)
			}
			return nil
		})
		if n := count(t, d); err != nil || n != 4 {
			t.Errorf("%d rows after it, %v", n, err)
		}
		boom := errors.New("boom")
		for range 10 { // more than there are connections
			if err := d.Snapshot(t.Context(), func(context.Context) error { return boom }); !errors.Is(err, boom) {
				t.Fatal(err)
			}
		}
	})
}

func TestCopyIsWholeAndReadOnlyIsKept(t *testing.T) {
	d := dbtest.Open(t, db.SQLite, things(), clock.NewManual(dbtest.Start()))
	addThing(t, d, 1)
	dir := t.TempDir()
	if err := d.CopyTo(t.Context(), filepath.Join(dir, "linli.db")); err != nil {
		t.Fatal(err)
	}
	if err := d.CopyTo(t.Context(), filepath.Join(dir, "linli.db")); err == nil {
		t.Error("a copy was written over another")
	}
	addThing(t, d, 2)
	c, err := db.Open(t.Context(), db.Options{Dir: dir, ReadOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if n := count(t, c); n != 1 {
		t.Errorf("the copy has %d rows", n)
	}
	if found, err := c.Integrity(t.Context()); err != nil || len(found) > 0 {
		t.Errorf("integrity: %v %v", found, err)
	}
	err = c.Write(t.Context(), func(tx *db.Tx) error {
		_, err := tx.Exec(t.Context(), "DELETE FROM thing")
		return err
	})
	if err == nil || !strings.Contains(err.Error(), "readonly") {
		t.Errorf("a read-only database was written: %v", err)
	}
	if _, err := db.Open(t.Context(), db.Options{Dir: t.TempDir(), ReadOnly: true}); err == nil {
		t.Error("a read-only open made a database")
	}
}

// H7: a database that a newer program has written is left alone.
func TestDowngradeIsRefused(t *testing.T) {
	dbtest.Run(t, things(), func(t *testing.T, d *db.DB, _ *clock.Manual) {
		ctx := t.Context()
		newer := things()
		newer[0].FS.(fstest.MapFS)["00002_more.sql"] = &fstest.MapFile{Data: []byte("-- +goose Up\nCREATE TABLE more (id BIGINT PRIMARY KEY);\n")}
		if err := d.Check(ctx, newer...); !errors.Is(err, db.ErrOlder) {
			t.Errorf("before: %v", err)
		}
		if err := d.Migrate(ctx, newer...); err != nil {
			t.Fatal(err)
		}
		if err := d.Check(ctx, newer...); err != nil {
			t.Errorf("after: %v", err)
		}
		unborn := db.Migrations{Room: "unborn", FS: things()[0].FS}
		if err := d.Check(ctx, unborn, things()[0]); !errors.Is(err, db.ErrNewer) {
			t.Errorf("the newer room stands behind an older one: %v", err)
		}
		if err := d.Migrate(ctx, things()...); !errors.Is(err, db.ErrNewer) {
			t.Errorf("an old program opens it: %v", err)
		}
	})
}
