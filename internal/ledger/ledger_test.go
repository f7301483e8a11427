package ledger_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"

	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/dbtest"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
	"linli/internal/ledger"
)

const (
	project = id.ID(7)
	today   = clock.Date(20261121)
)

func run(t *testing.T, f func(t *testing.T, d *db.DB, s *ledger.Service)) {
	t.Helper()
	dbtest.Run(t, []db.Migrations{ledger.Migrations()}, func(t *testing.T, d *db.DB, _ *clock.Manual) {
		f(t, d, ledger.New(ledger.Deps{DB: d}))
	})
}

func write(t *testing.T, d *db.DB, f func(ctx context.Context, tx *db.Tx) error) {
	t.Helper()
	if err := d.Write(t.Context(), func(tx *db.Tx) error { return f(t.Context(), tx) }); err != nil {
		t.Fatal(err)
	}
}

func TestPostAndReverse(t *testing.T) {
	run(t, func(t *testing.T, d *db.DB, s *ledger.Service) {
		write(t, d, func(ctx context.Context, tx *db.Tx) error {
			return s.Post(ctx, tx, project, []ledger.Posting{
				{DocKind: ledger.DocRun, Doc: 1, Date: today, Debit: ledger.Receivable, Credit: ledger.Revenue, Amount: 25060, Subject: 3, Item: 4},
				{DocKind: ledger.DocReceipt, Doc: 2, Date: today.AddDays(1), Debit: ledger.Cash, Credit: ledger.Receivable, Amount: 25060, Subject: 3, Item: 4},
				{DocKind: ledger.DocReceipt, Doc: 2, Date: today.AddDays(1), Debit: ledger.Cash, Credit: ledger.Prepaid, Amount: 4940, Subject: 3},
			})
		})
		for _, c := range []struct {
			upTo clock.Date
			want map[ledger.Account]money.Fen
		}{
			{today.AddDays(-1), map[ledger.Account]money.Fen{}},
			{today, map[ledger.Account]money.Fen{ledger.Receivable: 25060, ledger.Revenue: -25060}},
			{0, map[ledger.Account]money.Fen{ledger.Receivable: 0, ledger.Revenue: -25060, ledger.Cash: 30000, ledger.Prepaid: -4940}},
		} {
			wantBalances(t, d, s, project, c.upTo, c.want)
		}
		write(t, d, func(ctx context.Context, tx *db.Tx) error {
			return s.Reverse(ctx, tx, project, ledger.DocReceipt, 2, ledger.DocReceiptVoided, 2, today.AddDays(2))
		})
		wantBalances(t, d, s, project, 0, map[ledger.Account]money.Fen{ledger.Receivable: 25060, ledger.Revenue: -25060, ledger.Cash: 0, ledger.Prepaid: 0})
		wantBalances(t, d, s, project+1, 0, map[ledger.Account]money.Fen{})
		rows, err := s.ByDoc(t.Context(), d.Reader(t.Context()), project, ledger.DocReceiptVoided, 2)
		if err != nil || len(rows) != 2 || rows[0].Debit != ledger.Receivable || rows[0].Credit != ledger.Cash || rows[0].Item != 4 || rows[1].Amount != 4940 {
			t.Fatalf("reversal is %+v, %v", rows, err)
		}
	})
}

func wantBalances(t *testing.T, d *db.DB, s *ledger.Service, p id.ID, upTo clock.Date, want map[ledger.Account]money.Fen) {
	t.Helper()
	got, err := s.Balances(t.Context(), d.Reader(t.Context()), p, upTo)
	if err != nil {
		t.Fatal(err)
	}
	var sum money.Fen
	for _, v := range got {
		sum += v
	}
	if fmt.Sprint(got) != fmt.Sprint(want) || sum != 0 {
		t.Errorf("balances up to %v of %v = %v, want %v", upTo, p, got, want)
	}
}

func TestBulk(t *testing.T) {
	run(t, func(t *testing.T, d *db.DB, s *ledger.Service) {
		const n = 12_345
		write(t, d, func(ctx context.Context, tx *db.Tx) error {
			return s.PostRows(ctx, tx, project, n, func(i int, p *ledger.Posting) error {
				*p = ledger.Posting{DocKind: ledger.DocRun, Doc: 1, Date: today, Debit: ledger.Receivable, Credit: ledger.Revenue, Amount: money.Fen(i + 1), Subject: id.ID(i)}
				return nil
			})
		})
		const sum = money.Fen(n * (n + 1) / 2)
		wantBalances(t, d, s, project, 0, map[ledger.Account]money.Fen{ledger.Receivable: sum, ledger.Revenue: -sum})
		write(t, d, func(ctx context.Context, tx *db.Tx) error {
			return s.Reverse(ctx, tx, project, ledger.DocRun, 1, ledger.DocRunWithdrawn, 1, today)
		})
		wantBalances(t, d, s, project, 0, map[ledger.Account]money.Fen{ledger.Receivable: 0, ledger.Revenue: 0})
	})
}

