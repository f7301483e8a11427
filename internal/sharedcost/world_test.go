package sharedcost_test

import (
	"context"
	"fmt"
	"testing"

	"linli/internal/audit"
	"linli/internal/billing"
	"linli/internal/estate"
	"linli/internal/kit/actor"
	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/dbtest"
	"linli/internal/kit/id"
	"linli/internal/kit/job"
	"linli/internal/kit/money"
	"linli/internal/kit/supply"
	"linli/internal/ledger"
	"linli/internal/meter"
	"linli/internal/sharedcost"
	"linli/internal/tariff"
)

func migrations() []db.Migrations {
	return []db.Migrations{job.Migrations(), audit.Migrations(), ledger.Migrations(), estate.Migrations(), meter.Migrations(), billing.Migrations()}
}

// world is one project with everything below shared costs.
type world struct {
	*testing.T
	db      *db.DB
	now     *clock.Manual
	ledger  *ledger.Service
	estate  *estate.Service
	meter   *meter.Service
	tariff  *tariff.Service
	billing *billing.Service
	shared  *sharedcost.Service
	who     actor.Actor
	project id.ID
	block   id.ID
	made    int
}

func each(t *testing.T, fn func(t *testing.T, w *world)) {
	dbtest.Run(t, migrations(), func(t *testing.T, d *db.DB, now *clock.Manual) { fn(t, newWorld(t, d, now)) })
}

func newWorld(t *testing.T, d *db.DB, now *clock.Manual) *world {
	w := &world{T: t, db: d, now: now, who: actor.System("测试")}
	a := audit.New(audit.Deps{DB: d, Key: []byte("01234567890123456789012345678901")})
	w.ledger = ledger.New(ledger.Deps{DB: d})
	w.estate = estate.New(estate.Deps{DB: d, Audit: a})
	w.meter = meter.New(meter.Deps{DB: d, Audit: a, Estate: w.estate})
	w.tariff = tariff.New(tariff.Deps{DB: d, Audit: a, Estate: w.estate})
	w.billing = billing.New(billing.Deps{DB: d, Audit: a, Ledger: w.ledger, Estate: w.estate, Tariff: w.tariff, Meter: w.meter})
	w.shared = sharedcost.New(sharedcost.Deps{DB: d, Audit: a, Estate: w.estate, Meter: w.meter, Tariff: w.tariff, Billing: w.billing})
	w.write(func(ctx context.Context, tx *db.Tx) error {
		p, err := w.estate.CreateProject(ctx, tx, w.who, estate.Project{Name: "翠湖花园", Kind: estate.KindResidential})
		if err != nil {
			return err
		}
		b, err := w.estate.CreateBuilding(ctx, tx, w.who, p.ID, estate.Building{Name: "1栋", Floors: 18})
		w.project, w.block = p.ID, b.ID
		return err
	})
	return w
}

func (w *world) ctx() context.Context { return context.Background() }

func (w *world) write(fn func(ctx context.Context, tx *db.Tx) error) {
	w.Helper()
	if err := w.db.Write(w.ctx(), func(tx *db.Tx) error { return fn(w.ctx(), tx) }); err != nil {
		w.Fatal(err)
	}
}

// rooms adds rooms; name and building are filled in.
func (w *world) rooms(list ...estate.Room) []id.ID {
	w.Helper()
	for i := range list {
		w.made++
		list[i].Name, list[i].Building = fmt.Sprint(1000+w.made), w.block
	}
	w.write(func(ctx context.Context, tx *db.Tx) error {
		return w.estate.CreateRooms(ctx, tx, w.who, w.project, list)
	})
	out := make([]id.ID, len(list))
	for i := range list {
		out[i] = list[i].ID
	}
	return out
}

// mainMeter is one of the project that shows 0 on the first day of 2025.
func (w *world) mainMeter(kind supply.Kind) id.ID {
	w.Helper()
	var out id.ID
	w.write(func(ctx context.Context, tx *db.Tx) error {
		m, err := w.meter.Install(ctx, tx, w.who, w.project, meter.Meter{Place: "总表", Kind: kind, Number: "M0", Digits: 7, Installed: 20250101})
		out = m.ID
		return err
	})
	return out
}

func (w *world) dial(m id.ID, on clock.Date, value int64) {
	w.Helper()
	w.write(func(ctx context.Context, tx *db.Tx) error {
		_, err := w.meter.Record(ctx, tx, w.who, w.project, meter.Reading{Meter: m, Date: on, Value: money.Qty(value) * 10_000}, false)
		return err
	})
}

func (w *world) open(rooms ...id.ID) []billing.Charge {
	w.Helper()
	l, err := w.billing.Open(w.ctx(), w.db.Reader(w.ctx()), w.project, rooms)
	if err != nil {
		w.Fatal(err)
	}
	return l
}

func (w *world) settle(list ...billing.Settlement) error {
	return w.db.Write(w.ctx(), func(tx *db.Tx) error { return w.billing.Settle(w.ctx(), tx, w.project, list) })
}

// receivable is the balance of 应收账款.
func (w *world) receivable() money.Fen {
	w.Helper()
	b, err := w.ledger.Balances(w.ctx(), w.db.Reader(w.ctx()), w.project, 0)
	if err != nil {
		w.Fatal(err)
	}
	return b[ledger.Receivable]
}

// check holds documents against their charges, the charges against the book, and
// every amount against what was stored to explain it.
func (w *world) check() {
	w.Helper()
	for _, find := range []func(context.Context, id.ID) ([]string, error){w.shared.Broken, w.billing.Broken, w.billing.BrokenAmounts} {
		if broken, err := find(w.ctx(), w.project); err != nil || len(broken) > 0 {
			w.Errorf("%v: %v", broken, err)
		}
	}
}
