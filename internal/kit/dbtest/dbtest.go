// Package dbtest gives tests real databases: every test runs on SQLite and,
// when LINLI_TEST_PG names a server, on PostgreSQL. Without that server the
// PostgreSQL half is skipped loudly; `make test` sets it and refuses to skip.
// Kit.
package dbtest

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"modernc.org/sqlite"

	"linli/internal/kit/clock"
	"linli/internal/kit/db"
)

// Start is where every test's clock begins: a Saturday morning in Shanghai.
func Start() time.Time { return time.Date(2026, 11, 21, 9, 0, 0, 0, clock.Shanghai()) }

// Run runs f as one subtest per engine on a migrated, empty database with a
// manual clock at Start.
func Run(t *testing.T, rooms []db.Migrations, f func(t *testing.T, d *db.DB, now *clock.Manual)) {
	t.Helper()
	for _, engine := range []db.Engine{db.SQLite, db.Postgres} {
		t.Run(string(engine), func(t *testing.T) {
			now := clock.NewManual(Start())
			f(t, Open(t, engine, rooms, now), now)
		})
	}
}

// Open opens one migrated, empty database that lives as long as the test.
func Open(t testing.TB, engine db.Engine, rooms []db.Migrations, now clock.Clock) *db.DB {
	t.Helper()
	o := db.Options{Clock: now, Conns: 4}
	if engine == db.SQLite {
		o.Dir = t.TempDir()
		copyTemplate(t, rooms, o.Dir)
	} else {
		o.DSN = Postgres(t, rooms)
	}
	d, err := db.Open(t.Context(), o)
	if err != nil {
		t.Fatalf("open %s: %v", engine, err)
	}
	t.Cleanup(func() { d.Close() })
	return d
}

// Name is one that nothing else on the server has, of this run or of another one
// whose process had the same number.
func Name(what string) string {
	return fmt.Sprintf("linli_%s_%d_%d_%d", what, os.Getpid(), began().UnixNano(), names.Add(1))
}

var (
	began = sync.OnceValue(time.Now)
	names atomic.Int64
)

type template struct {
	once sync.Once
	name string
	err  error
}

var templates sync.Map // fingerprint → *template, one migration per process

func fingerprint(t testing.TB, rooms []db.Migrations) string {
	h := sha256.New()
	for _, m := range rooms {
		fmt.Fprintln(h, m.Room)
		err := fs.WalkDir(m.FS, ".", func(p string, e fs.DirEntry, err error) error {
			if err != nil || e.IsDir() {
				return err
			}
			b, err := fs.ReadFile(m.FS, p)
			fmt.Fprintln(h, p, len(b))
			h.Write(b)
			return err
		})
		if err != nil {
			t.Fatalf("read migrations of %s: %v", m.Room, err)
		}
	}
	return hex.EncodeToString(h.Sum(nil))[:12]
}

// relax keeps SQLite in this process from waiting for the disk at every commit,
// as the test server of PostgreSQL does not: no test pulls the plug, and what a
// killed process has written is safe without. A server that a test starts as a
// process of its own waits as it should.
var relax = sync.OnceFunc(func() {
	sqlite.RegisterConnectionHook(func(c sqlite.ExecQuerierContext, _ string) error {
		_, err := c.ExecContext(context.Background(), "PRAGMA synchronous = OFF", nil)
		return err
	})
})

func copyTemplate(t testing.TB, rooms []db.Migrations, dir string) {
	relax()
	v, _ := templates.LoadOrStore("sqlite"+fingerprint(t, rooms), &template{})
	tpl := v.(*template)
	tpl.once.Do(func() {
		tpl.name, tpl.err = shared("linli-tpl-")
		if tpl.err == nil {
			tpl.err = migrateInto(t.Context(), db.Options{Dir: tpl.name}, rooms)
		}
	})
	if tpl.err != nil {
		t.Fatalf("template: %v", tpl.err)
	}
	copyFolder(t, dir, tpl.name)
}

// runsEnd is after how long no run of tests is still going on.
const runsEnd = 2 * time.Hour

