package meter_test

import (
	"bytes"
	"context"
	"image"
	"image/png"
	"testing"

	"linli/internal/kit/actor"
	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
	"linli/internal/kit/supply"
	"linli/internal/meter"
)

func (w *world) photo(who actor.Actor) id.ID {
	w.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, 4, 4))); err != nil {
		w.Fatal(err)
	}
	p, err := w.meter.AddPhoto(w.Context(), who, w.project, "表盘.png", &b)
	if err != nil {
		w.Fatal(err)
	}
	return p.ID
}

// A meter that is replaced keeps its history in one line; where the month is
// charged already, what the old one counted since belongs to the next.
func TestReplacementInAChargedMonth(t *testing.T) {
	each(t, func(w *world) {
		m := w.install(meter.Meter{Room: w.rooms[0], Start: q(100)})
		w.now.Set(clock.Date(20250131).Start())
		w.read(nil, meter.Reading{Meter: m.ID, Date: 20250120, Value: q(110)}, false)
		w.write(nil, func(ctx context.Context, tx *db.Tx) error {
			return w.meter.Charge(ctx, tx, w.project, 99, w.usages(202501, 202501)[w.rooms[0]].IDs)
		})
		var fresh meter.Meter
		swap := meter.Exchange{Meter: m.ID, Date: 20250128, Final: q(113), Photo: w.photo(w.who), New: &meter.Meter{Number: "W7", Digits: 5, Start: q(2)}}
		w.write(meter.ErrReason, func(ctx context.Context, tx *db.Tx) error {
			_, err := w.meter.Remove(ctx, tx, w.who, w.project, swap)
			return err
		})
		swap.Reason = "表盘看不清"
		w.write(nil, func(ctx context.Context, tx *db.Tx) (err error) {
			fresh, err = w.meter.Remove(ctx, tx, w.who, w.project, swap)
			return err
		})
		w.now.Set(clock.Date(20250228).Start())
		w.read(nil, meter.Reading{Meter: fresh.ID, Date: 20250228, Value: q(9)}, false)
		if u := w.usages(202502, 202502)[w.rooms[0]]; u.Total() != q(10) || len(u.Reads) != 2 || u.Fault() != nil {
			w.Errorf("usage of February: %+v", u)
		}
		for _, from := range []id.ID{m.ID, fresh.ID} {
			h, err := w.meter.History(w.Context(), w.db.Reader(w.Context()), w.project, from)
			if err != nil || len(h.Meters) != 2 || h.Meters[0].ID != m.ID || len(h.Readings) != 3 {
				w.Fatalf("history: %+v %v", h, err)
			}
			old := h.Readings[1]
			if !old.Final || old.Note != "表盘看不清" || old.Photo == 0 || old.Month != 202502 {
				w.Errorf("last reading of the old one: %+v", old)
			}
			f, blob, err := w.meter.Photo(w.Context(), w.project, old.ID)
			if err != nil || blob.Kind != meter.KindPhoto {
				w.Fatal(err)
			}
			f.Close()
		}
	})
}

// A photo belongs to whoever took it and to one reading (bad input D12).
func TestPhotosAreNotLinkedTwice(t *testing.T) {
	each(t, func(w *world) {
		a := w.install(meter.Meter{Room: w.rooms[0]})
		b := w.install(meter.Meter{Room: w.rooms[1], Number: "W2"})
		mine := w.photo(w.who)
		w.read(meter.ErrPhoto, meter.Reading{Meter: a.ID, Date: 20250110, Value: q(1), Photo: 42}, false)
		w.read(meter.ErrPhoto, meter.Reading{Meter: a.ID, Date: 20250110, Value: q(1), Photo: w.photo(actor.Actor{Account: 7, Name: "别人"})}, false)
		w.read(nil, meter.Reading{Meter: a.ID, Date: 20250110, Value: q(1), Photo: mine}, false)
		w.read(meter.ErrPhoto, meter.Reading{Meter: b.ID, Date: 20250110, Value: q(1), Photo: mine}, false)
		w.read(nil, meter.Reading{Meter: a.ID, Date: 20250110, Value: q(2), Photo: mine}, true)
	})
}

// Whoever stands before the dial sees the limit that judges later; and a dial
// that somebody saw go through zero waits for another pair of eyes.
func TestLimitsAndTurnedDials(t *testing.T) {
	each(t, func(w *world) {
		w.write(nil, func(ctx context.Context, tx *db.Tx) error {
			_, err := w.meter.SetSetting(ctx, tx, w.who, w.project, meter.Setting{Factor: q(2), Periods: 2})
			return err
		})
		room := w.install(meter.Meter{Room: w.rooms[0], Start: q(50_000)})
		common := w.install(meter.Meter{Place: "配电房", Number: "总表"})
		limits := func(month clock.Month) map[id.ID]money.Qty {
			l, err := w.meter.Limits(w.Context(), w.db.Reader(w.Context()), w.project, supply.Water, month, []meter.Meter{room, common})
			if err != nil {
				w.Fatal(err)
			}
			return l
		}
		w.now.Set(clock.Date(20250131).Start())
		w.read(nil, meter.Reading{Meter: room.ID, Date: 20250131, Value: q(50_010)}, false)
		if l := limits(202502); len(l) != 0 {
			w.Errorf("after one month: %v", l)
		}
		w.now.Set(clock.Date(20250228).Start())
		w.read(nil, meter.Reading{Meter: room.ID, Date: 20250228, Value: q(50_030)}, false)
		if l := limits(202503); l[room.ID] != q(30) || len(l) != 1 {
			w.Errorf("limits %v", l)
		}
		w.now.Set(clock.Date(20250331).Start())
		w.read(meter.ErrDecreased, meter.Reading{Meter: room.ID, Date: 20250331, Value: q(10)}, false)
		r := w.read(nil, meter.Reading{Meter: room.ID, Date: 20250331, Value: q(10), Rolled: true}, false)
		if r.State != meter.Review || !r.Rolled || r.Usage != q(49_980) {
			w.Errorf("turned dial: %+v", r)
		}
	})
}
