package roster

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"

	"linli/internal/kit/actor"
	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/fault"
	"linli/internal/kit/id"
	"linli/internal/kit/job"
)

const (
	jobCheck = "estate.check"
	jobApply = "estate.apply"
)

type importJob struct{ Project, Import id.ID }

func (s *Service) handleJobs() {
	if s.jobs == nil {
		return
	}
	s.jobs.Handle(jobCheck, s.onImport(s.checkImport))
	s.jobs.Handle(jobApply, s.onImport(s.writeImport))
	for _, kind := range []string{jobCheck, jobApply} {
		s.jobs.GaveUp(kind, func(ctx context.Context, payload []byte, _ error) error {
			var j importJob
			if err := json.Unmarshal(payload, &j); err != nil {
				return nil // never was an import
			}
			return s.fail(ctx, j.Project, j.Import)
		})
	}
}

func (s *Service) enqueue(ctx context.Context, tx *db.Tx, kind string, project, imp id.ID) error {
	return s.jobs.Enqueue(ctx, tx, kind, kind+"/"+imp.String(), importJob{project, imp}, 0)
}

func (s *Service) onImport(do func(context.Context, id.ID, *Import) error) job.Handler {
	return func(ctx context.Context, payload []byte) error {
		var j importJob
		if err := json.Unmarshal(payload, &j); err != nil {
			return fmt.Errorf("%w: %w", job.ErrGiveUp, err)
		}
		im, err := oneImport(ctx, s.db.Reader(ctx), j.Project, j.Import)
		if err != nil {
			return err
		}
		defer s.progress.end(im.ID)
		return do(ctx, j.Project, &im)
	}
}

// checkImport reads and compares every row and stores what it found.
func (s *Service) checkImport(ctx context.Context, project id.ID, im *Import) (err error) {
	if im.State != ImportChecking {
		return nil
	}
	if im.Kind != KindRoster {
		return s.checkKind(ctx, project, im)
	}
	r, err := s.readRoster(ctx, project, im, func(done int) { s.progress.set(im.ID, done, 0) })
	if refused := refusal(err); refused != nil {
		return s.refuseFor(ctx, project, im, RowError{Message: refused.Text})
	}
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, r.close()) }()
	p, err := s.planRoster(ctx, s.db.Reader(ctx), project, r, clock.DateOf(s.db.Clock().Now()))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, p.close()) }()
	im.Rows, im.Report = len(r.places)+r.bad, p.report
	if p.problems.len() > 0 {
		return s.refuse(ctx, project, im, &p.problems)
	}
	return s.conclude(ctx, project, im, ImportReady, &errorList{})
}

// conclude stores what a step found, unless the import has moved on meanwhile.
func (s *Service) conclude(ctx context.Context, project id.ID, im *Import, state string, problems *errorList) error {
	from := im.State
	im.State, im.Errors = state, problems.len()
	return s.db.Write(ctx, func(tx *db.Tx) error {
		if err := lockImport(ctx, tx, project, im.ID); err != nil {
			return err
		}
		now, err := oneImport(ctx, tx, project, im.ID)
		if err != nil || now.State != from {
			return err
		}
		if err := replaceErrors(ctx, tx, project, im.ID, problems); err != nil {
			return err
		}
		return updateImport(ctx, tx, project, im)
	})
}

// refusal is the fault that a person can mend, or nil.
func refusal(err error) *fault.Error {
	if f := fault.As(err); f != nil && f.Kind != fault.Internal {
		return f
	}
	return nil
}

func (s *Service) refuse(ctx context.Context, project id.ID, im *Import, problems *errorList) error {
	if im.Report.Skipped > 0 { // what was left out is still wrong
		err := eachError(ctx, s.db.Reader(ctx), project, im.ID, func(e RowError) error {
			problems.add(e)
			return nil
		})
		if err != nil {
			return err
		}
		im.Report.Skipped = 0
	}
	im.Report.Faulty = problems.countFaulty()
	problems.sort()
	return s.conclude(ctx, project, im, ImportRefused, problems)
}

// refuseFor is refuse for a list at hand.
func (s *Service) refuseFor(ctx context.Context, project id.ID, im *Import, list ...RowError) (err error) {
	var problems errorList
	defer func() { err = errors.Join(err, problems.close()) }()
	for _, e := range list {
		problems.add(e)
	}
	return s.refuse(ctx, project, im, &problems)
}

