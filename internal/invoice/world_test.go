package invoice_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"testing"
	"time"

	"linli/internal/audit"
	"linli/internal/billing"
	"linli/internal/cashier"
	"linli/internal/estate"
	"linli/internal/file"
	"linli/internal/invoice"
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
	"linli/internal/tariff"
)

const secret = "0123456789abcdef"

// desk is a provider on the other side of the socket: it numbers, keeps books
// by request number, and is deaf, forgetful or unwilling when it is told so.
type desk struct {
	now     clock.Clock
	books   map[string]invoice.Answer
	deaf    int    // does nothing and answers nothing
	lose    int    // does its work and answers nothing
	pending int    // is still at it
	refuse  string // once, with these words
}

var errNoAnswer = errors.New("no answer")

func (p *desk) Check(a invoice.Account) error {
	if a.Host == "" || a.Secret == "" {
		return invoice.ErrSeller
	}
	return nil
}

func (p *desk) Issue(_ context.Context, _ invoice.Account, r invoice.Request) (invoice.Answer, error) {
	if p.deaf > 0 {
		p.deaf--
		return invoice.Answer{}, errNoAnswer
	}
	old, known := p.books[r.Number]
	if !known || old.Fate == invoice.FateRefused && r.Attempt > old.Attempt {
		old = invoice.Answer{Fate: invoice.FateIssued, Attempt: r.Attempt, Number: fmt.Sprintf("26120%015d", len(p.books)+1), At: p.now.Now()}
		if p.refuse != "" {
			old = invoice.Answer{Fate: invoice.FateRefused, Attempt: r.Attempt, Code: "told", Text: p.refuse}
			p.refuse = ""
		}
		p.books[r.Number] = old
	}
	if p.lose > 0 {
		p.lose--
		return invoice.Answer{}, errNoAnswer
	}
	return p.Query(context.Background(), invoice.Account{}, r.Number)
}

func (p *desk) Query(_ context.Context, _ invoice.Account, number string) (invoice.Answer, error) {
	a, ok := p.books[number]
	switch {
	case !ok:
		return a, invoice.ErrNoRequest
	case p.pending > 0:
		p.pending--
		return invoice.Answer{Fate: invoice.FatePending}, nil
	}
	return a, nil
}

func (p *desk) File(_ context.Context, _ invoice.Account, number string) (invoice.Paper, error) {
	return invoice.Paper{Ending: "pdf", Body: []byte("%PDF-1.4 " + number)}, nil
}

func (p *desk) issued() (numbers []string) {
	for _, a := range p.books {
		if a.Fate == invoice.FateIssued {
			numbers = append(numbers, a.Number)
		}
	}
	return numbers
}

// world is a project with one room whose owner owes a fee and a parking fee for
// three months, and a provider.
type world struct {
	d       *db.DB
	now     *clock.Manual
	jobs    *job.Queue
	files   *file.Service
	tariff  *tariff.Service
	billing *billing.Service
	cashier *cashier.Service
	invoice *invoice.Service
	desk    *desk
	project id.ID
	room    id.ID
	fee     id.ID
	parking id.ID
}

