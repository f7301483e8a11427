package billing_test

import (
	"context"
	"fmt"
	"log/slog"
	"testing"
	"time"

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
	"linli/internal/kit/page"
	"linli/internal/ledger"
	"linli/internal/meter"
	"linli/internal/roster"
	"linli/internal/tariff"
)

func rooms() []db.Migrations {
	return []db.Migrations{job.Migrations(), audit.Migrations(), ledger.Migrations(), estate.Migrations(), meter.Migrations(), billing.Migrations()}
}

// tester is what the tests need of testing.T, testing.B and rapid.T.
type tester interface {
	Helper()
	Logf(format string, args ...any)
	Errorf(format string, args ...any)
	Fatal(args ...any)
	Fatalf(format string, args ...any)
}

// world is one project with everything below billing.
type world struct {
	tester
	db      *db.DB
	now     *clock.Manual
	jobs    *job.Queue
	ledger  *ledger.Service
	estate  *estate.Service
	roster  *roster.Service
	meter   *meter.Service
	tariff  *tariff.Service
	billing *billing.Service
	who     actor.Actor
	project id.ID
	block   id.ID
	made    int
}

func newWorld(t tester, d *db.DB, now *clock.Manual, partRooms int) *world {
	w := &world{tester: t, db: d, now: now, who: actor.System("测试")}
	log := slog.New(slog.DiscardHandler)
	w.jobs = job.New(d, log)
	a := audit.New(audit.Deps{DB: d, Key: []byte("01234567890123456789012345678901")})
	w.ledger = ledger.New(ledger.Deps{DB: d})
	w.estate = estate.New(estate.Deps{DB: d, Audit: a})
	w.meter = meter.New(meter.Deps{DB: d, Audit: a, Estate: w.estate})
	w.tariff = tariff.New(tariff.Deps{DB: d, Audit: a, Estate: w.estate})
	w.billing = billing.New(billing.Deps{DB: d, Audit: a, Ledger: w.ledger, Estate: w.estate, Tariff: w.tariff, Meter: w.meter, Jobs: w.jobs, PartRooms: partRooms})
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

// run generates a month and returns the run.
func (w *world) run(m clock.Month) billing.Run {
	w.Helper()
	r, err := w.billing.StartRun(context.Background(), w.who, w.project, m)
	if err != nil {
		w.Fatal(err)
	}
	w.drain()
	return w.read(r.ID)
}

func (w *world) read(run id.ID) billing.Run {
	w.Helper()
	r, err := w.billing.Run(context.Background(), w.db.Reader(context.Background()), w.project, run)
	if err != nil {
		w.Fatal(err)
	}
	return r
}

func (w *world) release(r billing.Run) billing.Run {
	w.Helper()
	if _, err := w.billing.Release(context.Background(), w.who, w.project, r.ID, r.Version); err != nil {
		w.Fatal(err)
	}
	w.drain()
	return w.read(r.ID)
}

func (w *world) withdraw(r billing.Run) billing.Run {
	w.Helper()
	if _, err := w.billing.Withdraw(context.Background(), w.who, w.project, r.ID, r.Version, "出错重来"); err != nil {
		w.Fatal(err)
	}
	w.drain()
	return w.read(r.ID)
}

// lines reads every line of a run.
func (w *world) lines(run id.ID) []billing.Charge {
	w.Helper()
	var out []billing.Charge
	f := billing.LineFilter{Hold: billing.AnyHold, Request: page.Request{Limit: 200}}
	for {
		l, err := w.billing.Lines(context.Background(), w.db.Reader(context.Background()), w.project, run, f)
		if err != nil {
			w.Fatal(err)
		}
		out = append(out, l.Items...)
		if f.Cursor = l.Next; f.Cursor == "" {
			return out
		}
	}
}

func (w *world) open(rooms ...id.ID) []billing.Charge {
	w.Helper()
	l, err := w.billing.Open(context.Background(), w.db.Reader(context.Background()), w.project, rooms)
	if err != nil {
		w.Fatal(err)
	}
	return l
}

func (w *world) settle(list ...billing.Settlement) error {
	return w.db.Write(context.Background(), func(tx *db.Tx) error {
		return w.billing.Settle(context.Background(), tx, w.project, list)
	})
}

func (w *world) looks(run id.ID) []billing.Look {
	w.Helper()
	l, err := w.billing.Looks(context.Background(), w.db.Reader(context.Background()), w.project, run, page.Request{Limit: 200})
	if err != nil {
		w.Fatal(err)
	}
	return l.Items
}

func (w *world) review(run id.ID) billing.Review {
	w.Helper()
	v, err := w.billing.Review(context.Background(), w.db.Reader(context.Background()), w.project, run)
	if err != nil {
		w.Fatal(err)
	}
	return v
}

// receivable is the balance of 应收账款.
func (w *world) receivable() money.Fen {
	w.Helper()
	b, err := w.ledger.Balances(context.Background(), w.db.Reader(context.Background()), w.project, 0)
	if err != nil {
		w.Fatal(err)
	}
	return b[ledger.Receivable]
}

// number reads one integer by SQL, to look behind the room's own words.
func (w *world) number(query string, args ...any) int64 {
	w.Helper()
	var n int64
	if err := w.db.Reader(context.Background()).QueryRow(context.Background(), query, args...).Scan(&n); err != nil {
		w.Fatal(err)
	}
	return n
}

// check holds the promises that no command may break: one live charge per
// room, item and month; every amount recomputes; postings equal documents; sums
// of days equal charges; the review's equation; paid within owed.
func (w *world) check() {
	w.Helper()
	if n := w.number(`SELECT COUNT(*) FROM (SELECT 1 FROM billing_charge WHERE project_id = ? AND live = 1
		GROUP BY source_id, item_id, month HAVING COUNT(*) > 1) x`, w.project); n != 0 {
		w.Fatalf("%d rooms are charged twice", n)
	}
	if n := w.number("SELECT COUNT(*) FROM billing_charge WHERE project_id = ? AND (paid < 0 OR paid > amount OR amount <= 0)", w.project); n != 0 {
		w.Fatalf("%d charges are paid beyond what is owed", n)
	}
	visible := w.number(`SELECT CAST(COALESCE(SUM(c.amount), 0) AS BIGINT) FROM billing_charge c JOIN billing_run r ON r.project_id = c.project_id AND r.id = c.run_id
		WHERE c.project_id = ? AND c.live = 1 AND c.hold = 0 AND r.state = 'released'`, w.project)
	if got := w.receivable(); int64(got) != visible {
		w.Fatalf("books say %d is receivable, released charges sum to %d", got, visible)
	}
	if err := w.billing.Recompute(context.Background(), w.project, func(c billing.Charge, got money.Fen) {
		w.Errorf("charge %s of month %s: stored %d, recomputed %d", c.ID, c.Month, c.Amount, got)
	}); err != nil {
		w.Fatal(err)
	}
	w.checkDues()
	l, err := w.billing.Runs(context.Background(), w.db.Reader(context.Background()), w.project, 0, page.Request{Limit: 200})
	if err != nil {
		w.Fatal(err)
	}
	for _, r := range l.Items {
		w.checkRun(r)
	}
}

func (w *world) checkRun(r billing.Run) {
	w.Helper()
	if r.State == billing.Generating || r.State == billing.Withdrawn || r.State == billing.Withdrawing {
		return
	}
	v := w.review(r.ID)
	sum := v.LastAmount
	for _, c := range v.Causes {
		sum += c.Amount
	}
	if sum != v.Amount {
		w.Fatalf("run %s: last %d and causes %+v sum to %d, not %d", r.Month, v.LastAmount, v.Causes, sum, v.Amount)
	}
	var items money.Fen
	for _, it := range v.Items {
		items += it.Amount
	}
	if items != v.Amount {
		w.Fatalf("run %s: items sum to %d, not %d", r.Month, items, v.Amount)
	}
	n := w.number("SELECT COUNT(*) FROM billing_charge WHERE project_id = ? AND run_id = ? AND hold <> 2", w.project, r.ID)
	a := w.number("SELECT CAST(COALESCE(SUM(amount), 0) AS BIGINT) FROM billing_charge WHERE project_id = ? AND run_id = ? AND hold <> 2", w.project, r.ID)
	if n != r.Lines || money.Fen(a) != r.Amount {
		w.Fatalf("run %s says %d lines of %d, there are %d of %d", r.Month, r.Lines, r.Amount, n, a)
	}
}

func each(t *testing.T, partRooms int, f func(t *testing.T, w *world)) {
	t.Helper()
	dbtest.Run(t, rooms(), func(t *testing.T, d *db.DB, now *clock.Manual) {
		f(t, newWorld(t, d, now, partRooms))
	})
}

// settled works the queue until the run is in none of the passing states. A
// connection that was cut off may hold its locks for a moment longer.
func (w *world) settled(run id.ID) billing.Run {
	w.Helper()
	for range 400 {
		w.now.Advance(2 * time.Minute)
		w.drain()
		r := w.read(run)
		if r.State != billing.Generating && r.State != billing.Releasing && r.State != billing.Withdrawing {
			return r
		}
		time.Sleep(5 * time.Millisecond)
	}
	return w.read(run)
}

// jobsText tells what the queue still has, for failures.
func (w *world) jobsText() string {
	w.Helper()
	rows, err := w.db.Reader(context.Background()).Query(context.Background(), "SELECT kind, state, attempts, run_at, leased_until, error FROM kit_job WHERE state <> 'done'")
	list, err := db.Collect(rows, err, func(row db.Scanner) (string, error) {
		var kind, state, text string
		var attempts int
		var runAt, leased int64
		err := row.Scan(&kind, &state, &attempts, &runAt, &leased, &text)
		return fmt.Sprintf("%s %s, %d attempts, due %s, leased until %s: %s", kind, state, attempts, db.Micro(runAt), db.Micro(leased), text), err
	})
	if err != nil {
		w.Fatal(err)
	}
	return fmt.Sprint(w.now.Now(), list)
}
