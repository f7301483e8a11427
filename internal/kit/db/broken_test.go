package db_test

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/dbtest"
)

// A driver may report a cancelled BEGIN although it began; the connection must
// not go back to the pool inside a transaction, or no command works any more.
func TestCancelledBeginLeavesNoTransaction(t *testing.T) {
	dbtest.Run(t, things(), func(t *testing.T, d *db.DB, _ *clock.Manual) {
		for range 5000 {
			ctx, cancel := context.WithCancel(t.Context())
			var wg sync.WaitGroup
			wait := time.Duration(rand.IntN(30)) * time.Microsecond
			wg.Go(func() {
				for end := time.Now().Add(wait); time.Now().Before(end); {
				}
				cancel()
			})
			err := d.Write(ctx, func(*db.Tx) error { return nil })
			wg.Wait()
			if err != nil && !errors.Is(err, context.Canceled) {
				t.Fatalf("after a cancelled command: %v", err)
			}
		}
		if err := d.Write(t.Context(), func(*db.Tx) error { return nil }); err != nil {
			t.Fatal(err)
		}
	})
}

// PostgreSQL answers COMMIT of a failed transaction with a silent ROLLBACK.
func TestSwallowedErrorIsNotCommitted(t *testing.T) {
	dbtest.Run(t, things(), func(t *testing.T, d *db.DB, _ *clock.Manual) {
		ctx := t.Context()
		err := d.Write(ctx, func(tx *db.Tx) error {
			if _, err := tx.Exec(ctx, "INSERT INTO thing (id, name, ok) VALUES (1, 'a', 1)"); err != nil {
				return err
			}
			tx.Exec(ctx, "INSERT INTO thing (id, name, ok) VALUES (1, 'b', 1)") // the mistake
			return nil
		})
		if n := count(t, d); (err == nil) != (n == 1) {
			t.Fatalf("write says %v, %d rows are there", err, n)
		}
	})
}

// What the server never got is asked again on another connection.
func TestBadConnectionIsTakenAnew(t *testing.T) {
	dbtest.Run(t, things(), func(t *testing.T, d *db.DB, _ *clock.Manual) {
		ctx, tries := t.Context(), 0
		err := d.Write(ctx, func(tx *db.Tx) error {
			if tries++; tries == 1 {
				return fmt.Errorf("begin: %w", driver.ErrBadConn)
			}
			_, err := tx.Exec(ctx, "INSERT INTO thing (id, name, ok) VALUES (1, 'a', 1)")
			return err
		})
		if err != nil || tries != 2 || count(t, d) != 1 {
			t.Fatalf("%v after %d tries", err, tries)
		}
	})
}

// A lost race inside a joined command is tried again as a whole, whatever the
// command made of the error.
func TestLostRaceInJoinedCommandIsTriedAgain(t *testing.T) {
	dbtest.Run(t, things(), func(t *testing.T, d *db.DB, _ *clock.Manual) {
		ctx, tries := t.Context(), 0
		err := d.Write(ctx, func(tx *db.Tx) error {
			tries++
			err := d.Write(db.Join(ctx, tx), func(tx *db.Tx) error {
				if tries == 1 {
					return &pgconn.PgError{Code: "40P01"}
				}
				_, err := tx.Exec(ctx, "INSERT INTO thing (id, name, ok) VALUES (1, 'a', 1)")
				return err
			})
			if err != nil {
				return errors.New("answered 5xx") // the edge hides the cause
			}
			return nil
		})
		if err != nil || tries != 2 || count(t, d) != 1 {
			t.Fatalf("%v after %d tries", err, tries)
		}
	})
}
