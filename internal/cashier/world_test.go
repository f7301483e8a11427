package cashier_test

import (
	"context"
	"errors"
	"flag"
	"log/slog"
	"path/filepath"
	"testing"

	"linli/internal/audit"
	"linli/internal/billing"
	"linli/internal/cashier"
	"linli/internal/cashier/countertest"
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
	"linli/internal/reconcile"
	"linli/internal/tariff"
)

// world is a project with four rooms: A and B of one payer, C of another, D of
// nobody. All rooms of the product are real.
type world struct {
	d         *db.DB
	now       *clock.Manual
	audit     *audit.Service
	ledger    *ledger.Service
	estate    *estate.Service
	payment   *payment.Service
	reconcile *reconcile.Service
	tariff    *tariff.Service
	billing   *billing.Service
	late      *latefee.Service
	cashier   *cashier.Service
	jobs      *job.Queue
	project   id.ID
	a, b      id.ID
	c, dd     id.ID
	payer     id.ID
	drawers   *drawers
}

func migrations() []db.Migrations {
	return []db.Migrations{job.Migrations(), web.Migrations(), audit.Migrations(), file.Migrations(), ledger.Migrations(),
		estate.Migrations(), payment.Migrations(), billing.Migrations(), cashier.Migrations()}
}

func run(t *testing.T, f func(t *testing.T, w *world)) {
	t.Helper()
	dbtest.Run(t, migrations(), func(t *testing.T, d *db.DB, now *clock.Manual) {
		w := build(t, d, now)
		w.found(t, "翠湖花园")
		f(t, w)
		w.sound(t)
	})
}

func build(t *testing.T, d *db.DB, now *clock.Manual) *world {
	t.Helper()
	ring, err := crypt.Open(filepath.Join(t.TempDir(), "keys.json"))
	if err != nil {
		t.Fatal(err)
	}
	w := &world{d: d, now: now, jobs: job.New(d, slog.New(slog.DiscardHandler))}
	w.audit = audit.New(audit.Deps{DB: d, Key: ring.AuditKey()})
	w.ledger = ledger.New(ledger.Deps{DB: d})
	w.estate = estate.New(estate.Deps{DB: d, Audit: w.audit, Ring: ring})
	w.payment = payment.New(payment.Deps{DB: d})
	w.reconcile = reconcile.New(reconcile.Deps{DB: d, Audit: w.audit, Ledger: w.ledger, Payment: w.payment})
	w.tariff = tariff.New(tariff.Deps{DB: d, Audit: w.audit, Estate: w.estate})
	w.billing = billing.New(billing.Deps{DB: d, Audit: w.audit, Ledger: w.ledger, Estate: w.estate, Tariff: w.tariff, Jobs: w.jobs})
	w.late = latefee.New(latefee.Deps{DB: d, Audit: w.audit, Ledger: w.ledger, Estate: w.estate, Tariff: w.tariff, Billing: w.billing})
	w.cashier = cashier.New(cashier.Deps{DB: d, Audit: w.audit, Ledger: w.ledger, Estate: w.estate, Payment: w.payment, Billing: w.billing, LateFee: w.late,
		Company: func(context.Context) (string, error) { return "安和物业服务有限公司", nil }})
	w.drawers = &drawers{open: map[id.ID]id.ID{}, closed: map[id.ID]string{}}
	w.cashier.KeepShifts(w.drawers)
	return w
}

type fataler interface {
	Helper()
	Fatalf(format string, args ...any)
}

// found makes the project and its rooms; a world may be founded again under
// another name.
func (w *world) found(t fataler, name string) {
	t.Helper()
	ctx, who := context.Background(), actor.System("test")
	err := w.d.Write(ctx, func(tx *db.Tx) error {
		p, err := w.estate.CreateProject(ctx, tx, who, estate.Project{Name: name, Kind: estate.KindResidential})
		if err != nil {
			return err
		}
		w.project = p.ID
		b, err := w.estate.CreateBuilding(ctx, tx, who, p.ID, estate.Building{Name: "3栋"})
		if err != nil {
			return err
		}
		rooms := []estate.Room{}
		for _, n := range []string{"101", "102", "201", "202"} {
			rooms = append(rooms, estate.Room{Building: b.ID, Name: n, Area: 108_00})
		}
		if err := w.estate.CreateRooms(ctx, tx, who, p.ID, rooms); err != nil {
			return err
		}
		w.a, w.b, w.c, w.dd = rooms[0].ID, rooms[1].ID, rooms[2].ID, rooms[3].ID
		if w.payer, err = w.owner(ctx, tx, "林晓峰", w.a, w.b); err != nil {
			return err
		}
		_, err = w.owner(ctx, tx, "周文博", w.c)
		return err
	})
	if err != nil {
		t.Fatalf("found: %v", err)
	}
}

