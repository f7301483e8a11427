package payment

import (
	"context"
	"fmt"
	"time"

	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
)

// What the room above reads to hold the books against the bills of the channels.

// DayCapture is one capture of a day with its order; amounts in fen. A bill has
// one for each of its lines, so it is small.
type DayCapture struct {
	Number, RoomLabel string
	Order             id.ID
	Captured, Asked   money.Fen
	PaidAt            int64 // µs
	Own               bool  // of the merchant that was asked for
}

// CapturesOn gives the captures of a channel on a day, by transaction, with
// those that are the merchant's own marked.
func (s *Service) CapturesOn(ctx context.Context, q db.Q, project id.ID, channel, merchant string, day clock.Date, each func(transaction string, c DayCapture)) error {
	if err := capturesOn(ctx, q, project, channel, merchant, day, each); err != nil {
		return fmt.Errorf("captures of a day: %w", err)
	}
	return nil
}

// Held is what the books have about a transaction of a channel and an order
// number, each with 0 when there is none; amounts in fen.
type Held struct {
	Captured  money.Fen
	Number    string // of the capture
	Order     id.ID
	Asked     money.Fen
	RoomLabel string
	Reversed  bool // the order was scanned and taken back
}

// HeldBy looks up transactions and order numbers of a channel.
func (s *Service) HeldBy(ctx context.Context, q db.Q, project id.ID, channel string, transactions, numbers []string) (func(transaction, number string) Held, error) {
	look, err := heldBy(ctx, q, project, channel, transactions, numbers)
	if err != nil {
		return nil, fmt.Errorf("captures and orders: %w", err)
	}
	return look, nil
}

// DayRefund is a refund as a bill may speak of it, with its order.
type DayRefund struct {
	Refund
	RoomLabel string
	Order     id.ID
}

// RefundsOn are the refunds that a channel accepted on a day.
func (s *Service) RefundsOn(ctx context.Context, q db.Q, project id.ID, channel string, day clock.Date) ([]DayRefund, error) {
	list, err := refundsOn(ctx, q, project, channel, day)
	if err != nil {
		return nil, fmt.Errorf("refunds of a day: %w", err)
	}
	return list, nil
}

// RefundsNamed are our refunds with one of the numbers, by number.
func (s *Service) RefundsNamed(ctx context.Context, q db.Q, project id.ID, channel string, numbers []string) (map[string]DayRefund, error) {
	out, err := refundsNamed(ctx, q, project, channel, numbers)
	if err != nil {
		return nil, fmt.Errorf("refunds by number: %w", err)
	}
	return out, nil
}

// CapturedByDay is what was captured and booked on each business day, in fen.
func (s *Service) CapturedByDay(ctx context.Context, q db.Q, project id.ID) (map[clock.Date]money.Fen, error) {
	return capturedByDay(ctx, q, project)
}

// RefundedByDay is what went back and was booked on each business day, in fen.
func (s *Service) RefundedByDay(ctx context.Context, q db.Q, project id.ID) (map[clock.Date]money.Fen, error) {
	return refundedByDay(ctx, q, project)
}

// MerchantDoc is a document that moved money of a merchant, in fen.
type MerchantDoc struct {
	Doc      id.ID
	Merchant string
	Amount   money.Fen
}

// MerchantDocs are the receipts of captures and refunds.
func (s *Service) MerchantDocs(ctx context.Context, q db.Q, project id.ID) ([]MerchantDoc, error) {
	return docsOfMerchants(ctx, q, project)
}

// InUse is a merchant of a project that has had orders.
type InUse struct {
	Project           id.ID
	Channel, Merchant string
	First             time.Time // his first order
}

// InUse are the merchants of all projects that have had orders.
func (s *Service) InUse(ctx context.Context, q db.Q) ([]InUse, error) {
	return merchantsInUse(ctx, q)
}

// Sharers are the projects that use a merchant, the oldest first: what cannot
// be told apart is the oldest one's.
func (s *Service) Sharers(ctx context.Context, q db.Q, channel, merchant string) ([]id.ID, error) {
	return sharers(ctx, q, channel, merchant)
}

// Merchants are the merchants of a project without their keys, the default of
// each channel first.
func (s *Service) Merchants(ctx context.Context, q db.Q, project id.ID) ([]Merchant, error) {
	list, err := allMerchants(ctx, q, project)
	if err != nil {
		return nil, fmt.Errorf("read merchants: %w", err)
	}
	for i := range list {
		for _, key := range list[i].sealed() {
			*key = ""
		}
	}
	return list, nil
}

// ChannelName is a channel in words.
func (s *Service) ChannelName(channel string) string { return s.channels[channel].Name() }
