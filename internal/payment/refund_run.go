package payment

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"linli/internal/audit"
	"linli/internal/kit/actor"
	"linli/internal/kit/db"
	"linli/internal/kit/id"
)

// ErrNoRefund is a message about a refund that was not asked for here.
var ErrNoRefund = errors.New("the message is about a refund that was not asked for here")

// askAfter is when the channel is asked about a refund that no notification has
// ended, counted from the last time. Money of a wallet arrives in minutes, of a
// bank card in up to three working days. Source: WeChat Pay, 查询单笔退款.
func askAfter(step int) time.Duration {
	steps := []time.Duration{5 * time.Second, time.Minute, 5 * time.Minute, 30 * time.Minute}
	if step < len(steps) {
		return steps[step]
	}
	return 2 * time.Hour
}

func (s *Service) refundLater(ctx context.Context, tx *db.Tx, project id.ID, r *Refund, step int, after time.Duration) error {
	return s.jobs.Enqueue(ctx, tx, jobRefund, fmt.Sprintf("%s/%d/%d/%d", jobRefund, project, r.ID, step), orderJob{project, r.ID, step}, after)
}

// askRefund asks the channel for a refund, or what became of it, until it is
// done or failed. It may run again at any point: the number makes the channel
// do it once. An unknown outcome is asked again with the same number.
func (s *Service) askRefund(ctx context.Context, project, refund id.ID, step int) error {
	r, err := oneRefund(ctx, s.db.Reader(ctx), project, refund)
	if err != nil || !r.State.Open() {
		return err
	}
	c, m, err := s.UsableFor(ctx, s.db.Reader(ctx), project, r.Channel, r.Merchant)
	if err != nil {
		return err
	}
	back, ok := c.(Refunder)
	if !ok {
		return fmt.Errorf("channel %s gives nothing back", r.Channel)
	}
	if m.Account() != r.Merchant {
		return s.refundAgain(ctx, project, &r, step, "商户号已经更换，原商户号的退款问不到结果")
	}
	status, err := s.whatBecame(ctx, back, m, &r)
	switch {
	case errors.Is(err, ErrRefundRefused):
		_, said, _ := strings.Cut(err.Error(), ": ")
		return s.failRefund(ctx, project, refund, fmt.Sprintf("%s没有接受这笔退款：%s", c.Name(), said))
	case err != nil:
		return s.refundAgain(ctx, project, &r, step, "渠道还没有答复，正在用同一退款单号再问")
	}
	if err := s.ApplyRefund(ctx, project, r.Channel, status); err != nil {
		return err
	}
	if status.State != BackOpen {
		return nil
	}
	return s.refundAgain(ctx, project, &r, step, "")
}

// whatBecame speaks to the channel. A refusal is not signed, so it is believed
// only when the channel does not know the number afterwards.
func (s *Service) whatBecame(ctx context.Context, c Refunder, m Merchant, r *Refund) (RefundStatus, error) {
	if r.State == RefundProcessing {
		status, err := c.QueryRefund(ctx, m, *r)
		if !errors.Is(err, ErrNoSuchRefund) {
			return status, err
		}
	}
	status, refused := c.Refund(ctx, m, *r, s.callbackAddress(&m))
	if !errors.Is(refused, ErrRefundRefused) {
		return status, refused
	}
	status, err := c.QueryRefund(ctx, m, *r)
	if errors.Is(err, ErrNoSuchRefund) {
		return status, refused
	}
	return status, err
}

// refundAgain plans the next question and notes why the outcome is not known.
func (s *Service) refundAgain(ctx context.Context, project id.ID, r *Refund, step int, why string) error {
	err := s.db.Write(ctx, func(tx *db.Tx) error {
		now, err := lockRefund(ctx, tx, project, r.ID)
		if err != nil || !now.State.Open() {
			return err
		}
		if now.Reason != why {
			now.Reason = why
			if err := updateRefund(ctx, tx, project, &now); err != nil {
				return err
			}
		}
		return s.refundLater(ctx, tx, project, r, step+1, askAfter(step))
	})
	if err != nil {
		return fmt.Errorf("ask for refund again: %w", err)
	}
	return nil
}

// ApplyRefund takes what the channel says about a refund, whether it comes by a
// notification, an answer or a bill. A refund that went back is booked exactly
// once: red receipt, wallets, ledger and the end of the refund are one
// transaction. Errors: ErrNoRefund, ErrNotOurs.
func (s *Service) ApplyRefund(ctx context.Context, project id.ID, channel string, st RefundStatus) error {
	err := s.db.Write(ctx, func(tx *db.Tx) error { return s.takeStatus(ctx, tx, project, channel, &st) })
	if err != nil {
		return fmt.Errorf("apply refund: %w", err)
	}
	return nil
}

