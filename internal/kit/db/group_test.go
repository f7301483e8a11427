package db_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/dbtest"
)

// Everybody's row is written once, those who wait share a transaction, and one
// bad row fails alone.
func TestGroup(t *testing.T) {
	dbtest.Run(t, nil, func(t *testing.T, d *db.DB, _ *clock.Manual) {
		ctx := t.Context()
		exec := func(q string) {
			t.Helper()
			if err := d.Write(ctx, func(tx *db.Tx) error { _, err := tx.Exec(ctx, q); return err }); err != nil {
				t.Fatal(err)
			}
		}
		exec("CREATE TABLE group_row (n BIGINT PRIMARY KEY)")
		var g db.Group[int]
		var most atomic.Int64 // rows that one transaction was asked for
		odd := errors.New("odd")
		write := func(ctx context.Context, tx *db.Tx, items []int) error {
			most.Store(max(most.Load(), int64(len(items))))
			for _, n := range items {
				if n == 13 {
					return odd
				}
				if _, err := tx.Exec(ctx, "INSERT INTO group_row (n) VALUES (?)", n); err != nil {
					return err
				}
			}
			return nil
		}
		const rows = 64
		got := make([]error, rows)
		// The first holds the turn until the others have come.
		come := make(chan struct{})
		var wg sync.WaitGroup
		wg.Go(func() {
			got[0] = g.Do(ctx, d, 0, func(ctx context.Context, tx *db.Tx, items []int) error {
				close(come)
				for g.Waiting() < rows-1 {
					runtime.Gosched()
				}
				return write(ctx, tx, items)
			})
		})
		<-come
		for n := 1; n < rows; n++ {
			wg.Go(func() { got[n] = g.Do(ctx, d, n, write) })
		}
		wg.Wait()
		for n, err := range got {
			if want := n == 13; (err != nil) != want || want && !errors.Is(err, odd) {
				t.Errorf("row %d: %v", n, err)
			}
		}
		if most.Load() != rows-1 {
			t.Errorf("%d rows together", most.Load())
		}
		var count int
		if err := d.Reader(ctx).QueryRow(ctx, "SELECT COUNT(*) FROM group_row").Scan(&count); err != nil || count != rows-1 {
			t.Errorf("%d rows, %v", count, err)
		}
		if err := g.Do(ctx, d, 0, write); err == nil {
			t.Error("a row that is there was written again")
		}
		if err := g.Do(ctx, d, 100, write); err != nil {
			t.Error(fmt.Errorf("after an error: %w", err))
		}
	})
}

// Who was written is told at once, not when the next group has been, too.
func TestGroupTellsAtOnce(t *testing.T) {
	dbtest.Run(t, nil, func(t *testing.T, d *db.DB, _ *clock.Manual) {
		ctx := t.Context()
		var g db.Group[int]
		var groups []int
		told, held := make(chan error, 5), make(chan struct{})
		enter := func(n int, write func(context.Context, *db.Tx, []int) error) {
			go func() { told <- g.Do(ctx, d, n, write) }()
		}
		until := func(waiting int) {
			for g.Waiting() < waiting {
				runtime.Gosched()
			}
		}
		var write func(context.Context, *db.Tx, []int) error
		write = func(_ context.Context, _ *db.Tx, items []int) error {
			groups = append(groups, len(items))
			switch len(groups) {
			case 1:
				for n := 1; n <= 3; n++ {
					enter(n, write)
				}
				until(3)
			case 2:
				enter(4, write)
				until(1)
			case 3:
				<-held
			}
			return nil
		}
		enter(0, write)
		for range 4 { // while the last one is still being written
			if err := <-told; err != nil {
				t.Fatal(err)
			}
		}
		close(held)
		if err := <-told; err != nil {
			t.Fatal(err)
		}
		if want := []int{1, 3, 1}; !slices.Equal(groups, want) {
			t.Errorf("groups of %v, want %v", groups, want)
		}
	})
}

// Who comes while the writer is busy with something else is written with those
// who came before, and SQLite's writer is had in the order of asking.
func TestGroupTakesAllWhoWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, ctx := dbtest.Open(t, db.SQLite, nil, clock.System{}), t.Context()
		var g db.Group[int]
		var order []string
		done := make(chan error, 12)
		enter := func() {
			go func() {
				done <- g.Do(ctx, d, 0, func(_ context.Context, _ *db.Tx, items []int) error {
					order = append(order, fmt.Sprintf("group of %d", len(items)))
					return nil
				})
			}()
			synctest.Wait()
		}
		want := []string{"group of 2"}
		err := d.Write(ctx, func(*db.Tx) error {
			enter()
			for n := range 10 {
				name := fmt.Sprintf("writer %d", n)
				want = append(want, name)
				go func() {
					done <- d.Write(ctx, func(*db.Tx) error { order = append(order, name); return nil })
				}()
				synctest.Wait()
			}
			enter()
			return nil
		})
		for range cap(done) {
			err = errors.Join(err, <-done)
		}
		if err != nil || !slices.Equal(order, want) {
			t.Errorf("%v: %v, want %v", err, order, want)
		}
	})
}

// What is done inside a joined command goes with it, and holds nobody up who
// is not: on SQLite the command has the writer already.
func TestGroupInsideACommand(t *testing.T) {
	dbtest.Run(t, nil, func(t *testing.T, d *db.DB, _ *clock.Manual) {
		ctx := t.Context()
		if err := d.Write(ctx, func(tx *db.Tx) error {
			_, err := tx.Exec(ctx, "CREATE TABLE group_row (n BIGINT PRIMARY KEY)")
			return err
		}); err != nil {
			t.Fatal(err)
		}
		var g db.Group[int]
		write := func(ctx context.Context, tx *db.Tx, items []int) error {
			for _, n := range items {
				if _, err := tx.Exec(ctx, "INSERT INTO group_row (n) VALUES (?)", n); err != nil {
					return err
				}
			}
			return nil
		}
		undone := errors.New("undone")
		other := make(chan error, 1)
		err := d.Write(ctx, func(tx *db.Tx) error {
			go func() { other <- g.Do(ctx, d, 2, write) }()
			if d.Engine() == db.Postgres {
				if err := <-other; err != nil {
					return err
				}
			} else {
				for !g.Busy() { // it has the turn and waits for the writer, which is ours
					runtime.Gosched()
				}
			}
			if err := g.Do(db.Join(ctx, tx), d, 1, write); err != nil {
				return err
			}
			return undone
		})
		if d.Engine() == db.SQLite {
			if err := <-other; err != nil {
				t.Error(err)
			}
		}
		rows, rerr := d.Reader(ctx).Query(ctx, "SELECT n FROM group_row")
		got, rerr := db.Collect(rows, rerr, func(r db.Scanner) (n int, err error) { return n, r.Scan(&n) })
		if !errors.Is(err, undone) || rerr != nil || len(got) != 1 || got[0] != 2 {
			t.Errorf("%v: rows %v, %v", err, got, rerr)
		}
	})
}
