package billing_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"linli/internal/billing"
	"linli/internal/billing/billingtest"
	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/dbtest"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
	"linli/internal/kit/page"
	"linli/internal/roster"
)

// world is one project with everything below billing.
type world struct {
	*billingtest.World
	roster *roster.Service
}

func newWorld(t billingtest.T, d *db.DB, now *clock.Manual, partRooms int) *world {
	return &world{World: billingtest.New(t, d, now, partRooms)}
}

// run generates a month and returns the run.
func (w *world) run(m clock.Month) billing.Run {
	w.Helper()
	r, err := w.Billing.StartRun(context.Background(), w.Who, w.Project, m)
	if err != nil {
		w.Fatal(err)
	}
	w.Drain()
	return w.read(r.ID)
}

func (w *world) read(run id.ID) billing.Run {
	w.Helper()
	r, err := w.Billing.Run(context.Background(), w.DB.Reader(context.Background()), w.Project, run)
	if err != nil {
		w.Fatal(err)
	}
	return r
}

func (w *world) release(r billing.Run) billing.Run {
	w.Helper()
	if _, err := w.Billing.Release(context.Background(), w.Who, w.Project, r.ID, r.Version); err != nil {
		w.Fatal(err)
	}
	w.Drain()
	return w.read(r.ID)
}

func (w *world) withdraw(r billing.Run) billing.Run {
	w.Helper()
	if _, err := w.Billing.Withdraw(context.Background(), w.Who, w.Project, r.ID, r.Version, "出错重来"); err != nil {
		w.Fatal(err)
	}
	w.Drain()
	return w.read(r.ID)
}

func (w *world) looks(run id.ID) []billing.Look {
	w.Helper()
	l, err := w.Billing.Looks(context.Background(), w.DB.Reader(context.Background()), w.Project, run, page.Request{Limit: 200})
	if err != nil {
		w.Fatal(err)
	}
	return l.Items
}

func (w *world) review(run id.ID) billing.Review {
	w.Helper()
	v, err := w.Billing.Review(context.Background(), w.DB.Reader(context.Background()), w.Project, run)
	if err != nil {
		w.Fatal(err)
	}
	return v
}

// number reads one integer by SQL, to look behind the room's own words.
func (w *world) number(query string, args ...any) int64 {
	w.Helper()
	var n int64
	if err := w.DB.Reader(context.Background()).QueryRow(context.Background(), query, args...).Scan(&n); err != nil {
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
		GROUP BY source_id, item_id, month HAVING COUNT(*) > 1) x`, w.Project); n != 0 {
		w.Fatalf("%d rooms are charged twice", n)
	}
	if n := w.number("SELECT COUNT(*) FROM billing_charge WHERE project_id = ? AND (paid < 0 OR paid > amount OR amount <= 0)", w.Project); n != 0 {
		w.Fatalf("%d charges are paid beyond what is owed", n)
	}
	visible := w.number(`SELECT CAST(COALESCE(SUM(c.amount), 0) AS BIGINT) FROM billing_charge c JOIN billing_run r ON r.project_id = c.project_id AND r.id = c.run_id
		WHERE c.project_id = ? AND c.live = 1 AND c.hold = 0 AND r.state = 'released'`, w.Project)
	if got := w.Receivable(); int64(got) != visible {
		w.Fatalf("books say %d is receivable, released charges sum to %d", got, visible)
	}
	if err := w.Billing.Recompute(context.Background(), w.Project, func(c billing.Charge, got money.Fen) {
		w.Errorf("charge %s of month %s: stored %d, recomputed %d", c.ID, c.Month, c.Amount, got)
	}); err != nil {
		w.Fatal(err)
	}
	w.checkDues()
	l, err := w.Billing.Runs(context.Background(), w.DB.Reader(context.Background()), w.Project, 0, page.Request{Limit: 200})
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
	n := w.number("SELECT COUNT(*) FROM billing_charge WHERE project_id = ? AND run_id = ? AND hold <> 2", w.Project, r.ID)
	a := w.number("SELECT CAST(COALESCE(SUM(amount), 0) AS BIGINT) FROM billing_charge WHERE project_id = ? AND run_id = ? AND hold <> 2", w.Project, r.ID)
	if n != r.Lines || money.Fen(a) != r.Amount {
		w.Fatalf("run %s says %d lines of %d, there are %d of %d", r.Month, r.Lines, r.Amount, n, a)
	}
}

func each(t *testing.T, partRooms int, f func(t *testing.T, w *world)) {
	t.Helper()
	dbtest.Run(t, billingtest.Migrations(), func(t *testing.T, d *db.DB, now *clock.Manual) {
		f(t, newWorld(t, d, now, partRooms))
	})
}

// settled works the queue until the run is in none of the passing states. A
// connection that was cut off may hold its locks for a moment longer.
func (w *world) settled(run id.ID) billing.Run {
	w.Helper()
	for range 400 {
		w.Now.Advance(2 * time.Minute)
		w.Drain()
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
	rows, err := w.DB.Reader(context.Background()).Query(context.Background(), "SELECT kind, state, attempts, run_at, leased_until, error FROM kit_job WHERE state <> 'done'")
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
	return fmt.Sprint(w.Now.Now(), list)
}
