package paycode

import (
	"sync"
	"time"

	"linli/internal/kit/clock"
)

// How often is enough. A token of 18 random bytes cannot be guessed; the limit
// on misses keeps those who try from the database.
const (
	missesAllowed = 30 // per network address
	missesWithin  = 10 * time.Minute
	readsAllowed  = 300 // per code
	readsWithin   = time.Minute
	ordersAllowed = 12 // per code
	ordersWithin  = time.Hour
	maxCounted    = 20000
)

// limits counts what happened in windows of time, in memory: after a restart
// everybody begins anew.
type limits struct {
	clock clock.Clock
	mu    sync.Mutex
	seen  map[string]window
}

type window struct {
	n   int
	end time.Time
}

func newLimits(c clock.Clock) *limits { return &limits{clock: c, seen: map[string]window{}} }

// over reports whether what has been used up, without counting.
func (l *limits) over(what string, allowed int) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	w := l.seen[what]
	return w.n >= allowed && l.clock.Now().Before(w.end)
}

// count counts once, and answers false when that is too often.
func (l *limits) count(what string, allowed int, within time.Duration) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.clock.Now()
	if len(l.seen) > maxCounted {
		for k, w := range l.seen {
			if !now.Before(w.end) {
				delete(l.seen, k)
			}
		}
	}
	w := l.seen[what]
	if !now.Before(w.end) {
		w = window{end: now.Add(within)}
	}
	w.n++
	l.seen[what] = w
	return w.n <= allowed
}
