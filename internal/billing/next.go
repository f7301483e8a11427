package billing

import (
	"context"
	"errors"
	"fmt"

	"linli/internal/estate"
	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
	"linli/internal/tariff"
)

// NextDue is what a room will owe for the next period of an item, as the run
// of that period would compute it today.
type NextDue struct {
	Room        id.ID // 0 when the item reaches no room
	First, Last clock.Month
	Months      []NextMonth
	Total       money.Fen
	Why         string // why there is nothing, else empty
}

// NextMonth is one month of a NextDue with its computation in words.
type NextMonth struct {
	Month  clock.Month
	Amount money.Fen
	Lines  []string
}

// errFirst ends the search for the first room that is charged.
var errFirst = errors.New("found")

// Next computes the coming period of an item for a room; room 0 takes the
// first one that is charged. Errors: ErrItemRetired, fault.ErrNotFound.
func (s *Service) Next(ctx context.Context, q db.Q, project, item, room id.ID) (NextDue, error) {
	i, err := s.tariff.Item(ctx, q, project, item)
	if err != nil {
		return NextDue{}, err
	}
	if !i.Active {
		return NextDue{}, tariff.ErrItemRetired
	}
	if room != 0 {
		if _, err := s.estate.Room(ctx, q, project, room); err != nil {
			return NextDue{}, err
		}
	}
	first, n := i.PeriodOf(clock.MonthOf(s.db.Clock().Now()).Add(1))
	if first < clock.MonthOf(s.db.Clock().Now()).Add(1) {
		first = first.Add(n)
	}
	out := NextDue{Room: room, First: first, Last: first.Add(n - 1), Months: []NextMonth{}}
	rates, err := s.tariff.Rates(ctx, q, project, i.ID)
	if err != nil {
		return out, fmt.Errorf("next period: %w", err)
	}
	plans, err := s.tariff.PlanOf(ctx, q, project, &i, first, rates)
	if err != nil {
		return out, fmt.Errorf("next period: %w", err)
	}
	p := plans[0]
	switch {
	case len(p.Faults) > 0:
		out.Why = p.Faults[0].Reason
		return out, nil
	case len(p.Items) == 0:
		out.Why = notPlanned(&i)
		return out, nil
	}
	return out, s.nextOf(ctx, q, project, p, rates, &out)
}

// notPlanned says why no run would charge an item in a period.
func notPlanned(i *tariff.Item) string {
	switch {
	case i.Basis == tariff.Metered:
		return "按用量收费，抄表以后才知道，不能提前算"
	case i.Basis == tariff.Shared:
		return "按公摊单收费，费用分摊以后才知道，不能提前算"
	case i.Basis.Single():
		return "一次性收费，由人录入单笔收费，不随出账"
	}
	return "这期不收这项费用：不在起收日和截止日之间"
}

func (s *Service) nextOf(ctx context.Context, q db.Q, project id.ID, p *tariff.Plan, rates []tariff.Rate, out *NextDue) error {
	upto := lastRoom
	if out.Room != 0 {
		upto = out.Room
	}
	own, err := s.tariff.RoomAssignments(ctx, q, project, max(out.Room, 1)-1, upto)
	if err != nil {
		return err
	}
	byRoom := map[id.ID][]tariff.Assignment{}
	for _, a := range own {
		if a.Item == p.Items[0].ID {
			byRoom[a.Target] = append(byRoom[a.Target], a)
		}
	}
	c := calculator{plan: p}
	var lines []line
	filter := estate.RoomFilter{}
	if out.Room != 0 {
		filter.Rooms = []id.ID{out.Room}
	}
	err = s.estate.StreamRooms(ctx, q, project, filter, func(r *estate.BillingRoom) error {
		lines = lines[:0]
		c.enter(r)
		err := c.lines(p.Items[0], byRoom[r.ID], func(l line) { lines = append(lines, l) })
		if out.Room != 0 && err != nil {
			out.Why = Reason(err)
		}
		if err != nil || len(lines) == 0 {
			return nil
		}
		out.Room = r.ID
		return errFirst
	})
	if err != nil && !errors.Is(err, errFirst) {
		return err
	}
	if len(lines) == 0 && out.Why == "" {
		out.Why = "这间房不收这项费用：不在收费范围内，或算出来是 0"
		if out.Room == 0 {
			out.Why = "这期没有一户收这项费用，请看收费范围"
		}
	}
	for i := range lines {
		if err := out.add(p, rates, &lines[i]); err != nil {
			return err
		}
	}
	return nil
}

// add words a computed line.
func (n *NextDue) add(p *tariff.Plan, rates []tariff.Rate, l *line) error {
	it := p.Items[l.item]
	c, err := l.charge(it)
	if err != nil {
		return err
	}
	lines, err := Words(&c, it, rates)
	if err != nil {
		return err
	}
	n.Months = append(n.Months, NextMonth{l.month, l.amount, lines})
	n.Total += l.amount
	return nil
}
