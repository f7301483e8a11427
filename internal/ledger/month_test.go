package ledger_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/dbtest"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
	"linli/internal/ledger"
)

func posting(doc id.ID, day clock.Date, amount money.Fen) ledger.Posting {
	return ledger.Posting{DocKind: ledger.DocExpense, Doc: doc, Date: day, Debit: ledger.MainCost, Credit: ledger.Bank, Amount: amount, Item: 9}
}

// A closed month takes nothing any more, months close in order, and only the
// newest closed one opens again.
func TestMonthsClose(t *testing.T) {
	dbtest.Run(t, []db.Migrations{ledger.Migrations()}, func(t *testing.T, d *db.DB, now *clock.Manual) {
		s, ctx := ledger.New(ledger.Deps{DB: d}), t.Context()
		post := func(day clock.Date, amount money.Fen) error {
			return d.Write(ctx, func(tx *db.Tx) error {
				return s.Post(ctx, tx, project, []ledger.Posting{posting(1, day, amount), posting(1, day, amount)})
			})
		}
		closing := func(m clock.Month) error {
			return d.Write(ctx, func(tx *db.Tx) error {
				_, err := s.CloseMonth(ctx, tx, project, m, "周敏")
				return err
			})
		}
		opening := func(m clock.Month) error {
			return d.Write(ctx, func(tx *db.Tx) error {
				_, err := s.ReopenMonth(ctx, tx, project, m, "周敏", "补记一张发票")
				return err
			})
		}
		for i, step := range []struct {
			at   string
			do   func() error
			want error
		}{
			{"2026-10-20 10:00", func() error { return post(20261020, 100) }, nil},
			{"2026-10-31 23:59", func() error { return closing(202610) }, ledger.ErrMonthRunning},
			{"2026-11-01 00:09", func() error { return closing(202610) }, ledger.ErrMonthRunning},
			{"2026-11-05 10:00", func() error { return post(20261105, 7) }, nil},
			{"2026-11-05 10:00", func() error { return closing(202611) }, ledger.ErrMonthRunning},
			{"2026-11-05 10:00", func() error { return opening(202610) }, ledger.ErrMonthOpen},
			{"2026-11-05 10:00", func() error { return closing(202610) }, nil},
			{"2026-11-05 10:00", func() error { return closing(202610) }, ledger.ErrMonthClosed},
			{"2026-11-05 10:00", func() error { return post(20261031, 1) }, ledger.ErrMonthClosed},
			{"2026-12-02 10:00", func() error { return closing(202611) }, nil},
			{"2026-12-02 10:00", func() error { return opening(202610) }, ledger.ErrMonthOrder},
			{"2026-12-02 10:00", func() error { return opening(202611) }, nil},
			{"2026-12-02 10:00", func() error { return post(20261130, 5) }, nil},
			{"2027-01-03 10:00", func() error { return closing(202612) }, ledger.ErrMonthOrder},
			{"2027-01-03 10:00", func() error { return closing(202611) }, nil},
		} {
			at, err := time.ParseInLocation("2006-01-02 15:04", step.at, clock.Shanghai())
			if err != nil {
				t.Fatal(err)
			}
			now.Set(at)
			if err := step.do(); !errors.Is(err, step.want) {
				t.Errorf("step %d at %s: %v, want %v", i, step.at, err, step.want)
			}
		}
		wantTotals(t, d, s, "202610 200 2; 202611 24 4")
		day, err := s.OpenDay(ctx, d.Reader(ctx), project, 20261130, 20270103)
		if err != nil || day != 20270103 {
			t.Errorf("a correction of a closed month stands on %s, %v", day, err)
		}
		wantBroken(t, s)
		// What is written past the room is named, in its day and in its month.
		write(t, d, func(ctx context.Context, tx *db.Tx) error {
			_, err := tx.Exec(ctx, "UPDATE ledger_posting SET amount = amount + 3 WHERE project_id = ? AND date = 20261130", project)
			return err
		})
		wantBroken(t, s, "2026-11-30 借 6401 贷 1002 的日合计是 0.10 元，按记账应为 0.16 元", "2026-11 已月结，借 6401 贷 1002 结账时 0.24 元，现在账上 0.30 元")
	})
}

// A command that is undone to a savepoint leaves nothing in the days.
func TestDaysFollowSavepoints(t *testing.T) {
	run(t, func(t *testing.T, d *db.DB, s *ledger.Service) {
		write(t, d, func(ctx context.Context, tx *db.Tx) error {
			if err := s.Post(ctx, tx, project, []ledger.Posting{posting(1, today, 10)}); err != nil {
				return err
			}
			undone := errors.New("undone")
			if err := d.Write(db.Join(ctx, tx), func(tx *db.Tx) error {
				return errors.Join(s.Post(ctx, tx, project, []ledger.Posting{posting(2, today, 99)}), undone)
			}); !errors.Is(err, undone) {
				return err
			}
			return nil
		})
		wantTotals(t, d, s, "202611 10 1")
		wantBroken(t, s)
		have, err := s.BalancesWithout(t.Context(), d.Reader(t.Context()), project, ledger.DocExpense)
		if err != nil || len(have) != 0 {
			t.Errorf("without expenses: %v, %v", have, err)
		}
	})
}

func wantTotals(t *testing.T, d *db.DB, s *ledger.Service, want string) {
	t.Helper()
	list, err := s.Totals(t.Context(), d.Reader(t.Context()), project, 20260101, 20271231)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, x := range list {
		out = append(out, fmt.Sprintf("%d %d %d", x.Month, x.Amount, x.Postings))
	}
	if got := strings.Join(out, "; "); got != want {
		t.Errorf("totals %s, want %s", got, want)
	}
}

func wantBroken(t *testing.T, s *ledger.Service, want ...string) {
	t.Helper()
	got, err := s.Broken(t.Context(), project)
	if err != nil || strings.Join(got, "|") != strings.Join(want, "|") {
		t.Errorf("broken: %v, want %v, %v", got, want, err)
	}
}
