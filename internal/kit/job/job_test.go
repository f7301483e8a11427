package job_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"testing"
	"time"

	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/dbtest"
	"linli/internal/kit/job"
)

func enqueue(t *testing.T, d *db.DB, q *job.Queue, kind, key string, payload any) {
	t.Helper()
	if err := d.Write(t.Context(), func(tx *db.Tx) error {
		return q.Enqueue(t.Context(), tx, kind, key, payload, 0)
	}); err != nil {
		t.Fatal(err)
	}
}

func states(t *testing.T, d *db.DB) string {
	t.Helper()
	rows, err := d.Reader(t.Context()).Query(t.Context(), "SELECT kind, state, attempts FROM kit_job ORDER BY id")
	got, err := db.Collect(rows, err, func(r db.Scanner) (string, error) {
		var kind, state string
		var n int
		err := r.Scan(&kind, &state, &n)
		return fmt.Sprintf("%s:%s:%d", kind, state, n), err
	})
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprint(got)
}

func TestJobsRunOnceAndComeBack(t *testing.T) {
	dbtest.Run(t, []db.Migrations{job.Migrations()}, func(t *testing.T, d *db.DB, now *clock.Manual) {
		q := job.New(d, slog.New(slog.DiscardHandler))
		ran := map[string]int{}
		fail := errors.New("not yet")
		q.Handle("ok", func(_ context.Context, p []byte) error { ran[string(p)]++; return nil })
		q.Handle("flaky", func(context.Context, []byte) error {
			if ran["flaky"]++; ran["flaky"] < 3 {
				return fail
			}
			return nil
		})
		q.Handle("hopeless", func(context.Context, []byte) error { return fmt.Errorf("%w: no", job.ErrGiveUp) })
		q.Handle("panics", func(context.Context, []byte) error { panic("oh") })
		enqueue(t, d, q, "ok", "once", 1)
		enqueue(t, d, q, "ok", "once", 2)
		enqueue(t, d, q, "flaky", "", 0)
		enqueue(t, d, q, "hopeless", "", 0)
		enqueue(t, d, q, "panics", "", 0)
		for range 12 {
			if err := q.Drain(t.Context()); err != nil {
				t.Fatal(err)
			}
			now.Advance(20 * time.Minute)
		}
		if want := "[ok:done:1 flaky:done:3 hopeless:dead:1 panics:dead:8]"; states(t, d) != want {
			t.Errorf("got %s, want %s", states(t, d), want)
		}
		if ran["1"] != 1 || ran["2"] != 0 {
			t.Errorf("unique key: %v", ran)
		}
		enqueue(t, d, q, "ok", "once", 3)
		if err := q.Drain(t.Context()); err != nil || ran["3"] != 1 {
			t.Errorf("key not free after done: %v %v", ran, err)
		}
	})
}

func TestInterruptedJobIsGivenBack(t *testing.T) {
	dbtest.Run(t, []db.Migrations{job.Migrations()}, func(t *testing.T, d *db.DB, _ *clock.Manual) {
		q := job.New(d, slog.New(slog.DiscardHandler))
		ctx, cancel := context.WithCancel(t.Context())
		runs := 0
		q.Handle("long", func(ctx context.Context, _ []byte) error {
			if runs++; runs == 1 {
				cancel()
				<-ctx.Done()
			}
			return ctx.Err()
		})
		enqueue(t, d, q, "long", "", 0)
		if err := q.Drain(ctx); err != nil && !errors.Is(err, context.Canceled) {
			t.Fatal(err)
		}
		if got := states(t, d); got != "[long:ready:0]" {
			t.Fatalf("after interruption %s", got)
		}
		if err := q.Drain(t.Context()); err != nil || runs != 2 {
			t.Fatalf("runs %d, %v", runs, err)
		}
	})
}

// A server that is told to end while it starts ends in peace.
func TestEndBeforeTheStart(t *testing.T) {
	dbtest.Run(t, []db.Migrations{job.Migrations()}, func(t *testing.T, d *db.DB, _ *clock.Manual) {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if err := job.New(d, slog.New(slog.DiscardHandler)).Run(ctx, 2, true); err != nil {
			t.Error(err)
		}
	})
}

