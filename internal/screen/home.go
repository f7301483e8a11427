package screen

import (
	"context"
	"fmt"
	"slices"

	"linli/internal/billing"
	"linli/internal/cashier"
	"linli/internal/estate"
	"linli/internal/kit/actor"
	"linli/internal/kit/clock"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
	"linli/internal/kit/page"
)

// Point is the share of a month's charges that was paid by the end of a day of
// that month, in 1/10000.
type Point struct {
	Day  int
	Rate int
}

// Home is the home page of a project; what the caller may not read is left
// zero. Whoever is limited to buildings gets the figures of these, the own
// takings, and no runs.
type Home struct {
	Today      clock.Date
	Project    string
	Buildings  []string // that the caller is limited to, nil for the whole project
	Rooms      int
	Collection billing.Collection
	Last       billing.Collection // the month before
	Curve      []Point            // this month, day 1 to today
	LastCurve  []Point            // the month before, whole
	Ageing     billing.Ageing
	Takings    cashier.Takings // today, everyone
	Mine       cashier.Takings // today, the caller
	Drafts     []billing.Run   // runs that wait for review
}

// Home reads the home page.
func (s *Service) Home(ctx context.Context, who actor.Actor, project id.ID) (*Home, error) {
	q := s.db.Reader(ctx)
	p, err := s.estate.Project(ctx, q, project)
	if err != nil {
		return nil, fmt.Errorf("home: %w", err)
	}
	h := &Home{Today: clock.DateOf(s.db.Clock().Now()), Project: p.Name, Rooms: p.Rooms}
	if !who.SeesWhole(project) {
		if err := s.part(ctx, who, project, h); err != nil {
			return nil, fmt.Errorf("home: %w", err)
		}
	}
	if who.Somewhere(billing.PermRead, project) {
		if err := s.owing(ctx, who, project, h); err != nil {
			return nil, fmt.Errorf("home: %w", err)
		}
	}
	if who.Can(cashier.PermRead, project) {
		if h.Takings, err = s.cashier.Takings(ctx, project, 0, h.Today); err != nil {
			return nil, err
		}
	}
	if who.Somewhere(cashier.PermRead, project) {
		if h.Mine, err = s.cashier.Takings(ctx, project, who.Account, h.Today); err != nil {
			return nil, err
		}
	}
	return h, nil
}

// part counts the rooms of the buildings that somebody is limited to.
func (s *Service) part(ctx context.Context, who actor.Actor, project id.ID, h *Home) error {
	q, within := s.db.Reader(ctx), who.Within(estate.PermRead, project)
	all, err := s.estate.Buildings(ctx, q, project)
	if err != nil {
		return err
	}
	h.Buildings = []string{}
	for _, b := range all {
		if within.Has(b.ID) {
			h.Buildings = append(h.Buildings, b.Name)
		}
	}
	rooms, err := s.estate.RoomsWithin(ctx, q, project, within)
	h.Rooms = len(rooms)
	return err
}

// owing reads what is owed and paid, by the rooms that the caller may read bills of.
func (s *Service) owing(ctx context.Context, who actor.Actor, project id.ID, h *Home) error {
	q, within := s.db.Reader(ctx), who.Within(billing.PermRead, project)
	if !within.Whole() {
		among, err := s.estate.RoomsWithin(ctx, q, project, within)
		if err == nil {
			err = s.collections(ctx, project, among, h)
		}
		if err == nil {
			h.Ageing, err = s.billing.Ageing(ctx, q, project, among, h.Today)
		}
		return err
	}
	if err := s.whole(ctx, project, h); err != nil {
		return err
	}
	runs, err := s.billing.Runs(ctx, q, project, 0, page.Request{Limit: 20})
	h.Drafts = slices.DeleteFunc(runs.Items, func(r billing.Run) bool { return r.State != billing.Draft })
	return err
}

// whole reads the same of all rooms, from what is remembered of them.
func (s *Service) whole(ctx context.Context, project id.ID, h *Home) error {
	st, err := s.billing.Standing(ctx, s.db.Reader(ctx), project, h.Today)
	if err != nil {
		return err
	}
	month := h.Today.Month()
	h.Collection, h.Last, h.Ageing = st.This, st.Last, st.Ageing
	h.Curve = curve(st.ThisDays, h.Collection.Due, month, h.Today.Day())
	h.LastCurve = curve(st.LastDays, h.Last.Due, month.Add(-1), month.Add(-1).Days())
	return nil
}

func (s *Service) collections(ctx context.Context, project id.ID, among []id.ID, h *Home) error {
	q, month := s.db.Reader(ctx), h.Today.Month()
	both, err := s.billing.Collections(ctx, q, project, among, month, month.Add(-1))
	if err != nil {
		return err
	}
	h.Collection, h.Last = both[0], both[1]
	days, err := s.cashier.PaidByDay(ctx, q, project, among, month)
	if err != nil {
		return err
	}
	h.Curve = curve(daysOf(days), h.Collection.Due, month, h.Today.Day())
	if days, err = s.cashier.PaidByDay(ctx, q, project, among, month.Add(-1)); err != nil {
		return err
	}
	h.LastCurve = curve(daysOf(days), h.Last.Due, month.Add(-1), month.Add(-1).Days())
	return nil
}

func daysOf(list []cashier.DaySum) []billing.DayPaid {
	out := make([]billing.DayPaid, len(list))
	for i, d := range list {
		out[i] = billing.DayPaid(d)
	}
	return out
}

// curve adds days up; what was paid before the month counts from its first day.
func curve(days []billing.DayPaid, due money.Fen, month clock.Month, until int) []Point {
	if due == 0 {
		return []Point{}
	}
	out := make([]Point, 0, until)
	var paid money.Fen
	next := 0
	for day := 1; day <= until; day++ {
		for next < len(days) && days[next].Date <= month.First().AddDays(day-1) {
			paid += days[next].Amount
			next++
		}
		out = append(out, Point{Day: day, Rate: int((paid*10_000 + due/2) / due)})
	}
	return out
}
