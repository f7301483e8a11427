package cashier

import (
	"context"
	"errors"
	"fmt"

	"linli/internal/audit"
	"linli/internal/kit/actor"
	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/fault"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
	"linli/internal/ledger"
	"linli/internal/payment"
)

// mayVoid refuses receipts that something was given back of.
func (r *Receipt) mayVoid() error {
	switch {
	case r.Red():
		return ErrRedOfRed
	case r.ReversedBy != 0:
		return ErrReversed.Say("收据 %s 已红冲（%s）", r.Number, r.ReversedNumber)
	case r.held() != 0:
		return ErrHeldPaid
	case r.Refunded != 0:
		return ErrRedPart.Say("收据 %s 已退过 %s 元，不能作废，可以退剩余的部分", r.Number, r.Refunded.Comma())
	}
	return nil
}

// mayRefund refuses receipts that nothing can be given back of.
func (r *Receipt) mayRefund() error {
	switch {
	case r.Red():
		return ErrRedOfRed
	case r.State == StateVoid:
		return ErrVoided.Say("收据 %s 已作废，钱已退回", r.Number)
	case r.ReversedBy != 0:
		return ErrReversed.Say("收据 %s 已红冲（%s）", r.Number, r.ReversedNumber)
	case r.Deposit != 0:
		return ErrRedHeld
	}
	return nil
}

// mayRed refuses receipts that are not taken back as a whole.
func (r *Receipt) mayRed() error {
	if err := r.mayRefund(); err != nil {
		return err
	}
	switch {
	case r.Refunded != 0:
		return ErrRedPart
	case r.ShiftState == ShiftOpen && !r.paidOnline() && r.held() == 0:
		return ErrStillOpen
	}
	return nil
}

// PayRefund pays an approved application out and gives the red receipt for it,
// in one transaction and in the shift of who pays: charges are owed again, the
// wallets and the books go back, the original keeps its number.
// Errors: ErrRefundState, ErrRefundMuch, ErrRedWallet, payment.ErrBalance, and
// what refuses the application, when something has changed since.
func (s *Service) PayRefund(ctx context.Context, who actor.Actor, project, refund id.ID, version int) (Refund, Receipt, error) {
	var f Refund
	var red Receipt
	err := s.db.Write(ctx, func(tx *db.Tx) (err error) {
		f, red, err = s.payRefund(ctx, tx, who, project, refund, version)
		return err
	})
	if err != nil {
		return Refund{}, Receipt{}, fmt.Errorf("pay refund: %w", err)
	}
	return f, red, nil
}

func (s *Service) payRefund(ctx context.Context, tx *db.Tx, who actor.Actor, project, refund id.ID, version int) (f Refund, red Receipt, err error) {
	old, err := oneRefund(ctx, tx, project, refund)
	if err != nil {
		return f, red, err
	}
	if red, err = s.draftRed(ctx, tx, who, project, &old, nil); err != nil {
		return f, red, err
	}
	if f, err = lockRefund(ctx, tx, project, refund); err != nil {
		return f, red, err
	}
	if f.Version != version {
		return f, red, fault.ErrStale
	}
	if f.State != RefundApproved {
		return f, red, ErrRefundState
	}
	if err = s.takeBack(ctx, tx, who, project, &f, &red); err != nil {
		return f, red, err
	}
	if err = s.bookRed(ctx, tx, who, project, &red, f.Reason); err != nil {
		return f, red, err
	}
	if f.Candidate != 0 {
		if err = s.payment.EndCandidate(ctx, tx, who, project, f.Candidate, "已用"+f.Method.Name()+"退还，红字收据 "+red.Number); err != nil {
			return f, red, err
		}
	}
	before := f.facts()
	f.State, f.PaidBy, f.PaidName, f.PaidAt, f.Red, f.RedNumber = RefundPaid, who.Account, who.Name, tx.Now(), red.ID, red.Number
	f.Version++
	s.record(tx, who, project, &f, "cashier.refund_paid", "付出", before)
	return f, red, updateRefund(ctx, tx, project, &f)
}

