package job

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"linli/internal/kit/db"
	"linli/internal/kit/fault"
	"linli/internal/kit/id"
)

// ErrQueued refuses to bring a dead job back while a like one waits or runs.
var ErrQueued = fault.New(fault.Conflict, "job_queued", "同样的任务已经在排队，不用再来一次")

// Letter is a job that gave up and waits for somebody to deal with it.
type Letter struct {
	ID       id.ID
	Kind     string
	Error    string // of the last try
	Attempts int
	Made     time.Time
	Died     time.Time
}

// Dead lists jobs that gave up, newest first.
func (q *Queue) Dead(ctx context.Context, limit int) ([]Letter, error) {
	rows, err := q.db.Reader(ctx).Query(ctx, "SELECT id, kind, error, attempts, created_at, done_at FROM kit_job WHERE state = 'dead' ORDER BY id DESC LIMIT ?", limit)
	out, err := db.Collect(rows, err, func(row db.Scanner) (Letter, error) {
		var l Letter
		var made, died int64
		err := row.Scan(&l.ID, &l.Kind, &l.Error, &l.Attempts, &made, &died)
		l.Made, l.Died = time.UnixMicro(made), time.UnixMicro(died)
		return l, err
	})
	if err != nil {
		return nil, fmt.Errorf("list dead jobs: %w", err)
	}
	return out, nil
}

// Retry brings a job that gave up back to the queue, as if it were new.
// Errors: fault.ErrNotFound when it is not dead (any more), ErrQueued.
func (q *Queue) Retry(ctx context.Context, tx *db.Tx, job id.ID) error {
	n, err := tx.Exec(ctx, "UPDATE kit_job SET state = 'ready', attempts = 0, run_at = ?, leased_until = 0 WHERE id = ? AND state = 'dead'", tx.Now(), job)
	switch {
	case db.IsUnique(err):
		return ErrQueued
	case err != nil:
		return fmt.Errorf("retry job: %w", err)
	case n == 0:
		return fault.ErrNotFound
	}
	tx.AfterCommit(q.nudge)
	return nil
}

func (q *Queue) nudge() {
	select {
	case q.wake <- struct{}{}:
	default:
	}
}

// Known tells whether there ever was a job with this unique key, however it
// ended; finished ones are forgotten after a month.
func (q *Queue) Known(ctx context.Context, r db.Q, uniqueKey string) (bool, error) {
	return one(r.QueryRow(ctx, "SELECT 1 FROM kit_job WHERE unique_key = ? LIMIT 1", uniqueKey))
}

// Pending tells whether a job of a kind waits or runs.
func (q *Queue) Pending(ctx context.Context, r db.Q, kind string) (bool, error) {
	return one(r.QueryRow(ctx, "SELECT 1 FROM kit_job WHERE kind = ? AND state IN ('ready', 'running') LIMIT 1", kind))
}

func one(row *sql.Row) (bool, error) {
	var x int
	err := row.Scan(&x)
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	return err == nil, err
}

// Counts are how many jobs are in each state.
func (q *Queue) Counts(ctx context.Context) (map[string]int64, error) {
	rows, err := q.db.Reader(ctx).Query(ctx, "SELECT state, COUNT(*) FROM kit_job WHERE state <> 'done' GROUP BY state")
	if err != nil {
		return nil, fmt.Errorf("count jobs: %w", err)
	}
	defer rows.Close()
	out := map[string]int64{"ready": 0, "running": 0, "dead": 0}
	for rows.Next() {
		var state string
		var n int64
		if err := rows.Scan(&state, &n); err != nil {
			return nil, fmt.Errorf("count jobs: %w", err)
		}
		out[state] = n
	}
	return out, rows.Err()
}
