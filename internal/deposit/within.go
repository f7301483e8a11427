package deposit

import (
	"context"
	"errors"

	"linli/internal/estate"
	"linli/internal/kit/actor"
	"linli/internal/kit/db"
	"linli/internal/kit/fault"
	"linli/internal/kit/id"
)

// reach refuses somebody who is limited to buildings a deposit of a room outside
// of them. Error: fault.ErrNotFound.
func (s *Service) reach(ctx context.Context, q db.Q, project, deposit id.ID, within actor.Buildings) error {
	if within.Whole() {
		return nil
	}
	d, err := oneDeposit(ctx, q, project, deposit)
	if err != nil {
		return err
	}
	_, err = s.estate.RoomWithin(ctx, q, project, d.Room, within)
	if errors.Is(err, estate.ErrNoRoom) {
		return fault.ErrNotFound
	}
	return err
}

// reachNext refuses to give a deposit to a room or a person outside of a limit;
// 0 is neither. Errors: estate.ErrNoRoom, fault.ErrNotFound.
func (s *Service) reachNext(ctx context.Context, q db.Q, project, room, person id.ID, within actor.Buildings) error {
	if within.Whole() {
		return nil
	}
	if room != 0 {
		if _, err := s.estate.RoomWithin(ctx, q, project, room, within); err != nil {
			return err
		}
	}
	if person == 0 {
		return nil
	}
	_, err := s.estate.PersonWithin(ctx, q, project, person, within)
	return err
}
