package screen_test

import (
	"context"
	"log/slog"
	"path/filepath"
	"testing"

	"linli/internal/audit"
	"linli/internal/billing"
	"linli/internal/cashier"
	"linli/internal/estate"
	"linli/internal/file"
	"linli/internal/kit/actor"
	"linli/internal/kit/clock"
	"linli/internal/kit/crypt"
	"linli/internal/kit/db"
	"linli/internal/kit/dbtest"
	"linli/internal/kit/id"
	"linli/internal/kit/job"
	"linli/internal/kit/money"
	"linli/internal/kit/web"
	"linli/internal/latefee"
	"linli/internal/ledger"
	"linli/internal/payment"
	"linli/internal/screen"
	"linli/internal/tariff"
)

// world is an empty project with every room of the product below the pages.
type world struct {
	t       *testing.T
	d       *db.DB
	estate  *estate.Service
	tariff  *tariff.Service
	billing *billing.Service
	late    *latefee.Service
	cashier *cashier.Service
	screen  *screen.Service
	jobs    *job.Queue
	project id.ID
	items   map[money.Fen]id.ID
}

func migrations() []db.Migrations {
	return []db.Migrations{job.Migrations(), web.Migrations(), audit.Migrations(), file.Migrations(), ledger.Migrations(),
		estate.Migrations(), payment.Migrations(), billing.Migrations(), cashier.Migrations()}
}

func run(t *testing.T, f func(w *world)) {
	t.Helper()
	runAt(t, func(w *world, _ *clock.Manual) { f(w) })
}

func runAt(t *testing.T, f func(w *world, now *clock.Manual)) {
	t.Helper()
	dbtest.Run(t, migrations(), func(t *testing.T, d *db.DB, now *clock.Manual) {
		ring, err := crypt.Open(filepath.Join(t.TempDir(), "keys.json"))
		if err != nil {
			t.Fatal(err)
		}
		w := &world{t: t, d: d, jobs: job.New(d, slog.New(slog.DiscardHandler)), items: map[money.Fen]id.ID{}}
		log, books := audit.New(audit.Deps{DB: d, Key: ring.AuditKey()}), ledger.New(ledger.Deps{DB: d})
		w.estate = estate.New(estate.Deps{DB: d, Audit: log, Ring: ring})
		pay := payment.New(payment.Deps{DB: d})
		w.tariff = tariff.New(tariff.Deps{DB: d, Audit: log, Estate: w.estate})
		w.billing = billing.New(billing.Deps{DB: d, Audit: log, Ledger: books, Estate: w.estate, Tariff: w.tariff, Jobs: w.jobs})
		w.late = latefee.New(latefee.Deps{DB: d, Audit: log, Ledger: books, Estate: w.estate, Tariff: w.tariff, Billing: w.billing})
		w.cashier = cashier.New(cashier.Deps{DB: d, Audit: log, Ledger: books, Estate: w.estate, Payment: pay, Billing: w.billing, LateFee: w.late,
			Company: func(context.Context) (string, error) { return "安和物业服务有限公司", nil }})
		w.screen = screen.New(screen.Deps{DB: d, Audit: log, Estate: w.estate, Payment: pay, Billing: w.billing, LateFee: w.late, Cashier: w.cashier})
		w.write(func(ctx context.Context, tx *db.Tx) error {
			p, err := w.estate.CreateProject(ctx, tx, system(), estate.Project{Name: "翠湖花园", Kind: estate.KindResidential})
			w.project = p.ID
			return err
		})
		f(w, now)
	})
}

func system() actor.Actor { return actor.System("test") }

// staff holds the permissions on the project.
func (w *world) staff(perms ...actor.Permission) actor.Actor {
	return actor.Actor{Account: 11, Name: "何静", Grants: []actor.Grant{{Project: w.project, Permissions: perms}}}
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) write(f func(ctx context.Context, tx *db.Tx) error) {
	w.t.Helper()
	w.must(w.d.Write(w.t.Context(), func(tx *db.Tx) error { return f(w.t.Context(), tx) }))
}

