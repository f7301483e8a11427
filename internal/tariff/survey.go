package tariff

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"linli/internal/estate"
	"linli/internal/kit/actor"
	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/id"
	"linli/internal/tariff/formula"
)

// Standing is how a room stands with an item that a scope would charge to it.
type Standing int

// The standings.
const (
	Gains  Standing = iota // not charged on the day, and would be
	Has                    // charged already, by whatever scope
	Spared                 // a narrower scope says that it is not charged
)

// Candidate is an item that is looked at before it is charged to a scope.
type Candidate struct {
	Item          Item
	Day           clock.Date // the first on which the scope and the item are both there
	Over          bool       // there is no such day
	Rate          *Rate      // that counts on Day, nil without
	before, after PlanMonth
	wants         formula.Attr
	own           map[id.ID][]Assignment // of single rooms
}

// Survey tells of every room that scopes reach how it stands with each item;
// nothing is saved. What each is given is its own only until it returns. scopes
// name no item and have the same days; more than one
// only of single rooms. Errors: as Assign, and those of each.
func (s *Service) Survey(ctx context.Context, q db.Q, project id.ID, scopes []Assignment, list []Item, each func(found []Candidate, room *estate.BillingRoom, standings []Standing) error) error {
	scopes = slices.Clone(scopes)
	for i := range scopes {
		if err := s.checkPlace(ctx, q, project, &scopes[i]); err != nil {
			return err
		}
	}
	out, err := s.candidates(ctx, q, project, scopes, list)
	if err != nil {
		return fmt.Errorf("survey: %w", err)
	}
	standings := make([]Standing, len(out))
	return s.estate.StreamRooms(ctx, q, project, within(scopes), func(r *estate.BillingRoom) error {
		k := slices.IndexFunc(scopes, func(a Assignment) bool { return a.reaches(r) })
		if k < 0 {
			return nil
		}
		for i := range out {
			standings[i] = out[i].standing(r, &scopes[k])
		}
		return each(out, r, standings)
	})
}

// checkPlace refuses days and places that no item could be charged to.
func (s *Service) checkPlace(ctx context.Context, q db.Q, project id.ID, a *Assignment) error {
	if err := a.check(&Item{}); err != nil {
		return err
	}
	return s.exists(ctx, q, project, a)
}

// candidates reads what is known of the items and makes the scopes ready.
func (s *Service) candidates(ctx context.Context, q db.Q, project id.ID, scopes []Assignment, list []Item) ([]Candidate, error) {
	wide, err := s.reached(ctx, q, project)
	if err != nil {
		return nil, err
	}
	if err := s.ready(ctx, q, project, scopes); err != nil {
		return nil, err
	}
	rates, err := allRates(ctx, q, project)
	if err != nil {
		return nil, err
	}
	after, upto := id.ID(0), everyRoom
	if scopes[0].Scope == ToRoom {
		after, upto = everyRoom, 0
		for i := range scopes {
			after, upto = min(after, scopes[i].Target-1), max(upto, scopes[i].Target)
		}
	}
	rooms, err := roomAssignments(ctx, q, project, after, upto)
	if err != nil {
		return nil, err
	}
	own := map[id.ID]map[id.ID][]Assignment{}
	for _, a := range rooms {
		if own[a.Item] == nil {
			own[a.Item] = map[id.ID][]Assignment{}
		}
		own[a.Item][a.Target] = append(own[a.Item][a.Target], a)
	}
	out := make([]Candidate, len(list))
	for i := range list {
		out[i] = candidate(list[i], rates[list[i].ID], wide, &scopes[0])
		out[i].own = own[list[i].ID]
	}
	return out, nil
}

func candidate(i Item, rates []Rate, wide []Assignment, a *Assignment) Candidate {
	c := Candidate{Item: i, Day: max(a.From, i.From), wants: i.Basis.Known()}
	c.Over = i.Until != 0 && i.Until < c.Day || a.Until != 0 && a.Until < c.Day
	c.Rate = RateOn(rates, c.Day)
	if c.Rate != nil && c.Rate.Parse(i.Basis) == nil {
		c.wants = c.Rate.Parsed().Needs()
	}
	mine := slices.DeleteFunc(slices.Clone(wide), func(x Assignment) bool { return x.Item != i.ID })
	month := c.Day.Month()
	c.before = buildMonth(&i, month, nil, mine)
	if c.after = c.before; a.Scope != ToRoom {
		c.after = buildMonth(&i, month, nil, append(mine, *a))
	}
	return c
}

// standing looks at the room as if it were handed over: a scope that charges it
// from its handover on charges it.
func (c *Candidate) standing(r *estate.BillingRoom, a *Assignment) Standing {
	room := *r
	room.Handover = 0
	mine, bit := c.own[r.ID], SpanIn(c.Day.Month(), c.Day, c.Day)
	if c.before.Covered(&room, mine)&bit != 0 {
		return Has
	}
	if a.Scope == ToRoom {
		mine = append(slices.Clone(mine), *a)
	}
	if c.after.Covered(&room, mine)&bit == 0 && !c.Over {
		return Spared
	}
	return Gains
}

// Lacks is what the price asks of a room and is not known of it: 建筑面积、楼层;
// empty when nothing is missing.
func (c *Candidate) Lacks(r *estate.BillingRoom) string {
	v := RoomVars(r)
	var names []string
	for a := formula.Area; a < formula.Months; a <<= 1 {
		if c.wants&a != 0 && a != formula.Quantity && !v.Has(a) {
			names = append(names, a.String())
		}
	}
	return strings.Join(names, "、")
}

// within is the smallest part of the project that holds every room of scopes.
func within(scopes []Assignment) estate.RoomFilter {
	f := estate.RoomFilter{}
	for i := range scopes {
		switch a := &scopes[i]; {
		case a.Scope == ToRoom:
			f.Rooms = append(f.Rooms, a.Target)
		case a.Scope == ToBuilding:
			f.Buildings = append(f.Buildings, a.Target)
		case a.Rule.Building != 0:
			f.Buildings = append(f.Buildings, a.Rule.Building)
		}
	}
	return f
}

// TakeBack takes an assignment back altogether as long as nobody has changed it
// since it was made; changed says that somebody has, and it stays. Error:
// fault.ErrNotFound.
func (s *Service) TakeBack(ctx context.Context, tx *db.Tx, who actor.Actor, project, assignment id.ID) (changed bool, err error) {
	a, err := lockAssignment(ctx, tx, project, assignment)
	if err != nil || a.Version != 1 {
		return a.Version != 1, err
	}
	_, err = s.EndAssignment(ctx, tx, who, project, assignment, a.From.AddDays(-1), a.Version)
	return false, err
}

// ScopeLabels name what assignments reach: 全项目, 3栋, 商铺 · 1–6 层.
func (s *Service) ScopeLabels(ctx context.Context, q db.Q, project id.ID, list []Assignment) ([]string, error) {
	names, err := s.targetNames(ctx, q, project, list)
	if err != nil {
		return nil, err
	}
	out := make([]string, len(list))
	for i := range list {
		out[i] = scopeLabel(&list[i], names)
	}
	return out, nil
}
