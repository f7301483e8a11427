// Package job is the queue of work that outlives a request: rows in the same
// database, enqueued in the transaction that wants them, claimed by lease,
// tried again with growing pauses, kept as dead letters when they give up.
// A handler may run twice and must be able to continue. Kit.
package job

import (
	"context"
	"database/sql"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"linli/internal/kit/db"
	"linli/internal/kit/id"
)

//go:embed migrations/*.sql
var files embed.FS

// Migrations are the queue's tables.
func Migrations() db.Migrations {
	sub, err := fs.Sub(files, "migrations")
	if err != nil {
		panic(err) // the folder is embedded above
	}
	return db.Migrations{Room: "kit_job", FS: sub}
}

const (
	lease       = 60 * time.Second
	maxAttempts = 8
	idle        = 500 * time.Millisecond
)

// Handler does one job; payload is the JSON given to Enqueue. An error means
// try again later, unless it is wrapped by Give up, or End was committed.
type Handler func(ctx context.Context, payload []byte) error

// ErrGiveUp wraps an error that no repetition can mend.
var ErrGiveUp = errors.New("give up")

// Queue holds the handlers and runs the workers.
type Queue struct {
	db       *db.DB
	log      *slog.Logger
	handlers map[string]Handler
	gaveUp   map[string]func(ctx context.Context, payload []byte, err error) error
	wake     chan struct{}
}

// New makes a queue without handlers.
func New(d *db.DB, log *slog.Logger) *Queue {
	return &Queue{db: d, log: log, handlers: map[string]Handler{}, wake: make(chan struct{}, 1),
		gaveUp: map[string]func(context.Context, []byte, error) error{}}
}

// Handle names the handler of a kind; rooms call it while they are built.
func (q *Queue) Handle(kind string, h Handler) { q.handlers[kind] = h }

// Kinds are the kinds of jobs that are handled here, in no order.
func (q *Queue) Kinds() []string { return slices.Collect(maps.Keys(q.handlers)) }

// GaveUp names what is told before a job of a kind becomes a dead letter, so
// that what waits for it can say so. It may be told twice; while it fails the
// job is tried again instead.
func (q *Queue) GaveUp(kind string, told func(ctx context.Context, payload []byte, err error) error) {
	q.gaveUp[kind] = told
}

// Enqueue adds a job to the transaction. With a unique key, a second job is
// not added while the first waits or runs.
func (q *Queue) Enqueue(ctx context.Context, tx *db.Tx, kind, uniqueKey string, payload any, after time.Duration) error {
	return q.EnqueueAll(ctx, tx, kind, []Wanted{{uniqueKey, payload}}, after)
}

// Wanted is one of several jobs of a kind.
type Wanted struct {
	Key     string // unique among those that wait or run, "" for none
	Payload any
}

// EnqueueAll adds several jobs of a kind to the transaction.
func (q *Queue) EnqueueAll(ctx context.Context, tx *db.Tx, kind string, list []Wanted, after time.Duration) error {
	const one = "(?, ?, ?, ?, 'ready', ?, 0, 0, '', ?, 0)"
	for part := range slices.Chunk(list, 50) {
		args := make([]any, 0, 6*len(part))
		for _, w := range part {
			b, err := json.Marshal(w.Payload)
			if err != nil {
				return fmt.Errorf("enqueue %s: %w", kind, err)
			}
			args = append(args, tx.NewID(), kind, string(b), w.Key, tx.Now().Add(after), tx.Now())
		}
		_, err := tx.Exec(ctx, `INSERT INTO kit_job (id, kind, payload, unique_key, state, run_at, attempts, leased_until, error, created_at, done_at)
			VALUES `+one+strings.Repeat(", "+one, len(part)-1)+`
			ON CONFLICT (unique_key) WHERE unique_key <> '' AND state IN ('ready', 'running') DO NOTHING`, args...)
		if err != nil {
			return fmt.Errorf("enqueue %s: %w", kind, err)
		}
	}
	tx.AfterCommit(q.nudge)
	return nil
}

