package payment

import (
	"context"
	"errors"
	"fmt"

	"linli/internal/audit"
	"linli/internal/kit/actor"
	"linli/internal/kit/db"
	"linli/internal/kit/fault"
	"linli/internal/kit/id"
	"linli/internal/kit/job"
	"linli/internal/kit/money"
)

// Found is how a capture met its order.
type Found string

// What may be found. All but FoundFit leave something for a person to look at.
const (
	FoundFit     Found = "fit"
	FoundAmount  Found = "amount"  // another amount than asked
	FoundLate    Found = "late"    // the order was closed or expired
	FoundSecond  Found = "second"  // the order or its charges were paid already
	FoundUnknown Found = "unknown" // no such order here
)

// Words is the finding for people.
func (f Found) Words() string {
	switch f {
	case FoundFit:
		return "已入账"
	case FoundAmount:
		return "金额与订单不符"
	case FoundLate:
		return "订单关闭后才付款"
	case FoundSecond:
		return "重复付款"
	case FoundUnknown:
		return "没有这笔订单"
	}
	return ""
}

// ErrNotOurs is a message about another merchant or in another currency.
var ErrNotOurs = errors.New("the message is about another merchant or currency")

// Capture is money that a channel holds for a project; it is written once for
// each transaction of the channel and never changed.
type Capture struct {
	Channel     string
	Merchant    string // whose account it came to
	Transaction string
	Number      string
	Order       id.ID
	Amount      money.Fen
	Found       Found
	Receipt     id.ID
}

// Apply books a paid trade exactly once: capture, receipt, order and what may
// have to be given back are one transaction. A trade that was applied before
// changes nothing. Error: ErrNotOurs.
func (s *Service) Apply(ctx context.Context, project id.ID, channel string, t Trade) error {
	err := s.db.Write(ctx, func(tx *db.Tx) error { return s.apply(ctx, tx, project, channel, &t) })
	if err != nil {
		return fmt.Errorf("apply trade: %w", err)
	}
	return nil
}

func (s *Service) apply(ctx context.Context, tx *db.Tx, project id.ID, channel string, t *Trade) error {
	if t.State != TradePaid || t.Transaction == "" || t.Amount <= 0 {
		return fmt.Errorf("trade %s is not paid", t.Number)
	}
	order, err := orderNumbered(ctx, tx, project, t.Number)
	if err != nil {
		return err
	}
	if order == 0 {
		return s.keepUnknown(ctx, tx, project, channel, t)
	}
	o, err := lockOrder(ctx, tx, project, order)
	if err != nil {
		return err
	}
	if o.Channel != channel || o.Merchant != t.Merchant || t.Currency != "CNY" {
		return ErrNotOurs
	}
	known, err := captured(ctx, tx, project, channel, t.Transaction)
	if err != nil || known {
		return err
	}
	if o.takenBack(t) {
		return ErrTakenBack
	}
	return s.book(ctx, tx, project, &o, t)
}

