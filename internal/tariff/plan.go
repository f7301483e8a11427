package tariff

import (
	"context"
	"fmt"

	"linli/internal/estate"
	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/id"
	"linli/internal/tariff/formula"
)

// Plan is what a project charges in one month, resolved: every item with the
// days, prices, scopes and discounts that count. It is everything a run needs
// to know beside the rooms: read once, then only looked at, by many at a time.
type Plan struct {
	Month  clock.Month
	ahead  clock.Month // first month of what is charged before its time, 0 for a run
	Items  []*PlanItem
	Faults []PlanFault
}

// PlanFault is an item that cannot be charged to anybody.
type PlanFault struct {
	Item   id.ID
	Month  clock.Month
	Reason string
}

// PlanItem is an item that the plan charges.
type PlanItem struct {
	*Item
	Index  int // its place in Items
	Months []PlanMonth
	Due    clock.Date
	Rates  map[id.ID]*Rate // that count in its months, parsed
	Needs  formula.Attr    // what their formulas ask of a room
	// Discounts is nil when there is none, so that the plain path stays fast.
	Discounts *DiscountSet
	Since     clock.Month // of an item by usage: first month of what its one charge a period prices
	Ahead     bool        // billed before the months, so that a discount for paying ahead counts
}

// PlanMonth is one month of an item with everything that does not depend on
// the room already intersected into sets of days.
type PlanMonth struct {
	Month     clock.Month
	Len       int // days of the month
	active    Days
	Rates     []RatedDays
	project   Days
	kinds     map[string]scopeDays
	buildings map[id.ID]scopeDays
	rules     []ruleDays
	counted   []*Assignment // of an item by quantity, by id
}

// ruleDays are the days of one assignment by rule.
type ruleDays struct {
	*reach
	scopeDays
}

// RatedDays are the days of a month on which a rate counts.
type RatedDays struct {
	Rate *Rate
	Days Days
}

// scopeDays are the days on which a scope charges and those on which it spares.
type scopeDays struct{ charge, spare Days }

func (d scopeDays) over(wider Days) Days { return (wider | d.charge) &^ d.spare }

func (d scopeDays) with(a *Assignment, m clock.Month) scopeDays {
	set := SpanIn(m, a.From, a.Until)
	if a.Exempt {
		d.spare |= set
	} else {
		d.charge |= set
	}
	return d
}

// Plan resolves what the run of a month has to charge.
func (s *Service) Plan(ctx context.Context, q db.Q, project id.ID, month clock.Month) (*Plan, error) {
	return s.PlanAhead(ctx, q, project, month, 0)
}

// PlanAhead is Plan; with ahead it plans the months themselves whatever
// the timing of the items, each period once: in its first month or in ahead.
func (s *Service) PlanAhead(ctx context.Context, q db.Q, project id.ID, month, ahead clock.Month) (*Plan, error) {
	list, err := items(ctx, q, project)
	if err != nil {
		return nil, err
	}
	rates, err := allRates(ctx, q, project)
	if err != nil {
		return nil, err
	}
	wide, err := s.reached(ctx, q, project)
	if err != nil {
		return nil, err
	}
	rooms, err := itemsWithRooms(ctx, q, project)
	if err != nil {
		return nil, err
	}
	cheaper, err := approvedDiscounts(ctx, q, project, month.Add(-12).First())
	if err != nil {
		return nil, err
	}
	assigned := map[id.ID][]Assignment{}
	for _, a := range wide {
		assigned[a.Item] = append(assigned[a.Item], a)
	}
	p := &Plan{Month: month, ahead: ahead}
	for i := range list {
		item := &list[i]
		if !item.Active || len(assigned[item.ID]) == 0 && !rooms[item.ID] {
			continue
		}
		if err := p.add(item, rates[item.ID], assigned[item.ID], cheaper[item.ID]); err != nil {
			return nil, err
		}
	}
	return p, nil
}

// Planner plans periods of single items; what it asks of the project is read once.
type Planner struct {
	wide    map[id.ID][]Assignment
	cheaper map[id.ID][]Discount
}

// Planner reads what it takes to plan periods that begin with since or later.
func (s *Service) Planner(ctx context.Context, q db.Q, project id.ID, since clock.Month) (*Planner, error) {
	wide, err := s.reached(ctx, q, project)
	if err != nil {
		return nil, err
	}
	p := &Planner{wide: map[id.ID][]Assignment{}}
	for _, a := range wide {
		p.wide[a.Item] = append(p.wide[a.Item], a)
	}
	p.cheaper, err = approvedDiscounts(ctx, q, project, since.First())
	return p, err
}

// Of plans the period of one item that begins with first.
func (p *Planner) Of(i *Item, first clock.Month, rates []Rate) (*Plan, error) {
	out := &Plan{Month: first, ahead: first}
	return out, out.add(i, rates, p.wide[i.ID], p.cheaper[i.ID])
}