// writeImport writes the whole file in one transaction: the file is read and
// compared with what is stored before; when anything has changed since, it is
// compared again. A kill leaves nothing; the job runs again.
func (s *Service) writeImport(ctx context.Context, project id.ID, im *Import) (err error) {
	if im.State != ImportApplying {
		return nil
	}
	if im.Kind != KindRoster {
		return s.writeKind(ctx, project, im)
	}
	total := im.Rows
	r, err := s.readRoster(ctx, project, im, func(done int) { s.progress.set(im.ID, done/2, total) })
	if refused := refusal(err); refused != nil {
		return s.refuseFor(ctx, project, im, RowError{Message: refused.Text})
	}
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, r.close()) }()
	problems := &errorList{}
	defer func() { err = errors.Join(err, problems.close()) }()
	err = again(func(within bool) (bool, error) { return s.writeRoster(ctx, project, im, r, problems, within) })
	if refused := refusal(err); refused != nil {
		err = problems.clear()
		problems.add(RowError{Message: refused.Text})
	}
	if err != nil || problems.len() == 0 {
		return err
	}
	return s.refuse(ctx, project, im, problems)
}

// ground is what the plan of a roster rests on: the day, and that nothing of rooms
// and people has been recorded in the log since.
type ground struct {
	log   int64
	today clock.Date
}

// holds says whether the ground of a plan still is. A record that is being changed
// in this moment is found by its version when it is written.
func (s *Service) holds(ctx context.Context, tx *db.Tx, project id.ID, g ground) (bool, error) {
	if g.today != clock.DateOf(tx.Now()) {
		return false, nil
	}
	return s.audit.Quiet(ctx, tx, project, g.log, "estate")
}

func (s *Service) writeRoster(ctx context.Context, project id.ID, im *Import, r *roster, problems *errorList, within bool) (moved bool, err error) {
	var p *plan
	var g ground
	prepare := func(q db.Q) (err error) {
		if g.log, err = s.audit.Position(ctx, q, project); err != nil {
			return err
		}
		g.today = clock.DateOf(s.db.Clock().Now())
		if p, err = s.planRoster(ctx, q, project, r, g.today); err == nil {
			s.progress.set(im.ID, im.Rows*3/4, im.Rows)
		}
		return err
	}
	drop := func() (err error) {
		if p != nil {
			err, p = p.close(), nil
		}
		return err
	}
	defer func() { err = errors.Join(err, drop()) }()
	if !within {
		if err := prepare(s.db.Reader(ctx)); err != nil {
			return false, err
		}
	}
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		moved = false
		if err := problems.clear(); err != nil {
			return err
		}
		if err := s.estate.Lock(ctx, tx, project); err != nil {
			return err
		}
		now, err := oneImport(ctx, tx, project, im.ID)
		if err != nil || now.State != ImportApplying {
			return err
		}
		if within {
			if err := errors.Join(drop(), prepare(tx)); err != nil {
				return err
			}
		} else if held, err := s.holds(ctx, tx, project, g); err != nil || !held {
			moved = true
			return err
		}
		p.report.Skipped = im.Report.Skipped
		if p.problems.len() > 0 {
			im.Report = p.report
			*problems, p.problems = p.problems, errorList{}
			return nil
		}
		now.Rows = len(r.places) + r.bad
		return s.finish(ctx, tx, &now, p)
	})
	return moved, err
}

// finish writes a plan without problems and ends its import.
func (s *Service) finish(ctx context.Context, tx *db.Tx, im *Import, p *plan) error {
	who := actor.System(im.ByName)
	who.Account = im.By
	if err := s.applyPlan(ctx, tx, who, im, p); err != nil {
		return err
	}
	im.State, im.Report, im.AppliedAt = ImportApplied, p.report, tx.Now()
	if err := updateImport(ctx, tx, p.project.ID, im); err != nil {
		return err
	}
	return s.discard(ctx, tx, p.project.ID, im)
}

// discard forgets the file of an import: it holds phones and ID numbers in clear,
// and what was imported is sealed. While rows were left out it stays, like that of
// a refused import, so that they can be put right.
func (s *Service) discard(ctx context.Context, tx *db.Tx, project id.ID, im *Import) error {
	if im.Report.Skipped > 0 {
		return nil
	}
	return s.files.Discard(ctx, tx, project, im.File)
}

// progress is how far the imports of this process have come.
type progress struct{ m sync.Map }

func (p *progress) set(imp id.ID, done, total int) { p.m.Store(imp, [2]int{done, total}) }
func (p *progress) end(imp id.ID)                  { p.m.Delete(imp) }

// Progress is how many rows of a running import are done, of how many; zero
// when it does not run in this process or its length is not known yet.
func (s *Service) Progress(imp id.ID) (done, total int) {
	if v, ok := s.progress.m.Load(imp); ok {
		pair, _ := v.([2]int)
		return pair[0], pair[1]
	}
	return 0, 0
}
