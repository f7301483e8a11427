package billing_test

import (
	"context"
	"testing"

	"linli/internal/billing"
	"linli/internal/billing/billingtest"
	"linli/internal/estate"
	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/dbtest"
	"linli/internal/kit/money"
	"linli/internal/kit/page"
	"linli/internal/tariff"
)

// TestRunsStartByThemselves also shows (F10) that months missed while the program
// was off are charged once each, as if on time.
func TestRunsStartByThemselves(t *testing.T) {
	dbtest.Run(t, billingtest.Migrations(), func(t *testing.T, d *db.DB, now *clock.Manual) {
		w := newWorld(t, d, now, 0)
		w.Rooms(estate.Room{Area: money.Area(10000)})
		w.Item(tariff.Item{Name: "物业服务费"}, "2.00", "")
		month := clock.MonthOf(now.Now())
		due := func() []billing.Run {
			t.Helper()
			for range 2 {
				if err := w.Billing.StartDue(t.Context()); err != nil {
					t.Fatal(err)
				}
				w.Drain()
			}
			list, err := w.Billing.Runs(t.Context(), d.Reader(t.Context()), w.Project, 0, page.Request{Limit: 50})
			if err != nil {
				t.Fatal(err)
			}
			return list.Items
		}
		if got := due(); len(got) != 0 {
			t.Fatalf("a project that never charged was charged: %+v", got)
		}
		w.release(w.run(month))
		if got := due(); len(got) != 1 {
			t.Fatalf("the same month again: %d runs", len(got))
		}
		now.Set(month.Add(3).First().Start())
		got := due()
		if len(got) != 4 {
			t.Fatalf("%d runs after three months, want 4", len(got))
		}
		for _, r := range got {
			if r.Lines != 1 || r.Amount != 200_00 || r.Month != month && (r.State != billing.Draft || r.CreatedBy != "自动出账") {
				t.Errorf("run %+v", r)
			}
		}
		w.withdraw(got[0])
		now.Set(month.Add(7).First().Start())
		if again := due(); len(again) != 4 {
			t.Errorf("a withdrawn month began again, or a project that was left behind was charged: %d runs", len(again))
		}
	})
}

// TestDeadRunsComeBack: a run whose job gave up is finished by Resume, and a
// run whose job waits is not given a second one.
func TestDeadRunsComeBack(t *testing.T) {
	dbtest.Run(t, billingtest.Migrations(), func(t *testing.T, d *db.DB, now *clock.Manual) {
		w := newWorld(t, d, now, 0)
		w.Rooms(estate.Room{Area: money.Area(10000)})
		w.Item(tariff.Item{Name: "物业服务费"}, "2.00", "")
		run, err := w.Billing.StartRun(t.Context(), w.Who, w.Project, clock.MonthOf(now.Now()))
		if err != nil {
			t.Fatal(err)
		}
		resume := func() int64 {
			t.Helper()
			if err := w.Billing.Resume(t.Context()); err != nil {
				t.Fatal(err)
			}
			return w.number("SELECT COUNT(*) FROM kit_job WHERE state = 'ready'")
		}
		if n := resume(); n != 1 {
			t.Fatalf("%d jobs wait for one run", n)
		}
		w.Write(func(ctx context.Context, tx *db.Tx) error {
			_, err := tx.Exec(ctx, "UPDATE kit_job SET state = 'dead'")
			return err
		})
		w.Drain()
		if got := w.read(run.ID); got.State != billing.Generating {
			t.Fatalf("state %s", got.State)
		}
		if n := resume(); n != 1 {
			t.Fatalf("%d jobs after resuming", n)
		}
		w.Drain()
		if got := w.read(run.ID); got.State != billing.Draft || got.Lines != 1 {
			t.Errorf("resumed run %+v", got)
		}
	})
}
