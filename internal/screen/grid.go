package screen

import (
	"context"
	"fmt"

	"linli/internal/billing"
	"linli/internal/estate"
	"linli/internal/kit/actor"
	"linli/internal/kit/clock"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
)

// Standing is how a room stands with its fees.
type Standing string

// The standings; every room has exactly one.
const (
	Clear   Standing = "paid"    // 已缴清
	Waiting Standing = "due"     // 待缴，未到期
	Late    Standing = "overdue" // 欠费
	NoFees  Standing = "none"    // 未交付且不欠费
)

// GridRoom is one room of the 房态图.
type GridRoom struct {
	estate.Cell
	Owed     billing.Owed
	Standing Standing // empty when the caller may not read bills
}

// GridFloor is one floor of the 房态图.
type GridFloor struct {
	Floor int
	Rooms []GridRoom
}

// Tally counts rooms and sums what they owe.
type Tally struct {
	Rooms         int
	Owed, Overdue money.Fen
}

func (t *Tally) add(o billing.Owed) {
	t.Rooms++
	t.Owed += o.Owed
	t.Overdue += o.Overdue
}

// Grid is the 房态图 of a building: every room by state and by money. Both
// tallies sum to Total. Without the right to read bills nothing of money is in it.
type Grid struct {
	Today      clock.Date
	Building   estate.Building
	Units      []estate.Unit // columns, in counting order
	Unitless   bool          // some rooms belong to no unit
	Floors     []GridFloor   // from the top
	Money      bool          // the caller may read bills
	Total      Tally
	ByState    map[string]*Tally
	ByStanding map[Standing]*Tally
}

// RoomStates reads the 房态图 of a building. Error: estate.ErrNoBuilding.
func (s *Service) RoomStates(ctx context.Context, who actor.Actor, project, building id.ID) (*Grid, error) {
	if !who.Within(estate.PermRead, project).Has(building) {
		return nil, fmt.Errorf("room states: %w", estate.ErrNoBuilding)
	}
	q := s.db.Reader(ctx)
	base, err := s.estate.Grid(ctx, q, project, building)
	if err != nil {
		return nil, fmt.Errorf("room states: %w", err)
	}
	g := &Grid{Today: clock.DateOf(s.db.Clock().Now()), Building: base.Building, Units: base.Units, Money: who.Within(billing.PermRead, project).Has(building),
		ByState: map[string]*Tally{}, ByStanding: map[Standing]*Tally{}}
	owed := map[id.ID]billing.Owed{}
	if g.Money {
		rooms := []id.ID{}
		for _, f := range base.Floors {
			for i := range f.Rooms {
				rooms = append(rooms, f.Rooms[i].ID)
			}
		}
		if owed, err = s.billing.OwedByRoom(ctx, q, project, rooms, g.Today); err != nil {
			return nil, err
		}
	}
	for _, f := range base.Floors {
		line := GridFloor{Floor: f.Floor, Rooms: make([]GridRoom, len(f.Rooms))}
		for i, r := range f.Rooms {
			line.Rooms[i] = g.place(r, owed[r.ID])
		}
		g.Floors = append(g.Floors, line)
	}
	return g, nil
}

// place makes a room of the grid and counts it.
func (g *Grid) place(r estate.Cell, owed billing.Owed) GridRoom {
	out := GridRoom{Cell: r, Owed: owed}
	g.Unitless = g.Unitless || r.Unit == 0
	g.Total.add(owed)
	tally(g.ByState, r.State).add(owed)
	if g.Money {
		out.Standing = standing(r.State, owed)
		tally(g.ByStanding, out.Standing).add(owed)
	}
	return out
}

// standing never hides a debt: a room that is not delivered but owes is late or
// waiting like any other.
func standing(state string, o billing.Owed) Standing {
	switch {
	case o.Overdue > 0:
		return Late
	case o.Owed > 0:
		return Waiting
	case state == estate.StateUnsold || state == estate.StateUndelivered:
		return NoFees
	}
	return Clear
}

func tally[K comparable](m map[K]*Tally, key K) *Tally {
	if m[key] == nil {
		m[key] = &Tally{}
	}
	return m[key]
}

// RoomCard is what a clerk wants to know of a room before opening the household.
type RoomCard struct {
	Today    clock.Date
	Room     estate.Room
	Owner    estate.Owner
	Owed     billing.Owed
	Standing Standing // empty when the caller may not read bills
}

// RoomCard reads the card of a room of the 房态图. Error: estate.ErrNoRoom.
func (s *Service) RoomCard(ctx context.Context, who actor.Actor, project, room id.ID) (*RoomCard, error) {
	q := s.db.Reader(ctx)
	r, err := s.estate.RoomWithin(ctx, q, project, room, who.Within(estate.PermRead, project))
	if err != nil {
		return nil, fmt.Errorf("room card: %w", err)
	}
	c := &RoomCard{Today: clock.DateOf(s.db.Clock().Now()), Room: r}
	owners, err := s.estate.OwnersOf(ctx, q, project, []id.ID{room})
	if err != nil {
		return nil, fmt.Errorf("room card: %w", err)
	}
	c.Owner = owners[room]
	if !who.Within(billing.PermRead, project).Has(r.Building) {
		return c, nil
	}
	owed, err := s.billing.OwedByRoom(ctx, q, project, []id.ID{room}, c.Today)
	c.Owed = owed[room]
	c.Standing = standing(r.State, c.Owed)
	return c, err
}
