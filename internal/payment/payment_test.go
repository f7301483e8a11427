package payment_test

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"

	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/dbtest"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
	"linli/internal/ledger"
	"linli/internal/payment"
)

const (
	project = id.ID(7)
	payer   = id.ID(70)
	roomA   = id.ID(1)
	roomB   = id.ID(2)
)

func run(t *testing.T, f func(t *testing.T, d *db.DB, s *payment.Service)) {
	t.Helper()
	dbtest.Run(t, []db.Migrations{payment.Migrations()}, func(t *testing.T, d *db.DB, _ *clock.Manual) {
		s := payment.New(payment.Deps{DB: d})
		f(t, d, s)
		if broken, err := s.Broken(t.Context(), project); err != nil || len(broken) > 0 {
			t.Errorf("wallets do not add up: %v, %v", broken, err)
		}
	})
}

func do(t *testing.T, d *db.DB, want error, f func(ctx context.Context, tx *db.Tx) error) {
	t.Helper()
	err := d.Write(t.Context(), func(tx *db.Tx) error { return f(t.Context(), tx) })
	if !errors.Is(err, want) {
		t.Fatalf("got %v, want %v", err, want)
	}
}

func wantBalance(t *testing.T, d *db.DB, s *payment.Service, who id.ID, rooms []id.ID, want money.Fen) {
	t.Helper()
	got, err := s.Balance(t.Context(), d.Reader(t.Context()), project, who, rooms)
	if err != nil || got != want {
		t.Errorf("balance of %v for %v = %v, %v; want %v", who, rooms, got, err, want)
	}
}

func TestWallets(t *testing.T) {
	both := []id.ID{roomA, roomB}
	run(t, func(t *testing.T, d *db.DB, s *payment.Service) {
		credit := func(doc, room, who id.ID, amount money.Fen) func(context.Context, *db.Tx) error {
			return func(ctx context.Context, tx *db.Tx) error {
				return s.Credit(ctx, tx, project, room, who, amount, ledger.DocReceipt, doc)
			}
		}
		spend := func(doc id.ID, rooms []id.ID, amount money.Fen) func(context.Context, *db.Tx) error {
			return func(ctx context.Context, tx *db.Tx) error {
				return s.Spend(ctx, tx, project, payer, rooms, amount, ledger.DocReceipt, doc)
			}
		}
		undo := func(doc id.ID) func(context.Context, *db.Tx) error {
			return func(ctx context.Context, tx *db.Tx) error {
				return s.Undo(ctx, tx, project, ledger.DocReceipt, doc, ledger.DocReceiptVoided, doc)
			}
		}
		do(t, d, nil, credit(1, roomA, payer, 4000))
		do(t, d, nil, credit(2, roomA, payer, 940))
		do(t, d, nil, credit(3, roomB, payer, 100))
		do(t, d, nil, credit(4, roomA, payer+1, 50))
		wantBalance(t, d, s, payer, both, 5040)
		wantBalance(t, d, s, payer, []id.ID{roomB}, 100)
		wantBalance(t, d, s, payer, nil, 0)
		wantBalance(t, d, s, payer+1, both, 50)

		do(t, d, payment.ErrBalance, spend(5, both, 5041))
		wantBalance(t, d, s, payer, both, 5040)
		do(t, d, nil, spend(6, both, 5000))
		wantBalance(t, d, s, payer, []id.ID{roomA}, 0)
		wantBalance(t, d, s, payer, []id.ID{roomB}, 40)
		do(t, d, payment.ErrBalance, undo(2))
		do(t, d, nil, undo(6))
		wantBalance(t, d, s, payer, both, 5040)
		do(t, d, nil, undo(2))
		wantBalance(t, d, s, payer, both, 4100)
		do(t, d, nil, credit(8, roomB, 0, 30)) // nobody on file
		wantBalance(t, d, s, payer, both, 4130)
		wantBalance(t, d, s, 0, both, 30)
		do(t, d, payment.ErrAmount, credit(7, roomA, payer, 0))
		do(t, d, payment.ErrAmount, spend(7, both, -1))

		ws, err := s.Wallets(t.Context(), d.Reader(t.Context()), project, payer, both)
		if err != nil || len(ws) != 3 {
			t.Fatalf("wallets %+v, %v", ws, err)
		}
		es, err := s.Entries(t.Context(), d.Reader(t.Context()), project, ws[0].ID, 50)
		if err != nil || len(es) != 5 || es[0].Amount != -940 || es[0].DocKind != ledger.DocReceiptVoided || es[4].Amount != 4000 || es[4].At.IsZero() {
			t.Errorf("entries %+v, %v", es, err)
		}
		if total, err := s.Total(t.Context(), d.Reader(t.Context()), project); err != nil || total != 4180 {
			t.Errorf("total %v, %v", total, err)
		}
	})
}

