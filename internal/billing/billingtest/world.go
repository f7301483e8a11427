// Package billingtest builds one project with everything below its charges for
// the tests of billing and of the rooms above it. Every room of it is real. Part of
// billing.
package billingtest

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
)

// Migrations are the tables that a World stands on.
func Migrations() []db.Migrations {
	return []db.Migrations{job.Migrations(), audit.Migrations(), ledger.Migrations(), estate.Migrations(), meter.Migrations(), billing.Migrations()}
}

// T is what a World needs of testing.T, testing.B and rapid.T.
type T interface {
	Helper()
	Context() context.Context
	Logf(format string, args ...any)
	Errorf(format string, args ...any)
	Fatal(args ...any)
	Fatalf(format string, args ...any)
}

// World is the project.
type World struct {
	T
	DB      *db.DB
	Now     *clock.Manual
	Jobs    *job.Queue
	Audit   *audit.Service
	Ledger  *ledger.Service
	Estate  *estate.Service
	Meter   *meter.Service
	Tariff  *tariff.Service
	Billing *billing.Service
	Who     actor.Actor
	Project id.ID
	Block   id.ID // its building
	made    int
}

// New founds the project; partRooms as in billing.Deps.
func New(t T, d *db.DB, now *clock.Manual, partRooms int) *World {
	w := &World{T: t, DB: d, Now: now, Who: actor.System("测试"), Jobs: job.New(d, slog.New(slog.DiscardHandler))}
	w.Audit = audit.New(audit.Deps{DB: d, Key: []byte("01234567890123456789012345678901")})
	w.Ledger = ledger.New(ledger.Deps{DB: d})
	w.Estate = estate.New(estate.Deps{DB: d, Audit: w.Audit})
	w.Meter = meter.New(meter.Deps{DB: d, Audit: w.Audit, Estate: w.Estate})
	w.Tariff = tariff.New(tariff.Deps{DB: d, Audit: w.Audit, Estate: w.Estate})
	w.Billing = billing.New(billing.Deps{DB: d, Audit: w.Audit, Ledger: w.Ledger, Estate: w.Estate, Tariff: w.Tariff, Meter: w.Meter, Jobs: w.Jobs, PartRooms: partRooms})
	w.Write(func(ctx context.Context, tx *db.Tx) error {
		p, err := w.Estate.CreateProject(ctx, tx, w.Who, estate.Project{Name: "翠湖花园", Kind: estate.KindResidential})
		if err != nil {
			return err
		}
		b, err := w.Estate.CreateBuilding(ctx, tx, w.Who, p.ID, estate.Building{Name: "1栋", Floors: 18})
		w.Project, w.Block = p.ID, b.ID
		return err
	})
	return w
}

// Write runs fn in a transaction.
func (w *World) Write(fn func(ctx context.Context, tx *db.Tx) error) {
	w.Helper()
	if err := w.DB.Write(w.Context(), func(tx *db.Tx) error { return fn(w.Context(), tx) }); err != nil {
		w.Fatal(err)
	}
}

// Rooms adds rooms; name and building are filled in.
func (w *World) Rooms(list ...estate.Room) []id.ID {
	w.Helper()
	for i := range list {
		w.made++
		list[i].Name = fmt.Sprint(1000 + w.made)
		if list[i].Building == 0 {
			list[i].Building = w.Block
		}
	}
	w.Write(func(ctx context.Context, tx *db.Tx) error {
		return w.Estate.CreateRooms(ctx, tx, w.Who, w.Project, list)
	})
	out := make([]id.ID, len(list))
	for i := range list {
		out[i] = list[i].ID
	}
	return out
}

// Item makes a fee item for the whole project with one price, or none when
// price is empty; text is the formula.
func (w *World) Item(i tariff.Item, price, text string) tariff.Item {
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
	w.Write(func(ctx context.Context, tx *db.Tx) error {
		var err error
		if i, err = w.Tariff.CreateItem(ctx, tx, w.Who, w.Project, i); err != nil {
			return err
		}
		_, err = w.Tariff.Assign(ctx, tx, w.Who, w.Project, tariff.Assignment{Item: i.ID, Scope: tariff.ToProject, From: i.From})
		return err
	})
	if price != "" {
		w.Rate(i.ID, i.From, price, text)
	}
	return i
}

// Rate gives the item a price from a day on; text is the formula.
func (w *World) Rate(item id.ID, from clock.Date, price, text string) {
	w.Helper()
	p, err := money.ParsePrice(price)
	if err != nil {
		w.Fatal(err)
	}
	w.Write(func(ctx context.Context, tx *db.Tx) error {
		_, err := w.Tariff.AddRate(ctx, tx, w.Who, w.Project, tariff.Rate{Item: item, From: from, Price: p, Formula: text, SourceKind: "contract", SourceText: "物业服务合同第六条"})
		return err
	})
}

// Assign adds a scope, from 2020 on if it names no day.
func (w *World) Assign(a tariff.Assignment) tariff.Assignment {
	w.Helper()
	if a.From == 0 {
		a.From = 20200101
	}
	w.Write(func(ctx context.Context, tx *db.Tx) error {
		var err error
		a, err = w.Tariff.Assign(ctx, tx, w.Who, w.Project, a)
		return err
	})
	return a
}

// Drain works the queue until it is empty.
func (w *World) Drain() {
	w.Helper()
	if err := w.Jobs.Drain(w.Context()); err != nil {
		w.Fatal(err)
	}
}

// Open is what rooms owe.
func (w *World) Open(rooms ...id.ID) []billing.Charge {
	w.Helper()
	l, err := w.Billing.Open(w.Context(), w.DB.Reader(w.Context()), w.Project, rooms)
	if err != nil {
		w.Fatal(err)
	}
	return l
}

// Settle pays charges.
func (w *World) Settle(list ...billing.Settlement) error {
	return w.DB.Write(w.Context(), func(tx *db.Tx) error {
		_, err := w.Billing.Settle(w.Context(), tx, w.Project, list)
		return err
	})
}

// Receivable is the balance of 应收账款.
func (w *World) Receivable() money.Fen {
	w.Helper()
	b, err := w.Ledger.Balances(w.Context(), w.DB.Reader(w.Context()), w.Project, 0)
	if err != nil {
		w.Fatal(err)
	}
	return b[ledger.Receivable]
}

// Discount asks for a discount and lets somebody else approve it.
func (w *World) Discount(d tariff.Discount) tariff.Discount {
	w.Helper()
	if d.Reason == "" {
		d.Reason = "业委会约定"
	}
	w.Write(func(ctx context.Context, tx *db.Tx) error {
		asked, err := w.Tariff.AskDiscount(ctx, tx, actor.Actor{Account: 1, Name: "周敏"}, w.Project, d)
		if err != nil {
			return err
		}
		d, err = w.Tariff.Decide(ctx, tx, actor.Actor{Account: 2, Name: "陈立群"}, w.Project, asked.ID, true, "", asked.Version)
		return err
	})
	return d
}

// Lines reads every line of a run.
func (w *World) Lines(run id.ID) []billing.Charge {
	w.Helper()
	var out []billing.Charge
	f := billing.LineFilter{Hold: billing.AnyHold, Request: page.Request{Limit: 200}}
	for {
		l, err := w.Billing.Lines(w.Context(), w.DB.Reader(w.Context()), w.Project, run, f)
		if err != nil {
			w.Fatal(err)
		}
		out = append(out, l.Items...)
		if f.Cursor = l.Next; f.Cursor == "" {
			return out
		}
	}
}
