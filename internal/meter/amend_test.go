package meter_test

import (
	"context"
	"testing"

	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/money"
	"linli/internal/kit/supply"
	"linli/internal/meter"
	"linli/internal/roster"
)

// Meters that were hung in all rooms at once show something already: the first
// sheet says what, and nobody is charged for what the dial showed before.
func TestFirstSheetTellsTheStart(t *testing.T) {
	each(t, func(w *world) {
		w.write(nil, func(ctx context.Context, tx *db.Tx) error {
			_, err := w.meter.InstallAll(ctx, tx, w.who, w.project, 0, meter.Meter{Kind: supply.Water, Digits: 5, Installed: 20250101})
			return err
		})
		const head = "房屋,上期读数,本期读数,抄表日期\n"
		im := w.sheetOf(head + "1栋101,1250,1286.5,2025-01-10\n")
		if im.State != roster.ImportReady || factOf(im, "用量合计") != "36.5" {
			t.Fatalf("%s %+v %v", im.State, im.Report.Facts, w.wrong(im))
		}
		w.apply(im)
		got := w.usages(202501, 202501)[w.rooms[0]]
		if got == nil || got.Total() != money.Qty(36_5000) {
			t.Errorf("usage %+v", got)
		}
		// Once read, the sheet's previous value is held against ours again.
		w.now.Set(clock.Date(20250210).Start())
		im = w.sheetOf(head + "1栋101,1250,1300,2025-02-10\n")
		if got := w.wrong(im); len(got) != 1 || got[0] != "B2 系统里的上期读数是 1286.5，请核对是不是这块表；确认无误就把这一格留空" {
			t.Errorf("refused: %v", got)
		}
	})
}

// What decides usage may be put right until the first reading, the number later,
// too.
func TestAmend(t *testing.T) {
	each(t, func(w *world) {
		m := w.install(meter.Meter{Room: w.rooms[0]})
		amend := func(want error, to meter.Meter) {
			w.Helper()
			w.write(want, func(ctx context.Context, tx *db.Tx) error {
				_, err := w.meter.Amend(ctx, tx, w.who, w.project, to)
				return err
			})
		}
		m.Start, m.Multiplier, m.Number = q(1250), q(10), "水-0007"
		amend(nil, m)
		if r := w.read(nil, meter.Reading{Meter: m.ID, Date: 20250110, Value: q(1253)}, false); r.Usage != q(30) {
			t.Errorf("usage %s", r.Usage)
		}
		wrong := m
		wrong.Start = q(1000)
		amend(meter.ErrRead, wrong)
		wrong = m
		wrong.Multiplier = q(1)
		amend(meter.ErrRead, wrong)
		m.Number = "水-0008"
		amend(nil, m)
		m.Number = " "
		amend(meter.ErrMeter, m)
	})
}
