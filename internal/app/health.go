package app

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"time"

	"linli/internal/kit/db"
	"linli/internal/kit/fault"
)

// maxRequests is how many requests may be on their way at once. A request takes
// a few milliseconds, so whoever comes after so many would wait for seconds.
const maxRequests = 256

var errOverload = fault.New(fault.Unavailable, "overload", "系统正忙，这次没有处理，请过几秒再试")

// gate refuses requests early when too many wait, before anything is done.
type gate struct {
	most    int64
	running atomic.Int64
	refused atomic.Int64
}

func newGate(most int) *gate {
	if most <= 0 {
		most = maxRequests
	}
	return &gate{most: int64(most)}
}

func (g *gate) guard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !strings.HasPrefix(r.URL.Path, "/api/") {
			next.ServeHTTP(w, r) // pages and checks of health cost nothing
			return
		}
		defer g.running.Add(-1)
		if g.running.Add(1) > g.most {
			g.refused.Add(1)
			w.Header().Set("Content-Type", "application/problem+json")
			w.Header().Set("Retry-After", "3")
			w.WriteHeader(http.StatusServiceUnavailable)
			json.NewEncoder(w).Encode(map[string]any{"type": "about:blank", "title": http.StatusText(http.StatusServiceUnavailable),
				"status": http.StatusServiceUnavailable, "code": errOverload.Code, "detail": errOverload.Text}) // a client that has gone away needs no answer
			return
		}
		next.ServeHTTP(w, r)
	})
}

// leastSpace is what must be free to take on work: what is begun can still be
// written.
const leastSpace = 64 << 20

// Ready tells why the server cannot work, nil when it can: the database takes
// a transaction, its tables are those of this program, the disk has room.
func (a *App) Ready(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	if err := a.DB.Write(ctx, func(*db.Tx) error { return nil }); err != nil {
		return fmt.Errorf("database: %w", err)
	}
	if err := a.DB.Check(ctx, Migrations()...); err != nil {
		return fmt.Errorf("tables: %w", err)
	}
	d, err := diskOf(a.care.c.Dir)
	if err != nil {
		return err
	}
	if d.Free < leastSpace {
		return fmt.Errorf("disk: %d MB free", d.Free>>20)
	}
	return nil
}

func (a *App) ready(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	if err := a.Ready(r.Context()); err != nil {
		a.log.WarnContext(r.Context(), "not ready", "error", err.Error())
		w.WriteHeader(http.StatusServiceUnavailable)
		w.Write([]byte("not ready\n")) // the reason stands in the log: anybody may ask
		return
	}
	w.Write([]byte("ready\n"))
}
