package cashier

import (
	"context"
	"fmt"
	"time"

	"linli/internal/kit/actor"
	"linli/internal/kit/db"
	"linli/internal/kit/fault"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
)

// ErrHandedOver refuses to make a receipt of a closed shift void.
var ErrHandedOver = fault.New(fault.Conflict, "receipt_handed_over", "这张收据已交班，不能作废，需红冲")

// ShiftState is where a shift stands.
type ShiftState string

// The states. A closed shift never changes again; before are the days of
// receipts that were given before the product knew shifts: nobody counted.
const (
	ShiftOpen   ShiftState = "open"
	ShiftClosed ShiftState = "closed"
	ShiftBefore ShiftState = "before"
)

// ShiftMark is what a receipt tells of its shift.
type ShiftMark struct {
	State  ShiftState
	Number string // from the closing on
}

// Shifts is the socket of the room that keeps shifts (班次). The counter asks
// it inside the transaction of its receipt, so that a receipt that meets a
// closing lands before it or in the next shift.
type Shifts interface {
	// JoinShift locks the open shift of who until the end of the transaction, and
	// opens one where there is none.
	JoinShift(ctx context.Context, tx *db.Tx, who actor.Actor, project id.ID) (id.ID, error)
	// LockShift waits for whoever works on the shift and tells its state then.
	LockShift(ctx context.Context, tx *db.Tx, project, shift id.ID) (ShiftState, error)
	// ShiftMarks tells of shifts; one that is not there is left out.
	ShiftMarks(ctx context.Context, q db.Q, project id.ID, shifts []id.ID) (map[id.ID]ShiftMark, error)
}

// KeepShifts fills the socket while the house is built. Without it receipts
// belong to no shift, and none is ever handed over.
func (s *Service) KeepShifts(k Shifts) { s.shifts = k }

func (s *Service) joinShift(ctx context.Context, tx *db.Tx, who actor.Actor, project id.ID) (id.ID, error) {
	if s.shifts == nil {
		return 0, nil
	}
	return s.shifts.JoinShift(ctx, tx, who, project)
}

// stillInShift locks the shift of a receipt and refuses when it has been
// handed over.
func (s *Service) stillInShift(ctx context.Context, tx *db.Tx, project id.ID, r *Receipt) error {
	if s.shifts == nil {
		return nil
	}
	state, err := s.shifts.LockShift(ctx, tx, project, r.Shift)
	if err != nil {
		return fmt.Errorf("lock shift: %w", err)
	}
	if state == ShiftOpen {
		return nil
	}
	if r.ShiftNumber == "" {
		return ErrHandedOver.Say("收据 %s 已交班，不能作废，需红冲", r.Number)
	}
	return ErrHandedOver.Say("收据 %s 已交班（%s），不能作废，需红冲", r.Number, r.ShiftNumber)
}

// markShifts tells receipts where their shifts stand.
func (s *Service) markShifts(ctx context.Context, q db.Q, project id.ID, list []Receipt) error {
	if s.shifts == nil || len(list) == 0 {
		for i := range list {
			list[i].ShiftState = ShiftOpen
		}
		return nil
	}
	seen, shifts := map[id.ID]bool{}, []id.ID{}
	for i := range list {
		if shift := list[i].Shift; !seen[shift] {
			seen[shift] = true
			shifts = append(shifts, shift)
		}
	}
	marks, err := s.shifts.ShiftMarks(ctx, q, project, shifts)
	if err != nil {
		return fmt.Errorf("shifts of receipts: %w", err)
	}
	for i := range list {
		m := marks[list[i].Shift]
		list[i].ShiftState, list[i].ShiftNumber = m.State, m.Number
	}
	return nil
}

// ShiftSum is what a shift took and gave back by one method, in fen. Receipts and
// Amount are of all of them: of the void ones, which Voids and Voided tell apart,
// and of the red ones, by which Amount is less than what came in.
type ShiftSum struct {
	Method           Method
	Receipts         int
	Amount           money.Fen
	Voids            int
	Voided, Refunded money.Fen
	Refunds          int
}

// Net is what stayed.
func (s ShiftSum) Net() money.Fen { return s.Amount - s.Voided }

// ShiftSums adds up the receipts of shifts by method as they stand now.
func (s *Service) ShiftSums(ctx context.Context, q db.Q, project id.ID, shifts []id.ID) (map[id.ID][]ShiftSum, error) {
	if len(shifts) == 0 {
		return map[id.ID][]ShiftSum{}, nil
	}
	out, err := shiftSums(ctx, q, project, shifts)
	if err != nil {
		return nil, fmt.Errorf("sums of shifts: %w", err)
	}
	return out, nil
}

// ShiftRounded adds up what the valid receipts of shifts let go (抹零), in fen.
func (s *Service) ShiftRounded(ctx context.Context, q db.Q, project id.ID, shifts []id.ID) (map[id.ID]money.Fen, error) {
	out, err := shiftRounded(ctx, q, project, shifts)
	if err != nil {
		return nil, fmt.Errorf("rounding of shifts: %w", err)
	}
	return out, nil
}

// ShiftItem is what the valid receipts of a shift took for one thing: a fee,
// money to prepay, money held; what it let go is below zero.
type ShiftItem struct {
	Name     string
	Receipts int
	Amount   money.Fen
}

// ShiftFacts are the receipts of a shift as far as its report names them.
type ShiftFacts struct {
	Count       int
	First, Last string // numbers
	Items       []ShiftItem
	Voids, Reds []ShiftReceipt
}

// ShiftReceipt is one that was made void, or that gave money back.
type ShiftReceipt struct {
	Number, Room string
	Amount       money.Fen
	Of           string // the receipt that a red one takes back
	By, Reason   string
	At           time.Time // of the voiding; zero for a red one
}

// ShiftFacts reads what the report of a shift says of its receipts.
func (s *Service) ShiftFacts(ctx context.Context, q db.Q, project, shift id.ID) (ShiftFacts, error) {
	f, err := shiftReceipts(ctx, q, project, shift)
	if err == nil {
		f.Items, err = shiftItems(ctx, q, project, shift)
	}
	if err != nil {
		return f, fmt.Errorf("receipts of shift: %w", err)
	}
	return f, nil
}

// ShiftOwner is one cashier whose receipts are in a shift.
type ShiftOwner struct {
	Shift, Cashier id.ID
	First          string // number of the first receipt
	Receipts       int
}

// ShiftOwners names the cashiers of all shifts that receipts speak of.
func (s *Service) ShiftOwners(ctx context.Context, q db.Q, project id.ID) ([]ShiftOwner, error) {
	list, err := shiftOwners(ctx, q, project)
	if err != nil {
		return nil, fmt.Errorf("cashiers of shifts: %w", err)
	}
	return list, nil
}