// shared makes a folder for all tests of this process. None of them knows that it
// is the last, so each process takes away what runs of before have left.
func shared(prefix string) (string, error) {
	left, err := filepath.Glob(filepath.Join(os.TempDir(), prefix+"*"))
	if err != nil {
		return "", err
	}
	for _, dir := range left {
		if at, err := os.Stat(dir); err == nil && time.Since(at.ModTime()) > runsEnd {
			_ = os.RemoveAll(dir) // somebody else's, perhaps
		}
	}
	return os.MkdirTemp("", prefix)
}

func migrateInto(ctx context.Context, o db.Options, rooms []db.Migrations) error {
	d, err := db.Open(ctx, o)
	if err != nil {
		return err
	}
	if err := d.Migrate(ctx, rooms...); err != nil {
		d.Close()
		return err
	}
	return d.Close()
}

// Postgres makes a migrated, empty database on the server of LINLI_TEST_PG
// and returns its address; it is dropped with the test.
func Postgres(t testing.TB, rooms []db.Migrations) string {
	t.Helper()
	base := address(t)
	return copyDatabase(t, base, migrated(t, base, rooms))
}

// address is that of the server; without one the test is skipped.
func address(t testing.TB) string {
	t.Helper()
	base := os.Getenv("LINLI_TEST_PG")
	if base == "" {
		if os.Getenv("LINLI_TEST_NO_SKIP") != "" {
			t.Fatal("LINLI_TEST_PG is not set: the PostgreSQL half of the tests cannot run")
		}
		t.Skip("SKIPPED ON POSTGRESQL: set LINLI_TEST_PG to a postgres:// address, or run `make test`")
	}
	return base
}

// migrated names the database of this process that others are copied from.
func migrated(t testing.TB, base string, rooms []db.Migrations) string {
	t.Helper()
	v, _ := templates.LoadOrStore("pg"+fingerprint(t, rooms), &template{})
	tpl := v.(*template)
	tpl.once.Do(func() {
		tpl.name = Name("tpl")
		if tpl.err = create(t.Context(), administer(t, base), tpl.name, "template0"); tpl.err == nil {
			tpl.err = migrateInto(t.Context(), db.Options{DSN: named(base, tpl.name)}, rooms)
		}
	})
	if tpl.err != nil {
		t.Fatalf("template: %v", tpl.err)
	}
	return tpl.name
}

func administer(t testing.TB, base string) *sql.DB {
	t.Helper()
	admin, err := sql.Open("pgx", base)
	if err != nil {
		t.Fatal(err)
	}
	admin.SetMaxOpenConns(1)
	t.Cleanup(func() { admin.Close() })
	return admin
}

// copyDatabase makes a database like another one, for one test.
func copyDatabase(t testing.TB, base, from string) string {
	t.Helper()
	admin := administer(t, base)
	name := Name("t")
	if err := create(t.Context(), admin, name, from); err != nil {
		t.Fatalf("create database: %v", err)
	}
	t.Cleanup(func() {
		// The test's own context is over by now.
		ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), 10*time.Second)
		defer cancel()
		if _, err := admin.ExecContext(ctx, "DROP DATABASE IF EXISTS "+name+" WITH (FORCE)"); err != nil {
			t.Logf("drop %s: %v", name, err)
		}
	})
	return named(base, name)
}

func create(ctx context.Context, admin *sql.DB, name, template string) error {
	var version int
	if err := admin.QueryRowContext(ctx, "SELECT CAST(current_setting('server_version_num') AS int)").Scan(&version); err != nil {
		return err
	}
	how := ""
	if version >= 150000 { // copies blocks through the log unless it is told to copy files
		how = " STRATEGY FILE_COPY"
	}
	// Two creations from one template may collide; the loser tries again.
	for try := 0; ; try++ {
		_, err := admin.ExecContext(ctx, "CREATE DATABASE "+name+" TEMPLATE "+template+how+" LC_COLLATE 'C' LC_CTYPE 'C' ENCODING 'UTF8'")
		if err == nil || try == 20 || !strings.Contains(err.Error(), "being accessed by other users") {
			return err
		}
		time.Sleep(20 * time.Millisecond)
	}
}

func named(base, name string) string {
	u, err := url.Parse(base)
	if err != nil {
		return base
	}
	u.Path = "/" + name
	return u.String()
}
