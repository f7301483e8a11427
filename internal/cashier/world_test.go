package cashier_test

import (
	"context"
	"errors"
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
	"linli/internal/ledger"
	"linli/internal/payment"
	"linli/internal/tariff"
)

// world is a project with four rooms: A and B of one payer, C of another, D of
// nobody. All rooms of the product are real.
type world struct {
	d       *db.DB
	now     *clock.Manual
	audit   *audit.Service
	ledger  *ledger.Service
	estate  *estate.Service
	payment *payment.Service
	tariff  *tariff.Service
	billing *billing.Service
	cashier *cashier.Service
	jobs    *job.Queue
	project id.ID
	a, b    id.ID
	c, dd   id.ID
	payer   id.ID
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
	w.tariff = tariff.New(tariff.Deps{DB: d, Audit: w.audit, Estate: w.estate})
	w.billing = billing.New(billing.Deps{DB: d, Audit: w.audit, Ledger: w.ledger, Estate: w.estate, Tariff: w.tariff, Jobs: w.jobs})
	w.cashier = cashier.New(cashier.Deps{DB: d, Audit: w.audit, Ledger: w.ledger, Estate: w.estate, Payment: w.payment, Billing: w.billing,
		Company: func(context.Context) (string, error) { return "安和物业服务有限公司", nil }})
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

// sound checks every promise about money at rest.
func (w *world) sound(t fataler) {
	t.Helper()
	ctx := context.Background()
	q := w.d.Reader(ctx)
	for name, broken := range map[string]func(context.Context, id.ID) ([]string, error){
		"ledger": w.ledger.Broken, "payment": w.payment.Broken, "cashier": w.cashier.Broken} {
		if list, err := broken(ctx, w.project); err != nil || len(list) > 0 {
			t.Fatalf("%s is broken: %v, %v", name, list, err)
		}
	}
	if err := w.audit.Verify(ctx, w.project); err != nil {
		t.Fatalf("audit: %v", err)
	}
	books, err := w.ledger.Balances(ctx, q, w.project, 0)
	if err != nil {
		t.Fatalf("balances: %v", err)
	}
	var sum money.Fen
	for _, v := range books {
		sum += v
	}
	wallets, err := w.payment.Total(ctx, q, w.project)
	if err != nil {
		t.Fatalf("wallets: %v", err)
	}
	open, err := w.billing.Open(ctx, q, w.project, []id.ID{w.a, w.b, w.c, w.dd})
	if err != nil {
		t.Fatalf("open: %v", err)
	}
	var owed money.Fen
	for _, c := range open {
		if c.Paid < 0 || c.Paid > c.Amount {
			t.Fatalf("charge %+v is paid beyond what is owed", c)
		}
		owed += c.Owed()
	}
	income := w.income(t)
	in := books[ledger.Cash] + books[ledger.Bank] + books[ledger.Clearing]
	if sum != 0 || -books[ledger.Prepaid] != wallets || books[ledger.Receivable] != owed || in != income {
		t.Fatalf("books %v (sum %d): wallets %d, owed %d, income of receipts %d", books, sum, wallets, owed, income)
	}
}

// close counts what should be there and hands all of it in.
func (w *world) close(t fataler, who actor.Actor) cashier.Shift {
	t.Helper()
	ctx := context.Background()
	sh, _, err := w.cashier.CurrentShift(ctx, who, w.project)
	if err != nil || sh == nil {
		t.Fatalf("current shift: %v, %v", sh, err)
	}
	none := money.Fen(0)
	counted, err := w.cashier.CountShift(ctx, who, w.project, sh.ID, &none, nil)
	if err != nil {
		t.Fatalf("count: %v", err)
	}
	if counted, err = w.cashier.CountShift(ctx, who, w.project, sh.ID, &counted.Expected, nil); err != nil {
		t.Fatalf("count: %v", err)
	}
	out, err := w.cashier.CloseShift(ctx, who, w.project, sh.ID, cashier.Closing{Count: 2, Handed: counted.Expected})
	if err != nil {
		t.Fatalf("close: %v", err)
	}
	return out
}

// income sums the valid receipts.
func (w *world) income(t fataler) money.Fen {
	t.Helper()
	f := cashier.Filter{}
	f.Limit = 200
	var sum money.Fen
	for {
		list, err := w.cashier.Receipts(context.Background(), w.project, f)
		if err != nil {
			t.Fatalf("receipts: %v", err)
		}
		for i := range list.Items {
			if list.Items[i].State == cashier.StateValid {
				sum += list.Items[i].Income()
			}
		}
		if f.Cursor = list.Next; f.Cursor == "" {
			return sum
		}
	}
}
