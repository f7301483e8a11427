package meter_test

import (
	"context"
	"errors"
	"log/slog"
	"testing"

	"linli/internal/audit"
	"linli/internal/estate"
	"linli/internal/file"
	"linli/internal/kit/actor"
	"linli/internal/kit/clock"
	"linli/internal/kit/crypt"
	"linli/internal/kit/db"
	"linli/internal/kit/dbtest"
	"linli/internal/kit/fault"
	"linli/internal/kit/id"
	"linli/internal/kit/job"
	"linli/internal/kit/money"
	"linli/internal/kit/supply"
	"linli/internal/meter"
	"linli/internal/roster"
)

// world is a project with one building and what stands below the room.
type world struct {
	*testing.T
	db      *db.DB
	now     *clock.Manual
	estate  *estate.Service
	roster  *roster.Service
	meter   *meter.Service
	jobs    *job.Queue
	who     actor.Actor
	audit   *audit.Service
	ring    *crypt.Ring
	project id.ID
	rooms   []id.ID

	building id.ID
}

func tables() []db.Migrations {
	return []db.Migrations{job.Migrations(), audit.Migrations(), file.Migrations(), estate.Migrations(), meter.Migrations()}
}

func each(t *testing.T, f func(w *world)) {
	t.Helper()
	dbtest.Run(t, tables(), func(t *testing.T, d *db.DB, now *clock.Manual) { open(t, d, now, f) })
}

// open makes the world in an empty database and lets f live in it.
func open(t *testing.T, d *db.DB, now *clock.Manual, f func(w *world)) {
	t.Helper()
	a := audit.New(audit.Deps{DB: d, Key: []byte("01234567890123456789012345678901")})
	w := &world{T: t, db: d, now: now, jobs: job.New(d, slog.New(slog.DiscardHandler)), who: actor.System("测试"), audit: a, ring: ringOf(t)}
	files := file.New(file.Deps{DB: d, Dir: t.TempDir()})
	w.estate = estate.New(estate.Deps{DB: d, Audit: a})
	w.roster = roster.New(roster.Deps{DB: d, Audit: a, Estate: w.estate, Files: files, Jobs: w.jobs})
	w.meter = meter.New(meter.Deps{DB: d, Audit: a, Estate: w.estate, Roster: w.roster, Files: files, Ring: w.ring})
	w.roster.TakeImports(w.meter.Importers()...)
	now.Set(clock.Date(20250110).Start())
	w.write(nil, func(ctx context.Context, tx *db.Tx) error {
		p, err := w.estate.CreateProject(ctx, tx, w.who, estate.Project{Name: "翠湖花园", Kind: estate.KindResidential})
		if err != nil {
			return err
		}
		w.project = p.ID
		b, err := w.estate.CreateBuilding(ctx, tx, w.who, p.ID, estate.Building{Name: "1栋", Floors: 18})
		if err != nil {
			return err
		}
		w.building = b.ID
		list := []estate.Room{{Building: b.ID, Name: "101", Floor: 1, Area: 8950}, {Building: b.ID, Name: "201", Floor: 2, Area: 12030}}
		err = w.estate.CreateRooms(ctx, tx, w.who, p.ID, list)
		w.rooms = []id.ID{list[0].ID, list[1].ID}
		return err
	})
	f(w)
	broken, err := w.meter.Broken(t.Context(), w.project)
	if err != nil || len(broken) > 0 {
		t.Errorf("broken: %v %v", broken, err)
	}
}

func (w *world) write(want error, fn func(ctx context.Context, tx *db.Tx) error) {
	w.Helper()
	err := w.db.Write(w.Context(), func(tx *db.Tx) error { return fn(w.Context(), tx) })
	if !errors.Is(err, want) {
		w.Fatalf("error is %v, expected %v", err, want)
	}
}

func q(n int64) money.Qty { return money.Qty(n) * 10_000 }

