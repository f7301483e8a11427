package cashier

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"linli/internal/kit/actor"
	"linli/internal/kit/db"
	"linli/internal/kit/fault"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
	"linli/internal/ledger"
	"linli/internal/payment"
)

// What giving back by the channel refuses.
var (
	ErrNotOnline    = fault.New(fault.Conflict, "refund_not_online", "这张收据不是线上收的款，不能原路退回")
	ErrOnlyOriginal = fault.New(fault.Conflict, "refund_only_original", "这笔钱没有入账，只能原路退回")
)

// online is the method of the receipt's online money, "" without.
func (r *Receipt) online() (Method, string) {
	for _, p := range r.Pays {
		if p.Method.online() {
			return p.Method, p.Reference
		}
	}
	return "", ""
}

// askOriginal takes the channel that the receipt was paid through as the way
// back. Errors: ErrNotOnline, payment.ErrNoRefunder.
func (s *Service) askOriginal(f *Refund, r *Receipt) error {
	method, _ := r.online()
	switch {
	case method == "":
		return ErrNotOnline
	case !s.payment.CanRefund(string(method)):
		return payment.ErrNoRefunder
	}
	f.Method = method
	return nil
}

// Original tells whether a receipt's money can go back the way it came.
func (s *Service) Original(r *Receipt) bool { return s.askOriginal(&Refund{}, r) == nil }

// askCandidate proposes to give back money that nobody asked for, as a whole.
func (s *Service) askCandidate(ctx context.Context, tx *db.Tx, project id.ID, f *Refund, candidate id.ID) error {
	c, err := s.payment.Candidate(ctx, tx, project, candidate)
	if err != nil {
		return err
	}
	if c.Application != 0 {
		return payment.ErrCandidateBusy
	}
	f.Candidate, f.Amount, f.Method = c.ID, c.Amount, Method(c.Channel)
	f.Room, f.RoomLabel, f.Payer, f.PayerName, f.Receipt, f.ReceiptNumber = c.Room, c.RoomLabel, c.Payer, c.PayerName, c.Receipt, c.ReceiptNumber
	if !s.payment.CanRefund(c.Channel) {
		return payment.ErrNoRefunder
	}
	if c.Receipt != 0 {
		r, err := s.lockReceipt(ctx, tx, project, c.Receipt)
		if err != nil {
			return err
		}
		if err := s.stillRefundable(ctx, tx, project, &r, f); err != nil {
			return err
		}
	}
	_, err = s.payment.ClaimCandidate(ctx, tx, project, candidate, f.ID)
	return err
}

// stillRefundable holds an application against what is left of its receipt,
// which is locked.
func (s *Service) stillRefundable(ctx context.Context, tx *db.Tx, project id.ID, r *Receipt, f *Refund) error {
	if err := r.mayRefund(); err != nil {
		return err
	}
	if r.held() != 0 {
		return ErrHeldPaid
	}
	open, err := openRefunds(ctx, tx, project, ofReceipt, r.ID)
	if err != nil {
		return fmt.Errorf("open refunds: %w", err)
	}
	if left := r.Refundable() - open; f.Amount > left {
		return ErrRefundMuch.Say("这张收据实收 %s 元，已退和在办的有 %s 元，最多还可退 %s 元", r.Income().Comma(), (r.Refunded+open).Comma(), left.Comma()).
			At("body.amount", "最多 "+left.Comma(), int64(f.Amount))
	}
	return nil
}

// dropCandidate lets others deal with the money again.
func (s *Service) dropCandidate(ctx context.Context, tx *db.Tx, project id.ID, f *Refund) error {
	if f.Candidate == 0 {
		return nil
	}
	return s.payment.ReleaseCandidate(ctx, tx, project, f.Candidate, f.ID)
}

