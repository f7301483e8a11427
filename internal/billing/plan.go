package billing

import (
	"context"
	"fmt"

	"linli/internal/billing/formula"
	"linli/internal/estate"
	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/id"
)

// plan is everything a run needs to know beside the rooms: read once, then
// only looked at.
type plan struct {
	month  clock.Month
	ahead  clock.Month // first month of what is charged before its time, 0 for a run
	items  []*planItem
	faults []planFault
	byID   map[id.ID]int
}

// planFault is an item that cannot be charged to anybody.
type planFault struct {
	item   id.ID
	month  clock.Month
	reason string
}

type planItem struct {
	*Item
	index  int
	months []planMonth
	due    clock.Date
	rates  map[id.ID]*Rate
	needs  formula.Attr
	// discounts is nil when there is none, so that the plain path stays fast.
	discounts *discountSet
	ahead     bool // billed before the months, so that a discount for paying ahead counts
}

// planMonth is one month of an item with everything that does not depend on
// the room already intersected into sets of days.
type planMonth struct {
	month     clock.Month
	n         int // days of the month
	active    days
	rates     []ratedDays
	project   days
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

type ratedDays struct {
	rate *Rate
	days days
}

// scopeDays are the days on which a scope charges and those on which it spares.
type scopeDays struct{ charge, spare days }

func (d scopeDays) over(wider days) days { return (wider | d.charge) &^ d.spare }

func (d scopeDays) with(a *Assignment, m clock.Month) scopeDays {
	set := spanIn(m, a.From, a.Until)
	if a.Exempt {
		d.spare |= set
	} else {
		d.charge |= set
	}
	return d
}

// loadPlan reads what the run of a month has to charge.
func (s *Service) loadPlan(ctx context.Context, q db.Q, project id.ID, month clock.Month) (*plan, error) {
	return s.loadPlanFrom(ctx, q, project, month, 0)
}

// loadPlanFrom is loadPlan; with ahead it plans the months themselves whatever
// the timing of the items, each period once: in its first month or in ahead.
func (s *Service) loadPlanFrom(ctx context.Context, q db.Q, project id.ID, month, ahead clock.Month) (*plan, error) {
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
	p := &plan{month: month, ahead: ahead, byID: map[id.ID]int{}}
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

// billed is the period of an item that the plan charges.
func (p *plan) billed(item *Item) (first clock.Month, n int, due bool) {
	if p.ahead == 0 {
		return item.billedIn(p.month)
	}
	first, n = item.periodOf(p.month)
	return first, n, p.month == first || p.month == p.ahead
}

// dueIn is the month in which a period falls due; charged ahead, that in which
// a run would have charged it.
func (p *plan) dueIn(item *Item, first clock.Month, n int) clock.Month {
	if p.ahead != 0 && !item.Advance {
		return first.Add(n)
	}
	return p.month
}

func (p *plan) add(item *Item, rates []Rate, wide []Assignment, cheaper []Discount) error {
	if item.Basis == Shared || item.Basis == Metered && p.ahead != 0 {
		return nil // known only once costs are shared out, or meters read
	}
	first, n, due := p.billed(item)
	if !due {
		return nil
	}
	it := &planItem{Item: item, index: len(p.items), due: item.dueDate(p.dueIn(item, first, n)), rates: map[id.ID]*Rate{},
		discounts: newDiscountSet(cheaper), ahead: item.Advance}
	for i := range n {
		m := buildMonth(item, first.Add(i), rates, wide)
		if m.active == 0 {
			continue
		}
		if day := m.unpriced(); day != 0 {
			p.faults = append(p.faults, planFault{item.ID, m.month, fmt.Sprintf("%s 起没有单价，请先设置这天执行的单价", day)})
			if item.AtPeriod {
				return nil
			}
			continue
		}
		for _, r := range m.rates {
			if err := r.rate.parse(item.Basis); err != nil {
				return fmt.Errorf("formula of rate %s: %w", r.rate.ID, err)
			}
			it.rates[r.rate.ID] = r.rate
			it.needs |= r.rate.parsed.Needs()
		}
		it.months = append(it.months, m)
	}
	if len(it.months) > 0 {
		p.byID[item.ID] = it.index
		p.items = append(p.items, it)
	}
	return nil
}

func buildMonth(item *Item, month clock.Month, rates []Rate, wide []Assignment) planMonth {
	m := planMonth{month: month, n: month.Days(), active: spanIn(month, item.From, item.Until),
		kinds: map[string]scopeDays{}, buildings: map[id.ID]scopeDays{}}
	for day := range m.n {
		bit := days(1) << day
		r := rateOn(rates, month.First().AddDays(day))
		if r == nil || m.active&bit == 0 {
			continue
		}
		if k := len(m.rates); k > 0 && m.rates[k-1].rate == r {
			m.rates[k-1].days |= bit
		} else {
			m.rates = append(m.rates, ratedDays{r, bit})
		}
	}
	for i := range wide {
		a := &wide[i]
		switch a.Scope {
		case ToProject:
			m.project |= spanIn(month, a.From, a.Until)
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
func (m *planMonth) ruled(r *estate.BillingRoom) scopeDays {
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
func (m *planMonth) unpriced() clock.Date {
	left := m.active
	for _, r := range m.rates {
		left &^= r.days
	}
	if left == 0 {
		return 0
	}
	return m.month.First().AddDays(left.firstDay() - 1)
}

// covered are the days of the month that the room is charged for.
func (m *planMonth) covered(r *estate.BillingRoom, own []Assignment) days {
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
			d = d.with(&own[i], m.month)
		}
		set = d.over(set)
	}
	set &= m.active
	if r.Handover > m.month.First() {
		set &= spanIn(m.month, r.Handover, 0)
	}
	return set
}
