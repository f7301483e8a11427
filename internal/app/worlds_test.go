package app_test

import (
	"log/slog"
	"maps"
	"net/http/httptest"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"linli/internal/app"
	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/dbtest"
	"linli/internal/kit/outbound"
	"linli/internal/outside/wechat/sim"
)

// The worlds that many tests ask for are made once per engine, in the minute
// before the clock of tests begins, and copied.

// onEachEngine runs f once per engine.
func onEachEngine(t *testing.T, f func(t *testing.T, engine db.Engine)) {
	t.Helper()
	for _, engine := range []db.Engine{db.SQLite, db.Postgres} {
		t.Run(string(engine), func(t *testing.T) { f(t, engine) })
	}
}

// early is the clock of a world that is being made.
func early() *clock.Manual { return clock.NewManual(dbtest.Start().Add(-time.Minute)) }

// nobody is a host that does not answer.
const nobody = "http://127.0.0.1:1"

// build opens what is at a place, as a server does. It ends with the test, or
// earlier by the caller.
func build(t *testing.T, at dbtest.Place, c app.Config) *app.App {
	t.Helper()
	d, err := db.Open(t.Context(), db.Options{Dir: at.Dir, DSN: at.DSN, Clock: c.Clock, Conns: 4})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close() })
	c.Dir, c.Log, c.Version, c.Outbound = at.Dir, slog.New(slog.DiscardHandler), "test", here()
	a, err := app.Build(t.Context(), d, c)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// here lets this machine through, where the simulators are.
func here() outbound.Guard {
	g, err := outbound.Parse("127.0.0.1")
	if err != nil {
		panic(err)
	}
	return g
}

// matrices runs f once per engine, each time in a matrix world of its own.
func matrices(t *testing.T, f func(t *testing.T, w *matrixWorld, now *clock.Manual)) {
	t.Helper()
	onEachEngine(t, func(t *testing.T, engine db.Engine) {
		at, made := dbtest.Furnished(t, engine, app.Migrations(), "matrix", func(at dbtest.Place) *matrixWorld {
			w := &matrixWorld{app: build(t, at, app.Config{Clock: early(), Wechat: nobody}), tokens: map[string]string{"": ""}}
			w.furnish(t)
			w.app.Close()
			return w
		})
		now := clock.NewManual(dbtest.Start())
		w := &matrixWorld{app: build(t, at, app.Config{Clock: now, Wechat: nobody}), tokens: maps.Clone(made.tokens),
			a: made.a.clone(), b: made.b.clone(), c: made.c.clone(), home: made.home.clone()}
		srv := httptest.NewServer(w.app.Handler())
		t.Cleanup(srv.Close)
		w.url = srv.URL
		f(t, w, now)
	})
}

func (tw twin) clone() twin { return twin{tw.canary, maps.Clone(tw.ids)} }

// papers are the books of a simulator of WeChat Pay with two merchants: keys
// take long to make.
var papers = sync.OnceValues(func() ([]byte, error) {
	dir, err := os.MkdirTemp("", "linli-sim-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "sim.json")
	s, err := sim.Open(sim.Options{Path: path, Clock: clock.System{}, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		return nil, err
	}
	for _, number := range []string{wechatShop, wechatBranch} {
		if _, err := s.Enrol(number); err != nil {
			return nil, err
		}
	}
	return os.ReadFile(path)
})

// The merchants that the simulator knows already.
const wechatShop, wechatBranch = "1900000109", "1900000110"

// openWechat opens a simulator that knows the two merchants and no trade.
func openWechat(dir string, c clock.Clock) (*sim.Sim, error) {
	books, err := papers()
	if err != nil {
		return nil, err
	}
	path := filepath.Join(dir, "wechat.json")
	if err := os.WriteFile(path, books, 0o600); err != nil {
		return nil, err
	}
	return sim.Open(sim.Options{Path: path, Clock: c, Log: slog.New(slog.DiscardHandler)})
}
