package trial_test

import (
	"context"
	"fmt"
	"log/slog"

	"linli/internal/audit"
	"linli/internal/billing"
	"linli/internal/estate"
	"linli/internal/kit/actor"
	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/id"
	"linli/internal/kit/job"
	"linli/internal/kit/money"
	"linli/internal/kit/page"
	"linli/internal/ledger"
	"linli/internal/meter"
	"linli/internal/tariff"
	"linli/internal/trial"

	"pgregory.net/rapid"
)

func migrations() []db.Migrations {
	return []db.Migrations{job.Migrations(), audit.Migrations(), ledger.Migrations(), estate.Migrations(), meter.Migrations(), billing.Migrations()}
}

// world is one project with everything below the trial of a price.
type world struct {
	*rapid.T
	db      *db.DB
	jobs    *job.Queue
	estate  *estate.Service
	tariff  *tariff.Service
	billing *billing.Service
	trial   *trial.Service
	who     actor.Actor
	project id.ID
	block   id.ID
	made    int
}

func newWorld(t *rapid.T, d *db.DB) *world {
	w := &world{T: t, db: d, who: actor.System("测试"), jobs: job.New(d, slog.New(slog.DiscardHandler))}
	a := audit.New(audit.Deps{DB: d, Key: []byte("01234567890123456789012345678901")})
	w.estate = estate.New(estate.Deps{DB: d, Audit: a})
	w.tariff = tariff.New(tariff.Deps{DB: d, Audit: a, Estate: w.estate})
	w.billing = billing.New(billing.Deps{DB: d, Audit: a, Ledger: ledger.New(ledger.Deps{DB: d}), Estate: w.estate, Tariff: w.tariff,
		Meter: meter.New(meter.Deps{DB: d, Audit: a, Estate: w.estate}), Jobs: w.jobs, PartRooms: 3})
	w.trial = trial.New(trial.Deps{DB: d, Estate: w.estate, Tariff: w.tariff, Billing: w.billing})
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

func (w *world) write(fn func(ctx context.Context, tx *db.Tx) error) {
	w.Helper()
	if err := w.db.Write(context.Background(), func(tx *db.Tx) error { return fn(context.Background(), tx) }); err != nil {
		w.Fatal(err)
	}
}

// rooms adds rooms; name and building are filled in.
func (w *world) rooms(list ...estate.Room) []id.ID {
	w.Helper()
	for i := range list {
		w.made++
		list[i].Name = fmt.Sprint(1000 + w.made)
		if list[i].Building == 0 {
			list[i].Building = w.block
		}
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

// item makes a fee item for the whole project with one price, or none when
// price is empty; text is the formula.
func (w *world) item(i tariff.Item, price, text string) tariff.Item {
	w.Helper()
	if i.Basis == "" {
		i.Basis = tariff.ByArea
	}
	if i.Cycle == "" {
		i.Cycle, i.Advance = "month", true
	}
	if i.StartMonth == 0 {
		i.StartMonth = 1
	}
	if i.From == 0 {
		i.From = 20200101
	}
	if i.Unit == 0 {
		i.Unit = 1
	}
	if i.FirstMonth == "" {
		i.FirstMonth = tariff.Actual
	}
	w.write(func(ctx context.Context, tx *db.Tx) error {
		var err error
		if i, err = w.tariff.CreateItem(ctx, tx, w.who, w.project, i); err != nil {
			return err
		}
		_, err = w.tariff.Assign(ctx, tx, w.who, w.project, tariff.Assignment{Item: i.ID, Scope: tariff.ToProject, From: i.From})
		return err
	})
	if price != "" {
		w.rate(i.ID, i.From, price, text)
	}
	return i
}

func (w *world) rate(item id.ID, from clock.Date, price, text string) {
	w.Helper()
	p, err := money.ParsePrice(price)
	if err != nil {
		w.Fatal(err)
	}
	w.write(func(ctx context.Context, tx *db.Tx) error {
		_, err := w.tariff.AddRate(ctx, tx, w.who, w.project, tariff.Rate{Item: item, From: from, Price: p, Formula: text, SourceKind: "contract", SourceText: "物业服务合同第六条"})
		return err
	})
}

func (w *world) assign(a tariff.Assignment) tariff.Assignment {
	w.Helper()
	if a.From == 0 {
		a.From = 20200101
	}
	w.write(func(ctx context.Context, tx *db.Tx) error {
		var err error
		a, err = w.tariff.Assign(ctx, tx, w.who, w.project, a)
		return err
	})
	return a
}

func (w *world) drain() {
	w.Helper()
	if err := w.jobs.Drain(context.Background()); err != nil {
		w.Fatal(err)
	}
}

func (w *world) discount(d tariff.Discount) tariff.Discount {
	w.Helper()
	if d.Reason == "" {
		d.Reason = "业委会约定"
	}
	w.write(func(ctx context.Context, tx *db.Tx) error {
		asked, err := w.tariff.AskDiscount(ctx, tx, actor.Actor{Account: 1, Name: "周敏"}, w.project, d)
		if err != nil {
			return err
		}
		d, err = w.tariff.Decide(ctx, tx, actor.Actor{Account: 2, Name: "陈立群"}, w.project, asked.ID, true, "", asked.Version)
		return err
	})
	return d
}

// amounts is what a run charges, by room.
func (w *world) amounts(run billing.Run) map[id.ID]money.Fen {
	w.Helper()
	out, f := map[id.ID]money.Fen{}, billing.LineFilter{Hold: billing.AnyHold, Request: page.Request{Limit: 200}}
	l, err := w.billing.Lines(context.Background(), w.db.Reader(context.Background()), w.project, run.ID, f)
	if err != nil {
		w.Fatal(err)
	}
	for _, c := range l.Items {
		out[c.Subject] += c.Amount
	}
	return out
}
