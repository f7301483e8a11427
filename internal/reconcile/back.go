package reconcile

import (
	"context"
	"errors"
	"fmt"

	"linli/internal/kit/db"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
	"linli/internal/payment"
)

// backsOf are our refunds that the waiting lines speak of, by number. What the
// bill says is done and our books do not have yet is booked first, by the same
// way as a notification.
func (w *matching) backsOf(ctx context.Context) (map[string]payment.DayRefund, error) {
	numbers, lines := []string{}, map[string]*payment.BillLine{}
	for i := range w.waiting {
		if l := &w.waiting[i]; l.State == payment.BillRefund && l.RefundNumber != "" {
			numbers, lines[l.RefundNumber] = append(numbers, l.RefundNumber), l
		}
	}
	out, err := w.s.payment.RefundsNamed(ctx, w.s.db.Reader(ctx), w.project, w.st.Channel, numbers)
	if err != nil {
		return nil, fmt.Errorf("look up refunds: %w", err)
	}
	booked := false
	for number, r := range out {
		l := lines[number]
		if l.BackState != payment.BackDone || r.State == payment.RefundDone || r.State == payment.RefundStray {
			continue
		}
		err := w.s.payment.ApplyRefund(ctx, w.project, w.st.Channel, payment.RefundStatus{Number: number, ID: l.Refund, Transaction: l.Transaction, Merchant: l.Merchant,
			State: payment.BackDone, Amount: l.Back, AcceptedAt: l.At, DoneAt: l.At})
		if err != nil && !errors.Is(err, payment.ErrNotOurs) {
			return nil, fmt.Errorf("book what the bill says: %w", err)
		}
		booked = true
	}
	if !booked {
		return out, nil
	}
	if out, err = w.s.payment.RefundsNamed(ctx, w.s.db.Reader(ctx), w.project, w.st.Channel, numbers); err != nil {
		return nil, fmt.Errorf("look up refunds again: %w", err)
	}
	return out, nil
}

// together is how many orders are credited in one transaction at most. More would
// hold the number series and the log of a project for longer than a counter
// should wait.
const together = 50

// creditAll credits what the channel has and our orders lack, by the same way
// as a callback and as many at once. The day is counted when it is finished.
func (s *Service) creditAll(ctx context.Context, project, statement id.ID) error {
	list, err := differencesOf(ctx, s.db.Reader(ctx), project, statement)
	if err != nil {
		return fmt.Errorf("what is to be credited: %w", err)
	}
	var group []*Difference
	for i := range list {
		d := &list[i]
		if d.Kind != KindUncredited || d.State != DifferenceOpen {
			continue
		}
		if group = append(group, d); len(group) == together {
			if err := s.creditSome(ctx, project, group); err != nil {
				return err
			}
			group = group[:0]
		}
	}
	return s.creditSome(ctx, project, group)
}

