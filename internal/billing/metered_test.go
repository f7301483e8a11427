package billing_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"linli/internal/billing"
	"linli/internal/estate"
	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
	"linli/internal/kit/supply"
	"linli/internal/meter"
	"linli/internal/tariff"
)

func qty(n int64) money.Qty { return money.Qty(n) * 10_000 }

// water makes an item by usage with Beijing-like tiers for the whole project.
func (w *world) water() tariff.Item {
	w.Helper()
	i := w.Item(tariff.Item{Name: "水费", Basis: tariff.Metered, Meter: supply.Water, Cycle: "month", From: 20250101}, "", "")
	w.Write(func(ctx context.Context, tx *db.Tx) error {
		_, err := w.Tariff.AddRate(ctx, tx, w.Who, w.Project, tariff.Rate{Item: i.ID, From: 20250101, SourceKind: "filing", SourceText: "价格文件",
			Tariff: &tariff.UsagePrice{Yearly: true, YearStart: 1, Bands: []tariff.BandPrice{{Price: 5_000_000}},
				Tiers: []tariff.Tier{{Upto: qty(180)}, {Upto: qty(260), Add: 2_000_000}, {Add: 4_000_000}}}})
		return err
	})
	return i
}

func (w *world) hang(room id.ID, kind supply.Kind) id.ID {
	w.Helper()
	var out id.ID
	w.Write(func(ctx context.Context, tx *db.Tx) error {
		m := meter.Meter{Room: room, Kind: kind, Number: "M" + room.String(), Digits: 7, Installed: 20250101}
		if room == 0 {
			m.Place = "总表"
		}
		m, err := w.Meter.Install(ctx, tx, w.Who, w.Project, m)
		out = m.ID
		return err
	})
	return out
}

func (w *world) dial(m id.ID, on clock.Date, value int64) meter.Reading {
	w.Helper()
	var r meter.Reading
	w.Write(func(ctx context.Context, tx *db.Tx) (err error) {
		r, err = w.Meter.Record(ctx, tx, w.Who, w.Project, meter.Reading{Meter: m, Date: on, Value: qty(value)}, false)
		return err
	})
	return r
}

func TestMeteredRun(t *testing.T) {
	each(t, 2, func(t *testing.T, w *world) {
		rooms := w.Rooms(estate.Room{Area: 8950}, estate.Room{Area: 8950}, estate.Room{Area: 8950}, estate.Room{Area: 8950})
		w.water()
		a, b := w.hang(rooms[0], supply.Water), w.hang(rooms[1], supply.Water)
		w.hang(rooms[2], supply.Water) // never read; the fourth room has none
		w.Now.Set(clock.Date(20250301).Start())
		if got := w.looks(w.run(202502).ID); len(got) != 1 || !strings.Contains(got[0].Reason, "还没有抄水表") {
			t.Errorf("before anybody read: %+v", got)
		}
		w.dial(a, 20250131, 150)
		w.dial(a, 20250228, 210)
		w.dial(b, 20250228, 0)
		run := w.run(202503)
		lines := w.Lines(run.ID)
		if len(lines) != 1 || lines[0].Subject != rooms[0] || lines[0].Amount != 36000 || lines[0].Quantity != qty(60) {
			t.Fatalf("lines %+v", lines)
		}
		if got := w.looks(run.ID); len(got) != 1 || got[0].Room != rooms[2] || got[0].Reason != meter.ErrNoReading.Text {
			t.Errorf("looks %+v", got)
		}
		e, err := w.Billing.Explain(w.ctx(), w.DB.Reader(w.ctx()), w.Project, lines[0].ID)
		if err != nil {
			t.Fatal(err)
		}
		text := strings.Join(e.Lines, "|")
		for _, part := range []string{"：150 → 210，用量 60", "本月用量 60 立方米", "本年度此前已用 150", "第 1 档：30 × 5 元|第 2 档：30 × 7 元", "合计 = 360 元", "还没有与公布的价格核对"} {
			if !strings.Contains(text, part) {
				t.Errorf("%q is not in %s", part, text)
			}
		}
		if short := e.Short(); short != "读数 150 → 210，第 1 档：30 × 5 元 + 第 2 档：30 × 7 元" {
			t.Errorf("on one line: %s", short)
		}
		run = w.release(run)
		w.check()
		w.refusesAfterBilling(a)
		run = w.withdraw(run)
		w.check()
		w.Write(func(ctx context.Context, tx *db.Tx) error {
			_, err := w.Meter.Record(ctx, tx, w.Who, w.Project, meter.Reading{Meter: a, Date: 20250228, Value: qty(190)}, true)
			return err
		})
		if again := w.Lines(w.run(202503).ID); len(again) != 1 || again[0].Amount != 22000 {
			t.Errorf("after the correction %+v", again)
		}
		w.check()
	})
}

