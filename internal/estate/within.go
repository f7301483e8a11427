package estate

import (
	"context"
	"slices"

	"linli/internal/kit/actor"
	"linli/internal/kit/db"
	"linli/internal/kit/fault"
	"linli/internal/kit/id"
)

// ErrPersonBeyond is answered to somebody who is limited to buildings when the
// person lives outside of them, too: a name or a phone is one for all rooms.
var ErrPersonBeyond = fault.New(fault.Forbidden, "person_beyond_buildings", "这个人在您负责的楼栋以外还有房屋，资料请负责整个项目的同事来改")

// RoomWithin is Room for somebody who is limited to buildings: what is outside
// them is not there. Error: ErrNoRoom.
func (s *Service) RoomWithin(ctx context.Context, q db.Q, project, room id.ID, within actor.Buildings) (Room, error) {
	r, err := oneRoom(ctx, q, project, room)
	if err == nil && !within.Has(r.Building) {
		return Room{}, ErrNoRoom
	}
	return r, err
}

// RoomsWithin lists the rooms within a limit in the order of their ids; nil when
// there is none.
func (s *Service) RoomsWithin(ctx context.Context, q db.Q, project id.ID, within actor.Buildings) ([]id.ID, error) {
	if within.Whole() {
		return nil, nil
	}
	return roomsOf(ctx, q, project, within)
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

// reachRooms refuses when one of the rooms is not within the limit. Error:
// ErrNoRoom.
func (s *Service) reachRooms(ctx context.Context, q db.Q, project id.ID, rooms []id.ID, within actor.Buildings) error {
	if within.Whole() {
		return nil
	}
	inside, err := roomsInside(ctx, q, project, rooms, within)
	if err == nil && slices.ContainsFunc(rooms, func(r id.ID) bool { return !inside[r] }) {
		return ErrNoRoom
	}
	return err
}

// reachPeople refuses when one of the people does not live within the limit, or
// lives outside of it, too. Errors: fault.ErrNotFound, ErrPersonBeyond.
func (s *Service) reachPeople(ctx context.Context, q db.Q, project id.ID, people []id.ID, within actor.Buildings) error {
	if within.Whole() {
		return nil
	}
	homes, err := occupantsOf(ctx, q, project, "person_id", people)
	if err != nil {
		return err
	}
	inside, beyond := map[id.ID]bool{}, false
	for _, o := range homes {
		if within.Has(o.building) {
			inside[o.Person.ID] = true
		} else {
			beyond = true
		}
	}
	if slices.ContainsFunc(people, func(p id.ID) bool { return !inside[p] }) {
		return fault.ErrNotFound
	}
	if beyond {
		return ErrPersonBeyond
	}
	return nil
}

// reachSubjects is reachRooms or reachPeople by the kind of what is changed.
func (s *Service) reachSubjects(ctx context.Context, q db.Q, project id.ID, kind string, subjects []id.ID, within actor.Buildings) error {
	if kind == TagRoom {
		return s.reachRooms(ctx, q, project, subjects, within)
	}
	return s.reachPeople(ctx, q, project, subjects, within)
}

// reachOccupant refuses an entry of a room that is not within the limit. Error:
// fault.ErrNotFound.
func (s *Service) reachOccupant(ctx context.Context, q db.Q, project, occupant id.ID, within actor.Buildings) error {
	if within.Whole() {
		return nil
	}
	o, err := oneOccupant(ctx, q, project, occupant)
	if err == nil && !within.Has(o.building) {
		return fault.ErrNotFound
	}
	return err
}

// ReachNewcomer refuses to bring a person into a room who is neither somebody of
// the buildings nor just registered and nobody anywhere. Error:
// fault.ErrNotFound.
func (s *Service) ReachNewcomer(ctx context.Context, q db.Q, project, person id.ID, within actor.Buildings) error {
	if within.Whole() {
		return nil
	}
	homes, err := occupants(ctx, q, project, 0, person, false)
	if err == nil && len(homes) > 0 && !slices.ContainsFunc(homes, func(o Occupant) bool { return o.Until == 0 && within.Has(o.building) }) {
		return fault.ErrNotFound
	}
	return err
}
