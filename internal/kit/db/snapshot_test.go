package db_test

import (
	"context"
	"errors"
	"net/url"
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

// Rows come over whole from either engine into either, also odd ones; unlike
// tables are refused.
func TestRefill(t *testing.T) {
	now := clock.NewManual(dbtest.Start())
	dbtest.Run(t, things(), func(t *testing.T, from *db.DB, _ *clock.Manual) {
		for n := range 250 {
			addThing(t, from, n)
		}
		if err := from.Write(t.Context(), func(tx *db.Tx) error {
			_, err := tx.Exec(t.Context(), "INSERT INTO thing (id, name, ok, b) VALUES (1000, '引''号', 0, ?), (1001, '', 1, ?)", []byte{}, []byte{0, 255})
			return err
		}); err != nil {
			t.Fatal(err)
		}
		for _, engine := range []db.Engine{db.SQLite, db.Postgres} {
			to := dbtest.Open(t, engine, things(), now)
			if empty, err := to.Empty(t.Context()); err != nil || !empty {
				t.Errorf("%s is not empty: %v", engine, err)
			}
			if err := to.Refill(t.Context(), from); err != nil || count(t, to) != 252 {
				t.Errorf("into %s: %d rows, %v", engine, count(t, to), err)
			}
			var odd int
			if err := to.Reader(t.Context()).QueryRow(t.Context(), "SELECT COUNT(*) FROM thing WHERE (id = 1000 AND name = '引''号' AND b = ?) OR (id = 1001 AND b = ?)", []byte{}, []byte{0, 255}).Scan(&odd); err != nil || odd != 2 {
				t.Errorf("into %s came %d odd ones, %v", engine, odd, err)
			}
			if empty, err := to.Empty(t.Context()); err != nil || empty {
				t.Errorf("%s is empty: %v", engine, err)
			}
			if err := to.Refill(t.Context(), from); err == nil || count(t, to) != 252 {
				t.Errorf("twice into %s: %d rows, %v", engine, count(t, to), err)
			}
		}
		if err := dbtest.Open(t, db.SQLite, nil, now).Refill(t.Context(), from); !errors.Is(err, db.ErrUnlike) {
			t.Errorf("without the tables: %v", err)
		}
	})
}

// A scratch database is empty, there is one at a time, and an account that may
// not make any is told what to do.
func TestScratch(t *testing.T) {
	home := dbtest.Postgres(t, things())
	var drops []func(context.Context) error
	for range 2 { // the first is left as by a process that was killed
		dsn, drop, err := db.Scratch(t.Context(), home)
		if err != nil {
			t.Fatal(err)
		}
		d, err := db.Open(t.Context(), db.Options{DSN: dsn})
		if err != nil {
			t.Fatal(err)
		}
		if empty, err := d.Empty(t.Context()); err != nil || !empty || dsn == home {
			t.Errorf("%s: %v", dsn, err)
		}
		if err := errors.Join(d.Migrate(t.Context(), things()...), d.Close()); err != nil {
			t.Fatal(err)
		}
		drops = append(drops, drop)
	}
	for _, drop := range drops {
		if err := drop(t.Context()); err != nil {
			t.Error(err)
		}
	}
	d, err := db.Open(t.Context(), db.Options{DSN: home})
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	role := func(query string) {
		if err := d.Write(t.Context(), func(tx *db.Tx) error {
			_, err := tx.Exec(t.Context(), query)
			return err
		}); err != nil {
			t.Fatal(err)
		}
	}
	plain := dbtest.Name("plain")
	role("CREATE ROLE " + plain + " LOGIN PASSWORD 'plain'")
	defer role("DROP ROLE " + plain)
	u, err := url.Parse(home)
	if err != nil {
		t.Fatal(err)
	}
	u.User = url.UserPassword(plain, "plain")
	if _, _, err := db.Scratch(t.Context(), u.String()); !errors.Is(err, db.ErrNoScratch) || !strings.Contains(err.Error(), plain) {
		t.Errorf("a plain account: %v", err)
	}
}
