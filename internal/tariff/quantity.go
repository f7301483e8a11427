package tariff

import (
	"linli/internal/estate"
	"linli/internal/kit/money"
	"linli/internal/tariff/formula"
)

// CountedDays are the days of a month for which an assignment says how many.
type CountedDays struct {
	Quantity money.Qty
	Days     Days
}

// Counts cuts the covered days of a month by the assignment that decides about
// them, the narrowest first and of equals the one entered last.
func (m *PlanMonth) Counts(r *estate.BillingRoom, own []Assignment, set Days) []CountedDays {
	var out []CountedDays
	take := func(a *Assignment) {
		hit := set & SpanIn(m.Month, a.From, a.Until)
		if a.Exempt || hit == 0 {
			return
		}
		set &^= hit
		if n := len(out); n > 0 && out[n-1].Quantity == a.Quantity {
			out[n-1].Days |= hit
			return
		}
		out = append(out, CountedDays{a.Quantity, hit})
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

// Known are the attributes of a room that the quantity of a charge says.
func (b Basis) Known() formula.Attr {
	switch b {
	case ByPeople:
		return formula.People
	case ByQuantity:
		return formula.Quantity
	}
	return formula.Area
}

// Quantity is what a charge keeps of the room: square metres, heads, pieces.
func (b Basis) Quantity(v *formula.Vars, needs formula.Attr) money.Qty {
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

// Vars gives back what quantity kept.
func (b Basis) Vars(q money.Qty) (formula.Vars, error) {
	v := formula.Vars{Known: b.Known() | formula.Price | formula.Months, Months: 1}
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