// Run works until ctx ends, n jobs at a time. Jobs that were running when the
// process died come back when their lease ends; recover=true frees them at
// once, which is right when this is the only process (SQLite).
func (q *Queue) Run(ctx context.Context, n int, recover bool) error {
	if recover {
		err := q.db.Write(ctx, func(tx *db.Tx) error {
			_, err := tx.Exec(ctx, "UPDATE kit_job SET leased_until = 0 WHERE state = 'running'")
			return err
		})
		if err != nil && ctx.Err() == nil { // told to end at once: the next start recovers
			return fmt.Errorf("recover jobs: %w", err)
		}
	}
	var wg sync.WaitGroup
	for range n {
		wg.Go(func() { q.work(ctx) })
	}
	wg.Wait()
	return nil
}

func (q *Queue) work(ctx context.Context) {
	for ctx.Err() == nil {
		err := q.Drain(ctx)
		if err != nil && ctx.Err() == nil {
			q.log.LogAttrs(ctx, slog.LevelError, "claim job", slog.Any("error", err))
		}
		select {
		case <-ctx.Done():
		case <-q.wake:
		case <-time.After(idle):
		}
	}
}

// Drain runs every job that is due, in this goroutine; commands without a
// server (demo, bench, import) and tests use it.
func (q *Queue) Drain(ctx context.Context) error {
	j, err := q.first(ctx)
	for err == nil && j != nil {
		j, err = q.do(ctx, j)
	}
	return err
}

type claimed struct {
	id       id.ID
	kind     string
	payload  string
	attempts int
}

// do runs a claimed job and claims the next in the transaction that ends it,
// which saves a queue of many small jobs half of its commits.
func (q *Queue) do(ctx context.Context, j *claimed) (next *claimed, err error) {
	h, ok := q.handlers[j.kind]
	if !ok {
		return q.finish(ctx, j, fmt.Errorf("%w: no handler for kind %q", ErrGiveUp, j.kind))
	}
	stop := q.keep(ctx, j.id)
	r := running{job: j.id}
	herr := call(context.WithValue(ctx, runningKey{}, &r), h, []byte(j.payload))
	stop()
	if r.ended {
		if herr != nil && ctx.Err() == nil {
			q.log.LogAttrs(ctx, slog.LevelError, "job failed after its end", slog.String("kind", j.kind), slog.String("job", j.id.String()), slog.Any("error", herr))
		}
		return r.next, nil
	}
	if ctx.Err() != nil {
		return nil, q.release(context.WithoutCancel(ctx), j)
	}
	return q.finish(ctx, j, herr)
}

// running is the job that a handler works on.
type running struct {
	job   id.ID
	ended bool
	next  *claimed
}

type runningKey struct{}

// End makes the job of the handler that ctx was given to done in tx and claims
// the worker's next one: the work and its end are one commit. A worker that
// asked for the writer once more only to say so would wait behind the others'
// bulk writes, and all of them would compute at the same time while nobody
// writes. What the handler does after the commit is not tried again. Outside a
// job it does nothing.
func End(ctx context.Context, tx *db.Tx) error {
	r, ok := ctx.Value(runningKey{}).(*running)
	if !ok || r.ended {
		return nil
	}
	if err := setDone(ctx, tx, r.job, "done", "", 0); err != nil {
		return fmt.Errorf("end job: %w", err)
	}
	next, err := claim(ctx, tx)
	if err != nil {
		return fmt.Errorf("claim next job: %w", err)
	}
	tx.AfterCommit(func() { r.ended, r.next = true, next })
	return nil
}

// Apart is ctx for steps of a job that has more to do: End does nothing in them.
func Apart(ctx context.Context) context.Context { return context.WithValue(ctx, runningKey{}, nil) }

func setDone(ctx context.Context, tx *db.Tx, job id.ID, state, text string, wait time.Duration) error {
	_, err := tx.Exec(ctx, "UPDATE kit_job SET state = ?, error = ?, run_at = ?, leased_until = 0, done_at = ? WHERE id = ?",
		state, text, tx.Now().Add(wait), tx.Now(), job)
	return err
}

func call(ctx context.Context, h Handler, payload []byte) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = fmt.Errorf("panic: %v", v)
		}
	}()
	return h(ctx, payload)
}

