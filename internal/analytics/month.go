package analytics

import (
	"context"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"linli/internal/audit"
	"linli/internal/kit/actor"
	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
	"linli/internal/ledger"
)

// BookMonth is one month of the book with what it brought.
type BookMonth struct {
	Month      clock.Month
	State      ledger.MonthState
	Income     money.Fen
	Cost       money.Fen
	Waiting    int64 // expenses of the month nobody has decided on
	ClosedBy   string
	ClosedAt   time.Time
	ReopenedBy string
	Reason     string
	MayClose   bool // it is over, and the month before is closed or empty
	MayReopen  bool // it is the newest closed one
}

// Months lists the months of the book, newest first, at most 36.
func (s *Service) Months(ctx context.Context, project id.ID) ([]BookMonth, error) {
	q := s.db.Reader(ctx)
	today := clock.DateOf(s.db.Clock().Now())
	list, err := s.ledger.Totals(ctx, q, project, 0, today)
	if err != nil {
		return nil, fmt.Errorf("months: %w", err)
	}
	if len(list) == 0 {
		return []BookMonth{}, nil
	}
	closed, err := s.ledger.Months(ctx, q, project)
	if err != nil {
		return nil, fmt.Errorf("months: %w", err)
	}
	stands := map[clock.Month]ledger.BookMonth{}
	for _, b := range closed {
		stands[b.Month] = b
	}
	first := max(list[0].Month, today.Month().Add(1-maxMonths))
	var out []BookMonth
	for m := today.Month(); m >= first; m = m.Add(-1) {
		b := BookMonth{Month: m, State: ledger.MonthOpen}
		if x, ok := stands[m]; ok {
			b.State, b.ClosedBy, b.ClosedAt, b.ReopenedBy, b.Reason = x.State, x.ClosedBy, x.ClosedAt, x.ReopenedBy, x.Reason
		}
		shut := b.State == ledger.MonthClosed
		b.MayClose = !shut && m < today.Month() && (m == first || stands[m.Add(-1)].State == ledger.MonthClosed)
		b.MayReopen = shut && stands[m.Add(1)].State != ledger.MonthClosed
		if b.Waiting, err = s.expense.Waiting(ctx, q, project, m); err != nil {
			return nil, err
		}
		for _, t := range list {
			if t.Month == m {
				b.Income += result(t, ledger.Account.Income, -1)
				b.Cost += result(t, ledger.Account.Cost, 1)
			}
		}
		out = append(out, b)
	}
	return out, nil
}

func result(t ledger.Total, is func(ledger.Account) bool, sign money.Fen) money.Fen {
	var sum money.Fen
	if is(t.Debit) {
		sum += sign * t.Amount
	}
	if is(t.Credit) {
		sum -= sign * t.Amount
	}
	return sum
}

// CloseMonth locks the figures of a month: nothing is posted into it any more,
// later corrections stand in the open month. Expenses of the month must be
// decided first. Errors: ErrWaiting, ledger.ErrMonthRunning,
// ledger.ErrMonthOrder, ledger.ErrMonthClosed.
func (s *Service) CloseMonth(ctx context.Context, who actor.Actor, project id.ID, month clock.Month) error {
	err := s.db.Write(ctx, func(tx *db.Tx) error {
		waiting, err := s.expense.Waiting(ctx, tx, project, month)
		if err != nil {
			return err
		}
		if waiting > 0 {
			return ErrWaiting.Say("%s 还有 %d 张支出单待批准，批准或退回后再月结", month, waiting)
		}
		if _, err := s.ledger.CloseMonth(ctx, tx, project, month, who.Name); err != nil {
			return err
		}
		s.record(tx, who, project, month, "analytics.month_closed", "月结 "+month.String(), "")
		return nil
	})
	if err != nil {
		return fmt.Errorf("close month: %w", err)
	}
	return nil
}

// ReopenMonth lets postings into the newest closed month again, with a reason.
// Errors: ErrReason, ledger.ErrMonthOpen, ledger.ErrMonthOrder.
func (s *Service) ReopenMonth(ctx context.Context, who actor.Actor, project id.ID, month clock.Month, reason string) error {
	reason = strings.TrimSpace(reason)
	if n := utf8.RuneCountInString(reason); n < 2 || n > 200 {
		return ErrReason.At("body.reason", "2–200 个字", nil)
	}
	err := s.db.Write(ctx, func(tx *db.Tx) error {
		if _, err := s.ledger.ReopenMonth(ctx, tx, project, month, who.Name, reason); err != nil {
			return err
		}
		s.record(tx, who, project, month, "analytics.month_reopened", "反结账 "+month.String()+"："+reason, reason)
		return nil
	})
	if err != nil {
		return fmt.Errorf("reopen month: %w", err)
	}
	return nil
}

func (s *Service) record(tx *db.Tx, who actor.Actor, project id.ID, month clock.Month, action, summary, reason string) {
	s.audit.Record(tx, audit.Entry{Project: project, Who: who, Action: action, Kind: "book_month", Subject: id.ID(month), Summary: summary,
		After: map[string]any{"month": month, "reason": reason}})
}
