package deposit

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"linli/internal/cashier"
	"linli/internal/kit/actor"
	"linli/internal/kit/db"
	"linli/internal/kit/fault"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
)

// RenewSettle computes anew what a document pays when the arrears have changed,
// and asks for approval again: what it may pay at most is what its charges owe
// now, and what is free of it is paid out with the rest. The number stays.
// Errors: ErrState, ErrShort, and those of cashier.QuoteHeld.
func (s *Service) RenewSettle(ctx context.Context, who actor.Actor, project, doc id.ID, version int) (Settlement, error) {
	old, err := s.Settlement(ctx, project, doc)
	if err != nil {
		return old, err
	}
	owed, charges, late, err := s.stillOwed(ctx, project, &old)
	if err != nil {
		return old, fmt.Errorf("renew settlement: %w", err)
	}
	return s.changeSettle(ctx, who, project, doc, version, func(tx *db.Tx, x *Settlement) (string, error) {
		switch {
		case x.State != SettleAsked && x.State != SettleApproved:
			return "", ErrState
		case owed == 0:
			return "", ErrChanged.Say("这些费用都缴清了，请撤回这张单据，再退还押金")
		}
		all := x.Settle + x.Rest
		x.Settle = min(owed, all)
		if x.Rest = all - x.Settle; x.Rest > 0 && x.Method == "" {
			x.Method = cashier.MethodCash
		}
		x.State = SettleRefused // while it is counted, it holds nothing
		if err := updateSettle(ctx, tx, project, x); err != nil {
			return "", err
		}
		if err := s.fill(ctx, tx, who, project, x, charges, late); err != nil {
			return "", err
		}
		x.State, x.AskedBy, x.Asker, x.AskedAt = SettleAsked, who.Account, who.Name, tx.Now()
		return "重新计算", replaceLines(ctx, tx, project, x)
	})
}

// stillOwed is what the charges of a document owe today, and which of them do.
func (s *Service) stillOwed(ctx context.Context, project id.ID, x *Settlement) (sum money.Fen, charges, late []id.ID, err error) {
	seat, err := s.cashier.Seat(ctx, project, x.Room)
	if err != nil {
		return 0, nil, nil, err
	}
	wantCharges, wantLate := x.picks()
	open := slices.Clone(seat.Open)
	for _, f := range seat.Former {
		open = append(open, f.Open...)
	}
	for _, o := range open {
		if slices.Contains(wantCharges, o.Charge) {
			sum, charges = sum+o.Left, append(charges, o.Charge)
		}
	}
	for _, l := range seat.Late {
		if slices.Contains(wantLate, l.Fee.Charge.ID) {
			sum, late = sum+l.Left(), append(late, l.Fee.Charge.ID)
		}
	}
	return sum, charges, late, nil
}

// PaySettle does what was approved, in one transaction and in the shift of who
// pays: a receipt for the arrears out of the deposit, and a red receipt for the
// rest. Late fees count until today; the sums stay what was approved. Errors:
// ErrState, ErrChanged, ErrShort, fault.ErrStale, fault.ErrNotFound.
func (s *Service) PaySettle(ctx context.Context, who actor.Actor, project, doc id.ID, version int) (Settlement, error) {
	return s.changeSettle(ctx, who, project, doc, version, func(tx *db.Tx, x *Settlement) (string, error) {
		if x.State != SettleApproved {
			return "", ErrState
		}
		x.State, x.PaidName, x.PaidAt = SettleDone, who.Name, tx.Now()
		if err := updateSettle(ctx, tx, project, x); err != nil { // it holds nothing of the deposit any more
			return "", err
		}
		if err := s.settle(ctx, tx, who, project, x); err != nil {
			return "", err
		}
		return "付出", s.payRest(ctx, tx, who, project, x)
	})
}

// settle gives the receipt for the arrears and takes it off the deposit.
func (s *Service) settle(ctx context.Context, tx *db.Tx, who actor.Actor, project id.ID, x *Settlement) error {
	charges, late := x.picks()
	r, err := s.cashier.SettleHeld(ctx, tx, who, project, cashier.HeldUse{Room: x.Room, Charges: charges, Late: late, Amount: x.Settle, Number: x.Number})
	if errors.Is(err, cashier.ErrHeldMuch) || errors.Is(err, cashier.ErrChargeGone) || errors.Is(err, cashier.ErrLateChanged) {
		return ErrChanged.Because(err)
	}
	if err != nil {
		return err
	}
	x.Receipt, x.ReceiptNumber = r.ID, r.Number
	d, err := lockDeposit(ctx, tx, project, x.Deposit)
	if err != nil {
		return err
	}
	free, err := s.free(ctx, tx, project, &d)
	if err != nil {
		return err
	}
	if x.Settle+x.Rest > free || d.Room != x.Room {
		return ErrShort.Say("这笔押金现在只有 %s 元可用，请撤回后重新申请", free.Comma())
	}
	return s.shift(ctx, tx, who, project, &d, &Entry{Kind: EntrySettled, Amount: -x.Settle, Receipt: r.ID, Reason: "押金退还单 " + x.Number + "：" + x.Reason})
}

func (s *Service) payRest(ctx context.Context, tx *db.Tx, who actor.Actor, project id.ID, x *Settlement) error {
	if x.Rest == 0 {
		return nil
	}
	f, red, err := s.cashier.PayHeldBack(ctx, tx, actor.Actor{Account: x.AskedBy, Name: x.Asker}, actor.Actor{Account: x.DecidedBy, Name: x.Decider}, who, project,
		cashier.RefundAsk{Deposit: x.Deposit, Amount: x.Rest, Method: x.Method, Account: x.Account, Reason: "押金退还单 " + x.Number + "：" + x.Reason})
	if err != nil {
		return err
	}
	x.Red, x.RedNumber = f.Red, red.Number
	return nil
}

// shift changes what is held by a movement.
func (s *Service) shift(ctx context.Context, tx *db.Tx, who actor.Actor, project id.ID, d *Deposit, e *Entry) error {
	before := d.facts()
	d.Held += e.Amount
	d.Version++
	if err := updateDeposit(ctx, tx, project, d); err != nil {
		return fmt.Errorf("write deposit: %w", err)
	}
	return s.enter(ctx, tx, who, project, d, e, before)
}

// RestoreHeld gives back to the deposit what a receipt of a document took of it,
// because that receipt was taken back as a whole.
func (s *Service) RestoreHeld(ctx context.Context, tx *db.Tx, who actor.Actor, project, receipt id.ID, amount money.Fen, red id.ID, why string) error {
	doc, err := settleOf(ctx, tx, project, receipt)
	if err != nil {
		return err
	}
	x, err := lockSettle(ctx, tx, project, doc)
	if err != nil {
		return err
	}
	if x.Undone != 0 || x.Settle != amount {
		return fault.ErrStale
	}
	d, err := lockDeposit(ctx, tx, project, x.Deposit)
	if err != nil {
		return err
	}
	before := x.facts()
	x.Undone, x.Version = red, x.Version+1
	s.recordSettle(tx, who, project, &x, "红冲", before)
	if err := updateSettle(ctx, tx, project, &x); err != nil {
		return err
	}
	return s.shift(ctx, tx, who, project, &d, &Entry{Kind: EntryRestored, Amount: amount, Receipt: red, Reason: why})
}
