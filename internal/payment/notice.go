package payment

import (
	"context"
	"errors"
	"fmt"

	"linli/internal/kit/db"
	"linli/internal/kit/fault"
	"linli/internal/kit/id"
	"linli/internal/kit/job"
)

// ErrNotice is answered to a callback that is not signed by the channel.
var ErrNotice = fault.New(fault.Unauthenticated, "notice_refused", "通知没有通过验签")

// NoticeState is what became of a callback.
type NoticeState string

// The states.
const (
	NoticeRefused  NoticeState = "refused"
	NoticeVerified NoticeState = "verified"
	NoticeApplied  NoticeState = "applied"
	NoticeIgnored  NoticeState = "ignored" // genuine, but not about a payment
)

// Notice is a callback as it came.
type Notice struct {
	ID      id.ID
	Channel string
	Header  map[string]string
	Body    []byte
	State   NoticeState
	Reason  string
	Trade   Trade
}

// about is by which numbers a notice is found: those of the refund when it is
// about one.
func (n *Notice) about() (number, transaction string) {
	if b := n.Trade.Back; b != nil {
		return b.Number, string(b.State)
	}
	return n.Trade.Number, n.Trade.Transaction
}

// TakeNotice stores a callback as it came, with the verdict on its signature.
// When it answers nil the callback is on disk and will be applied, also after a
// crash. Errors: fault.ErrNotFound for an address that is not ours, ErrNotice.
func (s *Service) TakeNotice(ctx context.Context, channel, token string, header map[string]string, body []byte) error {
	c, err := s.channel(channel)
	if err != nil {
		return fault.ErrNotFound.Because(err)
	}
	project, m, err := s.byToken(ctx, channel, token)
	if err != nil {
		return err
	}
	n := Notice{Channel: channel, Header: header, Body: body, State: NoticeVerified}
	trade, err := c.Verify(ctx, m, header, body)
	switch {
	case errors.Is(err, ErrForged):
		n.State, n.Reason = NoticeRefused, err.Error()
	case err != nil:
		return fmt.Errorf("verify notice: %w", err)
	case trade.Back != nil:
		n.Trade = trade
	case trade.State != TradePaid:
		n.State, n.Trade = NoticeIgnored, trade
	case trade.Merchant != m.Account():
		n.State, n.Reason, n.Trade = NoticeRefused, ErrNotOurs.Error(), trade
	default:
		n.Trade = trade
	}
	if err := s.notices.Do(ctx, s.db, arrived{project, &n}, s.keepNotices); err != nil {
		return fmt.Errorf("take notice: %w", err)
	}
	if n.State == NoticeRefused {
		return ErrNotice
	}
	return nil
}

// arrived is a notice on its way to the disk.
type arrived struct {
	project id.ID
	notice  *Notice
}

// keepNotices writes callbacks down and has the genuine ones applied. One that
// the channel repeats is applied again, which changes nothing.
func (s *Service) keepNotices(ctx context.Context, tx *db.Tx, list []arrived) error {
	var jobs []job.Wanted
	for _, a := range list {
		a.notice.ID = tx.NewID()
		if a.notice.State == NoticeVerified {
			jobs = append(jobs, applying(a.project, a.notice))
		}
	}
	if err := insertNotices(ctx, tx, list); err != nil {
		return fmt.Errorf("write notices: %w", err)
	}
	if len(jobs) == 0 {
		return nil
	}
	return s.jobs.EnqueueAll(ctx, tx, jobApply, jobs, 0)
}
