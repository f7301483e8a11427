package app_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
	"linli/internal/meter"
	"linli/internal/tariff"
)

// look is one reading of a case.
type look struct {
	on        clock.Date
	value     money.Qty
	estimated bool
	removed   bool // another meter, at zero, hangs in its place
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
		usage, err := w.look(ctx, project, &meters[0], d.digits, l)
		if err := first(err, w.join(ctx, in, project, room, l.on.Month())); err != nil {
			return err
		}
		if usages = append(usages, usage.String()); l.removed {
			continue // the month goes on with the new meter
		}
		if err := w.bill(ctx, project, l.on.Month().Add(1)); err != nil {
			return err
		}
	}
	list, sum, err := w.owed(ctx, project, room)
	if err != nil {
		return err
	}
	for _, x := range list {
		for i, l := range looks {
			if x.Month == l.on.Month() && !l.removed {
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

// look enters a reading; a meter that is taken down leaves its place to another.
func (w *caseWorld) look(ctx context.Context, project id.ID, hung *id.ID, digits int, l look) (used money.Qty, err error) {
	err = w.app.DB.Write(ctx, func(tx *db.Tx) error {
		if !l.removed {
			r, err := w.app.Meter.Record(ctx, tx, w.who, project, meter.Reading{Meter: *hung, Date: l.on, Value: l.value, Estimated: l.estimated}, false)
			used = r.Usage
			return err
		}
		m, err := w.app.Meter.Remove(ctx, tx, w.who, project, meter.Exchange{Meter: *hung, Date: l.on, Final: l.value, Reason: "到期更换",
			New: &meter.Meter{Number: "新表" + l.on.String(), Digits: digits}})
		if err != nil {
			return err
		}
		last, err := w.app.Meter.Readings(ctx, tx, project, *hung)
		used, *hung = last[0].Usage, m.ID
		return err
	})
	return used, err
}

// join lets the people of the case who come in a month move in.
func (w *caseWorld) join(ctx context.Context, in caseInput, project, room id.ID, month clock.Month) error {
	var rows [][2]string
	if !in.has("joins") {
		return nil
	}
	if err := in.into("joins", &rows); err != nil {
		return err
	}
	return w.app.DB.Write(ctx, func(tx *db.Tx) error {
		for _, r := range rows {
			if r[0] != month.String() {
				continue
			}
			n, err := strconv.Atoi(r[1])
			for range n {
				err = first(err, w.lives(ctx, tx, project, room))
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// looks reads what the meter showed: [day, value] or [day, value, "estimated" or "removed"];
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
		if len(r) < 2 || len(r) > 3 || len(r) == 3 && r[2] != "estimated" && r[2] != "removed" {
			return nil, in.odd(key)
		}
		q, err := money.ParseQty(r[1])
		if err != nil {
			return nil, err
		}
		out[i] = look{value: q, estimated: len(r) == 3 && r[2] == "estimated", removed: len(r) == 3 && r[2] == "removed"}
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
		t.Yearly, t.YearStart = !in.has("accumulate") || in.text("accumulate") == "year", max(t.YearStart, 1)
		base := list[0].Add
		t.Bands, t.Tiers = []tariff.BandPrice{{Price: base}}, list
		for i := range list {
			list[i].Add -= base
		}
		out = append(out, tariff.Rate{From: r.From, Tariff: &t})
	}
	return out, nil
}