func (w *world) owner(ctx context.Context, tx *db.Tx, name string, rooms ...id.ID) (id.ID, error) {
	who := actor.System("test")
	p, err := w.estate.CreatePerson(ctx, tx, who, w.project, estate.PersonInput{Name: name, Kind: estate.KindPerson, Phone: "13812345678"})
	if err != nil {
		return 0, err
	}
	for _, r := range rooms {
		if _, err := w.estate.AddOccupant(ctx, tx, who, w.project, estate.Occupant{Room: r, Person: p, Part: estate.PartOwner}); err != nil {
			return 0, err
		}
	}
	return p.ID, nil
}

// teller may do everything at the counter of the project.
func (w *world) teller() actor.Actor {
	return actor.Actor{Account: 11, Name: "李雪梅", Grants: []actor.Grant{{Project: w.project,
		Permissions: []actor.Permission{cashier.PermRead, cashier.PermReceive, cashier.PermVoid}}}}
}

func (w *world) seat(t fataler, room id.ID) *cashier.Seat {
	t.Helper()
	s, err := w.cashier.Seat(context.Background(), w.project, room)
	if err != nil {
		t.Fatalf("seat: %v", err)
	}
	return s
}

// take receives as a counter that has just read the seat.
func (w *world) take(t fataler, in cashier.Taking) (cashier.Receipt, error) {
	t.Helper()
	s := w.seat(t, in.Room)
	in.ExpectedOwed, in.ExpectedPrepaid = s.Owed, &s.Prepaid
	return w.cashier.Receive(context.Background(), w.teller(), w.project, in)
}

func cash(amount money.Fen) []cashier.Pay {
	return []cashier.Pay{{Method: cashier.MethodCash, Amount: amount}}
}

func mustBe(t *testing.T, err, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Fatalf("got %v, want %v", err, want)
	}
}

// house is the world as the rooms above see it.
func (w *world) house() *countertest.World {
	return &countertest.World{DB: w.d, Now: w.now, Audit: w.audit, Ledger: w.ledger, Estate: w.estate, Payment: w.payment, Tariff: w.tariff,
		Billing: w.billing, Cashier: w.cashier, Jobs: w.jobs, Project: w.project, A: w.a, B: w.b, C: w.c, D: w.dd}
}

// due is one charge to come; its due date is the last day of its month.
type due struct {
	room   id.ID
	item   string
	month  clock.Month
	amount money.Fen
}

func (w *world) bill(t fataler, list ...due) {
	t.Helper()
	all := make([]countertest.Due, len(list))
	for i, x := range list {
		all[i] = countertest.Due{Room: x.room, Item: x.item, Month: x.month, Amount: x.amount}
	}
	if err := w.house().Bill(context.Background(), all...); err != nil {
		t.Fatalf("%v", err)
	}
}

// sound checks every promise about money at rest.
func (w *world) sound(t fataler) {
	t.Helper()
	if err := w.house().Balanced(context.Background(), w.reconcile.Broken); err != nil {
		t.Fatalf("%v", err)
	}
}

// income sums the valid receipts.
func (w *world) income(t fataler) money.Fen {
	t.Helper()
	sum, err := w.house().Income(context.Background())
	if err != nil {
		t.Fatalf("%v", err)
	}
	return sum
}

// second is another cashier, who may also report.
func (w *world) second() actor.Actor {
	return actor.Actor{Account: 22, Name: "孙涛", Grants: []actor.Grant{{Project: w.project,
		Permissions: []actor.Permission{cashier.PermRead, cashier.PermReceive, cashier.PermReport}}}}
}

func (w *world) takeAs(t fataler, who actor.Actor, room id.ID, pays ...cashier.Pay) cashier.Receipt {
	t.Helper()
	s := w.seat(t, room)
	r, err := w.cashier.Receive(context.Background(), who, w.project, cashier.Taking{Room: room, Pays: pays, ExpectedOwed: s.Owed, Confirmed: true})
	if err != nil {
		t.Fatalf("take: %v", err)
	}
	return r
}

// close hands over what the cashier took since the last closing.
func (w *world) close(who actor.Actor) { w.drawers.close(who.Account) }

// games plays n games, unless another number was asked for.
func games(t *testing.T, n string) {
	f := flag.Lookup("rapid.checks")
	if f == nil || f.Value.String() != f.DefValue {
		return
	}
	if err := flag.Set("rapid.checks", n); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := flag.Set("rapid.checks", f.DefValue); err != nil {
			t.Error(err)
		}
	})
}
