package reconcile

import (
	"context"
	"errors"
	"fmt"
	"time"

	"linli/internal/audit"
	"linli/internal/kit/actor"
	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/fault"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
	"linli/internal/kit/page"
	"linli/internal/payment"
)

// What is refused about bills of channels.
var (
	ErrDayOpen  = fault.New(fault.Invalid, "statement_day_open", "这一天的账单还没有出，第二天 10 点以后才能取")
	ErrDayGone  = fault.New(fault.Invalid, "statement_day_gone", "渠道只保留三个月的账单，这一天取不到了")
	ErrDayOther = fault.New(fault.Conflict, "statement_merchant_changed", "商户号已经更换，原商户号的账单不能再取")
)

const (
	// billHour is when a bill is ready on the next morning, in Asia/Shanghai, and
	// billKept how many days it is kept. Source: WeChat Pay, 申请交易账单; bills of
	// Alipay are there earlier and kept longer.
	billHour = 10
	billKept = 90
)

// StatementState is where the reconciliation of a day stands.
type StatementState string

// The states.
const (
	StatementWaiting StatementState = "waiting" // the bill has not come yet
	StatementRunning StatementState = "running"
	StatementDone    StatementState = "done" // even, or odd while differences are open
)

// Statement is the reconciliation (对账) of one day with one merchant's bill.
// Amount and Refunds in fen and Fee in 10⁻⁵ yuan are the bill's lines that
// concern the project; Others counts lines of other projects with the same
// merchant.
type Statement struct {
	ID          id.ID
	Channel     string
	Merchant    string
	Day         clock.Date
	State       StatementState
	Reason      string // why there is no bill
	Hash        string
	Lines       int64
	Amount      money.Fen
	Refunds     money.Fen
	Fee         int64
	Others      int64
	Differences int64
	Open        int64
	Tries       int
	TriedAt     time.Time
	DoneAt      time.Time
}

// StatementFilter narrows the list of days.
type StatementFilter struct {
	page.Request
	State string // waiting, odd, even or all
}

// Statements lists the days, newest first.
func (s *Service) Statements(ctx context.Context, project id.ID, f StatementFilter) (page.List[Statement], error) {
	list, err := statements(ctx, s.db.Reader(ctx), project, f)
	if err != nil {
		return list, fmt.Errorf("list statements: %w", err)
	}
	return list, nil
}

// Statement reads one. Error: fault.ErrNotFound.
func (s *Service) Statement(ctx context.Context, project, statement id.ID) (Statement, error) {
	st, err := oneStatement(ctx, s.db.Reader(ctx), project, statement)
	if err != nil {
		return st, fmt.Errorf("read statement: %w", err)
	}
	return st, nil
}

// lastReady is the newest day whose bill is there at a moment.
func lastReady(now time.Time) clock.Date {
	if now.In(clock.Shanghai()).Hour() < billHour {
		return clock.DateOf(now).AddDays(-2)
	}
	return clock.DateOf(now).AddDays(-1)
}

// Reconcile fetches the bills of a day of all merchants of the channel, or
// fetches them again, and matches them; it answers at once with that of the
// default merchant. Errors: ErrNoMerchant, ErrDayOpen, ErrDayGone.
func (s *Service) Reconcile(ctx context.Context, who actor.Actor, project id.ID, channel string, day clock.Date) (Statement, error) {
	_, m, err := s.payment.Usable(ctx, s.db.Reader(ctx), project, channel)
	if err != nil {
		return Statement{}, fmt.Errorf("reconcile: %w", err)
	}
	first, err := s.ReconcileOf(ctx, who, project, m.ID, day)
	if err != nil {
		return first, err
	}
	list, err := s.payment.Merchants(ctx, s.db.Reader(ctx), project)
	if err != nil {
		return first, fmt.Errorf("reconcile: %w", err)
	}
	for _, other := range list {
		if other.Channel != channel || other.ID == m.ID {
			continue
		}
		if _, err := s.ReconcileOf(ctx, who, project, other.ID, day); err != nil {
			return first, err
		}
	}
	return first, nil
}

