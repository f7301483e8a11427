package termination

import (
	"fmt"
	"slices"

	"linli/internal/kit/clock"
)

// Lines say how the amount came about.
func (d *Doc) Lines() []string {
	return explain(&told{item: d.ItemName, from: d.From, until: d.Until, last: d.lastUsed(), months: d.Months, used: d.Used, policy: d.Policy,
		paid: d.Paid, full: d.Full, refund: d.Refund})
}

// unused is the first month that is not served. The months that nobody is
// charged for count neither as used nor as unused ones; they have no line.
func (d *Doc) unused() clock.Month {
	var months []clock.Month
	for _, p := range d.Parts {
		for _, l := range p.Lines {
			months = append(months, l.Month)
		}
	}
	slices.Sort(months)
	months = slices.Compact(months)
	return months[len(months)-(d.Months-d.Used)]
}

// lastUsed is the last month that was served and charged, 0 where a list does
// not know it.
func (d *Doc) lastUsed() clock.Month {
	if d.Until.Sub(d.From)+1 == d.Months {
		return d.From.Add(d.Used - 1)
	}
	return 0
}

// Served says how many months were served.
func (d *Doc) Served() string {
	return months(d.Used, d.Until.Sub(d.From)+1 > d.Months)
}

// months counts them; where some of a period are free, only those that cost.
func months(n int, free bool) string {
	if free {
		return fmt.Sprintf("%d 个收费的月份", n)
	}
	return fmt.Sprintf("%d 个月", n)
}
