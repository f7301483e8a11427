package app

import (
	"context"
	"errors"
	"time"

	"linli/internal/kit/actor"
	"linli/internal/kit/web"
	"linli/internal/roster"
)

// sweep forgets what has ended by time: sessions, wrong attempts, stored
// answers, finished jobs, rosters, messages on pages.
func (a *App) sweep(ctx context.Context) error {
	return errors.Join(a.Identity.Sweep(ctx), a.Jobs.Sweep(ctx), a.forgetRosters(ctx), a.forgetMessages(ctx), a.Meter.ForgetSignals(ctx), web.ForgetAnswers(ctx, a.DB))
}

func (a *App) forgetMessages(ctx context.Context) error {
	list, err := a.Estate.Projects(ctx, actor.System("清理"))
	for i := range list {
		err = errors.Join(err, a.Notify.Forget(ctx, list[i].ID))
	}
	return err
}

// keepRosters is how long a roster that was never imported is kept; it holds
// phones and ID numbers in clear.
const keepRosters = 7 * 24 * time.Hour

func (a *App) forgetRosters(ctx context.Context) error {
	if err := a.File.Sweep(); err != nil {
		return err
	}
	return errors.Join(a.File.Expire(ctx, roster.KindRoster, a.DB.Clock().Now().Add(-keepRosters)), a.File.ForgetExports(ctx))
}