// PlanOf plans the period of one item that begins with first, once for each
// list of prices; lists are in the order of Rates.
func (s *Service) PlanOf(ctx context.Context, q db.Q, project id.ID, i *Item, first clock.Month, prices ...[]Rate) ([]*Plan, error) {
	p, err := s.Planner(ctx, q, project, first)
	if err != nil {
		return nil, err
	}
	out := make([]*Plan, len(prices))
	for k, list := range prices {
		if out[k], err = p.Of(i, first, list); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// billed is the period of an item that the plan charges.
func (p *Plan) billed(item *Item) (first clock.Month, n int, due bool) {
	if p.ahead == 0 {
		return item.billedIn(p.Month)
	}
	first, n = item.PeriodOf(p.Month)
	return first, n, p.Month == first || p.Month == p.ahead
}

// dueIn is the month in which a period falls due; charged ahead, that in which
// a run would have charged it.
func (p *Plan) dueIn(item *Item, first clock.Month, n int) clock.Month {
	if p.ahead != 0 && !item.Advance {
		return first.Add(n)
	}
	return p.Month
}

func (p *Plan) add(item *Item, rates []Rate, wide []Assignment, cheaper []Discount) error {
	if item.Basis == Shared || item.Basis.Single() || item.Basis == Metered && p.ahead != 0 {
		return nil // known only once costs are shared out, meters read, or somebody charges it
	}
	first, n, due := p.billed(item)
	if !due {
		return nil
	}
	it := &PlanItem{Item: item, Index: len(p.Items), Due: item.DueDate(p.dueIn(item, first, n)), Rates: map[id.ID]*Rate{},
		Discounts: newDiscountSet(cheaper), Ahead: item.Advance}
	if item.Basis == Metered {
		first, n = it.metered(first, n)
	}
	for i := range n {
		m := buildMonth(item, first.Add(i), rates, wide)
		if m.active == 0 {
			continue
		}
		if day := m.unpriced(); day != 0 {
			p.Faults = append(p.Faults, PlanFault{item.ID, m.Month, fmt.Sprintf("%s 起没有单价，请先设置这天执行的单价", day)})
			if item.AtPeriod {
				return nil
			}
			continue
		}
		for _, r := range m.Rates {
			if err := r.Rate.Parse(item.Basis); err != nil {
				return fmt.Errorf("formula of rate %s: %w", r.Rate.ID, err)
			}
			it.Rates[r.Rate.ID] = r.Rate
			it.Needs |= r.Rate.parsed.Needs()
		}
		it.Months = append(it.Months, m)
	}
	if len(it.Months) > 0 {
		p.Items = append(p.Items, it)
	}
	return nil
}

// metered narrows a period to its last month that is charged, in which it is
// read; Since tells from when on that reading counts.
func (it *PlanItem) metered(first clock.Month, n int) (clock.Month, int) {
	last := first.Add(n - 1)
	if it.Until != 0 {
		last = min(last, it.Until.Month())
	}
	if it.Since = max(first, it.From.Month()); it.Since > last {
		return first, 0
	}
	return last, 1
}

func buildMonth(item *Item, month clock.Month, rates []Rate, wide []Assignment) PlanMonth {
	m := PlanMonth{Month: month, Len: month.Days(), active: SpanIn(month, item.From, item.Until),
		kinds: map[string]scopeDays{}, buildings: map[id.ID]scopeDays{}}
	for day := range m.Len {
		bit := Days(1) << day
		r := RateOn(rates, month.First().AddDays(day))
		if r == nil || m.active&bit == 0 {
			continue
		}
		if k := len(m.Rates); k > 0 && m.Rates[k-1].Rate == r {
			m.Rates[k-1].Days |= bit
		} else {
			m.Rates = append(m.Rates, RatedDays{r, bit})
		}
	}
	for i := range wide {
		a := &wide[i]
		switch a.Scope {
		case ToProject:
			m.project |= SpanIn(month, a.From, a.Until)
		case ToKind:
			m.kinds[a.Kind] = m.kinds[a.Kind].with(a, month)
		case ToBuilding:
			m.buildings[a.Target] = m.buildings[a.Target].with(a, month)
		case ToRule:
			if d := (scopeDays{}).with(a, month); d != (scopeDays{}) {
				m.rules = append(m.rules, ruleDays{a.reach, d})
			}
		}
		if item.Basis == ByQuantity {
			m.counted = append(m.counted, a)
		}
	}
	return m
}

// ruled puts the rules that the room meets together; where one spares, the
// room is spared.
func (m *PlanMonth) ruled(r *estate.BillingRoom) scopeDays {
	var d scopeDays
	for i := range m.rules {
		if x := &m.rules[i]; x.meets(r) {
			d.charge |= x.charge
			d.spare |= x.spare
		}
	}
	return d
}

// unpriced is the first active day without a rate, or 0.
func (m *PlanMonth) unpriced() clock.Date {
	left := m.active
	for _, r := range m.Rates {
		left &^= r.Days
	}
	if left == 0 {
		return 0
	}
	return m.Month.First().AddDays(left.FirstDay() - 1)
}

// Covered are the days of the month that the room is charged for.
func (m *PlanMonth) Covered(r *estate.BillingRoom, own []Assignment) Days {
	set := m.project
	if len(m.kinds) > 0 {
		set = m.kinds[r.Kind].over(set)
	}
	if len(m.buildings) > 0 {
		set = m.buildings[r.Building].over(set)
	}
	if len(m.rules) > 0 {
		set = m.ruled(r).over(set)
	}
	if len(own) > 0 {
		var d scopeDays
		for i := range own {
			d = d.with(&own[i], m.Month)
		}
		set = d.over(set)
	}
	set &= m.active
	if r.Handover > m.Month.First() {
		set &= SpanIn(m.Month, r.Handover, 0)
	}
	return set
}
