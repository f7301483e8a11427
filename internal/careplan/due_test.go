package careplan

import (
	"testing"

	"linli/internal/kit/clock"
)

// TestDueDays: the day of the next visit by table, over ends of months and years
// and the 29th of February.
func TestDueDays(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		days   int
		begins clock.Date
		last   *Visit
		since  clock.Date
		want   clock.Date
	}{
		{"never visited, tagged before the plan", 7, 20260601, nil, 20260501, 20260601},
		{"never visited, tagged later", 7, 20260601, nil, 20260620, 20260620},
		{"a week", 7, 20260601, &Visit{Day: 20260603, Result: Fine}, 0, 20260610},
		{"over the end of a short month", 7, 20260101, &Visit{Day: 20260226, Result: Fine}, 0, 20260305},
		{"over the 29th of February", 7, 20280101, &Visit{Day: 20280226, Result: Fine}, 0, 20280304},
		{"onto the 29th of February", 1, 20280101, &Visit{Day: 20280228, Result: Fine}, 0, 20280229},
		{"onto the first of March without it", 1, 20260101, &Visit{Day: 20260228, Result: Missed}, 0, 20260301},
		{"thirty days from the 31st", 30, 20260101, &Visit{Day: 20260131, Result: Fine}, 0, 20260302},
		{"over the end of a year", 15, 20260101, &Visit{Day: 20261225, Result: Fine}, 0, 20270109},
		{"a whole leap year", 366, 20280101, &Visit{Day: 20280101, Result: Fine}, 0, 20290101},
		{"nobody met", 30, 20260101, &Visit{Day: 20261231, Result: Missed}, 0, 20270101},
		{"to follow up", 30, 20260101, &Visit{Day: 20260630, Result: Follow}, 0, 20260701},
		{"nobody met, and still to follow up", 30, 20260101, &Visit{Day: 20260630, Result: Missed, Follow: true}, 0, 20260701},
		{"the plan begins again later", 7, 20260801, &Visit{Day: 20260603, Result: Fine}, 0, 20260801},
	} {
		p := Plan{Days: c.days, Begins: c.begins}
		if got := p.due(c.last, c.since); got != c.want {
			t.Errorf("%s: %s, should be %s", c.name, got, c.want)
		}
	}
}
