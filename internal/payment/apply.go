package payment

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"linli/internal/audit"
	"linli/internal/kit/actor"
	"linli/internal/kit/clock"
	"linli/internal/kit/db"
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
	PaidAt      time.Time
	Day         clock.Date // of its receipt
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
	return s.ApplyAll(ctx, tx, project, channel, []*Trade{t})
}

// arrival is a paid trade that has met its order.
type arrival struct {
	trade *Trade
	order *Order
}

// ApplyAll is Apply for several trades of one channel, in the statements that
// one would take.
func (s *Service) ApplyAll(ctx context.Context, tx *db.Tx, project id.ID, channel string, trades []*Trade) error {
	numbers, transactions := make([]string, len(trades)), make([]string, len(trades))
	for i, t := range trades {
		if t.State != TradePaid || t.Transaction == "" || t.Amount <= 0 {
			return fmt.Errorf("trade %s is not paid", t.Number)
		}
		numbers[i], transactions[i] = t.Number, t.Transaction
	}
	orders, err := lockNumbered(ctx, tx, project, numbers)
	if err != nil {
		return err
	}
	known, err := capturedOf(ctx, tx, project, channel, transactions)
	if err != nil {
		return err
	}
	var list []arrival
	for _, t := range trades {
		o := orders[t.Number]
		if o != nil && (o.Channel != channel || o.Merchant != t.Merchant || t.Currency != "CNY") {
			return ErrNotOurs
		}
		if known[t.Transaction] {
			continue
		}
		known[t.Transaction] = true
		if o != nil && o.takenBack(t) {
			return ErrTakenBack
		}
		if o == nil {
			if err := s.keepUnknown(ctx, tx, project, channel, t); err != nil {
				return err
			}
			continue
		}
		list = append(list, arrival{t, o})
	}
	for len(list) > 0 {
		// What is paid a second time finds its order paid.
		first, again := apart(list)
		if err := s.book(ctx, tx, project, first); err != nil {
			return err
		}
		list = again
	}
	return nil
}

// apart takes the first arrival of each order.
func apart(list []arrival) (first, again []arrival) {
	seen := map[id.ID]bool{}
	for _, a := range list {
		if seen[a.order.ID] {
			again = append(again, a)
			continue
		}
		seen[a.order.ID] = true
		first = append(first, a)
	}
	return first, again
}

// book gives receipts for trades of different orders.
func (s *Service) book(ctx context.Context, tx *db.Tx, project id.ID, list []arrival) error {
	in := make([]Settling, len(list))
	found := make([]Found, len(list))
	for i, a := range list {
		found[i] = meet(a.order, a.trade)
		in[i] = Settling{Order: *a.order, Transaction: a.trade.Transaction, Amount: a.trade.Amount, PaidAt: a.trade.PaidAt}
		if found[i] == FoundFit {
			in[i].Lines = a.order.Lines
		}
	}
	done, err := s.settler.SettleOrders(ctx, tx, project, in)
	if err != nil {
		return fmt.Errorf("settle orders: %w", err)
	}
	captures := make([]Capture, len(list))
	var ended []*Order
	for i, a := range list {
		if a.order.State != OrderPaid {
			a.order.paid(tx.Now(), a.trade.Transaction, done[i])
			ended = append(ended, a.order)
		}
		if captures[i], err = s.conclude(ctx, tx, project, a, found[i], done[i]); err != nil {
			return err
		}
	}
	if err := updatePaid(ctx, tx, project, ended); err != nil {
		return err
	}
	if err := insertCaptures(ctx, tx, project, captures); err != nil {
		return fmt.Errorf("write capture: %w", err)
	}
	return nil
}

// paid ends an order.
func (o *Order) paid(at time.Time, transaction string, done Settled) {
	o.State, o.Closing, o.Transaction, o.Receipt, o.ReceiptNumber, o.EndedAt = OrderPaid, false, transaction, done.Receipt, done.Number, at
}