// send hands an approved application to the channel. What goes back is checked
// and set aside now, because it cannot be refused when the money has gone.
func (s *Service) send(ctx context.Context, tx *db.Tx, who actor.Actor, project id.ID, f *Refund) error {
	in := payment.NewRefund{Channel: string(f.Method), Amount: f.Amount, Room: f.Room, Payer: f.Payer, Application: f.ID, Candidate: f.Candidate,
		Title: strings.TrimSpace(f.RoomLabel + " 物业费用退款")}
	if f.Receipt != 0 {
		r, err := s.oneReceipt(ctx, tx, project, f.Receipt)
		if err != nil {
			return err
		}
		if in.Held, err = s.tryRed(ctx, tx, project, f, &r); err != nil {
			return err
		}
		_, in.Transaction = r.online()
	}
	if f.Candidate != 0 {
		c, err := s.payment.ClaimCandidate(ctx, tx, project, f.Candidate, f.ID)
		if err != nil {
			return err
		}
		in.Transaction = c.Transaction
	}
	p, err := s.payment.SendRefund(ctx, tx, who, project, in)
	if errors.Is(err, payment.ErrBalance) {
		return ErrRedWallet.Because(err)
	}
	if err != nil {
		return err
	}
	f.State, f.ChannelRefund, f.ChannelNumber, f.Held, f.Failure = RefundSent, p.ID, p.Number, p.Held, ""
	return nil
}

// tryRed makes sure that the red receipt will be possible, and answers how much
// of it comes out of the wallet.
func (s *Service) tryRed(ctx context.Context, tx *db.Tx, project id.ID, f *Refund, r *Receipt) (money.Fen, error) {
	var red Receipt
	var err error
	switch f.Kind {
	case RefundRed:
		red, err = r.Mirror(), r.mayRed()
	case RefundEnded:
		err = s.draftEnded(ctx, tx, project, r, &red, f)
	default:
		err = s.draftPart(ctx, tx, project, r, &red, f, nil)
	}
	if err == nil {
		err = s.mayTakePart(ctx, tx, project, r, red.Lines)
	}
	return -red.ToPrepay, err
}

// SettleRefund gives the red receipt for money that a channel gave back, inside
// the transaction that records it, in the shift of who asked for it. Error:
// payment.ErrRefundElsewhere.
func (s *Service) SettleRefund(ctx context.Context, tx *db.Tx, project id.ID, p *payment.Refund) (id.ID, string, error) {
	old, err := oneRefund(ctx, tx, project, p.Application)
	if err != nil {
		return 0, "", err
	}
	if !old.awaits(p) {
		return 0, "", payment.ErrRefundElsewhere
	}
	who := actor.Actor{Account: old.AskedBy, Name: old.Asker}
	var held *money.Fen
	if p.State.Open() {
		held = &p.Held
	}
	old.Method, old.Account = Method(p.Channel), p.ChannelID
	var red Receipt
	if old.Receipt != 0 {
		if red, err = s.draftRed(ctx, tx, who, project, &old, held); err != nil {
			return 0, "", elsewhere(p, err)
		}
	}
	f, err := lockRefund(ctx, tx, project, p.Application)
	if err != nil {
		return 0, "", err
	}
	if !f.awaits(p) {
		return 0, "", payment.ErrRefundElsewhere
	}
	f.Method, f.Account = old.Method, old.Account
	if red.ID != 0 {
		if err := s.takeBackOriginal(ctx, tx, who, project, &f, &red, p); err != nil {
			return 0, "", elsewhere(p, err)
		}
		if err := s.bookRed(ctx, tx, who, project, &red, f.Reason); err != nil {
			return 0, "", err
		}
	}
	before := f.facts()
	f.State, f.PaidBy, f.PaidName, f.PaidAt, f.Red, f.RedNumber = RefundPaid, 0, f.Method.Name(), tx.Now(), red.ID, red.Number
	f.Held, f.Failure, f.Version = 0, "", f.Version+1
	s.record(tx, actor.System(f.Method.Name()), project, &f, "cashier.refund_paid", "原路退回", before)
	return red.ID, red.Number, updateRefund(ctx, tx, project, &f)
}

