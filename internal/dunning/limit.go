package dunning

import (
	"slices"

	"linli/internal/kit/clock"
)

// The limitation of a claim: three years, to be warned of ninety days before
// (民法典 188).
const (
	limitYears = 3
	warnDays   = 90
)

// Restart is something that makes the limitation run anew (民法典 195): a demand
// that reached the debtor, or his acknowledgement.
type Restart struct {
	On clock.Date
	// Acknowledged also revives what had run out already (民法典 192, second
	// paragraph); a demand does not.
	Acknowledged bool
}

// Expires is the day on which the limitation of a debt runs out: three years
// from the day after it fell due, and again from every restart.
func Expires(due clock.Date, restarts []Restart) clock.Date {
	restarts = slices.Clone(restarts)
	slices.SortStableFunc(restarts, func(a, b Restart) int { return int(a.On - b.On) })
	ends := yearsLater(due)
	for _, r := range restarts {
		if r.On > due && (r.On <= ends || r.Acknowledged) {
			ends = yearsLater(r.On)
		}
	}
	return ends
}

// Warns reports whether an expiry is near or past on a day.
func Warns(expires, on clock.Date) bool { return expires.Sub(on) <= warnDays }

func yearsLater(d clock.Date) clock.Date {
	m := d.Month().Add(12 * limitYears)
	return m.First().AddDays(min(d.Day(), m.Days()) - 1)
}
