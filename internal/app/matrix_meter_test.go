package app_test

import (
	"context"

	"linli/internal/billing"
	"linli/internal/kit/actor"
	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/money"
	"linli/internal/meter"
)

// metered gives a twin a meter with a reading, and a shared cost that is not
// released.
func (w *matrixWorld) metered(ctx context.Context, tx *db.Tx, who actor.Actor, p *twin, month clock.Month) error {
	project := p.ids["project"]
	m, err := w.app.Meter.Install(ctx, tx, who, project, meter.Meter{Room: p.ids["room"], Kind: meter.Water, Number: p.canary, Digits: 5, Installed: month.First()})
	if err != nil {
		return err
	}
	r, err := w.app.Meter.Record(ctx, tx, who, project, meter.Reading{Meter: m.ID, Date: month.First(), Value: 10_000}, false)
	if err != nil {
		return err
	}
	item, err := w.app.Billing.CreateItem(ctx, tx, who, project, billing.Item{Name: p.canary + "公摊", Basis: billing.Shared, Cycle: "month", StartMonth: 1,
		From: month.First(), Unit: money.OneFen, FirstMonth: billing.Actual})
	if err != nil {
		return err
	}
	c, err := w.app.Billing.CreateShared(ctx, tx, who, project, billing.SharedCost{Item: item.ID, Month: month, Weigh: billing.WeighArea, Total: 100, Source: p.canary})
	p.ids["meter"], p.ids["reading"], p.ids["shared"] = m.ID, r.ID, c.ID
	return err
}
