package payment

import (
	"context"
	"errors"
	"fmt"
	"time"

	"linli/internal/kit/db"
	"linli/internal/kit/fault"
	"linli/internal/kit/id"
	"linli/internal/kit/job"
)

// What is refused about payers' codes.
var (
	ErrScannedCode = fault.New(fault.Invalid, "payer_code_invalid", "这不是付款码。请付款人打开微信或支付宝的“付款码”再扫")
	ErrNoScanner   = fault.New(fault.Conflict, "scan_missing", "这种收款方式不能扫付款人的付款码，请出示收款码")
	// ErrTakenBack is answered to what says that a scanned order is paid, when it
	// was said before the order was taken back, or while it is.
	ErrTakenBack = fault.New(fault.Conflict, "order_taken_back", "这笔扫码收款已经撤销，付出的钱由渠道退回付款人，不能补记")
)

const (
	// scanLife is how long the payer has to agree on the telephone.
	scanLife = 90 * time.Second
	// codeLife is how long after the scan the code is still sent. Later the payer
	// has gone, or the telephone shows another one.
	codeLife = 20 * time.Second
	// scanPatience is how long after the scan the answer may be on its way: a
	// channel waits for less than the half of it.
	scanPatience = codeLife + 20*time.Second
	scanEvery    = 5 * time.Second
	// neverCame is after which time an order that the channel does not know is
	// taken back without waiting for its expiry.
	neverCame = 30 * time.Second
	// reverseUntil is how long after the expiry the reversal is asked for. After
	// forgotten, money that could not be sent back is booked.
	reverseUntil = 30 * time.Minute
)

// ScanStage is how far the taking of a payer's code has come.
type ScanStage string

// The stages; "" is an order that nobody scanned for.
const (
	ScanNew       ScanStage = "new"       // not sent yet
	ScanSent      ScanStage = "sent"      // sent, no answer yet
	ScanAsked     ScanStage = "asked"     // the payer has to agree on the telephone
	ScanUnknown   ScanStage = "unknown"   // the channel did not say what became of it
	ScanReversing ScanStage = "reversing" // the channel is asked to give the money back, if there is any
	ScanReversed  ScanStage = "reversed"
)

// scans refuses a payer's code that the channel of an order cannot take.
func (s *Service) scans(in *NewOrder) error {
	if in.PayerCode == "" {
		return nil
	}
	if !s.CanScan(in.Channel) || in.Phone != nil {
		return ErrNoScanner
	}
	if ScannedChannel(in.PayerCode) != in.Channel {
		return ErrScannedCode.At("body.payer_code", "不是这个渠道的付款码", nil)
	}
	return nil
}

// scan sends the payer's code to the channel, once: an order that was begun
// before a crash is asked about instead.
func (s *Service) scan(ctx context.Context, project, order id.ID, code string) error {
	o, c, m, err := s.orderAt(ctx, project, order)
	if err != nil {
		return err
	}
	scanner, ok := c.(Scanner)
	if !ok {
		return s.end(ctx, project, order, OrderClosed, "这种收款方式不能扫付款人的付款码，没有扣款")
	}
	if s.db.Clock().Now().After(o.CreatedAt.Add(codeLife)) && o.State == OrderCreated {
		return s.end(ctx, project, order, OrderClosed, "没有来得及收款，没有扣款，请付款人刷新付款码后重扫")
	}
	if mine, err := s.beginScan(ctx, project, order); err != nil || !mine {
		return err
	}
	trade, err := scanner.Scan(ctx, m, o, code, s.callbackAddress(&m))
	switch {
	case errors.Is(err, ErrRefusedByChannel):
		return s.end(ctx, project, order, OrderClosed, refusalWords(c, err))
	case err != nil:
		// Asked for by the next look; the error is for the log.
		return errors.Join(s.noteScan(ctx, project, order, ScanUnknown), fmt.Errorf("scan: %w", err))
	case trade.State == TradePaid:
		if err := s.Apply(ctx, project, o.Channel, trade); !errors.Is(err, ErrTakenBack) {
			return err
		}
		return nil
	case trade.State == TradeClosed:
		return s.end(ctx, project, order, OrderClosed, "付款没有成功，没有扣款")
	case trade.State == TradeOpen:
		return s.noteScan(ctx, project, order, ScanAsked)
	}
	return s.noteScan(ctx, project, order, ScanUnknown)
}

