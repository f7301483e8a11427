package sharedcost

import (
	"context"

	"linli/internal/estate"
	"linli/internal/kit/db"
	"linli/internal/kit/id"
)

// Where is who bears a cost: the rooms of a building, of one unit of it, or of
// the whole project when it is empty.
type Where struct {
	Building id.ID
	Unit     id.ID
}

const everywhere = "全项目"

// named is what people call it. Errors: estate.ErrNoBuilding, estate.ErrNoUnit.
func (s *Service) named(ctx context.Context, q db.Q, project id.ID, w Where) (string, error) {
	if w == (Where{}) {
		return everywhere, nil
	}
	b, err := s.estate.Building(ctx, q, project, w.Building)
	if err != nil || w.Unit == 0 {
		return b.Name, err
	}
	units, err := s.estate.Units(ctx, q, project, w.Building)
	for i := range units {
		if units[i].ID == w.Unit {
			return b.Name + units[i].Name, nil
		}
	}
	if err == nil {
		err = estate.ErrNoUnit
	}
	return "", err
}

// names are what all places of a project are called.
func (s *Service) names(ctx context.Context, q db.Q, project id.ID) (map[Where]string, error) {
	buildings, err := s.estate.Buildings(ctx, q, project)
	if err != nil {
		return nil, err
	}
	out := map[Where]string{{}: everywhere}
	for i := range buildings {
		out[Where{Building: buildings[i].ID}] = buildings[i].Name
	}
	units, err := s.estate.Units(ctx, q, project, 0)
	for _, u := range units {
		out[Where{u.Building, u.ID}] = out[Where{Building: u.Building}] + u.Name
	}
	return out, err
}

// stream calls fn for every room of it, in the order of rooms.
func (s *Service) stream(ctx context.Context, q db.Q, project id.ID, w Where, fn func(*estate.BillingRoom) error) error {
	f := estate.RoomFilter{}
	if w.Building != 0 {
		f.Buildings = []id.ID{w.Building}
	}
	return s.estate.StreamRooms(ctx, q, project, f, func(r *estate.BillingRoom) error {
		if w.Unit != 0 && r.Unit != w.Unit {
			return nil
		}
		return fn(r)
	})
}