// first claims a job, looking before it asks for the writer.
func (q *Queue) first(ctx context.Context) (*claimed, error) {
	now := q.db.Clock().Now()
	var due int
	err := q.db.Reader(ctx).QueryRow(ctx, `SELECT 1 FROM kit_job WHERE state IN ('ready', 'running') AND run_at <= ? AND leased_until <= ? LIMIT 1`, now, now).Scan(&due)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var j *claimed
	err = q.db.Write(ctx, func(tx *db.Tx) error {
		j, err = claim(ctx, tx)
		return err
	})
	return j, err
}

func claim(ctx context.Context, tx *db.Tx) (*claimed, error) {
	skip := ""
	if tx.Engine() == db.Postgres {
		skip = " FOR UPDATE SKIP LOCKED"
	}
	j, state := claimed{}, ""
	err := tx.QueryRow(ctx, `SELECT id, kind, payload, attempts, state FROM kit_job
		WHERE state IN ('ready', 'running') AND run_at <= ? AND leased_until <= ? ORDER BY run_at, id LIMIT 1`+skip, tx.Now(), tx.Now()).
		Scan(&j.id, &j.kind, &j.payload, &j.attempts, &state)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	if state == "ready" {
		j.attempts++ // one that runs was cut off by a kill, which is no failure
	}
	_, err = tx.Exec(ctx, "UPDATE kit_job SET state = 'running', attempts = ?, leased_until = ? WHERE id = ?", j.attempts, tx.Now().Add(lease), j.id)
	return &j, err
}

// keep renews the lease of a long job until stop is called.
func (q *Queue) keep(ctx context.Context, job id.ID) (stop func()) {
	ctx, cancel := context.WithCancel(ctx)
	var wg sync.WaitGroup
	wg.Go(func() {
		t := time.NewTicker(lease / 3)
		defer t.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-t.C:
			}
			err := q.db.Write(ctx, func(tx *db.Tx) error {
				_, err := tx.Exec(ctx, "UPDATE kit_job SET leased_until = ? WHERE id = ?", tx.Now().Add(lease), job)
				return err
			})
			if err != nil && ctx.Err() == nil {
				q.log.LogAttrs(ctx, slog.LevelWarn, "renew lease", slog.Any("error", err))
			}
		}
	})
	return func() { cancel(); wg.Wait() }
}

func (q *Queue) finish(ctx context.Context, j *claimed, herr error) (next *claimed, err error) {
	state, text := "done", ""
	var wait time.Duration
	if herr != nil {
		state, text = "ready", herr.Error()
		wait = time.Duration(1<<min(j.attempts, 10)) * time.Second
		if errors.Is(herr, ErrGiveUp) || j.attempts >= maxAttempts {
			state = "dead"
		}
		if told := q.gaveUp[j.kind]; told != nil && state == "dead" {
			if err := told(ctx, []byte(j.payload), herr); err != nil {
				state, text = "ready", errors.Join(herr, err).Error()
			}
		}
		q.log.LogAttrs(ctx, slog.LevelError, "job failed", slog.String("kind", j.kind), slog.String("job", j.id.String()),
			slog.String("state", state), slog.Any("error", herr))
	}
	err = q.db.Write(ctx, func(tx *db.Tx) error {
		if err := setDone(ctx, tx, j.id, state, text, wait); err != nil {
			return err
		}
		next, err = claim(ctx, tx)
		return err
	})
	return next, err
}

// keepDone is how long finished jobs stay to be looked at; dead letters stay
// until somebody deals with them.
const keepDone = 30 * 24 * time.Hour

// Sweep forgets jobs that were done long ago.
func (q *Queue) Sweep(ctx context.Context) error {
	return q.db.Write(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(ctx, "DELETE FROM kit_job WHERE state = 'done' AND done_at < ?", tx.Now().Add(-keepDone))
		return err
	})
}

// release gives an interrupted job back untouched.
func (q *Queue) release(ctx context.Context, j *claimed) error {
	return q.db.Write(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(ctx, "UPDATE kit_job SET state = 'ready', leased_until = 0, attempts = ? WHERE id = ?", j.attempts-1, j.id)
		return err
	})
}