func (s *Service) book(ctx context.Context, tx *db.Tx, project id.ID, o *Order, t *Trade) error {
	found := meet(o, t)
	in := Settling{Order: *o, Transaction: t.Transaction, Amount: t.Amount}
	if found == FoundFit {
		in.Lines = o.Lines
	}
	done, err := s.settler.SettleOrder(ctx, tx, project, in)
	if err != nil {
		return fmt.Errorf("settle order: %w", err)
	}
	surplus := done.Rest
	if found == FoundFit {
		if surplus -= o.ToPrepay; surplus > 0 {
			found = FoundSecond
		}
	}
	c := Capture{Channel: o.Channel, Merchant: o.Merchant, Transaction: t.Transaction, Number: t.Number, Order: o.ID, Amount: t.Amount, Found: found, Receipt: done.Receipt}
	if err := insertCapture(ctx, tx, project, &c, t.PaidAt); err != nil {
		return fmt.Errorf("write capture: %w", err)
	}
	if o.State != OrderPaid {
		o.State, o.Closing, o.Transaction, o.Receipt, o.ReceiptNumber, o.EndedAt = OrderPaid, false, t.Transaction, done.Receipt, done.Number, tx.Now()
		if err := updateOrder(ctx, tx, project, o); err != nil {
			return err
		}
	}
	if surplus > 0 {
		k := Candidate{ID: tx.NewID(), Channel: o.Channel, Transaction: t.Transaction, Number: t.Number, Order: o.ID, Room: o.Room, RoomLabel: o.RoomLabel,
			Payer: o.Payer, PayerName: o.PayerName, Receipt: done.Receipt, ReceiptNumber: done.Number, Amount: surplus, Why: found, State: CandidateOpen}
		if err := insertCandidate(ctx, tx, project, &k); err != nil {
			return fmt.Errorf("write refund candidate: %w", err)
		}
	}
	after := o.facts()
	after["captured"], after["found"], after["surplus"] = t.Amount, found, surplus
	s.audit.Record(tx, audit.Entry{Project: project, Who: actor.System(s.channels[o.Channel].Name()), Action: "payment.captured", Kind: "order", Subject: o.ID,
		Summary: fmt.Sprintf("%s到账 %s 元，订单 %s：%s", s.channels[o.Channel].Name(), t.Amount.Comma(), o.Number, found.Words()), After: after})
	return nil
}

// meet holds a capture against its order.
func meet(o *Order, t *Trade) Found {
	switch {
	case o.State == OrderPaid:
		return FoundSecond
	case t.Amount != o.Amount:
		return FoundAmount
	case !o.State.Open(), o.outlived(t.PaidAt):
		return FoundLate
	}
	return FoundFit
}

// keepUnknown records money that no order asked for. It is booked when a
// person has found out whose it is.
func (s *Service) keepUnknown(ctx context.Context, tx *db.Tx, project id.ID, channel string, t *Trade) error {
	known, err := captured(ctx, tx, project, channel, t.Transaction)
	if err != nil || known {
		return err
	}
	c := Capture{Channel: channel, Merchant: t.Merchant, Transaction: t.Transaction, Number: t.Number, Amount: t.Amount, Found: FoundUnknown}
	if err := insertCapture(ctx, tx, project, &c, t.PaidAt); err != nil {
		return fmt.Errorf("write capture: %w", err)
	}
	k := Candidate{ID: tx.NewID(), Channel: channel, Transaction: t.Transaction, Number: t.Number, Amount: t.Amount, Why: FoundUnknown, State: CandidateOpen}
	return insertCandidate(ctx, tx, project, &k)
}

// applyNotice books what a stored, verified notice says, and marks it in the
// same transaction.
func (s *Service) applyNotice(ctx context.Context, project, notice id.ID) error {
	n, err := oneNotice(ctx, s.db.Reader(ctx), project, notice)
	if errors.Is(err, fault.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		if err := s.applySaid(ctx, tx, project, &n); err != nil {
			return err
		}
		if err := markNotices(ctx, tx, project, &n, NoticeApplied, ""); err != nil {
			return err
		}
		return job.End(ctx, tx)
	})
	if errors.Is(err, ErrNotOurs) || errors.Is(err, ErrNoRefund) {
		return s.db.Write(ctx, func(tx *db.Tx) error { return markNotices(ctx, tx, project, &n, NoticeRefused, err.Error()) })
	}
	if errors.Is(err, ErrTakenBack) {
		return s.db.Write(ctx, func(tx *db.Tx) error { return markNotices(ctx, tx, project, &n, NoticeIgnored, err.Error()) })
	}
	if err != nil {
		return fmt.Errorf("apply notice: %w", err)
	}
	return nil
}

// applySaid books what a notice is about: a payment or a refund.
func (s *Service) applySaid(ctx context.Context, tx *db.Tx, project id.ID, n *Notice) error {
	if n.Trade.Back != nil {
		return s.takeStatus(ctx, tx, project, n.Channel, n.Trade.Back)
	}
	return s.apply(ctx, tx, project, n.Channel, &n.Trade)
}
