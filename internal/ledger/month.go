package ledger

import (
	"context"
	"fmt"
	"time"

	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/fault"
	"linli/internal/kit/id"
)

// What the months of the book refuse.
var (
	ErrMonthClosed  = fault.New(fault.Conflict, "month_closed", "这个月已月结，不能再记账")
	ErrMonthRunning = fault.New(fault.Conflict, "month_running", "这个月还没有结束，月末过后再月结")
	ErrMonthOrder   = fault.New(fault.Conflict, "month_order", "请按月份先后办理月结")
	ErrMonthOpen    = fault.New(fault.Conflict, "month_open", "这个月没有月结，不用反结账")
)

// MonthState is whether anything may still be posted into a month.
type MonthState string

// The states; a month nobody has closed is open.
const (
	MonthOpen   MonthState = "open"
	MonthClosed MonthState = "closed"
)

// BookMonth is one month of a project's book.
type BookMonth struct {
	Month      clock.Month
	State      MonthState
	ClosedBy   string
	ClosedAt   time.Time
	ReopenedBy string
	ReopenedAt time.Time
	Reason     string // of reopening
	Version    int
}

// settled is how long after its end a month can be closed: a command that began
// in its last second has ended by then.
const settled = 10 * time.Minute

// guard refuses postings into closed months and into those before them, which
// would change what the closed ones began with. A month that is over is locked, so
// that it cannot be closed meanwhile.
func (s sums) guard(ctx context.Context, tx *db.Tx, project id.ID) error {
	today := clock.DateOf(tx.Now()).Month()
	var last clock.Month
	for _, k := range s.keys() {
		m := k.date.Month()
		if m == last {
			continue
		}
		last = m
		if m < today {
			if err := lockMonth(ctx, tx, project, m); err != nil {
				return fmt.Errorf("lock month %s: %w", m, err)
			}
		}
		shut, err := closedSince(ctx, tx, project, m)
		if err != nil {
			return fmt.Errorf("read month %s: %w", m, err)
		}
		if shut != 0 {
			return ErrMonthClosed.Say("%s 已月结，不能再记账到 %s", shut, m)
		}
	}
	return nil
}

// OpenDay is where a document of a day is posted: the day itself, or today
// when its month, or a later one, is closed. A later correction stands in the open month.
func (s *Service) OpenDay(ctx context.Context, q db.Q, project id.ID, day, today clock.Date) (clock.Date, error) {
	shut, err := closedSince(ctx, q, project, day.Month())
	if err != nil {
		return 0, fmt.Errorf("read month %s: %w", day.Month(), err)
	}
	if shut != 0 {
		return today, nil
	}
	return day, nil
}

// StillOpen refuses what would change the reports of a month and all behind it,
// when one of them is closed. Error: ErrMonthClosed.
func (s *Service) StillOpen(ctx context.Context, q db.Q, project id.ID, from clock.Month) error {
	shut, err := closedSince(ctx, q, project, from)
	if err != nil {
		return fmt.Errorf("read month %s: %w", from, err)
	}
	if shut != 0 {
		return ErrMonthClosed.Say("%s 已月结，它的报表和凭证不能再变；请从 %s 起，或先反结账", shut, shut.Add(1)).At("body.from", "最早 "+shut.Add(1).String(), from.String())
	}
	return nil
}

// Months are the months that were ever closed, newest first.
func (s *Service) Months(ctx context.Context, q db.Q, project id.ID) ([]BookMonth, error) {
	out, err := listMonths(ctx, q, project)
	if err != nil {
		return nil, fmt.Errorf("months of the book: %w", err)
	}
	return out, nil
}

// CloseMonth locks the figures of a month inside tx: nothing can be posted into
// it any more, and its totals are kept to compare. Months close in order: the
// month before must be closed unless nothing was posted up to it.
// Errors: ErrMonthRunning, ErrMonthOrder, ErrMonthClosed.
func (s *Service) CloseMonth(ctx context.Context, tx *db.Tx, project id.ID, month clock.Month, by string) (BookMonth, error) {
	if tx.Now().Before(month.Add(1).First().Start().Add(settled)) {
		return BookMonth{}, ErrMonthRunning
	}
	before := month.Add(-1)
	for _, m := range []clock.Month{before, month} {
		if err := lockMonth(ctx, tx, project, m); err != nil {
			return BookMonth{}, fmt.Errorf("lock month %s: %w", m, err)
		}
	}
	prior, err := oneMonth(ctx, tx, project, before)
	if err != nil {
		return BookMonth{}, err
	}
	if prior.State != MonthClosed {
		list, err := totals(ctx, tx, project, 0, before.Last())
		if err != nil {
			return BookMonth{}, err
		}
		if len(list) > 0 {
			return BookMonth{}, ErrMonthOrder.Say("%s 还没有月结，请按月份先后办理", before)
		}
	}
	b, err := oneMonth(ctx, tx, project, month)
	if err != nil {
		return BookMonth{}, err
	}
	if b.State == MonthClosed {
		return BookMonth{}, ErrMonthClosed.Say("%s 已经月结", month)
	}
	b.State, b.ClosedBy, b.ClosedAt = MonthClosed, by, tx.Now()
	b.Version++
	if err := updateMonth(ctx, tx, project, &b); err != nil {
		return BookMonth{}, fmt.Errorf("close month: %w", err)
	}
	return b, keepTotals(ctx, tx, project, month)
}

// ReopenMonth lets postings into a closed month again; later months must be
// open. Errors: ErrMonthOpen, ErrMonthOrder.
func (s *Service) ReopenMonth(ctx context.Context, tx *db.Tx, project id.ID, month clock.Month, by, reason string) (BookMonth, error) {
	for _, m := range []clock.Month{month, month.Add(1)} {
		if err := lockMonth(ctx, tx, project, m); err != nil {
			return BookMonth{}, fmt.Errorf("lock month %s: %w", m, err)
		}
	}
	next, err := oneMonth(ctx, tx, project, month.Add(1))
	if err != nil {
		return BookMonth{}, err
	}
	b, err := oneMonth(ctx, tx, project, month)
	if err != nil {
		return BookMonth{}, err
	}
	switch {
	case b.State != MonthClosed:
		return BookMonth{}, ErrMonthOpen
	case next.State == MonthClosed:
		return BookMonth{}, ErrMonthOrder.Say("%s 已月结，请先把后面的月份反结账", next.Month)
	}
	b.State, b.ReopenedBy, b.ReopenedAt, b.Reason = MonthOpen, by, tx.Now(), reason
	b.Version++
	if err := updateMonth(ctx, tx, project, &b); err != nil {
		return BookMonth{}, fmt.Errorf("reopen month: %w", err)
	}
	return b, forgetTotals(ctx, tx, project, month)
}
