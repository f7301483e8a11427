package demo

import (
	"context"
	"errors"
	"fmt"
	"time"

	"linli/internal/estate"
	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
	"linli/internal/kit/page"
	"linli/internal/kit/supply"
	"linli/internal/meter"
	"linli/internal/tariff"
)

// dial is a water meter as the reader finds it.
type dial struct {
	project *project
	meter   id.ID
	value   money.Qty
	usual   int // m³ a month, 0 where nobody lives
}

const cubic = 10_000 // of money.Qty

// meters hangs a water meter in every flat of the apartment house and in the
// first house of the community, and makes the fee that is charged by it in the
// month after.
func (d *demo) meters(ctx context.Context, first clock.Month) error {
	houses, err := d.app.Estate.Buildings(ctx, d.app.DB.Reader(ctx), d.projects[0].id)
	if err != nil {
		return err
	}
	return errors.Join(d.hang(ctx, d.projects[1], 0, first), d.hang(ctx, d.projects[0], houses[0].ID, first))
}

func (d *demo) hang(ctx context.Context, p *project, house id.ID, first clock.Month) error {
	empty := map[id.ID]bool{}
	err := d.app.Estate.StreamRooms(ctx, d.app.DB.Reader(ctx), p.id, estate.RoomFilter{}, func(r *estate.BillingRoom) error {
		empty[r.ID] = r.State == estate.StateVacant
		return nil
	})
	if err != nil {
		return err
	}
	err = d.app.DB.Write(ctx, func(tx *db.Tx) error {
		pattern := meter.Meter{Kind: supply.Water, Digits: 5, Installed: clock.DateOf(tx.Now())}
		if _, err := d.app.Meter.InstallAll(ctx, tx, p.accountant, p.id, house, pattern); err != nil {
			return err
		}
		return d.waterFee(ctx, tx, p, house, first)
	})
	if err != nil {
		return err
	}
	list, err := d.app.Meter.Sheet(ctx, d.app.DB.Reader(ctx), p.id, meter.SheetFilter{Request: page.Request{Limit: 1000}, Month: first, Kind: supply.Water})
	for _, row := range list.Items {
		one := dial{project: p, meter: row.Meter.ID, usual: 3 + d.late.IntN(6)}
		if empty[row.Meter.Room] {
			one.usual = 0
		}
		d.dials = append(d.dials, one)
	}
	return err
}

func (d *demo) waterFee(ctx context.Context, tx *db.Tx, p *project, house id.ID, first clock.Month) error {
	item, err := d.app.Tariff.CreateItem(ctx, tx, p.accountant, p.id, tariff.Item{Name: "代收水费", Basis: tariff.Metered, Meter: supply.Water, Cycle: "month",
		StartMonth: 1, From: first.First(), Unit: money.OneFen, FirstMonth: tariff.Actual})
	if err != nil {
		return err
	}
	rate := tariff.Rate{Item: item.ID, From: first.First(), Price: 3_450_000, SourceKind: "filing", SourceText: "市水价文件，居民生活用水"}
	if _, err := d.app.Tariff.AddRate(ctx, tx, p.accountant, p.id, rate); err != nil {
		return err
	}
	to := tariff.Assignment{Item: item.ID, Scope: tariff.ToProject, From: first.First()}
	if house != 0 {
		to.Scope, to.Target = tariff.ToBuilding, house
	}
	_, err = d.app.Tariff.Assign(ctx, tx, p.accountant, p.id, to)
	return err
}

// read goes round with the phone on the last day of a month.
func (d *demo) read(ctx context.Context, m clock.Month) error {
	d.clock.Set(m.Add(1).First().AddDays(-1).Start().Add(14 * time.Hour))
	return errors.Join(d.round(ctx, d.projects[0], m, 3, 0), d.round(ctx, d.projects[1], m, 3, 0))
}

// begin reads two thirds of the running month: in each project a pipe leaks in
// two flats, and the rest is left for the visitor.
func (d *demo) begin(ctx context.Context, m clock.Month) error {
	return errors.Join(d.round(ctx, d.projects[0], m, 2, 2), d.round(ctx, d.projects[1], m, 2, 2))
}

// round enters the readings of some thirds of a project's meters; the last few
// of them show many times what is usual and wait for somebody's eye.
func (d *demo) round(ctx context.Context, p *project, m clock.Month, thirds, leaks int) error {
	mine := []*dial{}
	for i := range d.dials {
		if d.dials[i].project == p {
			mine = append(mine, &d.dials[i])
		}
	}
	n := len(mine) * thirds / 3
	err := d.app.DB.Write(ctx, func(tx *db.Tx) error {
		for i, one := range mine[:n] {
			used := 0
			if one.usual > 0 {
				used = one.usual*10 - 10 + d.late.IntN(21) // tenths of a m³
			}
			if i >= n-leaks {
				used *= 6
			}
			one.value += money.Qty(used) * cubic / 10
			_, err := d.app.Meter.Record(ctx, tx, p.cashier, p.id, meter.Reading{Meter: one.meter, Month: m, Date: clock.DateOf(tx.Now()), Value: one.value}, false)
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("readings of %s: %w", m, err)
	}
	return nil
}
