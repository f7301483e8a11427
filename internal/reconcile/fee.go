package reconcile

import (
	"context"
	"fmt"
	"time"

	"linli/internal/audit"
	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
	"linli/internal/ledger"
)

// Fee is what a channel kept for its service (手续费) by the bill of a day, as
// it stands in the book. Amount in fen; below zero when fees were given back.
type Fee struct {
	ID        id.ID
	Statement id.ID
	Channel   string
	Merchant  string
	Day       clock.Date // of the bill
	Amount    money.Fen
	Date      clock.Date // of the posting
	At        time.Time
}

// feeFen rounds the fee of a bill, in 10⁻⁵ yuan, to fen, half away from zero.
func feeFen(fee int64) money.Fen {
	if fee < 0 {
		return -feeFen(-fee)
	}
	return money.Fen((fee + oneFen/2) / oneFen)
}

// bookFee posts the fee of a bill as expense once: what is posted already is
// left out, so that a bill that is fetched again adds only what has changed.
func (s *Service) bookFee(ctx context.Context, tx *db.Tx, project id.ID, st *Statement) error {
	booked, err := feeOf(ctx, tx, project, st.ID)
	if err != nil {
		return fmt.Errorf("read fee of statement: %w", err)
	}
	amount := feeFen(st.Fee) - booked
	if amount == 0 {
		return nil
	}
	today := clock.DateOf(tx.Now())
	date, err := s.ledger.OpenDay(ctx, tx, project, st.Day, today)
	if err != nil {
		return err
	}
	f := Fee{ID: tx.NewID(), Statement: st.ID, Channel: st.Channel, Merchant: st.Merchant, Day: st.Day, Amount: amount, Date: date, At: tx.Now()}
	if err := insertFee(ctx, tx, project, &f); err != nil {
		return fmt.Errorf("write fee: %w", err)
	}
	p := ledger.Posting{DocKind: ledger.DocChannelFee, Doc: f.ID, Date: date, Debit: ledger.FinancialCost, Credit: ledger.Clearing, Amount: amount}
	if amount < 0 {
		p.Debit, p.Credit, p.Amount = p.Credit, p.Debit, -amount
	}
	if err := s.ledger.Post(ctx, tx, project, []ledger.Posting{p}); err != nil {
		return err
	}
	s.audit.Record(tx, audit.Entry{Project: project, Who: system(), Action: "payment.fee_booked", Kind: "statement", Subject: st.ID,
		Summary: fmt.Sprintf("%s %s 的手续费 %s 元记入支出", s.payment.ChannelName(st.Channel), st.Day, amount.Comma()),
		After:   map[string]any{"merchant": st.Merchant, "amount": amount, "date": date}})
	return nil
}

// rateOf is the fee that is agreed with a merchant, in 10⁻⁶; 0 is none.
func (s *Service) rateOf(ctx context.Context, project id.ID, st *Statement) (int64, error) {
	list, err := s.payment.Merchants(ctx, s.db.Reader(ctx), project)
	if err != nil {
		return 0, fmt.Errorf("agreed fee: %w", err)
	}
	for i := range list {
		if list[i].Channel == st.Channel && list[i].Account() == st.Merchant {
			return list[i].Rate, nil
		}
	}
	return 0, nil
}

// MerchantSum is what one merchant took in a stretch of days, by the channel's
// bills. Amounts in fen; Fee is what the book has as expense for these days.
type MerchantSum struct {
	Channel  string
	Merchant string
	Days     int // with a bill that is matched
	Lines    int64
	Amount   money.Fen
	Refunds  money.Fen
	Fee      money.Fen
}

// MerchantSums adds up the bills from one day to another, both included.
func (s *Service) MerchantSums(ctx context.Context, project id.ID, from, until clock.Date) ([]MerchantSum, error) {
	out, err := merchantSums(ctx, s.db.Reader(ctx), project, from, until)
	if err != nil {
		return nil, fmt.Errorf("sums of merchants: %w", err)
	}
	return out, nil
}
