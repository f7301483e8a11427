package cashier

import (
	"context"
	"slices"

	"linli/internal/estate"
	"linli/internal/kit/actor"
	"linli/internal/kit/db"
	"linli/internal/kit/fault"
	"linli/internal/kit/id"
)

// ErrBeyond is answered to somebody who is limited to buildings when the
// household has rooms outside of them: what a household owes is paid in one
// order over all its rooms, so a part of it is not taken.
var ErrBeyond = fault.New(fault.Forbidden, "household_beyond_buildings", "这户在您负责的楼栋以外还有房屋，请负责整个项目的同事来收")

// reach refuses a household that is not wholly within the limit.
func reach(h *estate.Household, within actor.Buildings) error {
	if !within.Has(h.Room.Building) {
		return estate.ErrNoRoom
	}
	if slices.ContainsFunc(h.Rooms, func(r estate.Room) bool { return !within.Has(r.Building) }) {
		return ErrBeyond
	}
	return nil
}

// reachRoom is reach for a room. Errors: estate.ErrNoRoom, ErrBeyond.
func (s *Service) reachRoom(ctx context.Context, project, room id.ID, within actor.Buildings) error {
	if within.Whole() {
		return nil
	}
	h, err := s.estate.Household(ctx, s.db.Reader(ctx), project, room)
	if err != nil {
		return err
	}
	return reach(&h, within)
}

// ReceiptWithin is Receipt for somebody who is limited to buildings: one that
// tells of rooms outside of them is not there. Error: fault.ErrNotFound.
func (s *Service) ReceiptWithin(ctx context.Context, q db.Q, project, receipt id.ID, within actor.Buildings) (Receipt, error) {
	r, err := oneReceipt(ctx, q, project, receipt)
	if err != nil || within.Whole() {
		return r, err
	}
	kept, err := s.keepWithin(ctx, q, project, []Receipt{r}, within)
	if err == nil && len(kept) == 0 {
		err = fault.ErrNotFound
	}
	return r, err
}

// keepWithin leaves out receipts that tell of rooms outside of the limit: by
// their room, by a line, or by the sums of a payer who pays for such rooms, too.
func (s *Service) keepWithin(ctx context.Context, q db.Q, project id.ID, list []Receipt, within actor.Buildings) ([]Receipt, error) {
	if within.Whole() || len(list) == 0 {
		return list, nil
	}
	var rooms, payers []id.ID
	for i := range list {
		rooms = append(rooms, list[i].rooms()...)
		if list[i].Payer != 0 {
			payers = append(payers, list[i].Payer)
		}
	}
	inside, beyond, err := s.estate.Reach(ctx, q, project, rooms, payers, within)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(slices.Clone(list), func(r Receipt) bool {
		return beyond[r.Payer] || slices.ContainsFunc(r.rooms(), func(room id.ID) bool { return !inside[room] })
	}), nil
}
