package app_test

import (
	"compress/gzip"
	"database/sql"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"testing"

	"linli/internal/app"
	"linli/internal/cashier"
	"linli/internal/identity"
	"linli/internal/kit/actor"
	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/dbtest"
	"linli/internal/kit/id"
)

// firstLight lays the data of the first version into a new folder, or database.
func firstLight(t *testing.T, engine db.Engine) app.Config {
	t.Helper()
	from := filepath.Join("testdata", "first-light")
	now := clock.NewManual(dbtest.Start().AddDate(0, 0, 3))
	c := app.Config{Dir: t.TempDir(), Clock: now, Log: slog.New(slog.DiscardHandler), Version: "test"}
	if err := os.CopyFS(filepath.Join(c.Dir, "files"), os.DirFS(filepath.Join(from, "files"))); err != nil {
		t.Fatal(err)
	}
	write := func(name string, content []byte) {
		if err := os.WriteFile(filepath.Join(c.Dir, name), content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	keys, err := os.ReadFile(filepath.Join(from, string(engine), "keys.json"))
	if err != nil {
		t.Fatal(err)
	}
	write("keys.json", keys)
	if engine == db.SQLite {
		write("linli.db", unpacked(t, filepath.Join(from, "sqlite", "linli.db.gz")))
		return c
	}
	c.DSN = dbtest.Postgres(t, nil)
	conn, err := sql.Open("pgx", c.DSN+"&default_query_exec_mode=simple_protocol")
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if _, err := conn.ExecContext(t.Context(), string(unpacked(t, filepath.Join(from, "postgres", "dump.sql.gz")))); err != nil {
		t.Fatal(err)
	}
	return c
}

func unpacked(t *testing.T, path string) []byte {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// TestUpgradeFromFirstLight: the binary is replaced, and the data of the first
// version is all there, sound, and goes on where it stood.
func TestUpgradeFromFirstLight(t *testing.T) {
	t.Parallel()
	const project, room, run, person, second = id.ID(911782969344000000), id.ID(911782969344000003), id.ID(911782969344000014),
		id.ID(911782969344000004), id.ID(911782969344000026)
	for _, engine := range []db.Engine{db.SQLite, db.Postgres} {
		t.Run(string(engine), func(t *testing.T) {
			ctx, who := t.Context(), actor.System("test")
			a, err := app.New(ctx, firstLight(t, engine))
			if err != nil {
				t.Fatal(err)
			}
			defer a.Close()
			healthy(t, a)
			if _, err := a.Identity.SignIn(ctx, actor.Actor{Address: "test"}, identity.Credentials{Login: "m_cashier", Password: matrixPassword}); err != nil {
				t.Errorf("sign in: %v", err)
			}
			if phone, err := a.Estate.Reveal(ctx, who, project, person, "phone", "回访"); err != nil || phone != "13800138000" {
				t.Errorf("phone %q: %v", phone, err)
			}
			if r, err := a.Cashier.Receipt(ctx, a.DB.Reader(ctx), project, second); err != nil || r.Number != "SJ2026-000002" {
				t.Errorf("receipt %s: %v", r.Number, err)
			}
			seat, err := a.Cashier.Seat(ctx, project, room)
			if err != nil || seat.Owed != 0 || seat.Prepaid != 50_00 {
				t.Fatalf("before: %+v %v", seat, err)
			}
			r, err := a.Billing.Run(ctx, a.DB.Reader(ctx), project, run)
			if err == nil {
				_, err = a.Billing.Release(ctx, who, project, run, r.Version)
			}
			if err == nil {
				err = a.Jobs.Drain(ctx)
			}
			if err != nil {
				t.Fatal(err)
			}
			if seat, err = a.Cashier.Seat(ctx, project, room); err != nil || seat.Owed != 209_86 {
				t.Fatalf("after: %+v %v", seat, err)
			}
			got, err := a.Cashier.Receive(ctx, who, project, cashier.Taking{Room: room, ExpectedOwed: seat.Owed, Confirmed: true,
				Pays: []cashier.Pay{{Method: cashier.MethodCash, Amount: seat.Owed}}})
			if err != nil || got.Number != "SJ2026-000003" {
				t.Errorf("receipt %s: %v", got.Number, err)
			}
			healthy(t, a)
		})
	}
}

func healthy(t *testing.T, a *app.App) {
	t.Helper()
	found, err := a.Doctor(t.Context(), app.Checks{})
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range found {
		t.Errorf("the doctor: %v", f)
	}
}
