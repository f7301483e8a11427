package billing

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/fault"
	"linli/internal/kit/id"
	"linli/internal/kit/job"
	"linli/internal/ledger"

	"golang.org/x/sync/errgroup"
)

// The kinds of jobs of this room. Each works part by part, one transaction per
// part, and continues after a kill where it stopped.
const (
	jobGenerate = "billing.generate"
	jobRelease  = "billing.release"
	jobWithdraw = "billing.withdraw"
)

type runJob struct {
	Project id.ID
	Run     id.ID
}

func (s *Service) handle(q *job.Queue) {
	q.Handle(jobGenerate, s.onRun(s.generate))
	q.Handle(jobRelease, s.onRun(s.release))
	q.Handle(jobWithdraw, s.onRun(s.withdraw))
}

func (s *Service) enqueue(ctx context.Context, tx *db.Tx, kind string, project, run id.ID) error {
	return s.jobs.Enqueue(ctx, tx, kind, kind+"/"+run.String(), runJob{project, run}, 0)
}

// onRun reads the payload and leaves the reason of a failure on the run, where
// the people who wait for it can see it.
func (s *Service) onRun(step func(ctx context.Context, project, run id.ID) error) job.Handler {
	return func(ctx context.Context, payload []byte) error {
		var j runJob
		if err := json.Unmarshal(payload, &j); err != nil {
			return errors.Join(job.ErrGiveUp, fmt.Errorf("read job of run: %w", err))
		}
		err := step(ctx, j.Project, j.Run)
		if errors.Is(err, fault.ErrNotFound) {
			return errors.Join(job.ErrGiveUp, err)
		}
		if err != nil && ctx.Err() == nil {
			err = errors.Join(err, s.noteProblem(ctx, j.Project, j.Run))
		}
		return err
	}
}

func (s *Service) noteProblem(ctx context.Context, project, run id.ID) error {
	return s.db.Write(ctx, func(tx *db.Tx) error {
		r, err := lockRun(ctx, tx, project, run)
		if err != nil {
			return err
		}
		r.Problem = "中断过，系统会自动接着做；一直不动请联系管理员"
		return updateRun(ctx, tx, project, &r)
	})
}

// eachPart prepares parts in one goroutine and writes them in others, so that
// part k+1 is read and computed while part k is written. At most
// writers + 2 parts are in memory.
func eachPart[T any](ctx context.Context, parts []part, writers int, prepare func(context.Context, part) (T, error), write func(context.Context, T) error) error {
	g, ctx := errgroup.WithContext(ctx)
	ready := make(chan T)
	g.Go(func() error {
		defer close(ready)
		for _, p := range parts {
			w, err := prepare(ctx, p)
			if err != nil {
				return fmt.Errorf("prepare part %d: %w", p.No, err)
			}
			select {
			case ready <- w:
			case <-ctx.Done():
				return ctx.Err()
			}
		}
		return nil
	})
	for range writers {
		g.Go(func() error {
			for w := range ready {
				if err := write(ctx, w); err != nil {
					return err
				}
			}
			return nil
		})
	}
	return g.Wait()
}

// generate computes and stores the parts of a run that are not there yet.
func (s *Service) generate(ctx context.Context, project, run id.ID) error {
	q := s.db.Reader(ctx)
	r, err := oneRun(ctx, q, project, run)
	if err != nil || r.State != Generating {
		return err
	}
	plan, err := s.tariff.Plan(ctx, q, project, r.Month)
	if err != nil {
		return fmt.Errorf("plan of run: %w", err)
	}
	parts, err := partsWhere(ctx, q, project, run, "generated", 0)
	if err != nil {
		return err
	}
	p := &preparer{s, project, plan}
	err = eachPart(ctx, parts, s.workers, p.prepare, func(ctx context.Context, w *work) error {
		return s.storePart(ctx, p, run, w)
	})
	if err != nil {
		return fmt.Errorf("generate run: %w", err)
	}
	if err := s.finish(ctx, project, run, generated()); err != nil {
		return err
	}
	if len(parts) > 0 && s.db.Engine() == db.Postgres {
		if err := s.db.Write(ctx, func(tx *db.Tx) error { return learn(ctx, tx) }); err != nil {
			return fmt.Errorf("generate run: %w", err)
		}
	}
	return nil
}

// step is the part of a run's life that a job does: the state it begins in,
// the column of the parts that says done, and what to set at the end.
type step struct {
	from   RunState
	column string
	done   func(ctx context.Context, tx *db.Tx, project id.ID, r *Run) error
}

func generated() step {
	return step{Generating, "generated", func(ctx context.Context, tx *db.Tx, project id.ID, r *Run) error {
		if err := addUpParts(ctx, tx, project, r); err != nil {
			return err
		}
		r.State, r.GeneratedAt = Draft, tx.Now()
		if r.Lines == 0 && r.Faults == 0 {
			r.State = Empty
		}
		return nil
	}}
}

// posting is a step that only moves the run on.
func posting(from RunState, column string, to RunState) step {
	return step{from, column, func(_ context.Context, _ *db.Tx, _ id.ID, r *Run) error {
		r.State = to
		return nil
	}}
}

// storePart writes one part. When another run charged the same months in the
// meantime the unique key stops the part; it is computed again and fills only
// what is still missing.
func (s *Service) storePart(ctx context.Context, p *preparer, run id.ID, w *work) error {
	const tries = 5
	for try := 1; ; try++ {
		err := s.db.Write(ctx, func(tx *db.Tx) error {
			state, err := shareRun(ctx, tx, p.project, run)
			if err != nil || state != Generating {
				return err
			}
			mine, err := claimPart(ctx, tx, p.project, run, w.part.No, "generated")
			if err != nil || !mine {
				return err
			}
			if err := writePart(ctx, tx, p.project, run, p.plan, w); err != nil {
				return err
			}
			if err := s.chargeReadings(ctx, tx, p.project, run, w); err != nil {
				return err
			}
			return finishLast(ctx, tx, p.project, run, generated())
		})
		if err == nil {
			return nil
		}
		if !moved(err) || try == tries {
			return fmt.Errorf("store part %d: %w", w.part.No, err)
		}
		if w, err = p.prepare(ctx, w.part); err != nil {
			return fmt.Errorf("prepare part again: %w", err)
		}
	}
}

