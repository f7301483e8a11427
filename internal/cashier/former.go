package cashier

import (
	"context"
	"slices"

	"linli/internal/billing"
	"linli/internal/kit/db"
	"linli/internal/kit/id"
)

// Former is somebody who is nothing to the household's rooms any more and
// still owes for them: arrears keep their payer when a room changes hands.
type Former struct {
	Payer id.ID
	Name  string
	Open  []Open
}

// SplitFormer takes out of a household's charges those that somebody owes who
// has left its rooms; they are not asked of who lives there now.
func (s *Service) SplitFormer(ctx context.Context, q db.Q, project, payer id.ID, charges []billing.Charge) (own, former []billing.Charge, err error) {
	var rooms []id.ID
	for i := range charges {
		if c := &charges[i]; c.Payer != 0 && c.Payer != payer && !slices.Contains(rooms, c.Subject) {
			rooms = append(rooms, c.Subject)
		}
	}
	if len(rooms) == 0 {
		return charges, nil, nil
	}
	present, err := s.estate.Present(ctx, q, project, rooms)
	if err != nil {
		return nil, nil, err
	}
	for _, c := range charges {
		if c.Payer == 0 || c.Payer == payer || payer == 0 || slices.Contains(present[c.Subject], c.Payer) {
			own = append(own, c)
		} else {
			former = append(former, c)
		}
	}
	return own, former, nil
}

// addFormer puts what former payers owe beside the seat.
func (s *Service) addFormer(ctx context.Context, q db.Q, project id.ID, seat *Seat, charges []billing.Charge, labels map[id.ID]string) error {
	var people []id.ID
	for _, c := range charges {
		if !slices.Contains(people, c.Payer) {
			people = append(people, c.Payer)
		}
	}
	names, err := s.estate.PersonNames(ctx, q, project, people)
	if err != nil {
		return err
	}
	for _, p := range people {
		f := Former{Payer: p, Name: names[p]}
		for _, c := range charges {
			if c.Payer == p {
				f.Open = append(f.Open, openOf(&c, labels))
			}
		}
		seat.Former = append(seat.Former, f)
	}
	return nil
}

func openOf(c *billing.Charge, labels map[id.ID]string) Open {
	return Open{Charge: c.ID, Room: c.Subject, RoomLabel: labels[c.Subject], Payer: c.Payer, Item: c.Item,
		ItemName: c.ItemName, Month: c.Month, Due: c.Due, Amount: c.Amount, Left: c.Owed(), Costs: c.Costs}
}

// all is everything that may be chosen: what the household owes, and what
// those owe who lived there before.
func (seat *Seat) all() []Open {
	out := slices.Clone(seat.Open)
	for _, f := range seat.Former {
		out = append(out, f.Open...)
	}
	return out
}

// isOwn reports whether the household itself owes the charge.
func (seat *Seat) isOwn(charge id.ID) bool {
	return slices.ContainsFunc(seat.Open, func(o Open) bool { return o.Charge == charge })
}
