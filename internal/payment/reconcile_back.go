package payment

import (
	"context"
	"errors"
	"fmt"
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
