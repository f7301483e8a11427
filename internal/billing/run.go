package billing

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
	"linli/internal/kit/fault"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
	"linli/internal/kit/page"
)

// RunState is where a run stands.
type RunState string

// The states: generating → draft → releasing → released; a draft or an unpaid
// released run goes → withdrawing → withdrawn. A run that found nothing to
// charge ends empty.
const (
	Generating  RunState = "generating"
	Draft       RunState = "draft"
	Empty       RunState = "empty"
	Releasing   RunState = "releasing"
	Released    RunState = "released"
	Withdrawing RunState = "withdrawing"
	Withdrawn   RunState = "withdrawn"
)

// Run is one 出账: the charges of one month, reviewed and released together.
type Run struct {
	ID           id.ID
	Kind         string // empty for month: all other kinds stand in no list of runs
	Month        clock.Month
	State        RunState
	Parts        int // of the step that is under way
	PartsDone    int
	Rooms        int64
	Lines        int64     // charges that count: all but dropped ones
	Amount       money.Fen // of these
	HeldLines    int64
	HeldAmount   money.Fen
	DroppedLines int64
	Faults       int64
	First, Last  id.ID // range of its charges' ids
	Version      int
	Problem      string // why the step that is under way had to be tried again
	CreatedBy    string
	CreatedAt    time.Time
	GeneratedAt  time.Time
	ReleasedBy   string
	ReleasedAt   time.Time
	WithdrawnBy  string
	WithdrawnAt  time.Time
	Reason       string // of the withdrawal
}

// lastRoom stands behind every room there is, so that rooms made while a run
// is generated are still charged by its last part.
const lastRoom = id.ID(1<<63 - 1)

// StartRun begins to charge a month: it cuts the project into parts and leaves
// the work to a job. Running again fills what is missing and doubles nothing.
// Errors: ErrMonth, ErrNothingDue, ErrNoRooms, ErrRunning.
func (s *Service) StartRun(ctx context.Context, who actor.Actor, project id.ID, month clock.Month) (Run, error) {
	// Cut before the transaction: the last part takes what moves in meanwhile.
	borders, err := s.estate.RoomIDBounds(ctx, s.db.Reader(ctx), project, s.partRooms)
	if err != nil {
		return Run{}, fmt.Errorf("start run: %w", err)
	}
	var run Run
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		if month == 0 || month > clock.MonthOf(tx.Now()).Add(1) {
			return ErrMonth
		}
		p, err := s.tariff.Plan(ctx, tx, project, month)
		if err != nil {
			return err
		}
		if len(p.Items) == 0 && len(p.Faults) == 0 {
			return ErrNothingDue
		}
		if len(borders) == 0 {
			return ErrNoRooms
		}
		run = Run{ID: tx.NewID(), Month: month, State: Generating, Version: 1, CreatedBy: who.Name, CreatedAt: tx.Now(), Parts: len(borders)}
		if err := insertRun(ctx, tx, project, &run); err != nil {
			return err
		}
		if err := insertParts(ctx, tx, project, run.ID, cut(borders)); err != nil {
			return err
		}
		used := make([]id.ID, len(p.Items))
		for i, it := range p.Items {
			used[i] = it.ID
		}
		if err := s.tariff.MarkUsed(ctx, tx, project, used); err != nil {
			return err
		}
		s.audit.Record(tx, audit.Entry{Project: project, Who: who, Action: "billing.run_started", Kind: "run", Subject: run.ID,
			Summary: "开始出 " + month.String() + " 账期的账", After: map[string]any{"month": month, "parts": len(borders)}})
		return s.enqueue(ctx, tx, jobGenerate, project, run.ID)
	})
	if err != nil {
		return Run{}, fmt.Errorf("start run: %w", err)
	}
	return run, nil
}

// cut makes parts of the borders; each border is the last room of its part.
func cut(borders []id.ID) []part {
	list := make([]part, len(borders))
	for i := range borders {
		list[i] = part{No: i + 1, Upto: borders[i]}
		if i > 0 {
			list[i].After = borders[i-1]
		}
	}
	list[len(list)-1].Upto = lastRoom
	return list
}