// Many at once can never spend more than there is.
func TestConcurrentSpending(t *testing.T) {
	run(t, func(t *testing.T, d *db.DB, s *payment.Service) {
		var wg sync.WaitGroup
		for range 5 {
			wg.Go(func() {
				err := d.Write(t.Context(), func(tx *db.Tx) error {
					return s.Credit(t.Context(), tx, project, roomA, payer, 100, ledger.DocReceipt, 1)
				})
				if err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		var spent atomic.Int64
		for range 20 {
			wg.Go(func() {
				err := d.Write(t.Context(), func(tx *db.Tx) error {
					return s.Spend(t.Context(), tx, project, payer, []id.ID{roomB, roomA}, 70, ledger.DocReceipt, 2)
				})
				if err == nil {
					spent.Add(1)
				} else if !errors.Is(err, payment.ErrBalance) {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if spent.Load() != 7 {
			t.Errorf("%d spendings of 70 out of 500", spent.Load())
		}
		wantBalance(t, d, s, payer, []id.ID{roomA}, 10)
	})
}

// A second one reads the balance only when the first has committed; on SQLite
// he waits for the writer anyhow.
func TestSecondSpenderWaitsForTheFirst(t *testing.T) {
	run(t, func(t *testing.T, d *db.DB, s *payment.Service) {
		spend := func(ctx context.Context, tx *db.Tx) error {
			return s.Spend(ctx, tx, project, payer, []id.ID{roomA}, 70, ledger.DocReceipt, 2)
		}
		do(t, d, nil, func(ctx context.Context, tx *db.Tx) error {
			return s.Credit(ctx, tx, project, roomA, payer, 500, ledger.DocReceipt, 1)
		})
		var wg sync.WaitGroup
		do(t, d, nil, func(ctx context.Context, tx *db.Tx) error {
			if err := spend(ctx, tx); err != nil {
				return err
			}
			wg.Go(func() {
				if err := d.Write(ctx, func(tx *db.Tx) error { return spend(ctx, tx) }); err != nil {
					t.Error(err)
				}
			})
			for waiting, tries := 0, 0; waiting == 0 && tries < 10_000 && tx.Engine() == db.Postgres; tries++ {
				err := d.Reader(ctx).QueryRow(ctx, "SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'").Scan(&waiting)
				if err != nil {
					return err
				}
			}
			return nil
		})
		wg.Wait()
		wantBalance(t, d, s, payer, []id.ID{roomA}, 360)
	})
}

func TestBrokenFindsBalanceChangedByHand(t *testing.T) {
	dbtest.Run(t, []db.Migrations{payment.Migrations()}, func(t *testing.T, d *db.DB, _ *clock.Manual) {
		s := payment.New(payment.Deps{DB: d})
		do(t, d, nil, func(ctx context.Context, tx *db.Tx) error {
			return s.Credit(ctx, tx, project, roomA, payer, 100, ledger.DocReceipt, 1)
		})
		do(t, d, nil, func(ctx context.Context, tx *db.Tx) error {
			_, err := tx.Exec(ctx, "UPDATE payment_wallet SET balance = 900 WHERE project_id = ?", project)
			return err
		})
		if got, err := s.Broken(t.Context(), project); err != nil || len(got) != 1 {
			t.Errorf("broken wallets %v, %v", got, err)
		}
	})
}

func TestProjectOfAnOrderNumber(t *testing.T) {
	for number, want := range map[string]id.ID{"L7_ABC": 7, "L7-ABC": 7, "LZ_1": 35, "L7": 0, "X7_ABC": 0, "L_ABC": 0, "_": 0, "": 0, "PAPER-0001": 0} {
		if got := payment.ProjectOf(number); got != want {
			t.Errorf("%q: %d, want %d", number, got, want)
		}
	}
}
