package billing

import (
	"linli/internal/billing/formula"
	"linli/internal/estate"
	"linli/internal/kit/money"
)

// countedDays are the days of a month for which an assignment says how many.
type countedDays struct {
	quantity money.Qty
	days     days
}

// counts cuts the covered days of a month by the assignment that decides about
// them, the narrowest first and of equals the one entered last.
func (m *planMonth) counts(r *estate.BillingRoom, own []Assignment, set days) []countedDays {
	var out []countedDays
	take := func(a *Assignment) {
		hit := set & spanIn(m.month, a.From, a.Until)
		if a.Exempt || hit == 0 {
			return
		}
		set &^= hit
		if n := len(out); n > 0 && out[n-1].quantity == a.Quantity {
			out[n-1].days |= hit
			return
		}
		out = append(out, countedDays{a.Quantity, hit})
	}
	for i := len(own) - 1; i >= 0; i-- {
		take(&own[i])
	}
	for _, scope := range [...]Scope{ToRule, ToBuilding, ToKind, ToProject} {
		for i := len(m.counted) - 1; i >= 0; i-- {
			if a := m.counted[i]; a.Scope == scope && a.reaches(r) {
				take(a)
			}
		}
	}
	return out
}

// measure finds how many the room has: base is what the last covered day of
// the period says; when other days differ the pieces carry their own share.
func (c *calculator) measure(it *planItem, own []Assignment) {
	c.base0, c.mixed = 0, false
	var last days
	for i := range it.months {
		m := &it.months[i]
		last = 0
		for _, x := range m.counts(c.room, own, m.covered(c.room, own)) {
			if c.base0 != 0 && x.quantity != c.base0 {
				c.mixed = true
			}
			if x.days > last {
				last, c.base0 = x.days, x.quantity
			}
		}
	}
	c.vars.Quantity, c.vars.Known = c.base0, c.vars.Known&^formula.Quantity
	if c.base0 > 0 {
		c.vars.Known |= formula.Quantity
	}
}

// shares adds the pieces of days whose quantity is not the one of the charge.
func (c *calculator) shares(m *planMonth, set days, n int, num, den, keep int64) {
	for _, x := range m.counts(c.room, c.own, set) {
		k := int64(x.days.count())
		a, b := num*k*int64(x.quantity), den*int64(n)*int64(c.base0)
		g := max(gcd(a, b), 1)
		c.ratedOf(m, x.days, int(k), a/g, b/g, keep)
	}
}

// known are the attributes of a room that the quantity of a charge says.
func (b Basis) known() formula.Attr {
	switch b {
	case ByPeople:
		return formula.People
	case ByQuantity:
		return formula.Quantity
	}
	return formula.Area
}

// quantity is what a charge keeps of the room: square metres, heads, pieces.
func (b Basis) quantity(v *formula.Vars, needs formula.Attr) money.Qty {
	switch {
	case b == ByArea, b == ByFormula && needs&formula.Area != 0:
		return money.Qty(v.Area) * 100
	case b == ByPeople:
		return money.Qty(v.People) * 10_000
	case b == ByQuantity:
		return v.Quantity
	}
	return 10_000
}

// vars gives back what quantity kept.
func (b Basis) vars(q money.Qty) (formula.Vars, error) {
	v := formula.Vars{Known: b.known() | formula.Price | formula.Months, Months: 1}
	switch b {
	case ByPeople:
		v.People = int64(q) / 10_000
	case ByQuantity:
		v.Quantity = q
	default:
		area, err := q.Area(money.Down)
		if err != nil {
			return v, err
		}
		v.Area = area
	}
	return v, nil
}