func (w *world) install(m meter.Meter) meter.Meter {
	w.Helper()
	if m.Digits == 0 {
		m.Digits = 5
	}
	if m.Kind == "" {
		m.Kind = supply.Water
	}
	if m.Number == "" {
		m.Number = "W1"
	}
	if m.Installed == 0 {
		m.Installed = 20250101
	}
	w.write(nil, func(ctx context.Context, tx *db.Tx) (err error) {
		m, err = w.meter.Install(ctx, tx, w.who, w.project, m)
		return err
	})
	return m
}

func (w *world) read(want error, r meter.Reading, correct bool) meter.Reading {
	w.Helper()
	w.write(want, func(ctx context.Context, tx *db.Tx) (err error) {
		r, err = w.meter.Record(ctx, tx, w.who, w.project, r, correct)
		return err
	})
	return r
}

func (w *world) usages(month, from clock.Month) map[id.ID]*meter.Usage {
	w.Helper()
	out, err := w.meter.Usages(w.Context(), w.db.Reader(w.Context()), w.project, supply.Water, month, month, from, 0, 1<<62)
	if err != nil {
		w.Fatal(err)
	}
	return out
}

func TestAdvance(t *testing.T) {
	for _, c := range []struct {
		prev, cur int64
		went      int64
		rolled    bool
		err       error
	}{
		{1200, 1250, 50, false, nil},
		{1200, 1200, 0, false, nil},
		{99950, 30, 80, true, nil},
		{1200, 1150, 0, false, meter.ErrDecreased},
		{90000, 0, 10000, true, nil},
		{89999, 0, 0, false, meter.ErrDecreased},
		{99999, 9999, 10000, true, nil},
	} {
		went, rolled, err := meter.Advance(q(c.prev), q(c.cur), q(100_000))
		if went != q(c.went) || rolled != c.rolled || !errors.Is(err, c.err) {
			t.Errorf("%d to %d: %s, %v, %v", c.prev, c.cur, went, rolled, err)
		}
	}
}

func TestReadings(t *testing.T) {
	each(t, func(w *world) {
		m := w.install(meter.Meter{Room: w.rooms[0], Start: q(100), Multiplier: q(20)})
		w.write(meter.ErrNumber, func(ctx context.Context, tx *db.Tx) error {
			_, err := w.meter.Install(ctx, tx, w.who, w.project, meter.Meter{Room: w.rooms[1], Kind: supply.Water, Number: "W1", Digits: 5, Installed: 20250101})
			return err
		})
		w.write(meter.ErrMeter, func(ctx context.Context, tx *db.Tx) error {
			_, err := w.meter.Install(ctx, tx, w.who, w.project, meter.Meter{Kind: supply.Water, Number: "公", Digits: 5, Installed: 20250101})
			return err
		})
		w.write(estate.ErrNoRoom, func(ctx context.Context, tx *db.Tx) error {
			_, err := w.meter.Install(ctx, tx, w.who, w.project, meter.Meter{Room: 42, Kind: supply.Water, Number: "X", Digits: 5, Installed: 20250101})
			return err
		})
		w.now.Set(clock.Date(20250131).Start())
		r := w.read(nil, meter.Reading{Meter: m.ID, Date: 20250131, Value: q(112)}, false)
		if r.Usage != q(240) || r.Previous != q(100) || r.State != meter.Good || r.Month != 202501 {
			t.Errorf("reading %+v", r)
		}
		w.read(meter.ErrReadTwice, meter.Reading{Meter: m.ID, Date: 20250131, Value: q(113)}, false)
		if r = w.read(nil, meter.Reading{Meter: m.ID, Date: 20250131, Value: q(113)}, true); r.Usage != q(260) {
			t.Errorf("corrected reading %+v", r)
		}
		w.read(meter.ErrReading, meter.Reading{Meter: m.ID, Date: 20250201, Value: q(120)}, false)
		w.now.Set(clock.Date(20250228).Start())
		w.read(meter.ErrReading, meter.Reading{Meter: m.ID, Date: 20250228, Value: q(100_000)}, false)
		w.read(meter.ErrDecreased, meter.Reading{Meter: m.ID, Date: 20250228, Value: q(90)}, false)
		w.read(meter.ErrReading, meter.Reading{Meter: m.ID, Date: 20250228, Month: 202503, Value: q(120)}, false)
		r = w.read(nil, meter.Reading{Meter: m.ID, Date: 20250228, Value: q(120)}, false)
		w.read(meter.ErrOrder, meter.Reading{Meter: m.ID, Date: 20250131, Value: q(120)}, false)
		w.write(meter.ErrReason, func(ctx context.Context, tx *db.Tx) error {
			_, err := w.meter.MakeVoid(ctx, tx, w.who, w.project, r.ID, "")
			return err
		})
		w.write(nil, func(ctx context.Context, tx *db.Tx) error {
			_, err := w.meter.MakeVoid(ctx, tx, w.who, w.project, r.ID, "抄错户")
			return err
		})
		if u := w.usages(202502, 202501)[w.rooms[0]]; !u.Missing || u.Before(202501) != q(260) || u.Fault() == nil {
			t.Errorf("after void: %+v", u)
		}
	})
}

