package estate

import (
	"context"
	"fmt"
	"slices"

	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/id"
)

// ForgottenName stands where the name of somebody stood who was forgotten.
const ForgottenName = "已注销住户"

// Bond is what ties somebody to a room today, so that he cannot be forgotten.
type Bond struct {
	Room      id.ID
	RoomLabel string
	Part      string // what he is to it; empty for a change of hands that waits for its day
}

// Bonds are the rooms that somebody belongs to and the changes of hands that wait
// for him; rooms are all he ever belonged to, ascending.
func (s *Service) Bonds(ctx context.Context, q db.Q, project, person id.ID) (bonds []Bond, rooms []id.ID, err error) {
	homes, err := occupants(ctx, q, project, 0, person, false)
	if err != nil {
		return nil, nil, fmt.Errorf("read bonds: %w", err)
	}
	today := clock.DateOf(s.db.Clock().Now())
	for _, o := range homes {
		rooms = append(rooms, o.Room)
		if o.Until == 0 || o.Until > today {
			bonds = append(bonds, Bond{o.Room, o.RoomLabel, o.Part})
		}
	}
	slices.Sort(rooms)
	waiting, err := waitingFor(ctx, q, project, person)
	if err != nil {
		return nil, nil, fmt.Errorf("read bonds: %w", err)
	}
	return append(bonds, waiting...), slices.Compact(rooms), nil
}

// LockHomes locks rooms and then a person, as whoever moves somebody in does.
// rooms ascend. Error: fault.ErrNotFound.
func (s *Service) LockHomes(ctx context.Context, tx *db.Tx, project id.ID, rooms []id.ID, person id.ID) error {
	for _, r := range rooms {
		if err := lockRoom(ctx, tx, project, r); err != nil {
			return err
		}
	}
	return s.LockPerson(ctx, tx, project, person)
}

// ForgetPerson wipes what is known of somebody inside tx: name, numbers, search,
// tags, fields of own making and corrections. That he belonged to rooms, and when,
// stays without a name: money refers to it. The caller has seen to it that nothing
// ties him, and writes it down. Error: fault.ErrNotFound.
func (s *Service) ForgetPerson(ctx context.Context, tx *db.Tx, project, person id.ID) error {
	old, err := sealedOne(ctx, tx, project, person)
	if err != nil {
		return err
	}
	if err := dropTerms(ctx, tx, project, []*sealedPerson{old}); err != nil {
		return err
	}
	return wipePerson(ctx, tx, project, person)
}
