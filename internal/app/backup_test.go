package app_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"linli/internal/app"
	"linli/internal/kit/bundle"
	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/dbtest"
	"linli/internal/kit/fault"
	"linli/internal/kit/id"
)

func backupConfig(dir string) app.Config {
	return app.Config{Dir: dir, Clock: clock.NewManual(dbtest.Start()), Log: slog.New(slog.DiscardHandler), Version: "test", Wechat: nobody}
}

func (p *patient) backup(t *testing.T, password string) string {
	t.Helper()
	to := filepath.Join(t.TempDir(), "linli.backup")
	if _, found, err := app.Backup(t.Context(), p.config, to, password); err != nil || len(found) > 0 {
		t.Fatalf("backup: %v %v", found, err)
	}
	return to
}

func restored(t *testing.T, from, password string) *patient {
	t.Helper()
	c := backupConfig(t.TempDir())
	if _, found, err := app.Restore(t.Context(), c, from, password); err != nil || len(found) > 0 {
		t.Fatalf("restore: %v %v", found, err)
	}
	a, err := app.New(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { a.Close() })
	return &patient{matrixWorld: &matrixWorld{app: a}, config: c}
}

func names(t *testing.T, dir string) string {
	t.Helper()
	list, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, e := range list {
		out = append(out, e.Name())
	}
	return strings.Join(out, " ")
}

func receipts(t *testing.T, p *patient) int64 {
	t.Helper()
	return int64(sumOf(t, p.app.DB, "SELECT COUNT(*) FROM cashier_receipt WHERE project_id <> ?", 0))
}

// A backup made while receipts are taken is one moment of the books; one made
// at rest is the same state to the last row.
func TestBackupComesBack(t *testing.T) {
	t.Parallel()
	p := admit(t, db.SQLite)
	for _, password := range []string{"", "海棠-Kestrel-42"} {
		before := receipts(t, p)
		stop := p.keepTaking(t)
		from := p.backup(t, password)
		stop()
		r := restored(t, from, password)
		if n := receipts(t, r); n < before || n > receipts(t, p) {
			t.Errorf("%d receipts came back, there were %d and then %d", n, before, receipts(t, p))
		}
		if said := r.findings(t, app.Checks{}); said != "" {
			t.Errorf("the doctor says\n%s", said)
		}
	}
	r := restored(t, p.backup(t, ""), "")
	if p.hash(t, p.project) != r.hash(t, p.project) {
		t.Error("the restored project is another one")
	}
	for _, table := range []string{"audit_entry ORDER BY project_id, seq", "identity_account ORDER BY id", "identity_grant ORDER BY account_id, project_id, role"} {
		query := "SELECT * FROM " + table
		if a, b := allRows(t, p.app.DB, query), allRows(t, r.app.DB, query); a != b || a == "" {
			t.Errorf("%s came back as\n%s\nwas\n%s", table, b, a)
		}
	}
	if got := names(t, r.config.Dir); !strings.HasPrefix(got, "files keys.json linli.db") || strings.Contains(got, "restore") {
		t.Errorf("the folder holds %s", got)
	}
}

func allRows(t *testing.T, d *db.DB, query string) string {
	t.Helper()
	rows, err := d.Reader(t.Context()).Query(t.Context(), query)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	cols, err := rows.Columns()
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for rows.Next() {
		row := make([]any, len(cols))
		for i := range row {
			row[i] = new(any)
		}
		if err := rows.Scan(row...); err != nil {
			t.Fatal(err)
		}
		for _, v := range row {
			fmt.Fprintf(&b, "%v|", *v.(*any))
		}
		b.WriteByte('\n')
	}
	return b.String()
}

func refuse(t *testing.T, what, from, password string, want *fault.Error) {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "new")
	_, _, err := app.Restore(t.Context(), backupConfig(dir), from, password)
	if err == nil || want != nil && !errors.Is(err, want) {
		t.Errorf("%s: %v, want %v", what, err, want)
	}
	if left := names(t, dir); left != "" {
		t.Errorf("%s left %s", what, left)
	}
}

