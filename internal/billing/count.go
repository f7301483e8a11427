package billing

import (
	"linli/internal/tariff"
	"linli/internal/tariff/formula"
)

// measure finds how many the room has: base is what the last covered day of
// the period says; when other days differ the pieces carry their own share.
func (c *calculator) measure(it *tariff.PlanItem, own []tariff.Assignment) {
	c.base0, c.mixed = 0, false
	var last tariff.Days
	for i := range it.Months {
		m := &it.Months[i]
		last = 0
		for _, x := range m.Counts(c.room, own, m.Covered(c.room, own)) {
			if c.base0 != 0 && x.Quantity != c.base0 {
				c.mixed = true
			}
			if x.Days > last {
				last, c.base0 = x.Days, x.Quantity
			}
		}
	}
	c.vars.Quantity, c.vars.Known = c.base0, c.vars.Known&^formula.Quantity
	if c.base0 > 0 {
		c.vars.Known |= formula.Quantity
	}
}

// shares adds the pieces of days whose quantity is not the one of the charge.
func (c *calculator) shares(m *tariff.PlanMonth, set tariff.Days, n int, num, den, keep int64) {
	for _, x := range m.Counts(c.room, c.own, set) {
		k := int64(x.Days.Count())
		a, b := num*k*int64(x.Quantity), den*int64(n)*int64(c.base0)
		g := max(gcd(a, b), 1)
		c.ratedOf(m, x.Days, int(k), a/g, b/g, keep)
	}
}
