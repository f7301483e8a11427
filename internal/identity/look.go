package identity

import (
	"context"
	"fmt"
	"time"

	"linli/internal/kit/actor"
	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/fault"
)

// How many full phone and ID numbers one person may see within an hour, over
// all projects: what a desk needs on a busy day, and far from a whole roster.
const (
	maxLooks = 60
	lookSpan = time.Hour
)

// ErrLooks is answered to somebody who has seen too many numbers.
var ErrLooks = fault.New(fault.TooMany, "too_many_looks", "一小时内查看的完整号码太多，请稍后再看")

// Look counts one look of a person at a full phone or ID number. The system
// itself is not counted. Error: ErrLooks, with the time from which there is
// another one.
func (s *Service) Look(ctx context.Context, tx *db.Tx, who actor.Actor) error {
	if who.Account == 0 {
		return nil
	}
	if err := lockAccount(ctx, tx, who.Account); err != nil {
		return fmt.Errorf("count look: %w", err)
	}
	n, first, err := looks(ctx, tx, who.Account, tx.Now().Add(-lookSpan))
	if err != nil {
		return fmt.Errorf("count look: %w", err)
	}
	if n >= maxLooks {
		// The minute is rounded up, so that what is said is true.
		free := first.Add(lookSpan + time.Minute - time.Nanosecond).Truncate(time.Minute).In(clock.Shanghai())
		return ErrLooks.Say("一小时内最多查看 %d 个完整号码，您已看满，%s 以后可以再看", maxLooks, free.Format("15:04"))
	}
	if err := insertLook(ctx, tx, who.Account); err != nil {
		return fmt.Errorf("count look: %w", err)
	}
	return nil
}
