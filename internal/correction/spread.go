package correction

import (
	"cmp"
	"context"
	"slices"

	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
)

// partRooms is how many rooms are compared at once, maxRooms how many are named.
const (
	partRooms = 500
	maxRooms  = 500
)

// RoomDifference adds up the differences of a room.
type RoomDifference struct {
	Room        id.ID
	Months      int // items and months with a difference
	Plus, Minus money.Fen
	Causes      []string
}

// Spread is where a project charged other amounts than it would today.
type Spread struct {
	Rooms       int
	Plus, Minus money.Fen
	Named       []RoomDifference // the biggest first, at most 500
}

// Spread compares what is charged of some months in the whole project. Error:
// ErrMonths.
func (s *Service) Spread(ctx context.Context, q db.Q, project id.ID, from, until clock.Month) (Spread, error) {
	out := Spread{Named: []RoomDifference{}}
	g, err := s.ground(ctx, q, project, from, until)
	if err != nil {
		return out, err
	}
	borders, err := s.estate.RoomIDBounds(ctx, q, project, partRooms)
	if err != nil {
		return out, err
	}
	var after id.ID
	for _, upto := range borders {
		err := s.differences(ctx, q, g, after, upto, func(d *Difference) error {
			out.add(d)
			return nil
		})
		if err != nil {
			return out, err
		}
		after = upto
		out.trim(4 * maxRooms)
	}
	out.trim(maxRooms)
	return out, nil
}

// stretch are the differing rooms of the next part behind a room that has any, and
// the last room that was looked at; 0 when there is none behind it.
func (s *Service) stretch(ctx context.Context, q db.Q, project id.ID, from, until clock.Month, after id.ID) ([]RoomDifference, id.ID, error) {
	g, err := s.ground(ctx, q, project, from, until)
	if err != nil {
		return nil, 0, err
	}
	borders, err := s.estate.RoomIDBounds(ctx, q, project, partRooms)
	if err != nil {
		return nil, 0, err
	}
	var out Spread
	for _, upto := range borders {
		if upto <= after {
			continue
		}
		if len(out.Named) > 0 {
			return out.Named, after, nil
		}
		err := s.differences(ctx, q, g, after, upto, func(d *Difference) error {
			out.add(d)
			return nil
		})
		if err != nil {
			return nil, 0, err
		}
		after = upto
	}
	return out.Named, 0, nil
}

func (s *Spread) add(d *Difference) {
	amount := d.Amount()
	if amount == 0 {
		return
	}
	n := len(s.Named)
	if n == 0 || s.Named[n-1].Room != d.Room {
		s.Named = append(s.Named, RoomDifference{Room: d.Room, Causes: []string{}})
		s.Rooms++
		n++
	}
	x := &s.Named[n-1]
	x.Months++
	if amount > 0 {
		x.Plus += amount
		s.Plus += amount
	} else {
		x.Minus -= amount
		s.Minus -= amount
	}
	for _, c := range d.Causes {
		if !slices.Contains(x.Causes, c) && len(x.Causes) < 5 {
			x.Causes = append(x.Causes, c)
		}
	}
}

func (s *Spread) trim(n int) {
	if len(s.Named) <= n {
		if n == maxRooms {
			s.sort()
		}
		return
	}
	s.sort()
	s.Named = s.Named[:n]
}

func (s *Spread) sort() {
	slices.SortStableFunc(s.Named, func(a, b RoomDifference) int { return cmp.Compare(max(b.Plus, b.Minus), max(a.Plus, a.Minus)) })
}