// creditSome credits orders in one transaction, and those that were scanned and
// taken back, or all of them when one cannot be booked, each in its own.
func (s *Service) creditSome(ctx context.Context, project id.ID, group []*Difference) error {
	if len(group) == 0 {
		return nil
	}
	alone, err := s.takenBackOf(ctx, project, group)
	if err == nil {
		err = s.db.Write(ctx, func(tx *db.Tx) error { return s.creditTogether(ctx, tx, project, group, alone) })
	}
	for _, d := range group {
		if err == nil && !alone[d.Number] {
			continue
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err := s.creditOne(ctx, project, d); err != nil && !errors.Is(err, payment.ErrNotOurs) {
			return fmt.Errorf("credit what the bill says: %w", err)
		}
	}
	return nil
}

// takenBackOf are the numbers of orders that were scanned and taken back.
func (s *Service) takenBackOf(ctx context.Context, project id.ID, group []*Difference) (map[string]bool, error) {
	transactions, numbers := make([]string, len(group)), make([]string, len(group))
	for i, d := range group {
		transactions[i], numbers[i] = d.Transaction, d.Number
	}
	look, err := s.payment.HeldBy(ctx, s.db.Reader(ctx), project, group[0].Channel, transactions, numbers)
	if err != nil {
		return nil, fmt.Errorf("orders to be credited: %w", err)
	}
	out := map[string]bool{}
	for _, d := range group {
		if look(d.Transaction, d.Number).Reversed {
			out[d.Number] = true
		}
	}
	return out, nil
}

// creditTogether books a group but for those that stand alone, and notes it.
// The order of locks is that of credit.
func (s *Service) creditTogether(ctx context.Context, tx *db.Tx, project id.ID, group []*Difference, alone map[string]bool) error {
	var open []*Difference
	var trades []*payment.Trade
	for _, d := range group {
		if alone[d.Number] {
			continue
		}
		now, err := oneDifference(ctx, tx, project, d.ID)
		if err != nil {
			return err
		}
		if now.State == DifferenceOpen {
			t := now.trade()
			open, trades = append(open, &now), append(trades, &t)
		}
	}
	if len(open) == 0 {
		return nil
	}
	if err := s.payment.ApplyAll(ctx, tx, project, open[0].Channel, trades); err != nil {
		return err
	}
	if _, err := lockStatement(ctx, tx, project, open[0].Statement); err != nil {
		return err
	}
	for _, d := range open {
		now, err := oneDifference(ctx, tx, project, d.ID)
		if err != nil {
			return err
		}
		if now.State != DifferenceOpen {
			return ErrDifferenceDone
		}
		if err := s.settled(ctx, tx, system(), project, &now, RemedyCredit, ""); err != nil {
			return err
		}
	}
	return nil
}

// trade is the line of a difference as a notification would have told it.
func (d *Difference) trade() payment.Trade {
	return payment.Trade{Number: d.Number, Transaction: d.Transaction, Merchant: d.Merchant, State: payment.TradePaid, Amount: money.Fen(d.There), Currency: "CNY", PaidAt: d.At}
}

// creditOne credits one order. What the bill says of an order that was scanned
// and taken back may be only the first half: unless it tells of the second half
// as well, the channel is asked whether the money went back since.
func (s *Service) creditOne(ctx context.Context, project id.ID, d *Difference) error {
	remedy, note := RemedyCredit, ""
	if d.Order != 0 {
		o, err := s.payment.Order(ctx, s.db.Reader(ctx), project, d.Order)
		if err != nil {
			return err
		}
		if o.Scan == payment.ScanReversed {
			went, err := s.wentBack(ctx, project, d, &o)
			switch {
			case err != nil:
				return err
			case went == unclear:
				return nil
			case went == returned:
				remedy, note = RemedyReturned, "扫码收款已撤销，渠道已把钱退回付款人"
			}
		}
	}
	return s.db.Write(ctx, func(tx *db.Tx) error { return s.credit(ctx, tx, system(), project, d.ID, remedy, note) })
}

// whereabouts of money that a channel took for an order and was told to return.
type whereabouts int

const (
	unclear  whereabouts = iota // the channel does not say
	kept                        // the payment stands, and is booked now
	returned                    // it went back to the payer
)

func (s *Service) wentBack(ctx context.Context, project id.ID, d *Difference, o *payment.Order) (whereabouts, error) {
	back, err := backOf(ctx, s.db.Reader(ctx), project, d.Channel, d.Transaction)
	if err != nil {
		return unclear, fmt.Errorf("what the bill gives back: %w", err)
	}
	if back > 0 && back >= money.Fen(d.There) {
		return returned, nil
	}
	trade, found, err := s.payment.AskScanned(ctx, project, o)
	switch {
	case err != nil:
		return unclear, err
	case found && trade.State == payment.TradePaid:
		return kept, s.payment.Apply(ctx, project, d.Channel, trade)
	case trade.State == payment.TradeClosed:
		return returned, nil
	}
	return unclear, nil
}
