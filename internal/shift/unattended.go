package shift

import (
	"context"
	"errors"
	"fmt"

	"linli/internal/cashier"
	"linli/internal/kit/actor"
	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/id"
)

// unattended is who hands over what came in by itself.
const unattended = "自动交班"

// CloseUnattended hands over what came in by itself on earlier days, by pay codes
// and deductions: nobody has a drawer to count there, and nobody would remember.
// A shift with cash in it is left to a person.
func (s *Service) CloseUnattended(ctx context.Context) error {
	list, err := openUnattended(ctx, s.db.Reader(ctx), clock.DateOf(s.db.Clock().Now()))
	if err != nil {
		return fmt.Errorf("find unattended shifts: %w", err)
	}
	var failed error
	for _, at := range list {
		if err := s.db.Write(ctx, func(tx *db.Tx) error { return s.closeUnattended(ctx, tx, at.project, at.shift) }); err != nil {
			failed = errors.Join(failed, fmt.Errorf("close unattended shift %s: %w", at.shift, err))
		}
	}
	return failed
}

func (s *Service) closeUnattended(ctx context.Context, tx *db.Tx, project, shift id.ID) error {
	state, err := lockShift(ctx, tx, project, shift)
	if err != nil || state != cashier.ShiftOpen {
		return err
	}
	sh, err := s.wholeShift(ctx, tx, project, shift)
	if err != nil || sh.cashDue() != 0 {
		return err
	}
	c := Count{No: len(sh.Counts) + 1, ByName: unattended, At: tx.Now()}
	if err := insertCount(ctx, tx, project, shift, &c); err != nil {
		return fmt.Errorf("write count: %w", err)
	}
	sh.Expected, sh.Counted = c.Expected, c.Counted
	return s.shut(ctx, tx, actor.System(unattended), project, &sh)
}
