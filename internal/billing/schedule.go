package billing

import (
	"context"
	"errors"
	"fmt"

	"linli/internal/kit/actor"
	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/fault"
	"linli/internal/kit/id"
)

// Resume sets runs going again whose job gave up, or was lost with a restored
// database: whoever looks at such a run must not wait for ever. A run whose
// job still waits or runs is left alone.
func (s *Service) Resume(ctx context.Context) error {
	list, err := underWay(ctx, s.db.Reader(ctx))
	if err != nil {
		return fmt.Errorf("resume runs: %w", err)
	}
	kinds := map[RunState]string{Generating: jobGenerate, Releasing: jobRelease, Withdrawing: jobWithdraw}
	for _, r := range list {
		err := s.db.Write(ctx, func(tx *db.Tx) error { return s.enqueue(ctx, tx, kinds[r.state], r.project, r.run) })
		if err != nil {
			return fmt.Errorf("resume run %s: %w", r.run, err)
		}
	}
	return nil
}

// moving is a run on the way from one state to another.
type moving struct {
	project, run id.ID
	state        RunState
}

// behind is a project whose runs have not reached the current month.
type behind struct {
	project id.ID
	last    clock.Month // newest month with a run, withdrawn ones too
}

// catchUp is how many missed months are charged without being asked. A project
// that is further behind is being filled with its past, by people.
const catchUp = 3

// StartDue starts the runs that are due by now in every project that has
// charged before: from its second month on a project's drafts make themselves,
// on the first day of the month, or later for every month that was missed
// while the program was off. What people have withdrawn is not begun again.
// Calling it twice starts nothing twice. Errors of one project do not stop the
// others; they are joined.
func (s *Service) StartDue(ctx context.Context) error {
	now := clock.MonthOf(s.db.Clock().Now())
	list, err := projectsBehind(ctx, s.db.Reader(ctx), now, now.Add(-catchUp))
	if err != nil {
		return fmt.Errorf("due runs: %w", err)
	}
	var failed error
	for _, b := range list {
		for m := b.last.Add(1); m <= now; m = m.Add(1) {
			_, err := s.StartRun(ctx, actor.System("自动出账"), b.project, m)
			if f := fault.As(err); f != nil && f.Kind != fault.Internal {
				continue // nothing to charge, or somebody has just started it
			}
			if err != nil {
				failed = errors.Join(failed, fmt.Errorf("due run of %s in project %s: %w", m, b.project, err))
			}
		}
	}
	return failed
}