// awaits tells whether the application still stands for this refund: on its
// way, or failed and not dealt with in another way yet.
func (f *Refund) awaits(p *payment.Refund) bool {
	if f.ChannelRefund != p.ID {
		return false
	}
	if p.State.Open() {
		return f.State == RefundSent
	}
	return f.State == RefundFailed || f.State == RefundAsked || f.State == RefundApproved
}

// elsewhere is what a refund that went back after it had failed comes to when
// it cannot be booked any more.
func elsewhere(p *payment.Refund, err error) error {
	if known := fault.As(err); known != nil && !p.State.Open() {
		return payment.ErrRefundElsewhere.Because(err)
	}
	return err
}

// takeBackOriginal moves charges and wallets.
func (s *Service) takeBackOriginal(ctx context.Context, tx *db.Tx, who actor.Actor, project id.ID, f *Refund, red *Receipt, p *payment.Refund) error {
	m := red.Mirror()
	if err := s.unsettle(ctx, tx, project, m.Lines); err != nil {
		return err
	}
	if f.Kind == RefundEnded {
		return s.endMonths(ctx, tx, who, project, f, red)
	}
	var err error
	switch {
	case p.State.Open():
		err = s.payment.SpendHeld(ctx, tx, project, p, ledger.DocReceipt, red.ID)
	case m.ToPrepay > 0:
		err = s.payment.Spend(ctx, tx, project, red.Payer, []id.ID{red.Room}, m.ToPrepay, ledger.DocReceipt, red.ID)
	}
	if err != nil || f.Kind != RefundRed {
		return err
	}
	if err := markReversed(ctx, tx, project, red.RedOf, red.ID); err != nil {
		return fmt.Errorf("write receipt: %w", err)
	}
	return nil
}

// FailRefund notes on the application why the channel did not give back.
func (s *Service) FailRefund(ctx context.Context, tx *db.Tx, project id.ID, p *payment.Refund) error {
	f, err := lockRefund(ctx, tx, project, p.Application)
	if err != nil || !f.awaits(p) {
		return err
	}
	before := f.facts()
	f.State, f.Failure, f.Held, f.Version = RefundFailed, p.Reason, 0, f.Version+1
	s.record(tx, actor.System(f.Method.Name()), project, &f, "cashier.refund_failed", "没有退回", before)
	return updateRefund(ctx, tx, project, &f)
}

// Again is how a refund that the channel did not make is to be made now: the
// same way once more, or by hand.
type Again struct {
	Original bool
	Method   Method
	Account  string
}

// AskAgain asks once more for a refund that failed, in the same or in another
// way; another person approves it again. Errors: ErrRefund, ErrRefundState,
// ErrRefundMuch, ErrOnlyOriginal, fault.ErrStale, fault.ErrNotFound.
func (s *Service) AskAgain(ctx context.Context, who actor.Actor, project, refund id.ID, in Again, version int) (Refund, error) {
	in.Account = strings.TrimSpace(in.Account)
	ask := RefundAsk{Method: in.Method}
	if err := ask.checkMethod(); err != nil && !in.Original {
		return Refund{}, err
	}
	if utf8.RuneCountInString(in.Account) > maxReference {
		return Refund{}, ErrRefund.At("body.account", "最多 60 个字", nil)
	}
	return s.changeRefund(ctx, who, project, refund, version, func(tx *db.Tx, f *Refund) (string, error) {
		if f.State != RefundFailed {
			return "", ErrRefundState
		}
		if f.Receipt != 0 {
			r, err := s.oneReceipt(ctx, tx, project, f.Receipt)
			if err == nil {
				err = s.stillRefundable(ctx, tx, project, &r, f)
			}
			if err != nil {
				return "", err
			}
		}
		f.State, f.AskedBy, f.Asker, f.AskedAt = RefundAsked, who.Account, who.Name, tx.Now()
		if in.Original {
			return "再次申请原路退回", nil
		}
		if f.Receipt == 0 {
			return "", ErrOnlyOriginal
		}
		f.Method, f.Account = in.Method, in.Account
		return "改用" + f.Method.Name() + "申请", nil
	})
}