// An estimate that was too high is taken off what is used next.
func TestEstimateIsTruedUp(t *testing.T) {
	each(t, func(w *world) {
		m := w.install(meter.Meter{Room: w.rooms[0], Start: q(100)})
		steps := []struct {
			date      clock.Date
			value     int64
			estimated bool
			usage     int64
		}{{20250131, 120, true, 20}, {20250228, 112, false, 0}, {20250331, 115, false, 0}, {20250430, 125, false, 5}}
		var sum money.Qty
		for _, s := range steps {
			w.now.Set(s.date.Start())
			r := w.read(nil, meter.Reading{Meter: m.ID, Date: s.date, Value: q(s.value), Estimated: s.estimated}, false)
			if r.Usage != q(s.usage) {
				t.Errorf("%s: usage %s, carry %s", s.date, r.Usage, r.Carry)
			}
			sum += r.Usage
		}
		if sum != q(25) {
			t.Errorf("charged %s of 25", sum)
		}
		w.now.Set(clock.Date(20250531).Start())
		w.read(meter.ErrDecreased, meter.Reading{Meter: m.ID, Date: 20250531, Value: q(124)}, false)
	})
}

func TestReplacementKeepsTheAccumulator(t *testing.T) {
	each(t, func(w *world) {
		m := w.install(meter.Meter{Room: w.rooms[0], Start: q(1200), UsedBefore: q(7)})
		w.now.Set(clock.Date(20250131).Start())
		w.read(nil, meter.Reading{Meter: m.ID, Date: 20250131, Value: q(1230)}, false)
		w.now.Set(clock.Date(20250228).Start())
		var fresh meter.Meter
		w.write(nil, func(ctx context.Context, tx *db.Tx) (err error) {
			fresh, err = w.meter.Remove(ctx, tx, w.who, w.project, meter.Exchange{Meter: m.ID, Date: 20250215, Final: q(1250), Reason: "表坏了", New: &meter.Meter{Number: "W1", Digits: 6}})
			return err
		})
		w.read(nil, meter.Reading{Meter: fresh.ID, Date: 20250228, Value: q(30)}, false)
		w.read(meter.ErrRemoved, meter.Reading{Meter: m.ID, Date: 20250228, Value: q(1260)}, false)
		u := w.usages(202502, 202501)[w.rooms[0]]
		if u.Total() != q(50) || u.Before(202501) != q(37) || len(u.Reads) != 2 || u.Fault() != nil {
			t.Errorf("usage %+v, before %s", u, u.Before(202501))
		}
		w.write(nil, func(ctx context.Context, tx *db.Tx) error { return w.meter.Charge(ctx, tx, w.project, 99, u.IDs) })
		w.write(nil, func(ctx context.Context, tx *db.Tx) error { return w.meter.Charge(ctx, tx, w.project, 98, u.IDs) })
		w.write(nil, func(ctx context.Context, tx *db.Tx) error { return w.meter.Free(ctx, tx, w.project, 98, 0, 1<<62, "") })
		w.write(meter.ErrBilled, func(ctx context.Context, tx *db.Tx) error {
			_, err := w.meter.MakeVoid(ctx, tx, w.who, w.project, u.IDs[1], "抄错户")
			return err
		})
		w.read(meter.ErrBilled, meter.Reading{Meter: fresh.ID, Date: 20250228, Value: q(31)}, true)
		w.write(nil, func(ctx context.Context, tx *db.Tx) error { return w.meter.Free(ctx, tx, w.project, 99, 0, 1<<62, "") })
		w.read(nil, meter.Reading{Meter: fresh.ID, Date: 20250228, Value: q(31)}, true)
		w.write(meter.ErrMoved, func(ctx context.Context, tx *db.Tx) error { return w.meter.Charge(ctx, tx, w.project, 98, u.IDs) })
	})
}