// conclude answers what is to be kept of the money, keeps what may have to be
// given back, and tells the log.
func (s *Service) conclude(ctx context.Context, tx *db.Tx, project id.ID, a arrival, found Found, done Settled) (Capture, error) {
	o, t, surplus := a.order, a.trade, done.Rest
	if found == FoundFit {
		if surplus -= o.ToPrepay; surplus > 0 {
			found = FoundSecond
		}
	}
	c := Capture{Channel: o.Channel, Merchant: o.Merchant, Transaction: t.Transaction, Number: t.Number, Order: o.ID, Amount: t.Amount, Found: found, Receipt: done.Receipt, PaidAt: t.PaidAt, Day: done.Day}
	if surplus > 0 {
		k := Candidate{ID: tx.NewID(), Channel: o.Channel, Transaction: t.Transaction, Number: t.Number, Order: o.ID, Room: o.Room, RoomLabel: o.RoomLabel,
			Payer: o.Payer, PayerName: o.PayerName, Receipt: done.Receipt, ReceiptNumber: done.Number, Amount: surplus, Why: found, State: CandidateOpen}
		if err := insertCandidate(ctx, tx, project, &k); err != nil {
			return c, fmt.Errorf("write refund candidate: %w", err)
		}
	}
	after := o.facts()
	after["captured"], after["found"], after["surplus"] = t.Amount, found, surplus
	s.audit.Record(tx, audit.Entry{Project: project, Who: actor.System(s.channels[o.Channel].Name()), Action: "payment.captured", Kind: "order", Subject: o.ID,
		Summary: fmt.Sprintf("%s到账 %s 元，订单 %s：%s", s.channels[o.Channel].Name(), t.Amount.Comma(), o.Number, found.Words()), After: after})
	return c, nil
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
	c := Capture{Channel: channel, Merchant: t.Merchant, Transaction: t.Transaction, Number: t.Number, Amount: t.Amount, Found: FoundUnknown, PaidAt: t.PaidAt}
	if err := insertCaptures(ctx, tx, project, []Capture{c}); err != nil {
		return fmt.Errorf("write capture: %w", err)
	}
	k := Candidate{ID: tx.NewID(), Channel: channel, Transaction: t.Transaction, Number: t.Number, Amount: t.Amount, Why: FoundUnknown, State: CandidateOpen}
	return insertCandidate(ctx, tx, project, &k)
}

// together is how many waiting notices of a project are applied in one
// transaction at most. More would hold its number series and its log for longer
// than a counter should wait.
const together = 50

// applyNotice books what a stored, verified notice says, with others of the
// project that wait, and marks them in the same transaction. When one of them
// cannot be booked, this one is booked alone.
func (s *Service) applyNotice(ctx context.Context, project, notice id.ID) error {
	var along int
	err := s.db.Write(ctx, func(tx *db.Tx) error {
		more, err := job.Along(ctx, tx, applyKey(project, ""), together-1)
		if err != nil {
			return err
		}
		jobs, err := job.Payloads[noticeJob](more)
		if err != nil {
			return err
		}
		along = len(jobs)
		ids := []id.ID{notice}
		for _, j := range jobs {
			ids = append(ids, j.Notice)
		}
		return s.applyNotices(ctx, tx, project, ids)
	})
	if err != nil && along > 0 && ctx.Err() == nil {
		err = s.db.Write(ctx, func(tx *db.Tx) error { return s.applyNotices(ctx, tx, project, []id.ID{notice}) })
	}
	switch {
	case errors.Is(err, ErrNotOurs), errors.Is(err, ErrNoRefund):
		return s.setAside(ctx, project, notice, NoticeRefused, err)
	case errors.Is(err, ErrTakenBack):
		return s.setAside(ctx, project, notice, NoticeIgnored, err)
	case err != nil:
		return fmt.Errorf("apply notice: %w", err)
	}
	return nil
}

// setAside marks a notice that is never to be booked.
func (s *Service) setAside(ctx context.Context, project, notice id.ID, state NoticeState, why error) error {
	return s.db.Write(ctx, func(tx *db.Tx) error {
		list, err := noticesByID(ctx, tx, project, []id.ID{notice})
		if err != nil {
			return err
		}
		return markNotices(ctx, tx, project, list, state, why.Error())
	})
}

// applyNotices books what notices say, marks them and ends their job.
func (s *Service) applyNotices(ctx context.Context, tx *db.Tx, project id.ID, ids []id.ID) error {
	list, err := noticesByID(ctx, tx, project, ids)
	if err != nil {
		return err
	}
	paid := map[string][]*Trade{}
	for i := range list {
		n := &list[i]
		if n.Trade.Back == nil {
			paid[n.Channel] = append(paid[n.Channel], &n.Trade)
			continue
		}
		if err := s.takeStatus(ctx, tx, project, n.Channel, n.Trade.Back); err != nil {
			return err
		}
	}
	for _, channel := range slices.Sorted(maps.Keys(paid)) {
		if err := s.ApplyAll(ctx, tx, project, channel, paid[channel]); err != nil {
			return err
		}
	}
	if err := markNotices(ctx, tx, project, list, NoticeApplied, ""); err != nil {
		return err
	}
	return job.End(ctx, tx)
}
