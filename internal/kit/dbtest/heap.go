package dbtest

import (
	"os"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"strconv"
	"testing"
	"time"

	"linli/internal/kit/db"
)

// Grown measures how much, in bytes, what is in use on the heap grows while do
// runs, at most. Garbage is no part of it, however late a busy machine collects
// it. Nothing else of the process may run meanwhile.
func Grown(do func() error) (uint64, error) {
	stop, peak := make(chan struct{}), make(chan uint64, 1)
	usual := debug.SetGCPercent(25)
	defer debug.SetGCPercent(usual)
	for range 3 { // what lies in pools survives one
		runtime.GC()
	}
	base := inUse()
	go func() {
		most := base
		for {
			select {
			case <-stop:
				peak <- max(most, inUse()) - base
				return
			case <-time.After(5 * time.Millisecond):
				most = max(most, inUse())
			}
		}
	}()
	err := do()
	close(stop)
	return <-peak, err
}

// inUse is what the last collection of garbage found in use.
func inUse() uint64 {
	live := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	metrics.Read(live)
	return live[0].Value.Uint64()
}

// Flat holds work to flat memory: five times the rows may take half as much
// again and slack MiB, and the largest little altogether. grown measures each stage
// of the work on n rows by Grown. LINLI_ROWS has it take another size, to see how
// long things take.
func Flat(t *testing.T, n, slack int, grown func(t *testing.T, n int) map[string]uint64) {
	t.Helper()
	if rows, err := strconv.Atoi(os.Getenv("LINLI_ROWS")); err == nil {
		n = rows / 5
	}
	few, many := grown(t, n), grown(t, 5*n)
	need := uint64(0)
	for _, most := range few {
		need = max(need, most)
	}
	for stage, most := range many {
		t.Logf("%s: %d rows took %.1f MiB, %d took %.1f MiB", stage, n, mib(few[stage]), 5*n, mib(most))
		if most > 60<<20 || most > need*3/2+uint64(slack)<<20 {
			t.Errorf("%s: memory grows with the rows", stage)
		}
	}
}

func mib(n uint64) float64 { return float64(n) / (1 << 20) }

// LongestWait measures how long another command waits for its turn to write,
// until what it gives back is called.
func LongestWait(t *testing.T, d *db.DB) func() time.Duration {
	t.Helper()
	stop, longest := make(chan struct{}), make(chan time.Duration, 1)
	go func() {
		var most time.Duration
		for {
			select {
			case <-stop:
				longest <- most
				return
			case <-time.After(20 * time.Millisecond):
				begin := time.Now()
				if err := d.Write(t.Context(), func(*db.Tx) error { return nil }); err != nil {
					t.Error(err)
				}
				most = max(most, time.Since(begin))
			}
		}
	}()
	return func() time.Duration { close(stop); return <-longest }
}