// beginScan marks an order as sent before it is, so that a crash cannot send it
// twice; false when that was done already, or the order is not wanted any more.
func (s *Service) beginScan(ctx context.Context, project, order id.ID) (mine bool, err error) {
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		o, err := lockOrder(ctx, tx, project, order)
		if mine = err == nil && o.State == OrderCreated && !o.Closing; !mine {
			return err
		}
		o.State, o.Scan = OrderWaiting, ScanSent
		if err := updateOrder(ctx, tx, project, &o); err != nil {
			return err
		}
		return s.lookLater(ctx, tx, project, order, 0, scanEvery)
	})
	return mine && err == nil, err
}

func (s *Service) noteScan(ctx context.Context, project, order id.ID, stage ScanStage) error {
	return s.db.Write(ctx, func(tx *db.Tx) error {
		o, err := lockOrder(ctx, tx, project, order)
		if err != nil || !o.State.Open() || o.Scan != ScanSent {
			return err
		}
		o.Scan = stage
		return updateOrder(ctx, tx, project, &o)
	})
}

func refusalWords(c Channel, err error) string {
	var r *Refusal
	if errors.As(err, &r) {
		return r.Words
	}
	return fmt.Sprintf("%s没有接受这笔收款，没有扣款：%s", c.Name(), err)
}

// lookScanned asks what became of a scanned order, every few seconds while the
// payer stands there, and has it taken back when its time is over.
func (s *Service) lookScanned(ctx context.Context, project id.ID, o *Order, step int) error {
	now := s.db.Clock().Now()
	if o.Scan == ScanReversing && now.Before(o.ExpiresAt.Add(reverseUntil)) {
		err := s.db.Write(ctx, func(tx *db.Tx) error { return s.reverseLater(ctx, tx, project, o.ID) })
		return s.lookScannedAgain(ctx, project, o, step, err)
	}
	trade, found, err := s.AskScanned(ctx, project, o)
	switch {
	case err != nil:
	case trade.State == TradePaid && o.Scan == ScanReversing:
		if now.After(o.ExpiresAt.Add(forgotten)) {
			return s.keepAfterAll(ctx, project, o, trade)
		}
	case trade.State == TradePaid:
		return s.Apply(ctx, project, o.Channel, trade)
	case trade.State == TradeClosed:
		return s.end(ctx, project, o.ID, OrderClosed, "付款没有成功，没有扣款")
	}
	lost := err == nil && !found && o.Scan != ScanAsked && !o.flies(now) && now.After(o.CreatedAt.Add(neverCame))
	if o.Scan != ScanReversing && (lost || !now.Before(o.ExpiresAt)) {
		err = errors.Join(err, s.takeBack(ctx, project, o.ID, "没有等到付款，已撤销，没有扣款"))
	}
	return s.lookScannedAgain(ctx, project, o, step, err)
}

func (s *Service) lookScannedAgain(ctx context.Context, project id.ID, o *Order, step int, failed error) error {
	after := scanEvery
	if !s.db.Clock().Now().Before(o.ExpiresAt.Add(scanLife)) {
		after, _ = lookAfter(2)
	}
	err := s.db.Write(ctx, func(tx *db.Tx) error { return s.lookLater(ctx, tx, project, o.ID, step+1, after) })
	if err != nil {
		return errors.Join(failed, err)
	}
	return nil
}

// AskScanned asks the channel about an order; found is whether it knows it.
func (s *Service) AskScanned(ctx context.Context, project id.ID, o *Order) (t Trade, found bool, err error) {
	_, c, m, err := s.orderAt(ctx, project, o.ID)
	if err != nil {
		return t, false, err
	}
	t, err = c.Query(ctx, m, o.Number)
	if errors.Is(err, ErrNoSuchTrade) || errors.Is(err, ErrNotScanned) {
		return Trade{State: TradeOpen}, false, nil
	}
	if err != nil {
		return t, false, fmt.Errorf("query order: %w", err)
	}
	t.sinceReversal = o.Scan == ScanReversed
	return t, true, nil
}

