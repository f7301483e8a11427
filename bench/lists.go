package bench

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"os"
	"runtime/debug"
	"sync"
	"time"

	"linli/internal/app"
	"linli/internal/kit/clock"
)

// ListsOptions say how large the house of `linli bench lists` is.
type ListsOptions struct {
	Rooms  int           // in all projects of the first kind together
	Big    int           // rooms of the one large project
	Months int           // billed in the large project
	For    time.Duration // how long each list is read
	DSN    string        // an empty PostgreSQL database; empty means SQLite
	Binary string        // the product, started to weigh a server at rest; empty: not weighed
}

const listUsers = 16

// ListResult is one list as 16 users read it. Latencies are milliseconds.
type ListResult struct {
	Name    string  `json:"name"`
	P50     float64 `json:"p50_ms"`
	P99     float64 `json:"p99_ms"`
	BareP99 float64 `json:"bare_p99_ms"` // the same statements alone, same users, same connections
	Ratio   float64 `json:"ratio"`
	Samples int     `json:"samples"`
	Bytes   int     `json:"bytes"` // of the largest answer
}

// ListsResult is the whole measurement.
type ListsResult struct {
	Engine  string       `json:"engine"`
	Rooms   int64        `json:"rooms"`
	Charges int64        `json:"charges"`
	Open    int64        `json:"open_charges"`
	RestMB  float64      `json:"rest_mb"` // of a server that has just started; 0 when it was not weighed
	PeakMB  float64      `json:"peak_mb"` // while the lists were read
	Lists   []ListResult `json:"lists"`
}

// Lists reads the lists people look at all day through the whole server, with
// session, rights and JSON, as 16 users who each ask again after a moment, and
// beside it the statements that the same requests sent, alone.
func Lists(ctx context.Context, o ListsOptions, progress io.Writer) (*ListsResult, error) {
	dir, err := os.MkdirTemp("", "linli-bench-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	c := app.Config{Dir: dir, DSN: o.DSN, Clock: clock.System{}, Log: slog.New(slog.DiscardHandler), Version: "bench"}
	w := &listWorld{}
	if err := w.fill(ctx, c, o, progress); err != nil {
		return nil, fmt.Errorf("prepare: %w", err)
	}
	var rest int64
	if o.Binary != "" {
		var err error
		if rest, err = atRest(ctx, o.Binary, dir, o.DSN); err != nil {
			return nil, err
		}
	}
	a, err := app.New(ctx, c) // a fresh server, as after a restart
	if err != nil {
		return nil, err
	}
	defer a.Close()
	w.app, w.handler = a, a.Handler()
	debug.FreeOSMemory() // what the preparation used is not the server's
	r := &ListsResult{Engine: string(a.DB.Engine()), RestMB: float64(rest) / (1 << 20)}
	if r.Rooms, r.Charges, r.Open, err = countHouse(ctx, a.DB); err != nil {
		return nil, err
	}
	if err := resetPeak(); err != nil {
		fmt.Fprintln(progress, "peak memory counts the preparation too:", err)
	}
	for _, l := range w.lists() {
		fmt.Fprintln(progress, "reading", l.name)
		one, err := w.measure(ctx, l, o.For)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", l.name, err)
		}
		r.Lists = append(r.Lists, one)
	}
	r.PeakMB = float64(peakMemory()) / (1 << 20)
	return r, nil
}

// Print writes the result for people or, as JSON, for programs.
func (r *ListsResult) Print(w io.Writer, asJSON bool) error {
	if asJSON {
		return json.NewEncoder(w).Encode(r)
	}
	if _, err := fmt.Fprintf(w, "engine   %s\nrooms    %d, %d charges, %d of them open\nmemory   %.0f MB at rest, %.0f MB at most while reading\n%d users, p50 / p99, the same SQL bare, ratio of the p99:\n",
		r.Engine, r.Rooms, r.Charges, r.Open, r.RestMB, r.PeakMB, listUsers); err != nil {
		return err
	}
	for _, l := range r.Lists {
		if _, err := fmt.Fprintf(w, "  %-18s %6.1f / %6.1f ms   bare %6.1f ms   %.2f   (%d requests, answers up to %d kB)\n",
			l.Name, l.P50, l.P99, l.BareP99, l.Ratio, l.Samples, l.Bytes/1024); err != nil {
			return err
		}
	}
	return nil
}

// turns is how often the server and the bare SQL take turns at one list: what
// disturbs the machine for a moment disturbs both.
const turns = 4

// measure reads a list for a while through the server and its SQL alone, in
// turns.
func (w *listWorld) measure(ctx context.Context, l list, long time.Duration) (ListResult, error) {
	out := ListResult{Name: l.name}
	requests := make([]*request, len(l.paths))
	for i, p := range l.paths {
		requests[i] = &request{path: p}
		// Once to learn its statements; this warms both sides alike.
		n, err := w.ask(ctx, requests[i], true)
		if err != nil {
			return out, err
		}
		out.Bytes = max(out.Bytes, n)
	}
	var through, bare []time.Duration
	for range turns {
		served, err := many(ctx, requests, long/turns, func(r *request) error {
			_, err := w.ask(ctx, r, false)
			return err
		})
		if err != nil {
			return out, err
		}
		alone, err := many(ctx, requests, long/turns, func(r *request) error { return replay(ctx, w.app.DB, r.sent) })
		if err != nil {
			return out, err
		}
		through, bare = append(through, served...), append(bare, alone...)
	}
	out.Samples, out.P99, out.BareP99 = len(through), ms(p99(through)), ms(p99(bare))
	out.P50 = ms(through[len(through)/2]) // p99 has sorted them
	if out.BareP99 > 0 {
		out.Ratio = out.P99 / out.BareP99
	}
	return out, nil
}

// many lets 16 users ask for requests in turn, each with a pause of 0–200 ms
// before, and returns how long each answer took.
func many(ctx context.Context, requests []*request, long time.Duration, ask func(*request) error) ([]time.Duration, error) {
	until, stop := context.WithTimeout(ctx, long)
	defer stop()
	var mu sync.Mutex
	var took []time.Duration
	var failed error
	var wg sync.WaitGroup
	for user := range listUsers {
		wg.Go(func() {
			for n := user; ; n += listUsers {
				if pause(until, time.Duration((n*7919)%200)*time.Millisecond); until.Err() != nil {
					return
				}
				start := time.Now()
				err := ask(requests[n%len(requests)])
				d := time.Since(start)
				mu.Lock()
				took = append(took, d)
				if err != nil {
					failed = err
				}
				mu.Unlock()
				if err != nil {
					stop()
				}
			}
		})
	}
	wg.Wait()
	return took, failed
}

func pause(ctx context.Context, long time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(long):
	}
}
