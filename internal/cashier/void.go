package cashier

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"linli/internal/audit"
	"linli/internal/kit/actor"
	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/id"
	"linli/internal/ledger"
	"linli/internal/payment"
)

// Slips is the socket of the room that keeps the rows of bank statements: it hears
// in the same transaction that a receipt is void, so that the money of a row on it
// waits to be dealt with again at once.
type Slips interface {
	ReceiptVoid(ctx context.Context, tx *db.Tx, who actor.Actor, project, receipt id.ID) error
}

// TellSlips fills the socket while the house is built.
func (s *Service) TellSlips(b Slips) { s.slips = b }

// Void makes a receipt void while its shift is open: the charges are owed
// again, the wallets and the books go back, the number stays.
// Errors: fault.ErrNotFound, ErrVoided, ErrHandedOver, ErrPrepaidGone, ErrReason,
// and what the guard of invoices says.
func (s *Service) Void(ctx context.Context, who actor.Actor, project, receipt id.ID, reason string) (Receipt, error) {
	reason = strings.TrimSpace(reason)
	if n := utf8.RuneCountInString(reason); n == 0 || n > maxReason {
		return Receipt{}, ErrReason.At("body.reason", "1–200 个字", nil)
	}
	var r Receipt
	err := s.db.Write(ctx, func(tx *db.Tx) error {
		var err error
		if r, err = s.oneReceipt(ctx, tx, project, receipt); err != nil {
			return err
		}
		if err := lockDesks(ctx, tx, project, r.rooms()); err != nil {
			return fmt.Errorf("lock household: %w", err)
		}
		if r, err = s.oneReceipt(ctx, tx, project, receipt); err != nil {
			return err
		}
		if r.State == StateVoid {
			return ErrVoided.Say("收据 %s 已由%s作废（%s）", r.Number, r.VoidName, r.VoidAt.In(clock.Shanghai()).Format("01-02 15:04"))
		}
		if err := r.mayVoid(); err != nil {
			return err
		}
		if r.paidOnline() {
			return ErrOnline
		}
		if err := s.stillInShift(ctx, tx, project, &r); err != nil {
			return err
		}
		if err := s.mayTakeBack(ctx, tx, project, r.ID, nil); err != nil {
			return err
		}
		return s.unbook(ctx, tx, who, project, &r, reason)
	})
	if err != nil {
		return Receipt{}, fmt.Errorf("void receipt: %w", err)
	}
	return r, nil
}

func (s *Service) unbook(ctx context.Context, tx *db.Tx, who actor.Actor, project id.ID, r *Receipt, reason string) error {
	before := facts(r)
	if err := s.unsettle(ctx, tx, project, r.Lines); err != nil {
		return err
	}
	if err := s.takeBackAhead(ctx, tx, who, project, r, "作废："+reason); err != nil {
		return err
	}
	if err := s.voidHeld(ctx, tx, who, project, r, reason); err != nil {
		return err
	}
	err := s.payment.Undo(ctx, tx, project, ledger.DocReceipt, r.ID, ledger.DocReceiptVoided, r.ID)
	if errors.Is(err, payment.ErrBalance) {
		return ErrPrepaidGone.Because(err)
	}
	if err != nil {
		return err
	}
	if err := s.ledger.Reverse(ctx, tx, project, ledger.DocReceipt, r.ID, ledger.DocReceiptVoided, r.ID, clock.DateOf(tx.Now())); err != nil {
		return err
	}
	r.State, r.VoidBy, r.VoidName, r.VoidReason, r.VoidAt = StateVoid, who.Account, who.Name, reason, tx.Now()
	if err := updateVoid(ctx, tx, project, r); err != nil {
		return fmt.Errorf("write receipt: %w", err)
	}
	if err := stampDesks(ctx, tx, project, r.rooms(), eventVoided, who.Name); err != nil {
		return fmt.Errorf("write receipt: %w", err)
	}
	if s.slips != nil {
		if err := s.slips.ReceiptVoid(ctx, tx, who, project, r.ID); err != nil {
			return err
		}
	}
	after := facts(r)
	after["reason"] = reason
	s.audit.Record(tx, audit.Entry{
		Project: project, Who: who, Action: "cashier.voided", Kind: "receipt", Subject: r.ID,
		Summary: fmt.Sprintf("作废收据 %s，%s 元：%s", r.Number, r.Amount.Comma(), reason), Before: before, After: after,
	})
	return s.told(ctx, tx, project, []*Receipt{r})
}