// draftRed locks what the application is about, and begins the red receipt;
// held is the prepaid money that was set aside when the channel was asked, nil
// when nobody was: money that is gone already is not held against invoices.
func (s *Service) draftRed(ctx context.Context, tx *db.Tx, who actor.Actor, project id.ID, f *Refund, held *money.Fen) (Receipt, error) {
	red := Receipt{Room: f.Room, RoomLabel: f.RoomLabel, Payer: f.Payer, PayerName: f.PayerName, Policy: PolicyChosen, Amount: -f.Amount,
		Lines: []Line{}, Pays: []Pay{{Method: f.Method, Amount: -f.Amount, Reference: f.Account}}}
	switch f.Kind {
	case RefundPrepaid:
		if _, err := s.lockSeat(ctx, tx, project, f.Room); err != nil {
			return red, err
		}
		red.ToPrepay = -f.Amount
	case RefundHeld:
		if err := s.draftHeld(ctx, tx, project, f, &red); err != nil {
			return red, err
		}
	default:
		r, err := s.lockReceipt(ctx, tx, project, f.Receipt)
		if err != nil {
			return red, err
		}
		switch f.Kind {
		case RefundRed:
			pays := red.Pays
			if red, err = r.Mirror(), r.mayRed(); f.Method != "" {
				red.Pays = pays
			}
			for i := range red.Lines {
				red.Lines[i].Owed = red.Lines[i].Amount
			}
		case RefundEnded:
			err = s.draftEnded(ctx, tx, project, &r, &red, f)
		default:
			err = s.draftPart(ctx, tx, project, &r, &red, f, held)
		}
		if err == nil && held == nil {
			err = s.mayTakePart(ctx, tx, project, &r, red.Lines)
		}
		if err != nil {
			return red, err
		}
		red.RedOf, red.RedOfNumber = r.ID, r.Number
	}
	red.ID, red.Refund, red.Number, red.State = tx.NewID(), f.ID, "", StateValid
	red.Tendered, red.Change, red.Prints, red.Refunded, red.ReversedBy = 0, 0, 0, 0, 0
	red.Cashier, red.CashierName, red.Date, red.At = who.Account, who.Name, clock.DateOf(tx.Now()), tx.Now()
	h, err := s.estate.Household(ctx, tx, project, red.Room)
	if err != nil {
		return red, err
	}
	seat, err := s.seat(ctx, tx, project, h)
	if err != nil {
		return red, err
	}
	red.OwedBefore, red.OwedAfter, red.PrepaidAfter = seat.Owed, seat.Owed-red.settled()+red.Ahead, seat.Prepaid+red.ToPrepay-red.PrepaidUsed
	if held != nil {
		red.PrepaidAfter += *held // it has left the wallet before
	}
	if f.Kind == RefundEnded {
		red.OwedAfter = red.OwedBefore // the months are taken back, too
	}
	return red, nil
}

// settled is what the lines come to.
func (r *Receipt) settled() money.Fen {
	var sum money.Fen
	for _, l := range r.Lines {
		sum += l.Amount
	}
	return sum
}

// draftPart takes an amount back of a receipt: first of what it put into the
// wallet and still lies there, then of its charges, the last one first.
func (s *Service) draftPart(ctx context.Context, tx *db.Tx, project id.ID, r, red *Receipt, f *Refund, held *money.Fen) error {
	if err := r.mayRefund(); err != nil {
		return err
	}
	if f.Amount > r.Refundable() {
		return ErrRefundMuch.Say("收据 %s 实收 %s 元，已退 %s 元，不能再退 %s 元", r.Number, r.Income().Comma(), r.Refunded.Comma(), f.Amount.Comma())
	}
	gone, wallet, err := takenBack(ctx, tx, project, r.ID)
	if err != nil {
		return fmt.Errorf("read red receipts: %w", err)
	}
	ended, err := s.promised(ctx, tx, project, r.ID, gone)
	if err != nil {
		return err
	}
	have, err := s.payment.Balance(ctx, tx, project, r.Payer, []id.ID{r.Room})
	if err != nil {
		return err
	}
	part := min(f.Amount, r.ToPrepay-wallet, have)
	if held != nil {
		part = *held
	}
	if f.Kind == RefundCandidate && part < f.Amount {
		return ErrRedWallet.Say("多收的 %s 元存在预存里，现在只剩 %s 元可退，请撤回后按收据申请部分退款", f.Amount.Comma(), max(part, 0).Comma())
	}
	if err := r.takePart(red, f.Amount, max(part, 0), gone); !ended || !errors.Is(err, ErrRedWallet) {
		return err
	}
	return ErrRefundMuch.Say("这张收据有提前终止退费在办，那几个月的钱要留着退；最多退 %s 元，要多退请先撤回那张退费", (-red.settled() - red.ToPrepay).Comma())
}

