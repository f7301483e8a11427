package estate

import (
	"context"
	"slices"

	"linli/internal/kit/actor"
	"linli/internal/kit/db"
	"linli/internal/kit/fault"
	"linli/internal/kit/id"
)

// RoomWithin is Room for somebody who is limited to buildings: what is outside
// them is not there. Error: ErrNoRoom.
func (s *Service) RoomWithin(ctx context.Context, q db.Q, project, room id.ID, within actor.Buildings) (Room, error) {
	r, err := oneRoom(ctx, q, project, room)
	if err == nil && !within.Has(r.Building) {
		return Room{}, ErrNoRoom
	}
	return r, err
}

// RoomsWithin lists the rooms within a limit; nil when there is none.
func (s *Service) RoomsWithin(ctx context.Context, q db.Q, project id.ID, within actor.Buildings) ([]id.ID, error) {
	if within.Whole() {
		return nil, nil
	}
	out := []id.ID{}
	if len(within) == 0 {
		return out, nil
	}
	err := streamRooms(ctx, q, project, RoomFilter{Buildings: within}, func(r *BillingRoom) error {
		out = append(out, r.ID)
		return nil
	})
	return out, err
}

// Reach says which of the rooms lie within a limit, and which of the payers pay
// for rooms outside of it, too.
func (s *Service) Reach(ctx context.Context, q db.Q, project id.ID, rooms, payers []id.ID, within actor.Buildings) (inside, beyond map[id.ID]bool, err error) {
	if inside, err = roomsInside(ctx, q, project, rooms, within); err != nil {
		return nil, nil, err
	}
	beyond, err = payersBeyond(ctx, q, project, payers, within)
	return inside, beyond, err
}

// PersonWithin is Person for somebody who is limited to buildings: only who is
// something to a room of them now is there. Error: fault.ErrNotFound.
func (s *Service) PersonWithin(ctx context.Context, q db.Q, project, person id.ID, within actor.Buildings) (Person, error) {
	p, err := onePerson(ctx, q, project, person)
	if err != nil || within.Whole() {
		return p, err
	}
	homes, err := occupants(ctx, q, project, 0, person, true)
	if err == nil && !slices.ContainsFunc(homes, func(o Occupant) bool { return within.Has(o.building) }) {
		return Person{}, fault.ErrNotFound
	}
	return p, err
}
