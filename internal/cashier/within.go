package cashier

import (
	"context"
	"fmt"
	"slices"

	"linli/internal/estate"
	"linli/internal/kit/actor"
	"linli/internal/kit/db"
	"linli/internal/kit/fault"
	"linli/internal/kit/id"
	"linli/internal/payment"
)

// ErrBeyond is answered to somebody who is limited to buildings when the
// household has rooms outside of them: what a household owes is paid in one
// order over all its rooms, so a part of it is not taken.
var ErrBeyond = fault.New(fault.Forbidden, "household_beyond_buildings", "这户在您负责的楼栋以外还有房屋，请负责整个项目的同事来办")

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

// ReachRoom refuses a room whose household is not wholly within the limit.
// Errors: estate.ErrNoRoom, ErrBeyond.
func (s *Service) ReachRoom(ctx context.Context, q db.Q, project, room id.ID, within actor.Buildings) error {
	if within.Whole() {
		return nil
	}
	h, err := s.estate.Household(ctx, q, project, room)
	if err != nil {
		return err
	}
	return reach(&h, within)
}

// ReceiptWithin is Receipt for somebody who is limited to buildings: one that
// tells of rooms outside of them is not there. Error: fault.ErrNotFound.
func (s *Service) ReceiptWithin(ctx context.Context, q db.Q, project, receipt id.ID, within actor.Buildings) (Receipt, error) {
	r, err := s.oneReceipt(ctx, q, project, receipt)
	if err != nil || within.Whole() {
		return r, err
	}
	kept, err := s.keepWithin(ctx, q, project, []Receipt{r}, within)
	if err == nil && len(kept) == 0 {
		err = fault.ErrNotFound
	}
	return r, err
}

// tells are the rooms and the payer that something tells of.
type tells struct {
	rooms []id.ID
	payer id.ID
}

// seen says which of the list tell of nothing outside of a limit: neither by a
// room nor by the sums of a payer who pays for such rooms, too.
func (s *Service) seen(ctx context.Context, q db.Q, project id.ID, list []tells, within actor.Buildings) ([]bool, error) {
	var rooms, payers []id.ID
	for _, t := range list {
		if rooms = append(rooms, t.rooms...); t.payer != 0 {
			payers = append(payers, t.payer)
		}
	}
	inside, beyond, err := s.estate.Reach(ctx, q, project, rooms, payers, within)
	if err != nil {
		return nil, err
	}
	out := make([]bool, len(list))
	for i, t := range list {
		out[i] = !beyond[t.payer] && !slices.ContainsFunc(t.rooms, func(room id.ID) bool { return !inside[room] })
	}
	return out, nil
}

// keep leaves out of a list what somebody does not see; traces are those of list.
func keep[T any](ctx context.Context, s *Service, q db.Q, project id.ID, list []T, of []tells, within actor.Buildings) ([]T, error) {
	seen, err := s.seen(ctx, q, project, of, within)
	out := make([]T, 0, len(list))
	for i, ok := range seen {
		if ok {
			out = append(out, list[i])
		}
	}
	return out, err
}

// keepWithin leaves out receipts that tell of rooms outside of the limit.
func (s *Service) keepWithin(ctx context.Context, q db.Q, project id.ID, list []Receipt, within actor.Buildings) ([]Receipt, error) {
	if within.Whole() || len(list) == 0 {
		return list, nil
	}
	of := make([]tells, len(list))
	for i := range list {
		of[i] = tells{list[i].rooms(), list[i].Payer}
	}
	return keep(ctx, s, q, project, list, of, within)
}

// orderWithin is an order for somebody who is limited to buildings: one that
// tells of rooms outside of them is not there. Error: fault.ErrNotFound.
func (s *Service) orderWithin(ctx context.Context, q db.Q, project, order id.ID, within actor.Buildings) (payment.Order, error) {
	o, err := s.payment.Order(ctx, q, project, order)
	if err != nil || within.Whole() {
		return o, err
	}
	t := Trace{Room: o.Room, Payer: o.Payer}
	for _, l := range o.Lines {
		t.Charges = append(t.Charges, l.Charge)
	}
	seen, err := s.Seen(ctx, q, project, []Trace{t}, within)
	if err == nil && !seen[0] {
		err = fault.ErrNotFound
	}
	return o, err
}

// Trace is what a document tells of: a room, a payer or 0, and charges.
type Trace struct {
	Room, Payer id.ID
	Charges     []id.ID
}