// A job that was cut off by a kill did not fail: only its failures count.
func TestKillsAreNotFailures(t *testing.T) {
	dbtest.Run(t, []db.Migrations{job.Migrations()}, func(t *testing.T, d *db.DB, now *clock.Manual) {
		q := job.New(d, slog.New(slog.DiscardHandler))
		q.Handle("long", func(context.Context, []byte) error { return errors.New("not yet") })
		enqueue(t, d, q, "long", "", 0)
		if err := q.Drain(t.Context()); err != nil {
			t.Fatal(err)
		}
		for range 10 {
			now.Advance(time.Hour)
			if err := d.Write(t.Context(), func(tx *db.Tx) error {
				_, err := tx.Exec(t.Context(), "UPDATE kit_job SET state = 'running', leased_until = ?", tx.Now().Add(-time.Second))
				return err
			}); err != nil {
				t.Fatal(err)
			}
			if err := q.Drain(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		if got := states(t, d); got != "[long:ready:1]" {
			t.Fatalf("after ten kills %s", got)
		}
	})
}

func TestEndIsOneCommitWithTheWork(t *testing.T) {
	dbtest.Run(t, []db.Migrations{job.Migrations()}, func(t *testing.T, d *db.DB, now *clock.Manual) {
		q := job.New(d, slog.New(slog.DiscardHandler))
		lost := errors.New("lost")
		var ran []string
		q.Handle("ends", func(ctx context.Context, _ []byte) error {
			ran = append(ran, "ends")
			if err := d.Write(ctx, func(tx *db.Tx) error { return job.End(ctx, tx) }); err != nil {
				return err
			}
			return lost // after the end, so not tried again
		})
		q.Handle("rolls back", func(ctx context.Context, _ []byte) error {
			ran = append(ran, "rolls back")
			return d.Write(ctx, func(tx *db.Tx) error {
				if err := job.End(ctx, tx); err != nil || len(ran) > 3 {
					return err
				}
				return lost
			})
		})
		q.Handle("plain", func(context.Context, []byte) error { ran = append(ran, "plain"); return nil })
		for _, kind := range []string{"ends", "rolls back", "plain"} {
			enqueue(t, d, q, kind, "", 0)
		}
		for range 2 {
			if err := q.Drain(t.Context()); err != nil {
				t.Fatal(err)
			}
			now.Advance(time.Hour)
		}
		if want := "[ends:done:1 rolls back:done:2 plain:done:1]"; states(t, d) != want {
			t.Errorf("got %s, want %s", states(t, d), want)
		}
		if got := fmt.Sprint(ran); got != "[ends rolls back plain rolls back]" {
			t.Errorf("ran %s", got)
		}
		if err := d.Write(t.Context(), func(tx *db.Tx) error { return job.End(t.Context(), tx) }); err != nil {
			t.Errorf("outside a job: %v", err)
		}
	})
}

// Jobs taken along end with the one that takes them, are done by nobody else
// when its work fails, and one that has failed before is not taken.
func TestJobsTakenAlong(t *testing.T) {
	dbtest.Run(t, []db.Migrations{job.Migrations()}, func(t *testing.T, d *db.DB, now *clock.Manual) {
		q := job.New(d, slog.New(slog.DiscardHandler))
		odd := errors.New("odd")
		bad, got := true, []string{}
		q.Handle("batch", func(ctx context.Context, own []byte) error {
			err := d.Write(ctx, func(tx *db.Tx) error {
				more, err := job.Along(ctx, tx, "batch/1/", 2)
				if err != nil {
					return err
				}
				said := string(own)
				for _, m := range more {
					said += "+" + string(m)
				}
				if got = append(got, said); bad && len(more) > 0 {
					return odd
				}
				return job.End(ctx, tx)
			})
			if errors.Is(err, odd) {
				bad = false
				return fmt.Errorf("alone: %w", err)
			}
			return err
		})
		for i, key := range []string{"batch/1/a", "batch/1/b", "batch/1/c", "batch/1/d", "batch/10/e", "batch/2/f"} {
			enqueue(t, d, q, "batch", key, i)
		}
		if err := q.Drain(t.Context()); err != nil {
			t.Fatal(err)
		}
		now.Advance(time.Hour)
		if err := q.Drain(t.Context()); err != nil {
			t.Fatal(err)
		}
		// 0 fails with 1 and 2, which then go with each other and 3; 0 comes last, alone.
		if want := "[0+1+2 1+2+3 4 5 0]"; fmt.Sprint(got) != want {
			t.Errorf("ran %v, want %s", got, want)
		}
		if want := "[batch:done:2 batch:done:1 batch:done:1 batch:done:1 batch:done:1 batch:done:1]"; states(t, d) != want {
			t.Errorf("states %s", states(t, d))
		}
	})
}