// closeScanned does what CancelOrder wants of a scanned order. While the answer
// to the scan may be on its way it waits for it.
func (s *Service) closeScanned(ctx context.Context, project id.ID, o *Order, step int) error {
	if o.State == OrderCreated { // wanted closed before it was sent: it never is
		return s.end(ctx, project, o.ID, OrderClosed, "")
	}
	if o.flies(s.db.Clock().Now()) {
		return s.db.Write(ctx, func(tx *db.Tx) error { return s.closeAfter(ctx, tx, project, o.ID, step+1, time.Second) })
	}
	trade, _, err := s.AskScanned(ctx, project, o)
	switch {
	case err != nil: // not known, which is what a reversal is for
	case trade.State == TradePaid && o.Scan != ScanReversing:
		return s.Apply(ctx, project, o.Channel, trade)
	case trade.State == TradeClosed:
		return s.end(ctx, project, o.ID, OrderClosed, "")
	}
	return s.takeBack(ctx, project, o.ID, "")
}

// takeBack decides that an order shall not be paid any more. From here on
// nothing that says it is paid is believed, until the channel has reversed it:
// a receipt for money that goes back would be worse than none.
func (s *Service) takeBack(ctx context.Context, project, order id.ID, reason string) error {
	return s.db.Write(ctx, func(tx *db.Tx) error {
		o, err := lockOrder(ctx, tx, project, order)
		if err != nil || o.State != OrderWaiting {
			return err
		}
		if o.Scan != ScanReversing {
			if o.Scan = ScanReversing; o.Reason == "" {
				o.Reason = reason
			}
			if err := updateOrder(ctx, tx, project, &o); err != nil {
				return err
			}
		}
		return s.reverseLater(ctx, tx, project, order)
	})
}

func (s *Service) reverseLater(ctx context.Context, tx *db.Tx, project, order id.ID) error {
	return s.jobs.Enqueue(ctx, tx, jobReverse, fmt.Sprintf("%s/%d/%d", jobReverse, project, order), orderJob{Project: project, Order: order}, 0)
}

// reverse has the channel take back an order.
func (s *Service) reverse(ctx context.Context, project, order id.ID, _ int) error {
	o, c, m, err := s.orderAt(ctx, project, order)
	if err != nil || o.State != OrderWaiting || o.Scan != ScanReversing {
		return err
	}
	scanner, ok := c.(Scanner)
	if !ok || s.db.Clock().Now().After(o.ExpiresAt.Add(reverseUntil+scanPatience)) {
		return fmt.Errorf("%w: order %s cannot be reversed any more", job.ErrGiveUp, o.Number)
	}
	if err := scanner.Reverse(ctx, m, o.Number); err != nil {
		return fmt.Errorf("reverse order: %w", err)
	}
	state := OrderExpired
	if o.Closing {
		state = OrderClosed
	}
	return s.end(ctx, project, order, state, "")
}

// keepAfterAll books money that the channel did not send back in all the time
// that it was asked to; nobody asks any more.
func (s *Service) keepAfterAll(ctx context.Context, project id.ID, o *Order, t Trade) error {
	err := s.db.Write(ctx, func(tx *db.Tx) error {
		o, err := lockOrder(ctx, tx, project, o.ID)
		if err != nil || o.State != OrderWaiting || o.Scan != ScanReversing {
			return err
		}
		o.Scan = ScanUnknown
		return updateOrder(ctx, tx, project, &o)
	})
	if err != nil {
		return err
	}
	return s.Apply(ctx, project, o.Channel, t)
}

// flies tells whether the answer to a scan may still be on its way.
func (o *Order) flies(now time.Time) bool {
	return o.Scan == ScanSent && now.Before(o.CreatedAt.Add(scanPatience))
}

// takenBack tells whether what was said about an order is older than its
// reversal, or may be.
func (o *Order) takenBack(t *Trade) bool {
	return o.Scan == ScanReversing || o.Scan == ScanReversed && !t.sinceReversal
}
