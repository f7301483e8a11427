package payment

import (
	"context"
	"errors"
	"fmt"
	"time"

	"linli/internal/kit/db"
	"linli/internal/kit/id"
)

// lookAfter is when the channel is asked about an order that no callback has
// ended, counted from its announcement; the last look is at the expiry.
// Source: WeChat Pay, 查单指引 (5 s, 30 s, then rarer).
func lookAfter(step int) (time.Duration, bool) {
	steps := []time.Duration{5 * time.Second, 30 * time.Second, 5 * time.Minute}
	if step < len(steps) {
		return steps[step], true
	}
	return 0, false
}

const (
	afterExpiry = 10 * time.Second
	// forgotten is how long after its expiry an order that the channel does not
	// know is given up.
	forgotten = time.Hour
)

// announce asks the channel for the code of an order. It may run again: the
// channel answers the same number with a code again.
func (s *Service) announce(ctx context.Context, project, order id.ID, _ int) error {
	return s.announceTo(ctx, project, order, nil)
}

// announceTo asks for a code, or for the page that a telephone is sent to.
func (s *Service) announceTo(ctx context.Context, project, order id.ID, phone *Phone) error {
	o, c, m, err := s.orderAt(ctx, project, order)
	if err != nil || o.State != OrderCreated || o.Closing {
		return err
	}
	code, err := s.prepay(ctx, c, m, o, phone)
	if errors.Is(err, ErrRefusedByChannel) {
		why := fmt.Sprintf("%s没有接受这笔收款，请检查商户资料：%s", c.Name(), err)
		if r := (*Refusal)(nil); errors.As(err, &r) {
			why = r.Words
		}
		return s.end(ctx, project, order, OrderClosed, why)
	}
	if err != nil {
		return s.overdue(ctx, project, &o, fmt.Errorf("announce order: %w", err))
	}
	return s.db.Write(ctx, func(tx *db.Tx) error {
		o, err := lockOrder(ctx, tx, project, order)
		if err != nil || o.State != OrderCreated {
			return err
		}
		o.State, o.Code = OrderWaiting, code
		if err := updateOrder(ctx, tx, project, &o); err != nil {
			return err
		}
		after, _ := lookAfter(0)
		return s.lookLater(ctx, tx, project, order, 0, after)
	})
}

// overdue gives up an order that could not be announced in its time; nobody
// has seen a code, so nobody can pay it.
func (s *Service) overdue(ctx context.Context, project id.ID, o *Order, cause error) error {
	if s.db.Clock().Now().Before(o.ExpiresAt) {
		return cause
	}
	return s.end(ctx, project, o.ID, OrderExpired, "支付渠道一直没有答复")
}

// look asks the channel what became of an order, and closes it when its time
// is over.
func (s *Service) look(ctx context.Context, project, order id.ID, step int) error {
	o, c, m, err := s.orderAt(ctx, project, order)
	if err != nil || o.State != OrderWaiting {
		return err
	}
	if o.Scan != "" {
		return s.lookScanned(ctx, project, &o, step)
	}
	now := s.db.Clock().Now()
	trade, err := c.Query(ctx, m, o.Number)
	switch {
	case errors.Is(err, ErrNoSuchTrade) && now.After(o.ExpiresAt.Add(forgotten)):
		return s.end(ctx, project, order, OrderExpired, "支付渠道没有这笔订单")
	case errors.Is(err, ErrNotScanned) && now.After(o.ExpiresAt):
		return s.end(ctx, project, order, OrderExpired, "超过支付时间")
	case errors.Is(err, ErrNoSuchTrade), errors.Is(err, ErrNotScanned):
	case err != nil:
		return s.lookAgain(ctx, project, &o, step, fmt.Errorf("query order: %w", err))
	case trade.State == TradePaid:
		return s.Apply(ctx, project, o.Channel, trade)
	case trade.State == TradeClosed:
		return s.end(ctx, project, order, OrderClosed, "")
	case now.After(o.ExpiresAt):
		return s.shut(ctx, project, &o, OrderExpired, "超过支付时间")
	}
	return s.lookAgain(ctx, project, &o, step, nil)
}

// lookAgain plans the next look. While there are looks to come a failed one is
// not repeated by itself.
func (s *Service) lookAgain(ctx context.Context, project id.ID, o *Order, step int, failed error) error {
	next, ok := lookAfter(step + 1)
	last, _ := lookAfter(2)
	now := s.db.Clock().Now()
	after := next
	switch {
	case ok:
		earlier, _ := lookAfter(step)
		after = next - earlier
	case now.Before(o.ExpiresAt):
		after = o.ExpiresAt.Sub(now) + afterExpiry
	case now.Before(o.ExpiresAt.Add(forgotten)):
		after = last
	default:
		after = forgotten
	}
	err := s.db.Write(ctx, func(tx *db.Tx) error { return s.lookLater(ctx, tx, project, o.ID, step+1, after) })
	if err != nil {
		return errors.Join(failed, err)
	}
	return nil
}

// close does what CancelOrder wants.
func (s *Service) close(ctx context.Context, project, order id.ID, step int) error {
	o, _, _, err := s.orderAt(ctx, project, order)
	if err != nil || !o.State.Open() {
		return err
	}
	if o.Scan != "" {
		return s.closeScanned(ctx, project, &o, step)
	}
	return s.shut(ctx, project, &o, OrderClosed, "")
}

// shut makes sure at the channel that nobody can pay, then ends the order;
// money that was faster is applied instead. A code that the channel cannot take
// back is not shown any more; whoever pays it all the same has paid late.
func (s *Service) shut(ctx context.Context, project id.ID, o *Order, state OrderState, reason string) error {
	_, c, m, err := s.orderAt(ctx, project, o.ID)
	if err != nil {
		return err
	}
	err = c.Close(ctx, m, o.Number)
	switch {
	case err == nil, errors.Is(err, ErrNotScanned), errors.Is(err, ErrNoSuchTrade) && o.State == OrderCreated:
		return s.end(ctx, project, o.ID, state, reason)
	case errors.Is(err, ErrAlreadyPaid):
		trade, err := c.Query(ctx, m, o.Number)
		if err != nil {
			return fmt.Errorf("query order that is paid: %w", err)
		}
		if trade.State == TradePaid {
			return s.Apply(ctx, project, o.Channel, trade)
		}
		return fmt.Errorf("order %s: the channel says paid and then %s", o.Number, trade.State)
	}
	return fmt.Errorf("close order: %w", err)
}

func (s *Service) orderAt(ctx context.Context, project, order id.ID) (Order, Channel, Merchant, error) {
	q := s.db.Reader(ctx)
	o, err := oneOrder(ctx, q, project, order)
	if err != nil {
		return o, nil, Merchant{}, fmt.Errorf("read order: %w", err)
	}
	c, m, err := s.UsableFor(ctx, q, project, o.Channel, o.Merchant)
	return o, c, m, err
}

// callbackAddress is where the channel tells about the orders of a merchant.
func (s *Service) callbackAddress(m *Merchant) string {
	return s.reachable() + "/api/v1/callbacks/" + m.Channel + "/" + m.Token
}
