package billing

import (
	"context"

	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
	"linli/internal/ledger"
)

// LockCharges locks charges until the end of tx, so that what is read of them
// stays true. Lock order: runs (shared), charges by id.
func (s *Service) LockCharges(ctx context.Context, tx *db.Tx, project id.ID, charges []id.ID) error {
	return lockCharges(ctx, tx, project, charges)
}

// Waive gives a part of a charge up inside tx, by the document doc: the part
// is settled without money and taken off income; the amount of the charge stays.
// Errors: ErrNotOwed, also for a late fee, ErrOverpaid, fault.ErrNotFound.
func (s *Service) Waive(ctx context.Context, tx *db.Tx, project, doc, charge id.ID, amount money.Fen) error {
	return s.takeOff(ctx, tx, project, charge, amount, 1, ledger.DocWaiver, doc)
}

// Credit is Waive of what was computed too high (补差): nobody gave it up.
func (s *Service) Credit(ctx context.Context, tx *db.Tx, project, charge id.ID, amount money.Fen) error {
	return s.takeOff(ctx, tx, project, charge, amount, 1, ledger.DocCredit, charge)
}

// CreditBack takes back what Credit took off. Errors: ErrNotOwed, ErrNothingTaken.
func (s *Service) CreditBack(ctx context.Context, tx *db.Tx, project, charge id.ID, amount money.Fen) error {
	return s.takeOff(ctx, tx, project, charge, amount, -1, ledger.DocCreditBack, charge)
}

func (s *Service) takeOff(ctx context.Context, tx *db.Tx, project, charge id.ID, amount, sign money.Fen, kind ledger.DocKind, doc id.ID) error {
	c, err := lockedCharge(ctx, tx, project, charge)
	switch {
	case err != nil:
		return err
	case !c.Visible() || c.Late != 0:
		return ErrNotOwed
	case amount <= 0 || sign > 0 && amount > c.Owed():
		return ErrOverpaid
	case sign < 0 && amount > c.Credited:
		return ErrNothingTaken
	}
	credited := sign * amount
	if kind == ledger.DocWaiver {
		credited = 0
	}
	if err := addWaived(ctx, tx, project, charge, sign*amount, credited, 0); err != nil {
		return err
	}
	dueSteps{c.dueKey(): {waived: amount}}.keep(tx, project, sign)
	p := ledger.Posting{DocKind: kind, Doc: doc, Date: clock.DateOf(tx.Now()), Debit: ledger.Revenue, Credit: ledger.Receivable, Amount: amount, Subject: c.Subject, Item: c.Item}
	if sign < 0 {
		p.Debit, p.Credit = p.Credit, p.Debit
	}
	return s.ledger.Post(ctx, tx, project, []ledger.Posting{p})
}

// GiveBack notes inside tx that a correction made prepaid money of a part of what
// was paid of a charge; a negative amount takes that back. Receipts stay as they
// are. Errors: ErrNotOwed, ErrNothingTaken, fault.ErrNotFound.
func (s *Service) GiveBack(ctx context.Context, tx *db.Tx, project, charge id.ID, amount money.Fen) error {
	c, err := lockedCharge(ctx, tx, project, charge)
	before := c.Back()
	c.Returned += amount
	switch {
	case err != nil:
		return err
	case !c.Visible():
		return ErrNotOwed
	case c.Returned < 0 || amount > 0 && c.Returned > c.Paid-c.Waived:
		return ErrNothingTaken
	}
	change := c.Back() - before
	dueSteps{c.dueKey(): {waived: change, paid: -change}}.keep(tx, project, 1)
	return addWaived(ctx, tx, project, charge, 0, 0, amount)
}

// Returned is what corrections gave back, by charge.
func (s *Service) Returned(ctx context.Context, q db.Q, project id.ID) (map[id.ID]money.Fen, error) {
	return settledCharges(ctx, q, project, "returned", "returned")
}

// Waived is what was given up of the charges of a project, by charge; those of
// which nothing was are missing.
func (s *Service) Waived(ctx context.Context, q db.Q, project id.ID) (map[id.ID]money.Fen, error) {
	return settledCharges(ctx, q, project, "waived", "waived - credited")
}

// Credited is what was taken off because it was computed too high, by charge.
func (s *Service) Credited(ctx context.Context, q db.Q, project id.ID) (map[id.ID]money.Fen, error) {
	return settledCharges(ctx, q, project, "waived", "credited")
}