// Every two months: the charge stands in the month that is read and prices what
// both used, tiers by month are twice as wide; whoever reads in between changes
// nothing. Money of the first month alone is not asked for.
func TestMeteredEveryTwoMonths(t *testing.T) {
	each(t, 2, func(t *testing.T, w *world) {
		rooms := w.Rooms(estate.Room{Area: 8950}, estate.Room{Area: 8950}, estate.Room{Area: 8950})
		gas := w.Item(tariff.Item{Name: "燃气费", Basis: tariff.Metered, Meter: supply.Gas, Cycle: "bimonth", From: 20250101}, "", "")
		w.Write(func(ctx context.Context, tx *db.Tx) error {
			_, err := w.Tariff.AddRate(ctx, tx, w.Who, w.Project, tariff.Rate{Item: gas.ID, From: 20250101, SourceKind: "filing", SourceText: "价格文件",
				Tariff: &tariff.UsagePrice{YearStart: 1, Bands: []tariff.BandPrice{{Price: 3_000_000}}, Tiers: []tariff.Tier{{Upto: qty(20)}, {Add: 1_000_000}}}})
			return err
		})
		a, b, c := w.hang(rooms[0], supply.Gas), w.hang(rooms[1], supply.Gas), w.hang(rooms[2], supply.Gas)
		w.dial(b, 20250131, 30)
		w.dial(c, 20250131, 5)
		w.Now.Set(clock.Date(20250201).Start())
		if _, err := w.Billing.StartRun(w.ctx(), w.Who, w.Project, 202502); !errors.Is(err, billing.ErrNothingDue) {
			t.Errorf("between: %v", err)
		}
		w.Now.Set(clock.Date(20250301).Start())
		w.dial(a, 20250228, 50)
		w.dial(b, 20250228, 50)
		run := w.run(202503)
		lines := w.Lines(run.ID)
		if len(lines) != 2 {
			t.Fatalf("lines %+v", lines)
		}
		for _, l := range lines { // 40 × 3 + 10 × 4, read once or twice
			if l.Month != 202502 || l.Quantity != qty(50) || l.Amount != 160_00 {
				t.Errorf("line %+v", l)
			}
		}
		if got := w.looks(run.ID); len(got) != 1 || got[0].Room != rooms[2] || got[0].Reason != meter.ErrNoReading.Text {
			t.Errorf("read in the first month only: %+v", got)
		}
		e, err := w.Billing.Explain(w.ctx(), w.DB.Reader(w.ctx()), w.Project, lines[1].ID)
		if err != nil {
			t.Fatal(err)
		}
		text := strings.Join(e.Lines, "|")
		for _, part := range []string{"：0 → 30，用量 30", "：30 → 50，用量 20", "2025-01 至 2025-02 用量 50", "各档上限按 2 倍", "第 1 档：40 × 3 元|第 2 档：10 × 4 元"} {
			if !strings.Contains(text, part) {
				t.Errorf("%q is not in %s", part, text)
			}
		}
		w.release(run)
		w.check()
		w.refusesAfterBilling(b)
		if broken, err := w.Billing.BrokenAmounts(w.ctx(), w.Project); err != nil || len(broken) > 0 {
			t.Errorf("%v %v", broken, err)
		}
	})
}

// red takes a released charge back.
func (w *world) red(c *billing.Charge, again bool) {
	w.Helper()
	w.Write(func(ctx context.Context, tx *db.Tx) error {
		_, err := w.Billing.RedCharge(ctx, tx, w.Project, c.ID, c.Amount, again)
		return err
	})
}

func (w *world) correct(m id.ID, on clock.Date, value int64) {
	w.Helper()
	w.Write(func(ctx context.Context, tx *db.Tx) error {
		_, err := w.Meter.Record(ctx, tx, w.Who, w.Project, meter.Reading{Meter: m, Date: on, Value: qty(value)}, true)
		return err
	})
}

