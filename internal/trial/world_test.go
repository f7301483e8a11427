package trial_test

import (
	"linli/internal/billing"
	"linli/internal/billing/billingtest"
	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
	"linli/internal/trial"

	"pgregory.net/rapid"
)

// world is one project with everything below the trial of a price.
type world struct {
	*billingtest.World
	trial *trial.Service
}

func newWorld(t *rapid.T, d *db.DB, now *clock.Manual) *world {
	w := &world{World: billingtest.New(t, d, now, 3)}
	w.trial = trial.New(trial.Deps{DB: d, Estate: w.Estate, Tariff: w.Tariff, Billing: w.Billing})
	return w
}

// amounts is what a run charges, by room.
func (w *world) amounts(run billing.Run) map[id.ID]money.Fen {
	w.Helper()
	out := map[id.ID]money.Fen{}
	for _, c := range w.Lines(run.ID) {
		out[c.Subject] += c.Amount
	}
	return out
}
