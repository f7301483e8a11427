package app_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"linli/internal/estate"
	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/fault"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
	"linli/internal/kit/page"
	"linli/internal/kit/supply"
	"linli/internal/meter"
	"linli/internal/tariff"
)

// dial is one meter of a case: what it showed at the begin and at the end of
// the month that is billed.
type dial struct {
	band       supply.Band
	digits     int
	multiplier money.Qty
	before     money.Qty // used earlier in the year
	prev, cur  money.Qty
	then       *dial // the meter that took its place
}

// metered bills what meters say was used in February.
func (w *caseWorld) metered(ctx context.Context, in caseInput, c *acceptanceCase) error {
	price, err := tariffOf(in)
	if err != nil {
		return err
	}
	dials, err := dialsOf(in)
	if err != nil {
		return err
	}
	project, room, meters, err := w.hang(ctx, in, dials, 202502, []tariff.Rate{{From: start.First(), Tariff: price}})
	if err != nil {
		return err
	}
	if in.has("history") {
		return w.unusual(ctx, in, c, project, room, meters[0])
	}
	var usage money.Qty
	for i := range dials {
		got, err := w.readDial(ctx, project, meters[i], &dials[i])
		if want, ok := c.want("error"); ok {
			return wrongError(want, err)
		}
		if err != nil {
			return err
		}
		usage += got
	}
	if err := c.expectText("usage", usage); err != nil {
		return err
	}
	if err := w.bill(ctx, project, 202503); err != nil {
		return err
	}
	_, sum, err := w.owed(ctx, project, room)
	return first(err, c.expect("amount_fen", sum))
}

func wrongError(want json.RawMessage, err error) error {
	f := fault.As(err)
	if f == nil || strings.ToUpper(f.Code) != strings.Trim(string(want), `"`) {
		return fmt.Errorf("error is %v, expected %s", err, want)
	}
	return nil
}

func tariffOf(in caseInput) (*tariff.UsagePrice, error) {
	t := &tariff.UsagePrice{Yearly: true, YearStart: 1, Verified: true}
	if in.has("year_start") {
		t.YearStart = int(in.number("year_start"))
	}
	if in.has("accumulate") {
		t.Yearly = in.text("accumulate") == "year"
		if !t.Yearly && in.text("accumulate") != "month" {
			return nil, in.odd("accumulate")
		}
	}
	for _, b := range []supply.Band{supply.Sharp, supply.Peak, supply.Flat, supply.Valley} {
		if key := string(b) + "_price"; in.has(key) {
			p, err := money.ParsePrice(in.text(key))
			if err != nil {
				return nil, err
			}
			t.Bands = append(t.Bands, tariff.BandPrice{Band: b, Price: p})
		}
	}
	list, err := tiersOf(in)
	if err != nil {
		return nil, err
	}
	base := money.Price(0)
	if len(list) > 0 {
		base = list[0].Add // prices or add-ons: what is above the first tier
	}
	switch {
	case len(list) > 0 && len(t.Bands) > 0:
	case len(list) > 0:
		t.Bands = []tariff.BandPrice{{Price: base}}
	case len(t.Bands) == 0:
		p := money.Price(1_000_000)
		if in.has("price") {
			if p, err = money.ParsePrice(in.text("price")); err != nil {
				return nil, err
			}
		}
		if !in.has("seasons") {
			return tariff.Plain(p), nil
		}
		t.Bands = []tariff.BandPrice{{Price: p}}
	}
	for i := range list {
		list[i].Add -= base
	}
	t.Tiers = list
	if in.has("people") {
		t.People = int(in.number(in.one("base_people", "people_base", "included_people", "standard_people", "free_people")))
		t.PerPerson, err = in.qty(in.one("per_person", "extra_per_person", "per_extra_person", "per_person_add"))
	}
	return t, err
}

// tiersOf reads [limit, price or add-on] pairs, or one excess with its add-on.
func tiersOf(in caseInput) ([]tariff.Tier, error) {
	key := in.one("tiers", "tier_adds", "add_ons", "addons", "adders")
	if !in.has(key) {
		return excessOf(in)
	}
	var rows [][2]any
	if err := in.into(key, &rows); err != nil {
		return nil, err
	}
	return tiersFrom(rows)
}