func (w *world) building(name string, units ...string) (id.ID, []id.ID) {
	w.t.Helper()
	var building id.ID
	var out []id.ID
	w.write(func(ctx context.Context, tx *db.Tx) error {
		b, err := w.estate.CreateBuilding(ctx, tx, system(), w.project, estate.Building{Name: name})
		if err != nil {
			return err
		}
		building = b.ID
		for _, n := range units {
			u, err := w.estate.CreateUnit(ctx, tx, system(), w.project, b.ID, n)
			if err != nil {
				return err
			}
			out = append(out, u.ID)
		}
		return nil
	})
	return building, out
}

func (w *world) rooms(list ...estate.Room) []id.ID {
	w.t.Helper()
	w.write(func(ctx context.Context, tx *db.Tx) error {
		return w.estate.CreateRooms(ctx, tx, system(), w.project, list)
	})
	out := make([]id.ID, len(list))
	for i := range list {
		out[i] = list[i].ID
	}
	return out
}

func (w *world) occupant(room id.ID, name, part string, share int) {
	w.t.Helper()
	w.write(func(ctx context.Context, tx *db.Tx) error {
		p, err := w.estate.CreatePerson(ctx, tx, system(), w.project, estate.PersonInput{Name: name, Kind: estate.KindPerson, Phone: "13812345678"})
		if err == nil {
			_, err = w.estate.AddOccupant(ctx, tx, system(), w.project, estate.Occupant{Room: room, Person: p, Part: part, Share: share})
		}
		return err
	})
}

// assign makes rooms owe a fixed amount for the months from–until, due on the
// last day of each.
func (w *world) assign(amount money.Fen, from, until clock.Month, rooms ...id.ID) {
	w.t.Helper()
	w.write(func(ctx context.Context, tx *db.Tx) error {
		if w.items[amount] == 0 {
			i, err := w.tariff.CreateItem(ctx, tx, system(), w.project, tariff.Item{Name: "费用" + amount.Comma(), Basis: tariff.Fixed, Cycle: "month", Advance: true,
				StartMonth: 1, From: 20250101, Rounding: money.HalfUp, Unit: money.OneFen, FirstMonth: tariff.Actual})
			if err != nil {
				return err
			}
			w.items[amount] = i.ID
			if _, err = w.tariff.AddRate(ctx, tx, system(), w.project, tariff.Rate{Item: i.ID, From: 20250101, Price: money.Price(amount) * 10_000,
				SourceKind: "contract", SourceText: "前期物业服务合同"}); err != nil {
				return err
			}
		}
		for _, r := range rooms {
			if _, err := w.tariff.Assign(ctx, tx, system(), w.project, tariff.Assignment{Item: w.items[amount], Scope: tariff.ToRoom, Target: r,
				From: from.First(), Until: until.Last()}); err != nil {
				return err
			}
		}
		return nil
	})
}

// draft runs a month.
func (w *world) draft(m clock.Month) billing.Run {
	w.t.Helper()
	r, err := w.billing.StartRun(w.t.Context(), system(), w.project, m)
	w.must(err)
	w.must(w.jobs.Drain(w.t.Context()))
	r, err = w.billing.Run(w.t.Context(), w.d.Reader(w.t.Context()), w.project, r.ID)
	w.must(err)
	return r
}

func (w *world) release(m clock.Month) {
	w.t.Helper()
	r := w.draft(m)
	_, err := w.billing.Release(w.t.Context(), system(), w.project, r.ID, r.Version)
	w.must(err)
	w.must(w.jobs.Drain(w.t.Context()))
}

func (w *world) pay(room id.ID, amount money.Fen) {
	w.t.Helper()
	seat, err := w.cashier.Seat(w.t.Context(), w.project, room)
	w.must(err)
	_, err = w.cashier.Receive(w.t.Context(), w.staff(cashier.PermRead, cashier.PermReceive), w.project, cashier.Taking{Room: room,
		ExpectedOwed: seat.Owed, ExpectedPrepaid: &seat.Prepaid, Pays: []cashier.Pay{{Method: cashier.MethodCash, Amount: amount}}})
	w.must(err)
}
