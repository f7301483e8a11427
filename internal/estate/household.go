package estate

import (
	"context"
	"slices"

	"linli/internal/kit/db"
	"linli/internal/kit/id"
)

// Household is everything one payer pays for, seen from one of the rooms.
type Household struct {
	Room   Room
	Payer  *Person
	Rooms  []Room // all rooms of the same payer, Room among them
	People []Occupant
}

// Household reads the room, who pays for it, everything else the payer pays
// for, and who lives there. Error: ErrNoRoom.
func (s *Service) Household(ctx context.Context, q db.Q, project, room id.ID) (Household, error) {
	list, err := s.Households(ctx, q, project, []id.ID{room})
	if err != nil {
		return Household{}, err
	}
	h := list[0]
	h.People, err = occupants(ctx, q, project, room, 0, true)
	return h, err
}

// Households are those of several rooms, in the order of rooms, without the
// people who live there. Error: ErrNoRoom.
func (s *Service) Households(ctx context.Context, q db.Q, project id.ID, rooms []id.ID) ([]Household, error) {
	found, err := roomsByID(ctx, q, project, rooms)
	if err != nil {
		return nil, err
	}
	out := make([]Household, len(rooms))
	payers := []id.ID{}
	for i, room := range rooms {
		r, ok := found[room]
		if !ok {
			return nil, ErrNoRoom
		}
		out[i] = Household{Room: r, Rooms: []Room{r}}
		if r.Payer != 0 && !slices.Contains(payers, r.Payer) {
			payers = append(payers, r.Payer)
		}
	}
	if len(payers) == 0 {
		return out, nil
	}
	people, err := payersByID(ctx, q, project, payers)
	if err != nil {
		return nil, err
	}
	paid, err := roomsOfPayers(ctx, q, project, payers)
	if err != nil {
		return nil, err
	}
	for i := range out {
		h := &out[i]
		if p, ok := people[h.Room.Payer]; ok {
			h.Payer, h.Rooms = &p, paid[p.ID]
		}
	}
	return out, nil
}