func tiersFrom(rows [][2]any) ([]tariff.Tier, error) {
	var out []tariff.Tier
	for _, row := range rows {
		var x tariff.Tier
		var err error
		if row[0] != nil {
			if x.Upto, err = money.ParseQty(fmt.Sprint(row[0])); err != nil {
				return nil, err
			}
		}
		if x.Add, err = money.ParsePrice(fmt.Sprint(row[1])); err != nil {
			return nil, err
		}
		out = append(out, x)
	}
	return out, nil
}

func excessOf(in caseInput) ([]tariff.Tier, error) {
	excess, add := in.one("excess", "tier2_excess", "tier2_qty", "over"), in.one("add", "addon", "add_on", "adder", "tier_add", "tier2_add")
	if !in.has(excess) || !in.has(add) {
		return nil, nil
	}
	over, err := in.qty(excess)
	if err != nil {
		return nil, err
	}
	more, err := money.ParsePrice(in.text(add))
	if err != nil {
		return nil, err
	}
	var total money.Qty
	for _, b := range []string{"sharp", "peak", "flat", "valley"} {
		q, err := in.qty(b)
		if err != nil {
			return nil, err
		}
		total += q
	}
	return []tariff.Tier{{Upto: total - over}, {Add: more}}, nil
}

func dialsOf(in caseInput) ([]dial, error) {
	if in.has("segments") {
		return segmentsOf(in)
	}
	d := dial{digits: 8}
	if in.has("digits") {
		d.digits = int(in.number("digits"))
	}
	var err error
	if d.before, err = in.qty("used_before"); err != nil {
		return nil, err
	}
	if d.multiplier, err = in.qty("multiplier"); err != nil {
		return nil, err
	}
	if in.has("prev") {
		if d.prev, err = in.qty("prev"); err == nil {
			d.cur, err = in.qty("cur")
		}
		return []dial{d}, err
	}
	var out []dial
	for _, b := range []supply.Band{supply.Sharp, supply.Peak, supply.Flat, supply.Valley} {
		q, err := in.qty(string(b))
		if err != nil {
			return nil, err
		}
		if in.has(string(b)) {
			x := d
			x.band, x.cur = b, q
			if len(out) > 0 {
				x.before = 0
			}
			out = append(out, x)
		}
	}
	if len(out) > 0 {
		return out, nil
	}
	d.cur, err = in.qty("usage")
	return []dial{d}, err
}

func segmentsOf(in caseInput) ([]dial, error) {
	var rows [][3]string
	if err := in.into("segments", &rows); err != nil {
		return nil, err
	}
	var head *dial
	for i := len(rows) - 1; i >= 0; i-- {
		d := &dial{digits: 8, then: head}
		var err error
		for k, into := range []*money.Qty{&d.prev, &d.cur, &d.multiplier} {
			if *into, err = money.ParseQty(rows[i][k]); err != nil {
				return nil, err
			}
		}
		head = d
	}
	var err error
	head.before, err = in.qty("used_before")
	return []dial{*head}, err
}

// hang makes a room with the case's meters and an item by their usage.
func (w *caseWorld) hang(ctx context.Context, in caseInput, dials []dial, from clock.Month, rates []tariff.Rate) (project, room id.ID, meters []id.ID, err error) {
	project, building, err := w.project(ctx)
	if err != nil {
		return
	}
	if room, err = w.room(ctx, project, building, "101", "100", 0); err != nil {
		return
	}
	installed := min(start, from).First()
	w.now.Set(installed.Start())
	err = w.app.DB.Write(ctx, func(tx *db.Tx) error {
		for i := range dials {
			d := &dials[i]
			m, err := w.app.Meter.Install(ctx, tx, w.who, project, meter.Meter{Room: room, Kind: supply.Water, Band: d.band, Number: "1", Digits: d.digits,
				Multiplier: d.multiplier, Start: d.prev, UsedBefore: d.before, Installed: installed})
			if err != nil {
				return err
			}
			meters = append(meters, m.ID)
		}
		for range max(0, int(in.number("people"))-1) {
			if err := w.lives(ctx, tx, project, room); err != nil {
				return err
			}
		}
		item, err := w.app.Tariff.CreateItem(ctx, tx, w.who, project, tariff.Item{Name: "水费", Basis: tariff.Metered, Meter: supply.Water, Cycle: "month",
			StartMonth: 1, From: from.First(), Unit: money.OneFen, FirstMonth: tariff.Actual})
		if err != nil {
			return err
		}
		for _, r := range rates {
			r.Item, r.SourceKind, r.SourceText = item.ID, "filing", "案例"
			if _, err := w.app.Tariff.AddRate(ctx, tx, w.who, project, r); err != nil {
				return err
			}
		}
		_, err = w.app.Tariff.Assign(ctx, tx, w.who, project, tariff.Assignment{Item: item.ID, Scope: tariff.ToProject, From: from.First()})
		return err
	})
	return
}

