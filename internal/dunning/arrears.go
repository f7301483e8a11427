package dunning

import (
	"context"
	"fmt"

	"linli/internal/billing"
	"linli/internal/kit/actor"
	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
	"linli/internal/kit/page"
)

// Arrears is one room that is late.
type Arrears struct {
	Room      id.ID
	Label     string
	Payer     id.ID
	PayerName string
	Principal money.Fen
	Late      money.Fen
	Count     int
	Oldest    clock.Date
	Letters   int
	Last      *Event     // newest delivery, call or visit
	Promise   *Event     // newest promise
	Broken    bool       // its day has passed
	Expires   clock.Date // earliest limitation of what is overdue
	Warn      bool       // in ninety days or less
}

// ArrearsFilter narrows the list.
type ArrearsFilter struct {
	page.Request
	Days     int   // overdue by more than so many days
	Building id.ID // only this one, 0 for all
	Within   actor.Buildings
}

// among are the rooms the filter is about, nil for all.
func (s *Service) among(ctx context.Context, q db.Q, project id.ID, f *ArrearsFilter) ([]id.ID, error) {
	within := f.Within
	if f.Building != 0 {
		if !within.Has(f.Building) {
			return []id.ID{}, nil
		}
		within = actor.Buildings{f.Building}
	}
	return s.Estate.RoomsWithin(ctx, q, project, within)
}

// ArrearsSum adds up the whole list that a filter answers page by page.
func (s *Service) ArrearsSum(ctx context.Context, q db.Q, project id.ID, f ArrearsFilter) (billing.OverdueSum, error) {
	among, err := s.among(ctx, q, project, &f)
	if err != nil {
		return billing.OverdueSum{}, fmt.Errorf("sum arrears: %w", err)
	}
	return s.Billing.SumOverdue(ctx, q, project, among, clock.DateOf(s.DB.Clock().Now()), f.Days)
}

// Arrears lists the rooms that are late today, who owes most first.
func (s *Service) Arrears(ctx context.Context, q db.Q, project id.ID, f ArrearsFilter) (page.List[Arrears], error) {
	out := page.List[Arrears]{Items: []Arrears{}}
	var below money.Fen
	var room id.ID
	if _, err := page.Decode(f.Cursor, &below, &room); err != nil {
		return out, err
	}
	if f.Limit <= 0 {
		f.Limit = 50
	}
	today := clock.DateOf(s.DB.Clock().Now())
	among, err := s.among(ctx, q, project, &f)
	if err != nil {
		return out, fmt.Errorf("list arrears: %w", err)
	}
	list, err := s.Billing.OverdueRooms(ctx, q, project, among, today, f.Days, below, room, f.Limit+1)
	if err != nil {
		return out, fmt.Errorf("list arrears: %w", err)
	}
	rows := make([]Arrears, len(list))
	for i, o := range list {
		rows[i] = Arrears{Room: o.Room, Principal: o.Amount, Count: o.Count, Oldest: o.Oldest}
	}
	out = page.Cut(rows, f.Limit, func(a Arrears) []any { return []any{a.Principal, a.Room} })
	if err := s.dress(ctx, q, project, out.Items, today); err != nil {
		return out, fmt.Errorf("list arrears: %w", err)
	}
	return out, nil
}

// dress adds to a page of arrears names, late fees, what was done and the clock.
func (s *Service) dress(ctx context.Context, q db.Q, project id.ID, rows []Arrears, today clock.Date) error {
	rooms, at := make([]id.ID, len(rows)), map[id.ID]*Arrears{}
	for i := range rows {
		rooms[i], at[rows[i].Room] = rows[i].Room, &rows[i]
	}
	labels, err := s.Estate.Labels(ctx, q, project, rooms)
	if err != nil {
		return err
	}
	fees, err := s.LateFee.Fees(ctx, q, project, rooms, today)
	if err != nil {
		return err
	}
	for i := range fees {
		at[fees[i].Charge.Subject].Late += fees[i].Left()
	}
	letters, err := lettersByRoom(ctx, q, project, rooms)
	if err != nil {
		return err
	}
	events, err := eventsOf(ctx, q, project, rooms)
	if err != nil {
		return err
	}
	restarts := map[id.ID][]Restart{}
	for i := range events {
		e := &events[i]
		at[e.Room].tell(e, today)
		if r, ok := e.restart(); ok {
			restarts[e.Room] = append(restarts[e.Room], r)
		}
	}
	open, err := s.Billing.Open(ctx, q, project, rooms)
	if err != nil {
		return err
	}
	people := []id.ID{}
	for i := range open {
		c := &open[i]
		if c.Due >= today {
			continue
		}
		a := at[c.Subject]
		if a.Payer == 0 && c.Payer != 0 {
			a.Payer, people = c.Payer, append(people, c.Payer)
		}
		if ends := Expires(c.Due, restarts[c.Subject]); a.Expires == 0 || ends < a.Expires {
			a.Expires = ends
		}
	}
	names, err := s.Estate.PersonNames(ctx, q, project, people)
	for i := range rows {
		a := &rows[i]
		a.Label, a.PayerName, a.Letters = labels[a.Room], names[a.Payer], letters[a.Room]
		a.Warn = a.Expires != 0 && Warns(a.Expires, today)
	}
	return err
}

// tell takes one event, newest first.
func (a *Arrears) tell(e *Event, today clock.Date) {
	if a.Last == nil {
		a.Last = e
	}
	if a.Promise == nil && e.Result == "promised" {
		a.Promise, a.Broken = e, e.PromiseDate < today
	}
}
