package payment

import (
	"context"
	"errors"
	"fmt"

	"linli/internal/kit/db"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
)

// backsOf are our refunds that the waiting lines speak of, by number. What the
// bill says is done and our books do not have yet is booked first, by the same
// way as a notification.
func (w *matching) backsOf(ctx context.Context) (map[string]dayRefund, error) {
	numbers, lines := []string{}, map[string]*BillLine{}
	for i := range w.waiting {
		if l := &w.waiting[i]; l.State == BillRefund && l.RefundNumber != "" {
			numbers, lines[l.RefundNumber] = append(numbers, l.RefundNumber), l
		}
	}
	out, err := refundsNamed(ctx, w.s.db.Reader(ctx), w.project, w.st.Channel, numbers)
	if err != nil {
		return nil, fmt.Errorf("look up refunds: %w", err)
	}
	booked := false
	for number, r := range out {
		l := lines[number]
		if l.BackState != BackDone || r.State == RefundDone || r.State == RefundStray {
			continue
		}
		err := w.s.ApplyRefund(ctx, w.project, w.st.Channel, RefundStatus{Number: number, ID: l.Refund, Transaction: l.Transaction, Merchant: l.Merchant,
			State: BackDone, Amount: l.Back, AcceptedAt: l.At, DoneAt: l.At})
		if err != nil && !errors.Is(err, ErrNotOurs) {
			return nil, fmt.Errorf("book what the bill says: %w", err)
		}
		booked = true
	}
	if !booked {
		return out, nil
	}
	if out, err = refundsNamed(ctx, w.s.db.Reader(ctx), w.project, w.st.Channel, numbers); err != nil {
		return nil, fmt.Errorf("look up refunds again: %w", err)
	}
	return out, nil
}

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
		if err := s.creditOne(ctx, project, d); err != nil && !errors.Is(err, ErrNotOurs) {
			return fmt.Errorf("credit what the bill says: %w", err)
		}
	}
	return nil
}

// takenBackOf are the numbers of orders that were scanned and taken back.
func (s *Service) takenBackOf(ctx context.Context, project id.ID, group []*Difference) (map[string]bool, error) {
	lines := make([]BillLine, len(group))
	for i, d := range group {
		lines[i] = BillLine{Transaction: d.Transaction, Number: d.Number}
	}
	look, err := heldBy(ctx, s.db.Reader(ctx), project, group[0].Channel, lines)
	if err != nil {
		return nil, fmt.Errorf("orders to be credited: %w", err)
	}
	out := map[string]bool{}
	for i := range lines {
		if look(&lines[i]).reversed {
			out[lines[i].Number] = true
		}
	}
	return out, nil
}

// creditTogether books a group but for those that stand alone, and notes it.
// The order of locks is that of credit.
func (s *Service) creditTogether(ctx context.Context, tx *db.Tx, project id.ID, group []*Difference, alone map[string]bool) error {
	var open []*Difference
	var trades []*Trade
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
	if err := s.applyAll(ctx, tx, project, open[0].Channel, trades); err != nil {
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
func (d *Difference) trade() Trade {
	return Trade{Number: d.Number, Transaction: d.Transaction, Merchant: d.Merchant, State: TradePaid, Amount: money.Fen(d.There), Currency: "CNY", PaidAt: d.At}
}

// creditOne credits one order. What the bill says of an order that was scanned
// and taken back is only the first half: the channel is asked whether the money
// went back since.
func (s *Service) creditOne(ctx context.Context, project id.ID, d *Difference) error {
	remedy, note := RemedyCredit, ""
	if d.Order != 0 {
		o, err := s.Order(ctx, s.db.Reader(ctx), project, d.Order)
		if err != nil {
			return err
		}
		if o.Scan == ScanReversed {
			trade, found, err := s.askScanned(ctx, project, &o)
			switch {
			case err != nil:
				return err
			case found && trade.State == TradePaid:
				err = s.Apply(ctx, project, d.Channel, trade)
			case trade.State == TradeClosed:
				remedy, note = RemedyReturned, "扫码收款已撤销，渠道已把钱退回付款人"
			default:
				return nil
			}
			if err != nil {
				return err
			}
		}
	}
	return s.db.Write(ctx, func(tx *db.Tx) error { return s.credit(ctx, tx, system(), project, d.ID, remedy, note) })
}
