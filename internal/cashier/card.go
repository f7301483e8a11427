package cashier

import (
	"context"
	"fmt"
	"time"

	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
)

// CardPay is a payment by card terminal (刷卡) on a receipt, for whoever holds
// it against the acquirer's file. Amount in fen, below zero on a red receipt;
// Origin is the reference of the payment that a red receipt gives back.
type CardPay struct {
	Receipt   id.ID
	No        int // of the pay on its receipt
	Number    string
	RoomLabel string
	Date      clock.Date
	At        time.Time
	Void      bool
	Amount    money.Fen
	Reference string // voucher or reference, as typed
	Terminal  string
	Last4     string
	Origin    string
}

// Proof is everything that proves the payment, in words.
func (p *CardPay) Proof() string {
	pay := Pay{Method: MethodCard, Reference: p.Reference, Terminal: p.Terminal, Last4: p.Last4}
	return pay.Proof()
}

// CardPays are the payments by card of receipts of some days, both included,
// void and red ones too, in the order of their receipts. On a red receipt
// Terminal and Last4 are those of the payment that it gives back.
func (s *Service) CardPays(ctx context.Context, q db.Q, project id.ID, from, until clock.Date) ([]CardPay, error) {
	out, err := cardPays(ctx, q, project, from, until)
	if err != nil {
		return nil, fmt.Errorf("payments by card: %w", err)
	}
	return out, nil
}