func (s *Service) takeStatus(ctx context.Context, tx *db.Tx, project id.ID, channel string, st *RefundStatus) error {
	refund, err := refundNumbered(ctx, tx, project, st.Number)
	if err != nil {
		return err
	}
	if refund == 0 {
		return ErrNoRefund
	}
	r, err := lockRefund(ctx, tx, project, refund)
	if err != nil {
		return err
	}
	if r.Channel != channel || st.Transaction != "" && st.Transaction != r.Transaction || st.Merchant != "" && st.Merchant != r.Merchant || st.Amount != r.Amount {
		return ErrNotOurs
	}
	if r.State == RefundDone || r.State == RefundStray {
		return nil
	}
	if st.ID != "" {
		r.ChannelID = st.ID
	}
	if st.Received != "" {
		r.Received = st.Received
	}
	if r.AcceptedAt.IsZero() {
		if r.AcceptedAt = st.AcceptedAt; r.AcceptedAt.IsZero() {
			r.AcceptedAt = tx.Now()
		}
	}
	switch st.State {
	case BackDone:
		return s.settleRefund(ctx, tx, project, &r, st)
	case BackOpen:
		if r.State != RefundCreated {
			return nil
		}
		r.State, r.Reason = RefundProcessing, ""
		return updateRefund(ctx, tx, project, &r)
	case BackClosed, BackAbnormal:
		if !r.State.Open() {
			return nil
		}
		return s.fail(ctx, tx, project, &r, st.State.why(s.channels[channel].Name()))
	}
	return fmt.Errorf("refund %s: state %q", st.Number, st.State)
}

// why is a final state without money, for people.
func (b BackState) why(channel string) string {
	if b == BackAbnormal {
		return channel + "退不进付款人的账户（账户注销或银行卡失效），请和缴费人商量后改用转账退"
	}
	return channel + "关闭了这笔退款，钱没有退"
}

// settleRefund books a refund that went back. One that failed before and went
// back after all is booked as well, unless its application was dealt with in
// another way meanwhile.
func (s *Service) settleRefund(ctx context.Context, tx *db.Tx, project id.ID, r *Refund, st *RefundStatus) error {
	was := r.State
	receipt, number, err := s.settler.SettleRefund(ctx, tx, project, r)
	switch {
	case errors.Is(err, ErrRefundElsewhere):
		if was.Open() {
			if err := s.free(ctx, tx, project, r); err != nil {
				return err
			}
		}
		r.State, r.Reason = RefundStray, "渠道退了这笔钱，申请却已用别的方式办完，没有记账"
	case err != nil:
		return fmt.Errorf("book refund: %w", err)
	default:
		r.State, r.Reason, r.Receipt, r.ReceiptNumber = RefundDone, "", receipt, number
	}
	if r.DoneAt = st.DoneAt; r.DoneAt.IsZero() {
		r.DoneAt = tx.Now()
	}
	r.Held, r.EndedAt = 0, tx.Now()
	if err := updateRefund(ctx, tx, project, r); err != nil {
		return err
	}
	name := s.channels[r.Channel].Name()
	if r.Candidate != 0 && r.State == RefundDone {
		if err := s.EndCandidate(ctx, tx, actor.System(name), project, r.Candidate, "已原路退回，退款单 "+r.Number); err != nil {
			return err
		}
	}
	s.audit.Record(tx, audit.Entry{Project: project, Who: actor.System(name), Action: "payment.refunded", Kind: "channel_refund", Subject: r.ID,
		Summary: fmt.Sprintf("%s已原路退回 %s 元，退款单 %s%s", name, r.Amount.Comma(), r.Number, strayWords(r)), After: r.facts()})
	return nil
}

func strayWords(r *Refund) string {
	if r.State == RefundStray {
		return "：" + r.Reason
	}
	return ""
}

// failRefund ends a refund that the channel never took.
func (s *Service) failRefund(ctx context.Context, project, refund id.ID, why string) error {
	err := s.db.Write(ctx, func(tx *db.Tx) error {
		r, err := lockRefund(ctx, tx, project, refund)
		if err != nil || !r.State.Open() {
			return err
		}
		return s.fail(ctx, tx, project, &r, why)
	})
	if err != nil {
		return fmt.Errorf("fail refund: %w", err)
	}
	return nil
}

// fail gives the prepaid money back to the payer and tells whoever asked.
func (s *Service) fail(ctx context.Context, tx *db.Tx, project id.ID, r *Refund, why string) error {
	r.Reason = why
	if err := s.settler.FailRefund(ctx, tx, project, r); err != nil {
		return fmt.Errorf("note failed refund: %w", err)
	}
	if err := s.free(ctx, tx, project, r); err != nil {
		return err
	}
	r.State, r.Held, r.EndedAt = RefundFailed, 0, tx.Now()
	if err := updateRefund(ctx, tx, project, r); err != nil {
		return err
	}
	name := s.channels[r.Channel].Name()
	s.audit.Record(tx, audit.Entry{Project: project, Who: actor.System(name), Action: "payment.refund_failed", Kind: "channel_refund", Subject: r.ID,
		Summary: fmt.Sprintf("%s没有退回 %s 元，退款单 %s：%s", name, r.Amount.Comma(), r.Number, why), After: r.facts()})
	return nil
}
