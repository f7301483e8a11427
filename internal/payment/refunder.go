package payment

import (
	"context"
	"errors"
	"time"

	"linli/internal/kit/db"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
)

// What a channel may answer about a refund beside a status. Every other error
// means that the outcome is not known.
var (
	ErrRefundRefused = errors.New("the channel does not accept the refund")
	ErrNoSuchRefund  = errors.New("the channel knows no such refund")
)

// Refunder is a Channel that can give money back the way it came (原路退回).
type Refunder interface {
	// Refund asks for a refund. The same number is one refund, however often it
	// is asked for. Error: ErrRefundRefused.
	Refund(ctx context.Context, m Merchant, r Refund, notify string) (RefundStatus, error)
	// QueryRefund asks what became of it. Error: ErrNoSuchRefund.
	QueryRefund(ctx context.Context, m Merchant, r Refund) (RefundStatus, error)
}

// BackState is what a channel says about a refund.
type BackState string

// The states that matter here.
const (
	BackOpen     BackState = "open"     // accepted, on its way
	BackDone     BackState = "done"     // the payer has the money
	BackClosed   BackState = "closed"   // it will not be made
	BackAbnormal BackState = "abnormal" // the payer's account does not take it
)

// RefundStatus is a refund as the channel sees it, signed by it.
type RefundStatus struct {
	Number      string // 商户退款单号, ours
	ID          string // the channel's
	Transaction string // of the payment
	Merchant    string // "" when it is not told
	State       BackState
	Amount      money.Fen // given back of the order's amount
	Received    string    // where the payer got it, in words
	AcceptedAt  time.Time // zero when it is not told
	DoneAt      time.Time
}

// RefundSettler books refunds; the Settler is one. Both are called inside the
// transaction that records what the channel said.
type RefundSettler interface {
	// SettleRefund gives the red receipt for money that went back. Error:
	// ErrRefundElsewhere.
	SettleRefund(ctx context.Context, tx *db.Tx, project id.ID, r *Refund) (receipt id.ID, number string, err error)
	// FailRefund notes why the channel does not give back.
	FailRefund(ctx context.Context, tx *db.Tx, project id.ID, r *Refund) error
}

// CanRefund tells whether a channel gives money back the way it came.
func (s *Service) CanRefund(channel string) bool {
	_, ok := s.channels[channel].(Refunder)
	return ok
}
