package deposit

import (
	"context"
	"errors"

	"linli/internal/cashier"
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

// keepSettles leaves out documents that tell of rooms outside of a limit.
func (s *Service) keepSettles(ctx context.Context, q db.Q, project id.ID, list []Settlement, within actor.Buildings) ([]Settlement, error) {
	if within.Whole() || len(list) == 0 {
		return list, nil
	}
	traces := make([]cashier.Trace, len(list))
	for i := range list {
		charges, late := list[i].picks()
		traces[i] = cashier.Trace{Room: list[i].Room, Charges: append(charges, late...)}
	}
	seen, err := s.cashier.Seen(ctx, q, project, traces, within)
	kept := make([]Settlement, 0, len(list))
	for i, ok := range seen {
		if ok {
			kept = append(kept, list[i])
		}
	}
	return kept, err
}

// reachSettle refuses somebody who is limited to buildings a document that tells
// of rooms outside of them. To do something with it, the whole household must be
// within, because receipts tell sums over all its rooms. Errors:
// fault.ErrNotFound, cashier.ErrBeyond.
func (s *Service) reachSettle(ctx context.Context, who actor.Actor, project, doc id.ID, right actor.Permission) error {
	within := who.Within(right, project)
	if within.Whole() {
		return nil
	}
	q := s.db.Reader(ctx)
	x, err := oneSettle(ctx, q, project, doc)
	if err != nil {
		return err
	}
	kept, err := s.keepSettles(ctx, q, project, []Settlement{x}, within)
	switch {
	case err != nil:
		return err
	case len(kept) == 0:
		return fault.ErrNotFound
	case right == cashier.PermRead:
		return nil
	}
	return s.cashier.ReachRoom(ctx, q, project, x.Room, within)
}

// reachAsk refuses to settle a deposit of a household that is not wholly within
// a limit. Errors: fault.ErrNotFound, cashier.ErrBeyond.
func (s *Service) reachAsk(ctx context.Context, q db.Q, project, deposit id.ID, within actor.Buildings) error {
	if err := s.reach(ctx, q, project, deposit, within); err != nil || within.Whole() {
		return err
	}
	d, err := oneDeposit(ctx, q, project, deposit)
	if err != nil {
		return err
	}
	return s.cashier.ReachRoom(ctx, q, project, d.Room, within)
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