// finish flips the run when all parts are done and it is still in that step.
// Mostly the last part has done so; two that were written at the same time
// leave it to be done here.
func (s *Service) finish(ctx context.Context, project, run id.ID, st step) error {
	if r, err := oneRun(ctx, s.db.Reader(ctx), project, run); err != nil || r.State != st.from {
		return err
	}
	return s.db.Write(ctx, func(tx *db.Tx) error { return finishIn(ctx, tx, project, run, st) })
}

// finishLast flips the run in the transaction of its last part, which saves
// small runs a commit.
func finishLast(ctx context.Context, tx *db.Tx, project, run id.ID, st step) error {
	left, err := partsLeft(ctx, tx, project, run, st.column)
	if err != nil || left {
		return err
	}
	return finishIn(ctx, tx, project, run, st)
}

func finishIn(ctx context.Context, tx *db.Tx, project, run id.ID, st step) error {
	r, err := lockRun(ctx, tx, project, run)
	if err != nil || r.State != st.from {
		return err
	}
	if err := st.done(ctx, tx, project, &r); err != nil {
		return err
	}
	r.Version++
	r.Problem = ""
	if err := updateRun(ctx, tx, project, &r); err != nil {
		return err
	}
	return job.End(ctx, tx)
}

// postedPart is a part with the charges to be posted and their sums.
type postedPart struct {
	part part
	rows []posted
	due  dueSteps
}

func (s *Service) readPosted(project, run id.ID) func(context.Context, part) (postedPart, error) {
	return func(ctx context.Context, p part) (postedPart, error) {
		rows, due, err := postable(ctx, s.db.Reader(ctx), project, run, p)
		return postedPart{p, rows, due}, err
	}
}

// release posts the parts that are not posted yet: debit receivable, credit
// revenue, one posting per charge.
func (s *Service) release(ctx context.Context, project, run id.ID) error {
	return s.post(ctx, project, run, s.releasing(), func(ctx context.Context, tx *db.Tx, p postedPart) error {
		p.due.keep(tx, project, 1)
		return s.postRows(ctx, tx, project, p.rows, ledger.Posting{DocKind: ledger.DocRun, Doc: run, Date: clock.DateOf(tx.Now()),
			Debit: ledger.Receivable, Credit: ledger.Revenue})
	})
}

// withdraw ends the life of the charges and reverses what was posted.
func (s *Service) withdraw(ctx context.Context, project, run id.ID) error {
	r, err := oneRun(ctx, s.db.Reader(ctx), project, run)
	if err != nil {
		return err
	}
	income := ledger.Revenue
	if r.Kind == kindOpening {
		income = ledger.Opening
	}
	return s.post(ctx, project, run, posting(Withdrawing, "withdrawn", Withdrawn), func(ctx context.Context, tx *db.Tx, p postedPart) error {
		if p.part.First == 0 {
			return nil
		}
		if p.part.Released {
			p.due.keep(tx, project, -1)
			err := s.postRows(ctx, tx, project, p.rows, ledger.Posting{DocKind: ledger.DocRunWithdrawn, Doc: run, Date: clock.DateOf(tx.Now()),
				Debit: income, Credit: ledger.Receivable})
			if err != nil {
				return err
			}
		}
		if err := buryPart(ctx, tx, project, run, p.part); err != nil {
			return err
		}
		return s.freeReadings(ctx, tx, project, run, p.part.After, p.part.Upto, "")
	})
}

func (s *Service) post(ctx context.Context, project, run id.ID, st step, write func(context.Context, *db.Tx, postedPart) error) error {
	q := s.db.Reader(ctx)
	r, err := oneRun(ctx, q, project, run)
	if err != nil || r.State != st.from {
		return err
	}
	parts, err := partsWhere(ctx, q, project, run, st.column, 0)
	if err != nil {
		return err
	}
	err = eachPart(ctx, parts, s.workers, s.readPosted(project, run), func(ctx context.Context, p postedPart) error {
		return s.db.Write(ctx, func(tx *db.Tx) error {
			now, err := shareRun(ctx, tx, project, run)
			if err != nil || now != st.from {
				return err
			}
			mine, err := claimPart(ctx, tx, project, run, p.part.No, st.column)
			if err != nil || !mine {
				return err
			}
			if err := write(ctx, tx, p); err != nil {
				return err
			}
			return finishLast(ctx, tx, project, run, st)
		})
	})
	if err != nil {
		return fmt.Errorf("%s run: %w", st.from, err)
	}
	return s.finish(ctx, project, run, st)
}

// postRows posts the charges of a part, stretch by stretch of the same item;
// they come in the order they were written, which is by item.
func (s *Service) postRows(ctx context.Context, tx *db.Tx, project id.ID, rows []posted, form ledger.Posting) error {
	for len(rows) > 0 {
		n := 1
		for n < len(rows) && rows[n].item == rows[0].item {
			n++
		}
		same := rows[:n]
		form.Item, rows = same[0].item, rows[n:]
		if err := s.ledger.PostAlike(ctx, tx, project, form, n, func(i int, p *ledger.Posting) error {
			p.Subject, p.Amount = same[i].subject, same[i].amount
			return nil
		}); err != nil {
			return err
		}
	}
	return nil
}
