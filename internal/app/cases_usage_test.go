package app_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/money"
	"linli/internal/meter"
	"linli/internal/tariff"
)

// look is one reading of a case.
type look struct {
	on        clock.Date
	value     money.Qty
	estimated bool
}

// meteredMonths reads one meter month by month and bills every month: tiers
// that go on or begin anew, estimates that are made up for, tariffs by season.
func (w *caseWorld) meteredMonths(ctx context.Context, in caseInput, c *acceptanceCase) error {
	looks, err := in.looks()
	if err != nil {
		return err
	}
	rates, err := in.tariffs()
	if err != nil {
		return err
	}
	d := dial{digits: 8}
	if in.has("digits") {
		d.digits = int(in.number("digits"))
	}
	for key, into := range map[string]*money.Qty{"start": &d.prev, "used_before": &d.before, "multiplier": &d.multiplier} {
		if *into, err = in.qty(key); err != nil {
			return err
		}
	}
	from := looks[0].on.Month()
	project, room, meters, err := w.hang(ctx, in, []dial{d}, from, rates)
	if err != nil {
		return err
	}
	usages, months := []string{}, make([]money.Fen, len(looks))
	for _, l := range looks {
		w.now.Set(l.on.Start())
		var r meter.Reading
		err := w.app.DB.Write(ctx, func(tx *db.Tx) error {
			var err error
			r, err = w.app.Meter.Record(ctx, tx, w.who, project, meter.Reading{Meter: meters[0], Date: l.on, Value: l.value, Estimated: l.estimated}, false)
			return err
		})
		if err := first(err, w.bill(ctx, project, l.on.Month().Add(1))); err != nil {
			return err
		}
		usages = append(usages, r.Usage.String())
	}
	list, sum, err := w.owed(ctx, project, room)
	if err != nil {
		return err
	}
	for _, x := range list {
		for i, l := range looks {
			if x.Month == l.on.Month() {
				months[i] += x.Owed()
			}
		}
	}
	return first(c.expectList("usages", usages), c.expectAll("months_fen", months), c.expect("amount_fen", sum))
}

// expectList compares words one by one.
func (c *acceptanceCase) expectList(key string, got []string) error {
	raw, ok := c.want(key)
	if !ok {
		return nil
	}
	var want []string
	if err := json.Unmarshal(raw, &want); err != nil {
		return fmt.Errorf("expected %s: %w", key, err)
	}
	if strings.Join(got, " ") != strings.Join(want, " ") {
		return fmt.Errorf("%s is %v, expected %v", key, got, want)
	}
	return nil
}

// looks reads what the meter showed: [day, value] or [day, value, "estimated"];
// or what was used, [month, quantity], which is read on the last day.
func (in caseInput) looks() ([]look, error) {
	var rows [][]string
	var at money.Qty
	key := in.one("readings", "usages")
	if err := in.into(key, &rows); err != nil {
		return nil, err
	}
	out := make([]look, len(rows))
	for i, r := range rows {
		if len(r) < 2 || len(r) > 3 || len(r) == 3 && r[2] != "estimated" {
			return nil, in.odd(key)
		}
		q, err := money.ParseQty(r[1])
		if err != nil {
			return nil, err
		}
		out[i] = look{value: q, estimated: len(r) == 3}
		if key == "readings" {
			if out[i].on, err = clock.ParseDate(r[0]); err != nil {
				return nil, err
			}
			continue
		}
		m, err := clock.ParseMonth(r[0])
		if err != nil {
			return nil, err
		}
		at += q
		out[i].on, out[i].value = m.Last(), at
	}
	if len(out) == 0 {
		return nil, in.odd(key)
	}
	return out, nil
}

// tariffs are the prices of the case by the day they begin: one, or a list of
// tiers by day.
func (in caseInput) tariffs() ([]tariff.Rate, error) {
	price, err := tariffOf(in)
	if err != nil || !in.has("seasons") {
		return []tariff.Rate{{From: 20200101, Tariff: price}}, err
	}
	var rows []struct {
		From  clock.Date `json:"from"`
		Tiers [][2]any   `json:"tiers"`
	}
	if err := in.into("seasons", &rows); err != nil {
		return nil, err
	}
	var out []tariff.Rate
	for _, r := range rows {
		list, err := tiersFrom(r.Tiers)
		if err != nil || len(list) == 0 {
			return nil, first(err, in.odd("seasons"))
		}
		t := *price
		base := list[0].Add
		t.Bands, t.Tiers = []tariff.BandPrice{{Price: base}}, list
		for i := range list {
			list[i].Add -= base
		}
		out = append(out, tariff.Rate{From: r.From, Tariff: &t})
	}
	return out, nil
}