func run(t *testing.T, f func(t *testing.T, w *world)) {
	t.Helper()
	t.Parallel()
	rooms := []db.Migrations{job.Migrations(), web.Migrations(), audit.Migrations(), file.Migrations(), ledger.Migrations(),
		estate.Migrations(), payment.Migrations(), billing.Migrations(), cashier.Migrations(), invoice.Migrations()}
	dbtest.Run(t, rooms, func(t *testing.T, d *db.DB, now *clock.Manual) {
		w := build(t, d, now)
		w.found(t)
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
	w.files = file.New(file.Deps{DB: d, Dir: t.TempDir()})
	log, books := audit.New(audit.Deps{DB: d, Key: ring.AuditKey()}), ledger.New(ledger.Deps{DB: d})
	houses := estate.New(estate.Deps{DB: d, Audit: log, Ring: ring})
	w.tariff = tariff.New(tariff.Deps{DB: d, Audit: log, Estate: houses})
	w.billing = billing.New(billing.Deps{DB: d, Audit: log, Ledger: books, Estate: houses, Tariff: w.tariff, Jobs: w.jobs})
	w.cashier = cashier.New(cashier.Deps{DB: d, Audit: log, Ledger: books, Estate: houses, Payment: payment.New(payment.Deps{DB: d}), Billing: w.billing,
		LateFee: latefee.New(latefee.Deps{DB: d, Audit: log, Ledger: books, Estate: houses, Tariff: w.tariff, Billing: w.billing})})
	w.invoice = invoice.New(invoice.Deps{DB: d, Tariff: w.tariff, Audit: log, Files: w.files, Ledger: books, Estate: houses, Billing: w.billing, Cashier: w.cashier, Ring: ring, Jobs: w.jobs})
	w.desk = &desk{now: now, books: map[string]invoice.Answer{}}
	w.invoice.Plug(w.desk)
	err = d.Write(t.Context(), func(tx *db.Tx) error { return w.rooms(tx, houses) })
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.invoice.SetSeller(t.Context(), me(), w.project, seller()); err != nil {
		t.Fatal(err)
	}
	return w
}

func seller() invoice.Seller {
	return invoice.Seller{Party: invoice.Party{Name: "安和物业服务有限公司", TaxNo: "91330106ma2cexam6d "}, Account: invoice.Account{Host: "https://fp.example.cn", Key: "key", Secret: secret}, Active: true}
}

func me() actor.Actor { return actor.System("test") }

func (w *world) rooms(tx *db.Tx, houses *estate.Service) error {
	ctx := context.Background()
	p, err := houses.CreateProject(ctx, tx, me(), estate.Project{Name: "翠湖花园", Kind: estate.KindResidential, Address: "文一西路 1 号"})
	if err != nil {
		return err
	}
	w.project = p.ID
	b, err := houses.CreateBuilding(ctx, tx, me(), p.ID, estate.Building{Name: "3栋"})
	if err != nil {
		return err
	}
	rooms := []estate.Room{{Building: b.ID, Name: "1502", Area: 108_00}}
	if err := houses.CreateRooms(ctx, tx, me(), p.ID, rooms); err != nil {
		return err
	}
	w.room = rooms[0].ID
	owner, err := houses.CreatePerson(ctx, tx, me(), p.ID, estate.PersonInput{Name: "林晓峰", Kind: estate.KindPerson})
	if err != nil {
		return err
	}
	_, err = houses.AddOccupant(ctx, tx, me(), p.ID, estate.Occupant{Room: w.room, Person: owner, Part: estate.PartOwner})
	return err
}

// found charges 352.80 and 300.00 for three months and sets their taxes.
func (w *world) found(t *testing.T) {
	t.Helper()
	ctx := t.Context()
	item := func(name string, amount money.Fen, tax invoice.Tax) (made id.ID) {
		err := w.d.Write(ctx, func(tx *db.Tx) error {
			i, err := w.tariff.CreateItem(ctx, tx, me(), w.project, tariff.Item{Name: name, Basis: tariff.Fixed, Cycle: "month", Advance: true,
				StartMonth: 1, From: 20260101, Rounding: money.HalfUp, Unit: money.OneFen, FirstMonth: tariff.Actual})
			if err != nil {
				return err
			}
			made = i.ID
			if _, err = w.tariff.AddRate(ctx, tx, me(), w.project, tariff.Rate{Item: made, From: 20260101, Price: money.Price(amount) * 10_000,
				SourceKind: "contract", SourceText: "前期物业服务合同"}); err != nil {
				return err
			}
			_, err = w.tariff.Assign(ctx, tx, me(), w.project, tariff.Assignment{Item: made, Scope: tariff.ToProject, From: 20260101})
			return err
		})
		tax.Item = made
		if err == nil {
			err = w.invoice.SetTax(ctx, me(), w.project, tax)
		}
		if err != nil {
			t.Fatal(err)
		}
		return made
	}
	w.fee = item("物业服务费", 352_80, invoice.Tax{From: 20260101, Rate: 600, Code: "3040801010000000000", Short: "企业管理服务"})
	w.parking = item("停车费", 300_00, invoice.Tax{From: 20260101, Rate: 900, Code: "3040502020200000000", Short: "车辆停放服务", Lease: true})
	for _, m := range []clock.Month{202609, 202610, 202611} {
		r, err := w.billing.StartRun(ctx, me(), w.project, m)
		if err == nil {
			err = w.jobs.Drain(ctx)
		}
		if err == nil {
			r, err = w.billing.Run(ctx, w.d.Reader(ctx), w.project, r.ID)
		}
		if err == nil {
			_, err = w.billing.Release(ctx, me(), w.project, r.ID, r.Version)
		}
		if err == nil {
			err = w.jobs.Drain(ctx)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

// take receives an amount for whatever is owed.
func (w *world) take(t testing.TB, amount money.Fen) cashier.Receipt {
	t.Helper()
	ctx := context.Background()
	s, err := w.cashier.Seat(ctx, w.project, w.room)
	if err != nil {
		t.Fatal(err)
	}
	r, err := w.cashier.Receive(ctx, me(), w.project, cashier.Taking{Room: w.room, ExpectedOwed: s.Owed, Confirmed: true, Pays: []cashier.Pay{{Method: cashier.MethodCash, Amount: amount}}})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func person(receipts ...id.ID) invoice.Application {
	return invoice.Application{Receipts: receipts, New: &invoice.Title{Party: invoice.Party{Name: "林晓峰"}}, Place: "浙A12345"}
}

// ask asks for what the offer shows.
func (w *world) ask(t testing.TB, in invoice.Application) []invoice.Invoice {
	t.Helper()
	for _, r := range in.Receipts {
		o, err := w.invoice.Offer(context.Background(), w.project, 0, r, nil)
		if err != nil {
			t.Fatal(err)
		}
		for _, l := range o.Left {
			if len(in.Items) == 0 || l.Line.Item == in.Items[0] {
				in.Expected += l.Amount
			}
		}
	}
	list, err := w.invoice.Ask(context.Background(), me(), w.project, in)
	if err != nil {
		t.Fatal(err)
	}
	return list
}

func (w *world) one(t testing.TB, v id.ID) invoice.Invoice {
	t.Helper()
	out, err := w.invoice.Invoice(context.Background(), w.project, v)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// drain lets the jobs run, and those of later, too.
func (w *world) drain(t testing.TB, later ...time.Duration) {
	t.Helper()
	for _, d := range append([]time.Duration{0}, later...) {
		w.now.Advance(d)
		if err := w.jobs.Drain(context.Background()); err != nil {
			t.Fatal(err)
		}
	}
}

func mustBe(t testing.TB, err, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Fatalf("got %v, want %v", err, want)
	}
}

func (w *world) sound(t testing.TB) {
	t.Helper()
	for name, broken := range map[string]func(context.Context, id.ID) ([]string, error){"cashier": w.cashier.Broken, "invoice": w.invoice.Broken, "file": w.files.Broken} {
		if list, err := broken(context.Background(), w.project); err != nil || len(list) > 0 {
			t.Fatalf("%s is broken: %v, %v", name, list, err)
		}
	}
}