// Release makes a reviewed run owed: a job posts every charge that is not held
// or dropped, and flips the run at the end. version is what the reviewer saw.
// Errors: ErrRunState, fault.ErrStale, fault.ErrNotFound.
func (s *Service) Release(ctx context.Context, who actor.Actor, project, run id.ID, version int) (Run, error) {
	return s.change(ctx, project, run, func(tx *db.Tx, r *Run) error {
		if r.State != Draft || r.Lines == 0 {
			return ErrRunState.Say("这次出账不是待审核的状态，或没有可发布的费用，请刷新后再看")
		}
		if r.Version != version {
			return fault.ErrStale
		}
		before := r.summary()
		r.State, r.ReleasedBy, r.ReleasedAt = Releasing, who.Name, tx.Now()
		s.audit.Record(tx, audit.Entry{Project: project, Who: who, Action: "billing.released", Kind: "run", Subject: r.ID,
			Summary: fmt.Sprintf("发布 %s 账期 %d 条费用，共 %s 元", r.Month, r.Lines-r.HeldLines, (r.Amount - r.HeldAmount).Comma()),
			Before:  before, After: r.summary()})
		return s.enqueue(ctx, tx, jobRelease, project, r.ID)
	})
}

// Withdraw takes a run back while nothing of it is paid: charges stop being
// live and what was posted is reversed, by a job. The month can then be run
// again. Errors: ErrPaid, ErrRunState, ErrReason, fault.ErrStale.
func (s *Service) Withdraw(ctx context.Context, who actor.Actor, project, run id.ID, version int, reason string) (Run, error) {
	if reason = strings.TrimSpace(reason); !reasonOK(reason) {
		return Run{}, ErrReason
	}
	return s.change(ctx, project, run, func(tx *db.Tx, r *Run) error {
		switch r.State {
		case Generating, Draft, Empty, Released:
		default:
			return ErrRunState
		}
		if r.Version != version {
			return fault.ErrStale
		}
		if r.State == Released {
			paid, err := anyPaid(ctx, tx, project, r)
			if err != nil {
				return err
			}
			if paid {
				return ErrPaid
			}
		}
		before := r.summary()
		r.State, r.WithdrawnBy, r.WithdrawnAt, r.Reason = Withdrawing, who.Name, tx.Now(), reason
		s.audit.Record(tx, audit.Entry{Project: project, Who: who, Action: "billing.withdrawn", Kind: "run", Subject: r.ID,
			Summary: "撤回 " + r.Month.String() + " 账期的出账：" + reason, Before: before, After: r.summary()})
		return s.enqueue(ctx, tx, jobWithdraw, project, r.ID)
	})
}

func reasonOK(s string) bool {
	n := utf8.RuneCountInString(s)
	return n >= 2 && n <= 200
}

// summary is what the audit log keeps of a run.
func (r *Run) summary() map[string]any {
	return map[string]any{"month": r.Month, "state": r.State, "lines": r.Lines, "amount": r.Amount, "held_lines": r.HeldLines,
		"held_amount": r.HeldAmount, "dropped_lines": r.DroppedLines}
}

// change locks a run, lets fn decide and stores it under the next version.
func (s *Service) change(ctx context.Context, project, run id.ID, fn func(tx *db.Tx, r *Run) error) (Run, error) {
	var out Run
	err := s.db.Write(ctx, func(tx *db.Tx) error {
		r, err := lockRun(ctx, tx, project, run)
		if err != nil {
			return err
		}
		if err := fn(tx, &r); err != nil {
			return err
		}
		r.Version++
		out = r
		return updateRun(ctx, tx, project, &r)
	})
	if err != nil {
		return Run{}, fmt.Errorf("change run: %w", err)
	}
	return out, nil
}

// Run reads one with its progress. Error: fault.ErrNotFound.
func (s *Service) Run(ctx context.Context, q db.Q, project, run id.ID) (Run, error) {
	r, err := oneRun(ctx, q, project, run)
	if err != nil {
		return r, err
	}
	return r, progress(ctx, q, project, &r)
}

// Runs lists runs, the newest month first; month 0 means all.
func (s *Service) Runs(ctx context.Context, q db.Q, project id.ID, month clock.Month, p page.Request) (page.List[Run], error) {
	var beforeMonth clock.Month
	var before id.ID
	if _, err := page.Decode(p.Cursor, &beforeMonth, &before); err != nil {
		return page.List[Run]{}, err
	}
	if p.Limit <= 0 {
		p.Limit = 50
	}
	rows, err := runs(ctx, q, project, month, beforeMonth, before, p.Limit+1)
	if err != nil {
		return page.List[Run]{}, err
	}
	l := page.Cut(rows, p.Limit, func(r Run) []any { return []any{r.Month, r.ID} })
	for i := range l.Items {
		if err := progress(ctx, q, project, &l.Items[i]); err != nil {
			return page.List[Run]{}, err
		}
	}
	return l, nil
}