// ReconcileOf is Reconcile for any merchant. Errors: fault.ErrNotFound,
// ErrDayOpen, ErrDayGone.
func (s *Service) ReconcileOf(ctx context.Context, who actor.Actor, project, merchant id.ID, day clock.Date) (Statement, error) {
	var st Statement
	err := s.db.Write(ctx, func(tx *db.Tx) error {
		m, err := s.merchant(ctx, tx, project, merchant)
		if err != nil {
			return err
		}
		switch last := lastReady(tx.Now()); {
		case day > last:
			return ErrDayOpen.At("body.day", "最晚 "+last.String(), day.String())
		case day < clock.DateOf(tx.Now()).AddDays(-billKept):
			return ErrDayGone.At("body.day", "三个月以内", day.String())
		}
		if st, err = s.begin(ctx, tx, project, m.Channel, m.Account(), day); err != nil {
			return err
		}
		s.audit.Record(tx, audit.Entry{Project: project, Who: who, Action: "payment.statement_asked", Kind: "statement", Subject: st.ID,
			Summary: fmt.Sprintf("取%s“%s” %s 的账单并对账", s.payment.ChannelName(m.Channel), m.Name, day)})
		return nil
	})
	if err != nil {
		return st, fmt.Errorf("reconcile: %w", err)
	}
	return st, nil
}

// merchant reads one without its keys. Error: fault.ErrNotFound.
func (s *Service) merchant(ctx context.Context, q db.Q, project, merchant id.ID) (payment.Merchant, error) {
	list, err := s.payment.Merchants(ctx, q, project)
	if err != nil {
		return payment.Merchant{}, err
	}
	for i := range list {
		if list[i].ID == merchant {
			return list[i], nil
		}
	}
	return payment.Merchant{}, fault.ErrNotFound
}

// begin plans one more try for a day; what was planned before is dropped.
func (s *Service) begin(ctx context.Context, tx *db.Tx, project id.ID, channel, merchant string, day clock.Date) (Statement, error) {
	st, found, err := lockStatementOf(ctx, tx, project, channel, merchant, day)
	if err != nil {
		return st, err
	}
	if !found {
		st = Statement{ID: tx.NewID(), Channel: channel, Merchant: merchant, Day: day}
		if err := insertStatement(ctx, tx, project, &st); err != nil {
			return st, fmt.Errorf("write statement: %w", err)
		}
	}
	st.State, st.Reason, st.Tries, st.TriedAt = StatementRunning, "", st.Tries+1, tx.Now()
	if err := updateStatement(ctx, tx, project, &st); err != nil {
		return st, err
	}
	return st, s.reconcileLater(ctx, tx, project, st.ID, st.Tries, 0)
}

// ReconcileDue begins with every day whose bill is there by now and has not
// been asked for, in every project that takes money through a channel. Calling
// it twice begins nothing twice.
func (s *Service) ReconcileDue(ctx context.Context) error {
	now := s.db.Clock().Now()
	last := lastReady(now)
	list, err := s.payment.InUse(ctx, s.db.Reader(ctx))
	if err != nil {
		return fmt.Errorf("merchants to reconcile: %w", err)
	}
	var failed error
	for _, u := range list {
		from := max(clock.DateOf(u.First), clock.DateOf(now).AddDays(-billKept))
		if from > last {
			continue
		}
		known, err := statementDays(ctx, s.db.Reader(ctx), u.Project, u.Channel, u.Merchant, from)
		if err != nil {
			return fmt.Errorf("days that are reconciled: %w", err)
		}
		for day := from; day <= last; day = day.AddDays(1) {
			if known[day] {
				continue
			}
			err := s.db.Write(ctx, func(tx *db.Tx) error {
				_, err := s.begin(ctx, tx, u.Project, u.Channel, u.Merchant, day)
				return err
			})
			if err != nil {
				failed = errors.Join(failed, fmt.Errorf("reconcile %s of project %s: %w", day, u.Project, err))
			}
		}
	}
	return failed
}