// A charge by usage that is taken back to be charged again frees the readings
// of its room alone: they are put right, the month charges that room once more
// by what the meter says now, and the tiers of the year go on from there. Taken
// back for good, the reading stays what somebody was charged for.
func TestMeteredRedAndChargedAgain(t *testing.T) {
	each(t, 2, func(t *testing.T, w *world) {
		rooms := w.Rooms(estate.Room{Area: 8950}, estate.Room{Area: 8950}, estate.Room{Area: 8950})
		w.water()
		a, b, c := w.hang(rooms[0], supply.Water), w.hang(rooms[1], supply.Water), w.hang(rooms[2], supply.Water)
		w.Now.Set(clock.Date(20250301).Start())
		for m, value := range map[id.ID]int64{a: 210, b: 20, c: 30} {
			w.dial(m, 20250131, 150*value/210)
			w.dial(m, 20250228, value)
		}
		w.release(w.run(202503))
		charges := map[id.ID]billing.Charge{}
		for _, x := range w.Open(rooms...) {
			charges[x.Subject] = x
		}
		first, kept := charges[rooms[0]], charges[rooms[2]]
		if first.Amount != 360_00 || len(charges) != 3 {
			t.Fatalf("charged at first %+v", charges)
		}
		w.red(&first, true)
		w.red(&kept, false)
		w.check()
		w.correct(a, 20250228, 190)
		for _, m := range []id.ID{b, c} {
			w.refusesAfterBilling(m)
		}
		again := w.run(202503)
		if lines := w.Lines(again.ID); len(lines) != 1 || lines[0].Subject != rooms[0] || lines[0].Month != first.Month || lines[0].Amount != 220_00 || lines[0].Quantity != qty(40) {
			t.Fatalf("charged again %+v", lines)
		}
		w.release(again)
		w.refusesAfterBilling(a)
		w.check()
		if got := w.run(202503); got.Lines != 0 {
			t.Errorf("a third run makes %d lines", got.Lines)
		}
		w.Now.Set(clock.Date(20250401).Start())
		w.dial(a, 20250331, 200)
		for _, x := range w.Lines(w.run(202504).ID) {
			if x.Subject == rooms[0] && x.Amount != 70_00 { // 190 of 180 are used: ten of the second tier
				t.Errorf("the next month %+v", x)
			}
		}
		w.check()
		if broken, err := w.Billing.Broken(w.ctx(), w.Project); err != nil || len(broken) > 0 {
			t.Errorf("%v %v", broken, err)
		}
		if broken, err := w.Billing.BrokenAmounts(w.ctx(), w.Project); err != nil || len(broken) > 0 {
			t.Errorf("%v %v", broken, err)
		}
	})
}

func (w *world) ctx() context.Context { return context.Background() }

func (w *world) refusesAfterBilling(m id.ID) {
	w.Helper()
	err := w.DB.Write(w.ctx(), func(tx *db.Tx) error {
		_, err := w.Meter.Record(w.ctx(), tx, w.Who, w.Project, meter.Reading{Meter: m, Date: 20250228, Value: qty(190)}, true)
		return err
	})
	if !errors.Is(err, meter.ErrBilled) {
		w.Errorf("a reading that was charged could be changed: %v", err)
	}
}

// Water and sewage are charged by the same meter. Its readings can be put right
// only when no charge stands on them any more, whichever run made it.
func TestTwoFeesByOneMeter(t *testing.T) {
	each(t, 2, func(t *testing.T, w *world) {
		rooms := w.Rooms(estate.Room{Area: 8950}, estate.Room{Area: 8950})
		w.water()
		sewage := w.Item(tariff.Item{Name: "污水处理费", Basis: tariff.Metered, Meter: supply.Water, Cycle: "month", From: 20250101}, "", "")
		w.Write(func(ctx context.Context, tx *db.Tx) error {
			_, err := w.Tariff.AddRate(ctx, tx, w.Who, w.Project, tariff.Rate{Item: sewage.ID, From: 20250101, SourceKind: "filing", SourceText: "价格文件",
				Tariff: tariff.Plain(950_000)})
			return err
		})
		m := w.hang(rooms[0], supply.Water)
		w.dial(m, 20250228, 10)
		w.Now.Set(clock.Date(20250301).Start())
		first := w.run(202503)
		if lines := w.Lines(first.ID); len(lines) != 2 {
			t.Fatalf("lines %+v, looks %+v", lines, w.looks(first.ID))
		}
		first = w.release(first)
		for _, c := range w.Open(rooms[0]) {
			if c.Item == sewage.ID {
				w.red(&c, true)
			}
		}
		w.refusesAfterBilling(m)
		second := w.run(202503)
		if lines := w.Lines(second.ID); len(lines) != 1 || lines[0].Item != sewage.ID || lines[0].Amount != 9_50 {
			t.Fatalf("charged again %+v", lines)
		}
		second = w.release(second)
		first = w.read(first.ID)
		w.withdraw(first)
		w.refusesAfterBilling(m)
		w.withdraw(second)
		w.correct(m, 20250228, 12)
		if sum := w.run(202503).Amount; sum != 60_00+11_40 {
			t.Errorf("after the correction %s", sum.Yuan())
		}
		w.check()
	})
}
