package billing

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
)

// Hold says whether a charge takes part in the release of its run.
type Hold int

// The values of Hold, as stored.
const (
	Normal  Hold = 0
	Held    Hold = 1 // 暂缓: looked at later, released singly
	Dropped Hold = 2 // 不收: stays as the proof that it was decided
)

// Charge is what one room owes for one item and month.
type Charge struct {
	ID       id.ID
	Run      id.ID
	Item     id.ID
	ItemName string
	Subject  id.ID // the room
	Payer    id.ID // who is liable, 0 when unknown
	Month    clock.Month
	Rate     id.ID
	Quantity money.Qty   // what was multiplied: ㎡ or 1
	Price    money.Price // yuan ×10⁻⁶
	Factor   Factor      // part of a whole month
	Amount   money.Fen
	Paid     money.Fen // what is settled, by money or by waivers
	Waived   money.Fen // of Paid, without money: by waivers and credits
	Credited money.Fen // of Waived, because it was computed too high (补差减收)
	Carried  money.Fen // of Paid, before Linli, as an import says
	Returned money.Fen // of Paid by money, what corrections made prepaid money of; see Back
	Late     id.ID     // the charge that was late, when this is a late fee; else 0
	Costs    bool      // what it cost to collect other charges (实现债权的费用)
	Due      clock.Date
	Hold     Hold
	Live     bool
	RunState RunState
	detail   string
	part     int
}

// Owed is what is left to pay.
func (c *Charge) Owed() money.Fen { return c.Amount - c.Paid }

// Back is what of the charge counts as neither due nor paid, because a correction
// gave it back. When the money itself goes back, too, it is owed again as a whole.
func (c *Charge) Back() money.Fen { return min(c.Returned, c.Paid-c.Waived) }

// Visible reports whether the charge is owed to the world: released, live and
// not held back.
func (c *Charge) Visible() bool { return c.Live && c.Hold == Normal && c.RunState == Released }

// Settlement is an amount to be taken off one charge.
type Settlement struct {
	Charge id.ID
	Amount money.Fen  // > 0
	On     clock.Date // the business day it is settled on; 0 is today
}

// Open lists what the rooms owe: visible charges that are not fully paid,
// ordered by due date, month, item and id.
func (s *Service) Open(ctx context.Context, q db.Q, project id.ID, rooms []id.ID) ([]Charge, error) {
	out, err := openCharges(ctx, q, project, rooms)
	if err != nil {
		return nil, fmt.Errorf("open charges: %w", err)
	}
	return out, nil
}

// LockOpen is Open with the charges locked until the end of tx, so that what
// is read stays true. Lock order: runs (shared), charges by id.
func (s *Service) LockOpen(ctx context.Context, tx *db.Tx, project id.ID, rooms []id.ID) ([]Charge, error) {
	ids, err := openIDs(ctx, tx, project, rooms)
	if err == nil {
		err = lockCharges(ctx, tx, project, ids)
	}
	if err != nil {
		return nil, fmt.Errorf("lock open charges: %w", err)
	}
	return s.Open(ctx, tx, project, rooms)
}

// Settle takes amounts off charges inside tx. Errors: ErrNotOwed when a charge
// is not visible, ErrOverpaid when more is taken than is owed. It answers the
// charges as they were before.
func (s *Service) Settle(ctx context.Context, tx *db.Tx, project id.ID, list []Settlement) (map[id.ID]Charge, error) {
	return s.move(ctx, tx, project, list, 1)
}

// Unsettle gives back what Settle took. Error: ErrNothingTaken.
func (s *Service) Unsettle(ctx context.Context, tx *db.Tx, project id.ID, list []Settlement) error {
	_, err := s.move(ctx, tx, project, list, -1)
	return err
}

func (s *Service) move(ctx context.Context, tx *db.Tx, project id.ID, list []Settlement, sign money.Fen) (map[id.ID]Charge, error) {
	if len(list) == 0 {
		return nil, nil
	}
	merged, err := mergeSettlements(list)
	if err != nil {
		return nil, fmt.Errorf("settle: %w", err)
	}
	ids := make([]id.ID, len(merged))
	for i := range merged {
		ids[i] = merged[i].Charge
	}
	if err := lockCharges(ctx, tx, project, ids); err != nil {
		return nil, fmt.Errorf("settle: %w", err)
	}
	have, err := chargesByID(ctx, tx, project, ids)
	if err != nil {
		return nil, fmt.Errorf("settle: %w", err)
	}
	due := map[clock.Date]dueSteps{}
	for _, m := range merged {
		c, ok := have[m.Charge]
		switch {
		case !ok || !c.Visible():
			return nil, ErrNotOwed
		case sign > 0 && m.Amount > c.Owed():
			return nil, ErrOverpaid
		case sign < 0 && m.Amount > c.Paid-c.Waived-c.Carried:
			return nil, ErrNothingTaken
		}
		if due[m.On] == nil {
			due[m.On] = dueSteps{}
		}
		due[m.On].add(c.dueKey(), c.settles(m.Amount, sign))
	}
	if err := addPaid(ctx, tx, project, merged, sign); err != nil {
		return nil, fmt.Errorf("settle: %w", err)
	}
	for on, steps := range due {
		steps.keepOn(tx, project, on, sign)
	}
	if sign > 0 {
		return have, nil
	}
	return have, s.takeBackLate(ctx, tx, project, merged, have)
}

// settles is by how much the sums of a charge change when an amount of it is paid,
// or with the sign goes back.
func (c Charge) settles(amount, sign money.Fen) dueStep {
	before := c.Back()
	c.Paid += sign * amount
	back := sign * (c.Back() - before)
	return dueStep{waived: back, paid: amount - back}
}

// mergeSettlements adds up amounts of the same charge, which are of one day, and
// sorts by charge.
func mergeSettlements(list []Settlement) ([]Settlement, error) {
	merged := slices.Clone(list)
	slices.SortFunc(merged, func(a, b Settlement) int { return cmp.Compare(a.Charge, b.Charge) })
	out := merged[:0]
	for _, x := range merged {
		n := len(out)
		if x.Amount <= 0 || x.Charge == 0 {
			return nil, ErrAmount
		}
		if n == 0 || out[n-1].Charge != x.Charge {
			out = append(out, x)
			continue
		}
		var err error
		if out[n-1].Amount, err = out[n-1].Amount.Add(x.Amount); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// Charge reads one charge, visible or not. Error: fault.ErrNotFound.
func (s *Service) Charge(ctx context.Context, q db.Q, project, charge id.ID) (Charge, error) {
	return oneCharge(ctx, q, project, charge)
}

// Named reads charges, visible or not; those that are not there are missing.
func (s *Service) Named(ctx context.Context, q db.Q, project id.ID, charges []id.ID) (map[id.ID]Charge, error) {
	return chargesByID(ctx, q, project, charges)
}
