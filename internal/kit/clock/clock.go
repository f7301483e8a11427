// Package clock is the only place that asks what time it is. Business dates
// have no zone; the business zone is Asia/Shanghai. Kit.
package clock

import (
	"sync"
	"time"
	_ "time/tzdata" // a scratch container has no zone files
)

// Clock tells the time.
type Clock interface {
	Now() time.Time
}

// System is the machine's clock.
type System struct{}

// Now reads the machine's clock.
func (System) Now() time.Time { return time.Now() }

// Manual is a clock that moves only when told; demo data and tests use it.
type Manual struct {
	mu  sync.Mutex
	now time.Time
}

// NewManual starts a manual clock at t.
func NewManual(t time.Time) *Manual { return &Manual{now: t} }

// Now is the set time; each reading moves it by one microsecond so that
// events keep their order.
func (m *Manual) Now() time.Time {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.now = m.now.Add(time.Microsecond)
	return m.now
}

// Set moves the clock to t.
func (m *Manual) Set(t time.Time) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.now = t
}

// Advance moves the clock by d.
func (m *Manual) Advance(d time.Duration) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.now = m.now.Add(d)
}

// Shanghai is the business zone, UTC+8 without summer time since 1992.
func Shanghai() *time.Location { return shanghai() }

// The library reads a zone from its file whenever it is asked for one.
var shanghai = sync.OnceValue(func() *time.Location {
	loc, err := time.LoadLocation("Asia/Shanghai")
	if err != nil {
		return time.FixedZone("CST", 8*3600)
	}
	return loc
})
