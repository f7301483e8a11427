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

// writeImport writes the whole file in one transaction: the file is read
// before, compared with what is stored inside, so that a row that has changed
// since the check is seen. A kill leaves nothing; the job runs again.
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
	err = s.db.Write(ctx, func(tx *db.Tx) (err error) {
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
		p, err := s.planRoster(ctx, tx, project, r, clock.DateOf(tx.Now()))
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, p.close()) }()
		if p.problems.len() > 0 {
			im.Report = p.report
			*problems, p.problems = p.problems, errorList{}
			return nil
		}
		s.progress.set(im.ID, total*3/4, total)
		return s.finish(ctx, tx, &now, p)
	})
	if refused := refusal(err); refused != nil {
		err = problems.clear()
		problems.add(RowError{Message: refused.Text})
	}
	if err != nil || problems.len() == 0 {
		return err
	}
	return s.refuse(ctx, project, im, problems)
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
	// The file holds phones and ID numbers in clear; what was imported is sealed.
	return s.files.Discard(ctx, tx, p.project.ID, im.File)
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
