package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5/stdlib"

	"linli/internal/kit/id"
)

// Tx is one transaction on one pinned connection. Not safe for concurrent
// use. Nothing but database work happens inside.
type Tx struct {
	d      *DB
	conn   *sql.Conn
	now    time.Time
	before []func(context.Context, *Tx) error
	after  []func()
	depth  int
	lost   error // race that a joined command lost: all of it is run again
	notes  map[any]any
}

// Write runs fn in one transaction: all of it or nothing. A lost race on
// PostgreSQL is run again, so fn must not keep state outside the transaction.
// Inside a joined command the work becomes a savepoint of that command.
func (d *DB) Write(ctx context.Context, fn func(tx *Tx) error) error {
	if tx := joined(ctx, d); tx != nil {
		return tx.savepoint(ctx, fn)
	}
	const tries = 6
	for try := 1; ; try++ {
		after, err := d.once(ctx, fn)
		if err == nil {
			for _, f := range after {
				f()
			}
			return nil
		}
		if !retryable(err) || try == tries || ctx.Err() != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(time.Duration(try*try) * 5 * time.Millisecond):
		}
	}
}

// queue waits for SQLite's one writer in the order of asking; the pool would
// give its connection to any of those who wait, by lot.
func (d *DB) queue(ctx context.Context) (leave func(), err error) {
	if d.turn == nil {
		return func() {}, nil
	}
	select {
	case d.turn <- struct{}{}:
		return func() { <-d.turn }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (d *DB) once(ctx context.Context, fn func(tx *Tx) error) (after []func(), err error) {
	leave, err := d.queue(ctx)
	if err != nil {
		return nil, fmt.Errorf("wait for the writer: %w", err)
	}
	defer leave()
	conn, err := d.write.Conn(ctx)
	if err != nil {
		return nil, fmt.Errorf("take connection: %w", err)
	}
	defer conn.Close()
	begin := "BEGIN"
	if d.engine == SQLite {
		begin = "BEGIN IMMEDIATE"
	}
	if _, err := conn.ExecContext(ctx, begin); err != nil {
		// SQLite's driver calls a BEGIN that was cancelled late a failure though
		// it began; the pool must not get a connection inside a transaction. An
		// error says that none was open, which is what is wanted.
		conn.ExecContext(context.WithoutCancel(ctx), "ROLLBACK")
		return nil, fmt.Errorf("begin: %w", err)
	}
	tx := &Tx{d: d, conn: conn, now: d.clock.Now()}
	done := false
	defer func() {
		if !done {
			// The rollback must happen even when the caller has gone away.
			if _, rerr := conn.ExecContext(context.WithoutCancel(ctx), "ROLLBACK"); rerr != nil && err != nil {
				err = errors.Join(err, fmt.Errorf("rollback: %w", rerr))
			}
		}
	}()
	err = fn(tx)
	if tx.lost != nil {
		return nil, errors.Join(err, tx.lost)
	}
	if err != nil {
		return nil, err
	}
	for len(tx.before) > 0 {
		f := tx.before[0]
		tx.before = tx.before[1:]
		if err := f(ctx, tx); err != nil {
			return nil, err
		}
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if err := tx.sound(); err != nil {
		return nil, err
	}
	// A caller that goes away now must not leave the outcome unknown.
	if _, err := conn.ExecContext(context.WithoutCancel(ctx), "COMMIT"); err != nil {
		return nil, fmt.Errorf("commit: %w", err)
	}
	done = true
	return tx.after, nil
}

func (tx *Tx) savepoint(ctx context.Context, fn func(tx *Tx) error) error {
	tx.depth++
	defer func() { tx.depth-- }()
	name := fmt.Sprintf("s%d", tx.depth)
	if _, err := tx.conn.ExecContext(ctx, "SAVEPOINT "+name); err != nil {
		return fmt.Errorf("savepoint: %w", err)
	}
	before, after := len(tx.before), len(tx.after)
	if err := fn(tx); err != nil {
		if retryable(err) {
			tx.lost = err
		}
		tx.before, tx.after = tx.before[:min(before, len(tx.before))], tx.after[:after]
		if _, rerr := tx.conn.ExecContext(context.WithoutCancel(ctx), "ROLLBACK TO SAVEPOINT "+name); rerr != nil {
			return errors.Join(err, fmt.Errorf("rollback to savepoint: %w", rerr))
		}
		return err
	}
	if _, err := tx.conn.ExecContext(ctx, "RELEASE SAVEPOINT "+name); err != nil {
		return fmt.Errorf("release savepoint: %w", err)
	}
	return nil
}

// sound refuses to commit when a statement failed and its error was not
// heeded: PostgreSQL would answer COMMIT with a rollback and no error.
func (tx *Tx) sound() error {
	if tx.d.engine != Postgres {
		return nil
	}
	return tx.conn.Raw(func(c any) error {
		if p, ok := c.(*stdlib.Conn); ok && p.Conn().PgConn().TxStatus() == 'E' {
			return errAborted
		}
		return nil
	})
}

var errAborted = errors.New("commit: a statement of the transaction failed and the command went on")

type joinKey struct{}

// Join lets everything that is done with the returned context take part in
// tx: Write becomes a savepoint, Reader reads through it. Only the edge uses
// it, to store an idempotent answer in the transaction of its command.
func Join(ctx context.Context, tx *Tx) context.Context {
	return context.WithValue(ctx, joinKey{}, tx)
}

func joined(ctx context.Context, d *DB) *Tx {
	if tx, ok := ctx.Value(joinKey{}).(*Tx); ok && tx.d == d {
		return tx
	}
	return nil
}

// Now is the instant of the transaction, the same for all its rows.
func (tx *Tx) Now() time.Time { return tx.now }

// NewID makes an id.
func (tx *Tx) NewID() id.ID { return tx.d.ids.New() }

// IDs makes n ascending ids.
func (tx *Tx) IDs(n int) []id.ID { return tx.d.ids.Block(n) }

// Engine tells which engine this is.
func (tx *Tx) Engine() Engine { return tx.d.engine }

// BeforeCommit runs f last in the transaction, in the order of the calls.
func (tx *Tx) BeforeCommit(f func(context.Context, *Tx) error) { tx.before = append(tx.before, f) }

// AfterCommit runs f once the transaction is durable.
func (tx *Tx) AfterCommit(f func()) { tx.after = append(tx.after, f) }

// Note keeps a value for the length of the transaction under a private key.
func (tx *Tx) Note(key any, make func() any) any {
	if tx.notes == nil {
		tx.notes = map[any]any{}
	}
	v, ok := tx.notes[key]
	if !ok {
		v = make()
		tx.notes[key] = v
	}
	return v
}

// Exec runs one statement and returns the number of rows it changed.
func (tx *Tx) Exec(ctx context.Context, query string, args ...any) (int64, error) {
	res, err := tx.conn.ExecContext(ctx, tx.d.bind(query), normalize(args)...)
	if err != nil {
		return 0, err
	}
	return res.RowsAffected()
}

// Query reads rows inside the transaction.
func (tx *Tx) Query(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	return tx.conn.QueryContext(ctx, tx.d.bind(query), normalize(args)...)
}

// QueryRow reads one row inside the transaction.
func (tx *Tx) QueryRow(ctx context.Context, query string, args ...any) *sql.Row {
	return tx.conn.QueryRowContext(ctx, tx.d.bind(query), normalize(args)...)
}

// Lock locks the rows the query finds until the end of the transaction:
// FOR UPDATE on PostgreSQL, nothing on SQLite, which has one writer. Order
// everywhere: subject, order, counter, audit head.
func (tx *Tx) Lock(ctx context.Context, query string, args ...any) error {
	if tx.d.engine == SQLite {
		return nil
	}
	rows, err := tx.Query(ctx, query+" FOR UPDATE", args...)
	if err != nil {
		return fmt.Errorf("lock: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
	}
	return rows.Err()
}