// takePart writes lines for what does not come out of the wallet.
func (r *Receipt) takePart(red *Receipt, amount, part money.Fen, gone map[id.ID]money.Fen) error {
	red.ToPrepay, amount = -part, amount-part
	got := r.moneyOf()
	for i := len(r.Lines) - 1; i >= 0 && amount > 0; i-- {
		l := r.Lines[i]
		back := min(amount, got[i]-gone[l.Charge])
		if back <= 0 {
			continue
		}
		amount -= back
		l.Amount, l.Owed = -back, -back
		red.Lines = append(red.Lines, l)
	}
	if amount > 0 {
		return ErrRedWallet.Say("这张收据存入的预存已被用掉，还差 %s 元退不出来", amount.Comma())
	}
	return nil
}

// takeBack moves charges and wallets.
func (s *Service) takeBack(ctx context.Context, tx *db.Tx, who actor.Actor, project id.ID, f *Refund, red *Receipt) error {
	m := red.Mirror()
	m.Number = red.RedOfNumber
	if err := s.unsettle(ctx, tx, project, m.Lines); err != nil {
		return err
	}
	switch {
	case f.Kind == RefundHeld:
		return s.keeper.GiveBackHeld(ctx, tx, who, project, f.Deposit, -red.Deposit, red.ID, f.Reason)
	case f.Kind == RefundEnded:
		return s.endMonths(ctx, tx, who, project, f, red)
	case f.Kind != RefundRed && m.ToPrepay > 0:
		return s.payment.Spend(ctx, tx, project, red.Payer, []id.ID{red.Room}, m.ToPrepay, ledger.DocReceipt, red.ID)
	case f.Kind != RefundRed:
		return nil
	}
	if err := s.takeBackAhead(ctx, tx, who, project, &m, "红冲："+f.Reason); err != nil {
		return err
	}
	if err := s.restoreHeld(ctx, tx, who, project, red, f.Reason); err != nil {
		return err
	}
	red.AheadRun = 0
	err := s.payment.Undo(ctx, tx, project, ledger.DocReceipt, red.RedOf, ledger.DocReceipt, red.ID)
	if errors.Is(err, payment.ErrBalance) {
		return ErrRedWallet.Because(err)
	}
	if err != nil {
		return err
	}
	if err := markReversed(ctx, tx, project, red.RedOf, red.ID); err != nil {
		return fmt.Errorf("write receipt: %w", err)
	}
	return nil
}

// bookRed posts, numbers and writes a red receipt in the shift of who pays.
func (s *Service) bookRed(ctx context.Context, tx *db.Tx, who actor.Actor, project id.ID, red *Receipt, why string) error {
	if err := s.ledger.Post(ctx, tx, project, red.postings()); err != nil {
		return err
	}
	var err error
	if red.Shift, err = s.joinShift(ctx, tx, who, project); err != nil {
		return err
	}
	red.ShiftState, red.ShiftNumber, red.Year = ShiftOpen, "", red.Date.Year()
	if red.Number, red.Seq, err = s.ledger.NextDocument(ctx, tx, project, series, red.Year); err != nil {
		return err
	}
	if err := insertReceipt(ctx, tx, project, red); err != nil {
		return fmt.Errorf("write receipt: %w", err)
	}
	if err := stampDesks(ctx, tx, project, red.rooms(), eventRed, who.Name); err != nil {
		return fmt.Errorf("write receipt: %w", err)
	}
	after := facts(red)
	after["reason"], after["of"] = why, red.RedOfNumber
	s.audit.Record(tx, audit.Entry{Project: project, Who: who, Action: deedRed, Kind: "receipt", Subject: red.ID,
		Summary: fmt.Sprintf("红字收据 %s，%s %s 元：%s", red.Number, red.RedOfNumber, red.Amount.Comma(), why), After: after})
	return s.told(ctx, tx, project, []*Receipt{red})
}
