package sharedcost_test

import (
	"context"
	"testing"

	"linli/internal/billing/billingtest"
	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/dbtest"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
	"linli/internal/kit/supply"
	"linli/internal/meter"
	"linli/internal/sharedcost"
)

// world is one project with everything below shared costs.
type world struct {
	*billingtest.World
	shared *sharedcost.Service
}

func each(t *testing.T, fn func(t *testing.T, w *world)) {
	dbtest.Run(t, billingtest.Migrations(), func(t *testing.T, d *db.DB, now *clock.Manual) {
		w := &world{World: billingtest.New(t, d, now, 0)}
		w.shared = sharedcost.New(sharedcost.Deps{DB: d, Audit: w.Audit, Estate: w.Estate, Meter: w.Meter, Tariff: w.Tariff, Billing: w.Billing})
		fn(t, w)
	})
}

func (w *world) ctx() context.Context { return context.Background() }

// mainMeter is one of the project that shows 0 on the first day of 2025.
func (w *world) mainMeter(kind supply.Kind) id.ID {
	w.Helper()
	var out id.ID
	w.Write(func(ctx context.Context, tx *db.Tx) error {
		m, err := w.Meter.Install(ctx, tx, w.Who, w.Project, meter.Meter{Place: "总表", Kind: kind, Number: "M0", Digits: 7, Installed: 20250101})
		out = m.ID
		return err
	})
	return out
}

func (w *world) dial(m id.ID, on clock.Date, value int64) {
	w.Helper()
	w.Write(func(ctx context.Context, tx *db.Tx) error {
		_, err := w.Meter.Record(ctx, tx, w.Who, w.Project, meter.Reading{Meter: m, Date: on, Value: money.Qty(value) * 10_000}, false)
		return err
	})
}

// check holds documents against their charges, the charges against the book, and
// every amount against what was stored to explain it.
func (w *world) check() {
	w.Helper()
	for _, find := range []func(context.Context, id.ID) ([]string, error){w.shared.Broken, w.Billing.Broken, w.Billing.BrokenAmounts} {
		if broken, err := find(w.ctx(), w.Project); err != nil || len(broken) > 0 {
			w.Errorf("%v: %v", broken, err)
		}
	}
}