// Seen says which documents are there for somebody who is limited to buildings:
// they tell of nothing outside of them.
func (s *Service) Seen(ctx context.Context, q db.Q, project id.ID, list []Trace, within actor.Buildings) ([]bool, error) {
	var charges []id.ID
	for _, t := range list {
		charges = append(charges, t.Charges...)
	}
	named, err := s.billing.Named(ctx, q, project, charges)
	if err != nil {
		return nil, fmt.Errorf("rooms of charges: %w", err)
	}
	of := make([]tells, len(list))
	for i, t := range list {
		of[i] = tells{[]id.ID{t.Room}, t.Payer}
		for _, c := range t.Charges {
			of[i].rooms = append(of[i].rooms, named[c].Subject)
		}
	}
	return s.seen(ctx, q, project, of, within)
}

// ReceiptsWithin says which of the receipts are there for somebody who is limited
// to buildings.
func (s *Service) ReceiptsWithin(ctx context.Context, q db.Q, project id.ID, receipts []id.ID, within actor.Buildings) (map[id.ID]bool, error) {
	told, err := receiptTells(ctx, q, project, receipts)
	if err != nil {
		return nil, err
	}
	list, of := make([]id.ID, 0, len(told)), make([]tells, 0, len(told))
	for r, t := range told {
		list, of = append(list, r), append(of, t)
	}
	kept, err := keep(ctx, s, q, project, list, of, within)
	out := make(map[id.ID]bool, len(kept))
	for _, r := range kept {
		out[r] = true
	}
	return out, err
}

// keepRefunds leaves out applications that tell of rooms outside of the limit,
// also by the receipt that they are about; one without a room belongs to nobody's
// building.
func (s *Service) keepRefunds(ctx context.Context, q db.Q, project id.ID, list []Refund, within actor.Buildings) ([]Refund, error) {
	if within.Whole() || len(list) == 0 {
		return list, nil
	}
	receipts := make([]id.ID, len(list))
	for i := range list {
		receipts[i] = list[i].Receipt
	}
	told, err := receiptTells(ctx, q, project, receipts)
	if err != nil {
		return nil, err
	}
	of := make([]tells, len(list))
	for i := range list {
		of[i] = tells{slices.Concat(told[list[i].Receipt].rooms, []id.ID{list[i].Room}), list[i].Payer}
	}
	return keep(ctx, s, q, project, list, of, within)
}

// refundWithin is Refund for somebody who is limited to buildings: one that
// tells of rooms outside of them is not there. Error: fault.ErrNotFound.
func (s *Service) refundWithin(ctx context.Context, q db.Q, project, refund id.ID, within actor.Buildings) (Refund, error) {
	f, err := oneRefund(ctx, q, project, refund)
	if err != nil || within.Whole() {
		return f, err
	}
	kept, err := s.keepRefunds(ctx, q, project, []Refund{f}, within)
	if err == nil && len(kept) == 0 {
		err = fault.ErrNotFound
	}
	return f, err
}

// reachAsked refuses to ask for money of rooms outside of the limit, before
// anything is told of it. Errors: ErrBeyond, estate.ErrNoRoom, fault.ErrNotFound.
func (s *Service) reachAsked(ctx context.Context, tx *db.Tx, project id.ID, in *RefundAsk) error {
	if in.Within.Whole() {
		return nil
	}
	switch in.Kind {
	case RefundPrepaid:
		return s.ReachRoom(ctx, tx, project, in.Room, in.Within)
	case RefundHeld:
		h, err := s.lockHeld(ctx, tx, project, in.Deposit)
		if err != nil {
			return err
		}
		return s.reachMoney(ctx, tx, project, h.Room, h.Payer, in.Within)
	case RefundCandidate:
		c, err := s.payment.Candidate(ctx, tx, project, in.Candidate)
		if err != nil {
			return err
		}
		return s.reachMoney(ctx, tx, project, c.Room, c.Payer, in.Within)
	}
	_, err := s.ReceiptWithin(ctx, tx, project, in.Receipt, in.Within)
	return err
}

// reachMoney refuses money of a room outside of the limit, or of none, and of a
// payer who pays for such rooms, too. Errors: ErrBeyond, fault.ErrNotFound.
func (s *Service) reachMoney(ctx context.Context, q db.Q, project, room, payer id.ID, within actor.Buildings) error {
	inside, beyond, err := s.estate.Reach(ctx, q, project, []id.ID{room}, []id.ID{payer}, within)
	switch {
	case err != nil:
		return err
	case !inside[room]:
		return fault.ErrNotFound
	case beyond[payer]:
		return ErrBeyond
	}
	return nil
}
