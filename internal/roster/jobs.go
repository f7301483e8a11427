package roster

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
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
func (s *Service) checkImport(ctx context.Context, project id.ID, im *Import) error {
	if im.State != ImportChecking {
		return nil
	}
	if im.Kind != KindRoster {
		return s.checkKind(ctx, project, im)
	}
	r, err := s.readRoster(ctx, project, im, func(done int) { s.progress.set(im.ID, done, 0) })
	if refused := refusal(err); refused != nil {
		return s.refuse(ctx, project, im, []RowError{{Message: refused.Text}})
	}
	if err != nil {
		return err
	}
	p, err := s.planRoster(ctx, s.db.Reader(ctx), project, r, clock.DateOf(s.db.Clock().Now()))
	if err != nil {
		return err
	}
	im.Rows, im.Report = len(r.rows)+badRows(p.problems, r), p.report
	if len(p.problems) > 0 {
		return s.refuse(ctx, project, im, p.problems)
	}
	return s.conclude(ctx, project, im, ImportReady, nil)
}

// conclude stores what a step found, unless the import has moved on meanwhile.
func (s *Service) conclude(ctx context.Context, project id.ID, im *Import, state string, problems []RowError) error {
	from := im.State
	im.State, im.Errors = state, len(problems)
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

// badRows is how many rows of the file could not be read at all.
func badRows(problems []RowError, r *roster) int {
	good := map[int]bool{}
	for i := range r.rows {
		good[r.rows[i].line] = true
	}
	bad := map[int]bool{}
	for _, e := range problems {
		if !good[e.Row] {
			bad[e.Row] = true
		}
	}
	return len(bad)
}

// refusal is the fault that a person can mend, or nil.
func refusal(err error) *fault.Error {
	if f := fault.As(err); f != nil && f.Kind != fault.Internal {
		return f
	}
	return nil
}

func (s *Service) refuse(ctx context.Context, project id.ID, im *Import, problems []RowError) error {
	slices.SortStableFunc(problems, func(a, b RowError) int { return cmp.Compare(a.Row, b.Row) })
	return s.conclude(ctx, project, im, ImportRefused, problems)
}

// writeImport writes the whole file in one transaction: the file is read
// before, compared with what is stored inside, so that a row that has changed
// since the check is seen. A kill leaves nothing; the job runs again.
func (s *Service) writeImport(ctx context.Context, project id.ID, im *Import) error {
	if im.State != ImportApplying {
		return nil
	}
	if im.Kind != KindRoster {
		return s.writeKind(ctx, project, im)
	}
	total := im.Rows
	r, err := s.readRoster(ctx, project, im, func(done int) { s.progress.set(im.ID, done/2, total) })
	if refused := refusal(err); refused != nil {
		return s.refuse(ctx, project, im, []RowError{{Message: refused.Text}})
	}
	if err != nil {
		return err
	}
	var problems []RowError
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		problems = nil
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
		if problems = p.problems; len(problems) > 0 {
			im.Report = p.report
			return nil
		}
		s.progress.set(im.ID, total*3/4, total)
		who := actor.System(now.ByName)
		who.Account = now.By
		if err := s.applyPlan(ctx, tx, who, &now, p); err != nil {
			return err
		}
		now.State, now.Report, now.AppliedAt = ImportApplied, p.report, tx.Now()
		if err := updateImport(ctx, tx, project, &now); err != nil {
			return err
		}
		// The file holds phones and ID numbers in clear; what was imported is sealed.
		return s.files.Discard(ctx, tx, project, now.File)
	})
	if refused := refusal(err); refused != nil {
		problems, err = []RowError{{Message: refused.Text}}, nil
	}
	if err != nil || len(problems) == 0 {
		return err
	}
	return s.refuse(ctx, project, im, problems)
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
