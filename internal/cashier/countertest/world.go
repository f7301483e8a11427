// Package countertest builds a project with a counter for the tests of the
// rooms above it: four rooms, A and B of one payer, C of another, D of nobody.
// Every room of it is real. Part of cashier.
package countertest

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
	"linli/internal/latefee"
	"linli/internal/ledger"
	"linli/internal/payment"
	"linli/internal/tariff"
)

// World is the project.
type World struct {
	DB         *db.DB
	Now        *clock.Manual
	Audit      *audit.Service
	Ledger     *ledger.Service
	Estate     *estate.Service
	Payment    *payment.Service
	Tariff     *tariff.Service
	Billing    *billing.Service
	LateFee    *latefee.Service
	Cashier    *cashier.Service
	Jobs       *job.Queue
	Project    id.ID
	A, B, C, D id.ID
}

// Run calls f with a fresh world on each engine; rooms are the tables of what
// stands above the counter.
func Run(t *testing.T, f func(t *testing.T, w *World), rooms ...db.Migrations) {
	t.Helper()
	t.Parallel()
	all := append([]db.Migrations{job.Migrations(), audit.Migrations(), file.Migrations(), ledger.Migrations(),
		estate.Migrations(), payment.Migrations(), billing.Migrations(), cashier.Migrations()}, rooms...)
	dbtest.Run(t, all, func(t *testing.T, d *db.DB, now *clock.Manual) {
		w := build(t, d, now)
		if err := w.Found(t.Context(), "翠湖花园"); err != nil {
			t.Fatal(err)
		}
		f(t, w)
		w.Sound(t, w.Ledger.Broken, w.Payment.Broken, w.Cashier.Broken)
	})
}

func build(t *testing.T, d *db.DB, now *clock.Manual) *World {
	t.Helper()
	ring, err := crypt.Open(filepath.Join(t.TempDir(), "keys.json"))
	if err != nil {
		t.Fatal(err)
	}
	w := &World{DB: d, Now: now, Jobs: job.New(d, slog.New(slog.DiscardHandler))}
	w.Audit = audit.New(audit.Deps{DB: d, Key: ring.AuditKey()})
	w.Ledger = ledger.New(ledger.Deps{DB: d})
	w.Estate = estate.New(estate.Deps{DB: d, Audit: w.Audit, Ring: ring})
	w.Payment = payment.New(payment.Deps{DB: d})
	w.Tariff = tariff.New(tariff.Deps{DB: d, Audit: w.Audit, Estate: w.Estate})
	w.Billing = billing.New(billing.Deps{DB: d, Audit: w.Audit, Ledger: w.Ledger, Estate: w.Estate, Tariff: w.Tariff, Jobs: w.Jobs})
	w.LateFee = latefee.New(latefee.Deps{DB: d, Audit: w.Audit, Ledger: w.Ledger, Estate: w.Estate, Tariff: w.Tariff, Billing: w.Billing})
	w.Cashier = cashier.New(cashier.Deps{DB: d, Audit: w.Audit, Ledger: w.Ledger, Estate: w.Estate, Payment: w.Payment, Billing: w.Billing, LateFee: w.LateFee,
		Company: func(context.Context) (string, error) { return "安和物业服务有限公司", nil }})
	return w
}

// Found makes the project and its rooms; a world may be founded again under
// another name.
func (w *World) Found(ctx context.Context, name string) error {
	who := actor.System("test")
	return w.DB.Write(ctx, func(tx *db.Tx) error {
		p, err := w.Estate.CreateProject(ctx, tx, who, estate.Project{Name: name, Kind: estate.KindResidential})
		if err != nil {
			return err
		}
		w.Project = p.ID
		b, err := w.Estate.CreateBuilding(ctx, tx, who, p.ID, estate.Building{Name: "3栋"})
		if err != nil {
			return err
		}
		rooms := []estate.Room{}
		for _, n := range []string{"101", "102", "201", "202"} {
			rooms = append(rooms, estate.Room{Building: b.ID, Name: n, Area: 108_00})
		}
		if err := w.Estate.CreateRooms(ctx, tx, who, p.ID, rooms); err != nil {
			return err
		}
		w.A, w.B, w.C, w.D = rooms[0].ID, rooms[1].ID, rooms[2].ID, rooms[3].ID
		if err := w.owner(ctx, tx, "林晓峰", w.A, w.B); err != nil {
			return err
		}
		return w.owner(ctx, tx, "周文博", w.C)
	})
}

func (w *World) owner(ctx context.Context, tx *db.Tx, name string, rooms ...id.ID) error {
	who := actor.System("test")
	p, err := w.Estate.CreatePerson(ctx, tx, who, w.Project, estate.PersonInput{Name: name, Kind: estate.KindPerson, Phone: "13812345678"})
	if err != nil {
		return err
	}
	for _, r := range rooms {
		if _, err := w.Estate.AddOccupant(ctx, tx, who, w.Project, estate.Occupant{Room: r, Person: p, Part: estate.PartOwner}); err != nil {
			return err
		}
	}
	return nil
}

// Teller may do everything at the counter of the project.
func (w *World) Teller() actor.Actor {
	return actor.Actor{Account: 11, Name: "李雪梅", Grants: []actor.Grant{{Project: w.Project,
		Permissions: []actor.Permission{cashier.PermRead, cashier.PermReceive, cashier.PermVoid}}}}
}

// Boss approves what the teller asks for.
func (w *World) Boss() actor.Actor { return actor.Actor{Account: 33, Name: "王经理"} }

// Owed is what the household of a room owes.
func (w *World) Owed(t *testing.T, room id.ID) money.Fen {
	t.Helper()
	s, err := w.Cashier.Seat(t.Context(), w.Project, room)
	if err != nil {
		t.Fatal(err)
	}
	return s.Owed
}

// Take takes money as a counter that has just read what is owed.
func (w *World) Take(t *testing.T, room id.ID, pays ...cashier.Pay) cashier.Receipt {
	t.Helper()
	r, err := w.Cashier.Receive(t.Context(), w.Teller(), w.Project, cashier.Taking{Room: room, Pays: pays, ExpectedOwed: w.Owed(t, room), Confirmed: true})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// GiveBack asks, approves and pays out.
func (w *World) GiveBack(t *testing.T, ask cashier.RefundAsk) (cashier.Receipt, error) {
	t.Helper()
	ctx := t.Context()
	f, err := w.Cashier.AskRefund(ctx, w.Teller(), w.Project, ask)
	if err == nil {
		f, err = w.Cashier.DecideRefund(ctx, w.Boss(), w.Project, f.ID, true, "", f.Version)
	}
	if err != nil {
		return cashier.Receipt{}, err
	}
	_, red, err := w.Cashier.PayRefund(ctx, w.Teller(), w.Project, f.ID, f.Version)
	return red, err
}

// Balance is what an account of the book holds, debit above zero.
func (w *World) Balance(t *testing.T, a ledger.Account) money.Fen {
	t.Helper()
	m, err := w.Ledger.Balances(t.Context(), w.DB.Reader(t.Context()), w.Project, 0)
	if err != nil {
		t.Fatal(err)
	}
	return m[a]
}

// Sound fails when a check finds something, or the log is not whole.
func (w *World) Sound(t *testing.T, checks ...func(context.Context, id.ID) ([]string, error)) {
	t.Helper()
	for _, check := range checks {
		if list, err := check(t.Context(), w.Project); err != nil || len(list) > 0 {
			t.Fatalf("broken: %v, %v", list, err)
		}
	}
	if err := w.Audit.Verify(t.Context(), w.Project); err != nil {
		t.Fatalf("audit: %v", err)
	}
}