func TestUnusualUsageIsReviewed(t *testing.T) {
	each(t, func(w *world) {
		m := w.install(meter.Meter{Room: w.rooms[0]})
		month, at := clock.Month(202501), int64(0)
		var r meter.Reading
		for _, used := range []int64{8, 9, 7, 10, 8, 9, 25, 40} {
			at += used
			w.now.Set(month.Last().Start())
			r = w.read(nil, meter.Reading{Meter: m.ID, Date: month.Last(), Value: q(at)}, false)
			if want := map[bool]meter.State{true: meter.Review, false: meter.Good}[used == 40]; r.State != want {
				t.Errorf("%d in %s is %s, mean %s", used, month, r.State, r.Mean)
			}
			month = month.Add(1)
		}
		if u := w.usages(202508, 202508)[w.rooms[0]]; !errors.Is(u.Fault(), meter.ErrNeedsReview) {
			t.Errorf("fault is %v", u.Fault())
		}
		confirm := func(ctx context.Context, tx *db.Tx) error {
			_, err := w.meter.Confirm(ctx, tx, w.who, w.project, r.ID, "家里水管漏水，住户认可")
			return err
		}
		w.write(nil, confirm)
		w.write(meter.ErrNoReview, confirm)
		if u := w.usages(202508, 202508)[w.rooms[0]]; u.Fault() != nil || u.Total() != q(40) {
			t.Errorf("usage %+v", u)
		}
		w.write(fault.ErrStale, func(ctx context.Context, tx *db.Tx) error {
			_, err := w.meter.SetSetting(ctx, tx, w.who, w.project, meter.Setting{Factor: q(2), Periods: 3, Version: 4})
			return err
		})
	})
}

func TestEveryRoomGetsAMeter(t *testing.T) {
	each(t, func(w *world) {
		w.write(estate.ErrNoBuilding, func(ctx context.Context, tx *db.Tx) error {
			_, err := w.meter.InstallAll(ctx, tx, w.who, w.project, 4711, meter.Meter{Kind: supply.Water, Digits: 5, Installed: 20250101})
			if f := fault.As(err); f == nil || len(f.Fields) != 1 || f.Fields[0].Location != "body.building_id" {
				t.Errorf("a building of nowhere: %v", err)
			}
			return err
		})
		w.install(meter.Meter{Room: w.rooms[0]})
		for _, want := range []int{1, 0} {
			w.write(nil, func(ctx context.Context, tx *db.Tx) error {
				n, err := w.meter.InstallAll(ctx, tx, w.who, w.project, 0, meter.Meter{Kind: supply.Water, Digits: 5, Installed: 20250101})
				if n != want {
					t.Errorf("%d meters, expected %d", n, want)
				}
				return err
			})
		}
	})
}