// readDial reads a meter in February, or takes it down and reads the next.
func (w *caseWorld) readDial(ctx context.Context, project, hung id.ID, d *dial) (money.Qty, error) {
	var usage money.Qty
	w.now.Set(clock.Date(20250228).Start())
	err := w.app.DB.Write(ctx, func(tx *db.Tx) error {
		for ; d.then != nil; d = d.then {
			next := d.then
			m, err := w.app.Meter.Remove(ctx, tx, w.who, project, meter.Exchange{Meter: hung, Date: 20250228, Final: d.cur, Reason: "到期更换",
				New: &meter.Meter{Number: "2", Digits: next.digits, Multiplier: next.multiplier, Start: next.prev}})
			if err != nil {
				return err
			}
			final, err := w.app.Meter.Readings(ctx, tx, project, hung)
			if err != nil {
				return err
			}
			usage += final[0].Usage
			hung = m.ID
		}
		r, err := w.app.Meter.Record(ctx, tx, w.who, project, meter.Reading{Meter: hung, Date: 20250228, Value: d.cur}, false)
		usage += r.Usage
		return err
	})
	return usage, err
}

// unusual reads a meter month by month; what stands out is not charged until
// somebody confirms it.
func (w *caseWorld) unusual(ctx context.Context, in caseInput, c *acceptanceCase, project, room, hung id.ID) error {
	var history []string
	if err := in.into("history", &history); err != nil {
		return err
	}
	factor, err := in.qty("factor")
	if err != nil {
		return err
	}
	var at money.Qty
	var r meter.Reading
	month := start
	for _, text := range append(history, in.text("usage")) {
		used, err := money.ParseQty(text)
		if err != nil {
			return err
		}
		at += used
		w.now.Set(month.Last().Start())
		err = w.app.DB.Write(ctx, func(tx *db.Tx) error {
			set, err := w.app.Meter.Setting(ctx, tx, project)
			if set.Factor, set.Periods = factor, len(history); err == nil && set.Version == 0 {
				_, err = w.app.Meter.SetSetting(ctx, tx, w.who, project, set)
			}
			if err == nil {
				r, err = w.app.Meter.Record(ctx, tx, w.who, project, meter.Reading{Meter: hung, Date: month.Last(), Value: at}, false)
			}
			return err
		})
		if err != nil {
			return err
		}
		month = month.Add(1)
	}
	if err := c.expectText("mean", r.Mean); err != nil {
		return err
	}
	want, _ := c.want("error")
	if (want == nil || string(want) == "null") && r.State == meter.Good {
		return nil
	}
	if err := wrongError(want, (&meter.Usage{Review: r.State == meter.Review}).Fault()); err != nil {
		return err
	}
	w.now.Set(month.First().Start())
	run, err := w.app.Billing.StartRun(ctx, w.who, project, month)
	if err == nil {
		err = w.app.Jobs.Drain(ctx)
	}
	if err != nil {
		return err
	}
	looks, err := w.app.Billing.Looks(ctx, w.app.DB.Reader(ctx), project, run.ID, page.Request{Limit: 10})
	if err == nil && (len(looks.Items) != 1 || looks.Items[0].Room != room || looks.Items[0].Reason != meter.ErrNeedsReview.Text) {
		err = fmt.Errorf("what to look at before release is %+v", looks.Items)
	}
	return err
}

// lives adds somebody to a room.
func (w *caseWorld) lives(ctx context.Context, tx *db.Tx, project, room id.ID) error {
	w.n++
	person, err := w.app.Estate.CreatePerson(ctx, tx, w.who, project, estate.PersonInput{Name: fmt.Sprintf("家人%d", w.n), Kind: estate.KindPerson})
	if err != nil {
		return err
	}
	_, err = w.app.Estate.AddOccupant(ctx, tx, w.who, project, estate.Occupant{Room: room, Person: person, Part: estate.PartFamily})
	return err
}
