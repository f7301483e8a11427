package meter

import (
	"context"
	"errors"

	"linli/internal/estate"
	"linli/internal/kit/actor"
	"linli/internal/kit/db"
	"linli/internal/kit/fault"
	"linli/internal/kit/id"
)

// reachMeter refuses somebody who is limited to buildings a meter outside of
// them; those of common parts belong to no building. Error: fault.ErrNotFound.
func (s *Service) reachMeter(ctx context.Context, q db.Q, project, meter id.ID, within actor.Buildings) error {
	if within.Whole() {
		return nil
	}
	m, err := oneMeter(ctx, q, project, meter)
	if err != nil {
		return err
	}
	return s.reachRoom(ctx, q, project, m.Room, within)
}

// reachReading is reachMeter for one of its readings.
func (s *Service) reachReading(ctx context.Context, q db.Q, project, reading id.ID, within actor.Buildings) error {
	if within.Whole() {
		return nil
	}
	r, err := oneReading(ctx, q, project, reading)
	if err != nil {
		return err
	}
	return s.reachRoom(ctx, q, project, r.Room, within)
}

func (s *Service) reachRoom(ctx context.Context, q db.Q, project, room id.ID, within actor.Buildings) error {
	_, err := s.estate.RoomWithin(ctx, q, project, room, within)
	if errors.Is(err, estate.ErrNoRoom) {
		return fault.ErrNotFound
	}
	return err
}

// sheetRooms are the rooms of a reading list in the order of their ids; nil
// means all, and the common parts.
func (s *Service) sheetRooms(ctx context.Context, q db.Q, project, building id.ID, within actor.Buildings) ([]id.ID, error) {
	if building != 0 {
		if !within.Has(building) {
			return []id.ID{}, nil
		}
		within = actor.Buildings{building}
	}
	return s.estate.RoomsWithin(ctx, q, project, within)
}
