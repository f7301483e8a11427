package cashier

import (
	"context"
	"fmt"
	"slices"

	"linli/internal/billing"
	"linli/internal/kit/actor"
	"linli/internal/kit/db"
	"linli/internal/kit/fault"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
	"linli/internal/latefee"
)

// ErrLateChanged is answered when the late fee on the screen is not today's.
var ErrLateChanged = fault.New(fault.Conflict, "late_fee_changed", "违约金刚有变动，请刷新后再收")

// LateDue is the late fee of a charge as it may be asked today.
type LateDue struct {
	latefee.Fee
	RoomLabel string
	Charge    id.ID // the charge that will be made when money is taken for it
}

// Payments are what charges got from valid receipts, by day; what red receipts
// gave back is negative. It fills latefee.Payments.
func (s *Service) Payments(ctx context.Context, q db.Q, project id.ID, charges []id.ID) ([]latefee.Payment, error) {
	out, err := paymentsOf(ctx, q, project, charges)
	if err != nil {
		return nil, fmt.Errorf("payments of charges: %w", err)
	}
	return out, nil
}

// addLate gives the seat what it owes for being late, out of the late fees of
// several households. What somebody who has moved out was late with is not
// asked of it.
func (s *Service) addLate(ctx context.Context, q db.Q, project id.ID, seat *Seat, fees []latefee.Fee) error {
	labels := seat.labels()
	fees = slices.DeleteFunc(slices.Clone(fees), func(f latefee.Fee) bool { _, mine := labels[f.Charge.Subject]; return !mine })
	charges := make([]billing.Charge, len(fees))
	for i := range fees {
		charges[i] = fees[i].Charge
	}
	own, _, err := s.SplitFormer(ctx, q, project, seat.Payer, charges)
	if err != nil {
		return err
	}
	for _, f := range fees {
		mine := slices.ContainsFunc(own, func(c billing.Charge) bool { return c.ID == f.Charge.ID })
		if mine && f.Left() > 0 {
			seat.Late = append(seat.Late, LateDue{Fee: f, RoomLabel: labels[f.Charge.Subject]})
			seat.LateOwed += f.Left()
		}
	}
	return nil
}

// lateOpen are the late fees as debts beside the charges; of are the late
// charges, nil means all.
func (seat *Seat) lateOpen(tx *db.Tx, of []id.ID) ([]Open, error) {
	out := []Open{}
	for i := range seat.Late {
		l := &seat.Late[i]
		c := &l.Fee.Charge
		if of != nil && !slices.Contains(of, c.ID) {
			continue
		}
		l.Charge = tx.NewID()
		out = append(out, Open{Charge: l.Charge, Room: c.Subject, RoomLabel: l.RoomLabel, Payer: c.Payer, ItemName: c.ItemName + billing.LateItemName,
			Month: c.Month, Due: c.Due, Amount: l.Left(), Left: l.Left(), Interest: true})
	}
	if gone := len(of) - len(out); of != nil && gone > 0 {
		return nil, ErrLateChanged.Say("所选违约金有 %d 项已变动，请刷新后再收", gone)
	}
	return out, nil
}

// toPay are the debts that a receipt pays, and the order: what was chosen of
// charges and late fees, or else everything by the policy of the project.
func (seat *Seat) toPay(tx *db.Tx, in *Taking) ([]Open, Policy, error) {
	if len(in.Charges)+len(in.Late) == 0 {
		if in.NoLate {
			return slices.Clone(seat.Open), seat.Setting.Policy, nil
		}
		late, err := seat.lateOpen(tx, nil)
		return append(slices.Clone(seat.Open), late...), seat.Setting.Policy, err
	}
	open, policy := []Open{}, PolicyChosen
	if len(in.Charges) > 0 {
		var err error
		if open, policy, err = seat.chosen(in.Charges); err != nil {
			return nil, "", err
		}
	} else if !seat.Setting.Choice {
		return nil, "", ErrNoChoice
	}
	late, err := seat.lateOpen(tx, append([]id.ID{}, in.Late...))
	return append(slices.Clone(open), late...), policy, err
}

// chargeLate makes charges of the late fees that the draft takes money for.
func (s *Service) chargeLate(ctx context.Context, tx *db.Tx, who actor.Actor, project id.ID, seat *Seat, r *Receipt) error {
	var list []latefee.Take
	for _, line := range r.Lines {
		for _, l := range seat.Late {
			if l.Charge != 0 && l.Charge == line.Charge {
				list = append(list, latefee.Take{ID: l.Charge, Fee: l.Fee, Amount: line.Amount})
			}
		}
	}
	if len(list) == 0 {
		return nil
	}
	made, err := s.late.Charge(ctx, tx, who, project, r.Date, list)
	if err != nil {
		return err
	}
	for i := range r.Lines {
		for _, c := range made {
			if c.ID == r.Lines[i].Charge {
				r.Lines[i].Item = c.Item
			}
		}
	}
	return nil
}

// interestOf is what the lines take for late fees, in fen.
func interestOf(lines []Line, open []Open) money.Fen {
	var sum money.Fen
	for _, l := range lines {
		if slices.ContainsFunc(open, func(o Open) bool { return o.Interest && o.Charge == l.Charge }) {
			sum += l.Amount
		}
	}
	return sum
}