func TestRefusesWhatNoBookCanHold(t *testing.T) {
	good := ledger.Posting{DocKind: ledger.DocReceipt, Doc: 2, Date: today, Debit: ledger.Cash, Credit: ledger.Prepaid, Amount: 1}
	run(t, func(t *testing.T, d *db.DB, s *ledger.Service) {
		for name, spoil := range map[string]func(p *ledger.Posting){
			"zero amount":     func(p *ledger.Posting) { p.Amount = 0 },
			"negative amount": func(p *ledger.Posting) { p.Amount = -1 },
			"one account":     func(p *ledger.Posting) { p.Credit = p.Debit },
			"unknown account": func(p *ledger.Posting) { p.Credit = 9999 },
			"no document":     func(p *ledger.Posting) { p.Doc = 0 },
			"no kind":         func(p *ledger.Posting) { p.DocKind = 0 },
			"no date":         func(p *ledger.Posting) { p.Date = 0 },
		} {
			bad := good
			spoil(&bad)
			err := d.Write(t.Context(), func(tx *db.Tx) error {
				return s.Post(t.Context(), tx, project, []ledger.Posting{good, bad})
			})
			if !errors.Is(err, ledger.ErrPosting) {
				t.Errorf("%s: %v", name, err)
			}
		}
		wantBalances(t, d, s, project, 0, map[ledger.Account]money.Fen{})
	})
}

func TestBrokenFindsRowsWrittenByHand(t *testing.T) {
	run(t, func(t *testing.T, d *db.DB, s *ledger.Service) {
		write(t, d, func(ctx context.Context, tx *db.Tx) error {
			return s.Post(ctx, tx, project, []ledger.Posting{{DocKind: ledger.DocReceipt, Doc: 2, Date: today, Debit: ledger.Cash, Credit: ledger.Prepaid, Amount: 500}})
		})
		if got, err := s.Broken(t.Context(), project); err != nil || len(got) != 0 {
			t.Fatalf("sound book: %v, %v", got, err)
		}
		write(t, d, func(ctx context.Context, tx *db.Tx) error {
			_, err := tx.Exec(ctx, "UPDATE ledger_posting SET amount = -500 WHERE project_id = ?", project)
			return err
		})
		if got, err := s.Broken(t.Context(), project); err != nil || len(got) != 2 { // the posting, and its day
			t.Fatalf("spoilt book: %v, %v", got, err)
		}
	})
}

// Numbers run 1..n without gap or repeat although every third transaction is
// rolled back after it took its number.
// (B32)
func TestNumbersWithoutGap(t *testing.T) {
	run(t, func(t *testing.T, d *db.DB, s *ledger.Service) {
		const workers, each = 10, 6
		var mu sync.Mutex
		var got []int64
		var wg sync.WaitGroup
		undo := errors.New("undo")
		for w := range workers {
			wg.Go(func() {
				for i := range each {
					var n int64
					err := d.Write(t.Context(), func(tx *db.Tx) (err error) {
						if n, err = s.NextNumber(t.Context(), tx, project, "SJ", 2026); err == nil && (w+i)%3 == 0 {
							err = undo
						}
						return err
					})
					if errors.Is(err, undo) {
						continue
					}
					if err != nil {
						t.Error(err)
						return
					}
					mu.Lock()
					got = append(got, n)
					mu.Unlock()
				}
			})
		}
		wg.Wait()
		slices.Sort(got)
		if len(got) != workers*each*2/3 {
			t.Fatalf("%d numbers taken", len(got))
		}
		for i, n := range got {
			if n != int64(i+1) {
				t.Fatalf("numbers are %v", got)
			}
		}
		for _, other := range []struct {
			project id.ID
			series  string
			year    int
		}{{project + 1, "SJ", 2026}, {project, "HC", 2026}, {project, "SJ", 2027}} {
			write(t, d, func(ctx context.Context, tx *db.Tx) error {
				n, err := s.NextNumber(ctx, tx, other.project, other.series, other.year)
				if n != 1 {
					t.Errorf("first number of %+v is %d", other, n)
				}
				return err
			})
		}
	})
}
