package app_test

import (
	"bytes"
	"context"
	"image"
	"image/png"
	"strings"
	"testing"

	"linli/internal/billing"
	"linli/internal/kit/actor"
	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
	"linli/internal/kit/supply"
	"linli/internal/meter"
	"linli/internal/sharedcost"
	"linli/internal/tariff"
)

// metered gives a twin a meter with a reading, and a shared cost that is not
// released.
func (w *matrixWorld) metered(ctx context.Context, tx *db.Tx, who actor.Actor, p *twin, month clock.Month) error {
	project := p.ids["project"]
	m, err := w.app.Meter.Install(ctx, tx, who, project, meter.Meter{Room: p.ids["room"], Kind: supply.Water, Number: p.canary, Digits: 5, Installed: month.First()})
	if err != nil {
		return err
	}
	r, err := w.app.Meter.Record(ctx, tx, who, project, meter.Reading{Meter: m.ID, Date: month.First(), Value: 10_000}, false)
	if err != nil {
		return err
	}
	item, err := w.app.Tariff.CreateItem(ctx, tx, who, project, tariff.Item{Name: p.canary + "公摊", Basis: tariff.Shared, Cycle: "month", StartMonth: 1,
		From: month.First(), Unit: money.OneFen, FirstMonth: tariff.Actual})
	if err != nil {
		return err
	}
	c, err := w.app.Shared.Create(ctx, tx, who, project, sharedcost.Cost{Item: item.ID, Month: month, Weigh: billing.WeighArea, Total: 100, Source: p.canary})
	p.ids["meter"], p.ids["reading"], p.ids["shared"] = m.ID, r.ID, c.ID
	return err
}

// dials gives a twin a reading with a photo of its dial, a discount that rests
// on one, and a sheet of readings that waits to be applied.
func (w *matrixWorld) dials(t *testing.T, p *twin, who actor.Actor) {
	t.Helper()
	ctx, project := t.Context(), p.ids["project"]
	var picture bytes.Buffer
	if err := png.Encode(&picture, image.NewGray(image.Rect(0, 0, 8, 8))); err != nil {
		t.Fatal(err)
	}
	photo, err := w.app.Meter.AddPhoto(ctx, who, project, p.canary+".png", bytes.NewReader(picture.Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	empty, err := w.app.Tariff.AddPhoto(ctx, who, project, p.canary+".png", bytes.NewReader(picture.Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	today := clock.DateOf(w.app.DB.Clock().Now())
	err = w.app.DB.Write(ctx, func(tx *db.Tx) error {
		d, err := w.app.Tariff.AskDiscount(ctx, tx, who, project, tariff.Discount{Item: p.ids["item"], Scope: tariff.ToRoom, Target: p.ids["room"], Kind: tariff.Vacancy,
			Starts: tariff.AfterMonths, Keep: 7000, Since: today.Month().First(), Reason: p.canary, Photos: []id.ID{empty.ID}})
		if err != nil {
			return err
		}
		p.ids["discount"] = d.ID
		m, err := w.app.Meter.Install(ctx, tx, who, project, meter.Meter{Place: p.canary, Kind: supply.Gas, Number: p.canary, Digits: 5, Installed: today.Month().First()})
		if err != nil {
			return err
		}
		r, err := w.app.Meter.Record(ctx, tx, who, project, meter.Reading{Meter: m.ID, Date: today, Value: 10_000, Photo: photo.ID}, false)
		p.ids["reading"] = r.ID
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	im, err := w.app.Roster.StartImportOf(ctx, who, project, meter.ImportKind(supply.Heat), p.canary+".csv", strings.NewReader("房屋,本期读数,抄表日期\n"+p.canary+",12,2026-13-01\n"))
	if err != nil {
		t.Fatal(err)
	}
	p.ids["reading_import"] = im.ID
}