// A backup that is cut off or altered anywhere is refused and leaves nothing.
func TestDamagedBackupIsRefused(t *testing.T) {
	t.Parallel()
	p := admit(t, db.SQLite)
	const secret = "海棠-Kestrel-42"
	for _, password := range []string{"", secret} {
		whole, err := os.ReadFile(p.backup(t, password))
		if err != nil {
			t.Fatal(err)
		}
		from := filepath.Join(t.TempDir(), "damaged")
		put := func(b []byte) {
			if err := os.WriteFile(from, b, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		for i := range 12 {
			at := i * len(whole) / 12
			put(whole[:at])
			refuse(t, fmt.Sprintf("cut off at %d of %d", at, len(whole)), from, password, nil)
			flipped := bytes.Clone(whole)
			flipped[min(at+30, len(whole)-1)] ^= 0xff // one bit may be padding, which says nothing
			put(flipped)
			refuse(t, fmt.Sprintf("altered at %d", at+30), from, password, nil)
		}
		put(whole[:len(whole)-1])
		refuse(t, "last byte missing", from, password, nil)
		put(append(bytes.Clone(whole), 'x'))
		refuse(t, "a byte more", from, password, nil)
		put(whole)
		if password == "" {
			refuse(t, "password for an open one", from, secret, bundle.ErrPlain)
		} else {
			refuse(t, "no password", from, "", bundle.ErrSealed)
			refuse(t, "wrong password", from, "falsch-falsch", bundle.ErrPassword)
		}
	}
	refuse(t, "another file", filepath.Join(p.config.Dir, "linli.db"), "", bundle.ErrBroken)
	refuse(t, "no file", filepath.Join(p.config.Dir, "nothing"), "", nil)
}

// repack copies a backup with its entries changed.
func repack(t *testing.T, from string, change func(name string, b []byte) []byte) string {
	t.Helper()
	to := filepath.Join(t.TempDir(), "repacked")
	err := bundle.Create(t.Context(), to, "", func(w *bundle.Writer) error {
		return bundle.Read(t.Context(), from, "", func(name string, r io.Reader) error {
			b, err := io.ReadAll(r)
			if b = change(name, b); err == nil && b != nil {
				_, err = w.Add(name, bytes.NewReader(b), int64(len(b)))
			}
			return err
		})
	})
	if err != nil {
		t.Fatal(err)
	}
	return to
}

// What cannot be brought back is refused with its reason.
func TestRestoreRefuses(t *testing.T) {
	p := admit(t, db.SQLite)
	from := p.backup(t, "")
	newer := repack(t, from, func(name string, b []byte) []byte {
		if name == "manifest.json" {
			return bytes.Replace(b, []byte(`"billing": `), []byte(`"billing": 9`), 1)
		}
		return b
	})
	refuse(t, "of a newer version", newer, "", db.ErrNewer)
	refuse(t, "without keys", repack(t, from, func(name string, b []byte) []byte {
		if name == "keys.json" {
			return nil
		}
		return b
	}), "", app.ErrNoBackup)
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "mine"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, _, err := app.Restore(t.Context(), backupConfig(dir), from, ""); !errors.Is(err, app.ErrNotEmpty) || names(t, dir) != "mine" {
		t.Errorf("into a folder in use: %v, now %s", err, names(t, dir))
	}
	lossy := repack(t, from, func(name string, b []byte) []byte {
		if strings.HasPrefix(name, "files/") {
			return nil
		}
		return b
	})
	dir = t.TempDir()
	_, found, err := app.Restore(t.Context(), backupConfig(dir), lossy, "")
	if err != nil || len(found) == 0 {
		t.Errorf("without uploads: %v %v", found, err)
	}
	for _, f := range found {
		if !strings.Contains(f.Text, "的内容找不到了") {
			t.Errorf("without uploads: %v", f)
		}
	}
}

// A backup that fails leaves no half file and overwrites nothing.
func TestFailedBackupLeavesNothing(t *testing.T) {
	t.Parallel()
	p := admit(t, db.SQLite)
	dir := t.TempDir()
	run := func(ctx context.Context, to string) error {
		_, _, err := app.Backup(ctx, p.config, to, "")
		return err
	}
	if err := run(t.Context(), filepath.Join(dir, "missing", "x")); err == nil {
		t.Error("written into a folder that is not there")
	}
	for after := range 40 {
		ctx := &runsOut{Context: t.Context()}
		ctx.left.Store(int64(25 * after))
		if err := run(ctx, filepath.Join(dir, "x")); err == nil {
			break
		}
		if left := names(t, dir); left != "" {
			t.Fatalf("cut off after %d steps it left %s", 25*after, left)
		}
	}
	old := filepath.Join(dir, "old")
	if err := os.WriteFile(old, []byte("alt"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := run(t.Context(), old); !errors.Is(err, bundle.ErrExists) {
		t.Errorf("over an existing file: %v", err)
	}
	if b, err := os.ReadFile(old); err != nil || string(b) != "alt" {
		t.Errorf("the existing file now holds %q %v", b, err)
	}
}

// runsOut is a context that ends after it was asked a number of times.
type runsOut struct {
	context.Context
	left atomic.Int64
}

func (r *runsOut) Err() error {
	if r.left.Add(-1) < 0 {
		return context.Canceled
	}
	return r.Context.Err()
}

// A backup of PostgreSQL is made beside receipts, is one moment of the books,
// and comes back on either engine; the doctor looks at it and writes nothing.
func TestBackupOfPostgresComesBack(t *testing.T) {
	t.Parallel()
	p := admit(t, db.Postgres)
	a, c := p.app, p.config
	beside, err := app.Look(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	defer beside.Close()
	if found, err := beside.Doctor(t.Context(), app.Checks{}); err != nil || len(found) > 0 {
		t.Errorf("doctor: %v %v", found, err)
	}
	err = beside.DB.Write(t.Context(), func(tx *db.Tx) error {
		_, err := tx.Exec(t.Context(), "DELETE FROM audit_entry")
		return err
	})
	if err == nil || !strings.Contains(err.Error(), "read-only") {
		t.Errorf("the doctor could write: %v", err)
	}
	take := func(password string) string {
		to := filepath.Join(t.TempDir(), "x")
		if _, found, err := app.Backup(t.Context(), c, to, password); err != nil || len(found) > 0 {
			t.Fatalf("backup: %v %v", found, err)
		}
		return to
	}
	stop := p.keepTaking(t)
	moving := take("海棠-Kestrel-42")
	stop()
	if said := restored(t, moving, "海棠-Kestrel-42").findings(t, app.Checks{}); said != "" {
		t.Errorf("the doctor says\n%s", said)
	}
	still := take("")
	if was, is := everyRow(t, a, p.project), everyRow(t, restored(t, still, "").app, p.project); was != is {
		t.Errorf("in a file the project came back as\n%s\nwas\n%s", is, was)
	}
	there := backupConfig(filepath.Join(t.TempDir(), "new"))
	there.DSN = dbtest.Postgres(t, app.Migrations())
	if _, found, err := app.Restore(t.Context(), there, still, ""); err != nil || len(found) > 0 {
		t.Fatalf("restore: %v %v", found, err)
	}
	b, err := app.New(t.Context(), there)
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	if was, is := everyRow(t, a, p.project), everyRow(t, b, p.project); was != is {
		t.Errorf("on PostgreSQL the project came back as\n%s\nwas\n%s", is, was)
	}
	if got := names(t, there.Dir); got != "files keys.json lock" {
		t.Errorf("the folder holds %s", got)
	}
	there.Dir = filepath.Join(t.TempDir(), "other")
	if _, _, err := app.Restore(t.Context(), there, still, ""); !errors.Is(err, app.ErrNotEmpty) {
		t.Errorf("over a full database: %v", err)
	}
}

// everyRow is a digest of every row of a project by table, alike on both engines.
func everyRow(t *testing.T, a *app.App, project id.ID) string {
	t.Helper()
	tables, err := a.DB.ProjectTables(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for _, table := range tables {
		h, n := sha256.New(), 0
		if err := a.DB.Dump(t.Context(), table, table.Columns, int64(project), func(values []any) error {
			n++
			_, err := fmt.Fprintf(h, "%q\n", values)
			return err
		}); err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&b, "%s %d %x\n", table.Name, n, h.Sum(nil))
	}
	return b.String()
}
