package payment

import (
	"context"
	"errors"
	"fmt"

	"linli/internal/kit/db"
	"linli/internal/kit/id"
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
