// Package db is a thin layer over database/sql for two engines: SQLite
// (modernc.org/sqlite) and PostgreSQL (pgx). SQL is written once, portable,
// with "?" placeholders. Reads go through Reader, changes through Write.
// Kit.
package db

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	_ "github.com/jackc/pgx/v5/stdlib" // driver "pgx"
	"modernc.org/sqlite"               // SQLite, also registered as driver "sqlite"

	"linli/internal/kit/clock"
	"linli/internal/kit/id"
)

// Engine is the kind of database.
type Engine string

// The two engines.
const (
	SQLite   Engine = "sqlite"
	Postgres Engine = "postgres"
)

// Options say where the database is and what it stands on.
type Options struct {
	DSN   string // postgres://…; empty means SQLite in Dir
	Dir   string // data folder; SQLite's file is linli.db in it
	Clock clock.Clock
	Log   *slog.Logger
	Conns int // read connections; 0 means 8
	// ReadOnly opens an existing database and refuses every write, so that it
	// may be looked at beside the process that owns it.
	ReadOnly bool
}

// DB is an open database. Safe for concurrent use.
type DB struct {
	engine Engine
	write  *sql.DB
	read   *sql.DB
	turn   chan struct{} // SQLite's one writer, in the order of asking; nil on PostgreSQL
	clock  clock.Clock
	ids    *id.Gen
	log    *slog.Logger
	binds  bindCache
	types  sync.Map  // columns of a table → their types, for Copy
	lease  *sql.Conn // holds the id node on PostgreSQL
}

// Q reads rows: a Reader outside transactions, or the Tx itself.
type Q interface {
	Query(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRow(ctx context.Context, query string, args ...any) *sql.Row
}

// Open opens the database and creates SQLite's file when there is none. It
// does not migrate.
func Open(ctx context.Context, o Options) (*DB, error) {
	if o.Clock == nil {
		o.Clock = clock.System{}
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Conns == 0 {
		o.Conns = 8
	}
	d := &DB{clock: o.Clock, log: o.Log}
	var err error
	if strings.HasPrefix(o.DSN, "postgres://") || strings.HasPrefix(o.DSN, "postgresql://") {
		d.engine = Postgres
		if err = d.openPostgres(o); err != nil {
			err = away(o.DSN, err)
		}
	} else if o.DSN == "" {
		d.engine = SQLite
		err = d.openSQLite(o)
	} else {
		return nil, fmt.Errorf("open database: %q is not a postgres:// address; leave LINLI_DB empty for SQLite", redact(o.DSN))
	}
	if err != nil {
		return nil, fmt.Errorf("open database: %w", err)
	}
	if err := d.reach(ctx, o); err != nil {
		d.Close()
		return nil, fmt.Errorf("open database: %w", err)
	}
	if o.ReadOnly {
		return d, nil // makes no ids
	}
	node, err := d.leaseNode(ctx)
	if err != nil {
		d.Close()
		return nil, fmt.Errorf("lease id node: %w", err)
	}
	d.ids = id.NewGen(o.Clock, node)
	return d, nil
}

func redact(dsn string) string {
	if u, err := url.Parse(dsn); err == nil {
		return u.Redacted()
	}
	return "…"
}

func (d *DB) openSQLite(o Options) error {
	path := filepath.ToSlash(filepath.Join(o.Dir, "linli.db"))
	common := "_pragma=busy_timeout(15000)&_pragma=foreign_keys(1)&_pragma=temp_store(memory)"
	if o.ReadOnly {
		r, err := sql.Open("sqlite", "file:"+path+"?mode=rw&"+common+"&_pragma=query_only(1)&_pragma=cache_size(-32000)")
		if err != nil {
			return err
		}
		d.write, d.read = r, r
		return nil
	}
	base, err := sqlite.NewConnector("file:" + path + "?" + common +
		"&_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_pragma=cache_size(-32000)&_pragma=wal_autocheckpoint(4000)")
	if err != nil {
		return err
	}
	w := sql.OpenDB(keeper{base})
	w.SetMaxOpenConns(1)
	d.turn = make(chan struct{}, 1)
	w.SetConnMaxLifetime(0)
	r, err := sql.Open("sqlite", "file:"+path+"?"+common+"&_pragma=query_only(1)&_pragma=cache_size(-4000)")
	if err != nil {
		w.Close()
		return err
	}
	r.SetMaxOpenConns(o.Conns)
	r.SetMaxIdleConns(o.Conns)
	d.write, d.read = w, r
	return nil
}

func (d *DB) openPostgres(o Options) error {
	if o.ReadOnly {
		r, err := sql.Open("pgx", readOnly(o.DSN))
		if err != nil {
			return err
		}
		r.SetMaxOpenConns(o.Conns)
		d.write, d.read = r, r
		return nil
	}
	w, err := sql.Open("pgx", o.DSN)
	if err != nil {
		return err
	}
	w.SetMaxOpenConns(o.Conns + 1) // one holds the lease of the id node
	w.SetMaxIdleConns(o.Conns + 1)
	r, err := sql.Open("pgx", o.DSN)
	if err != nil {
		w.Close()
		return err
	}
	r.SetMaxOpenConns(o.Conns)
	r.SetMaxIdleConns(o.Conns)
	d.write, d.read = w, r
	return nil
}

func readOnly(dsn string) string {
	u, err := url.Parse(dsn)
	if err != nil {
		return dsn // pgx says what is wrong with it
	}
	v := u.Query()
	v.Set("default_transaction_read_only", "on")
	u.RawQuery = v.Encode()
	return u.String()
}

// Close gives back every connection.
func (d *DB) Close() error {
	var err error
	if d.lease != nil {
		err = d.lease.Close()
	}
	err = errors.Join(err, d.read.Close())
	return errors.Join(err, d.write.Close())
}

// Engine tells which engine this is; only migrations, benchmarks and the few
// statements that cannot be portable ask.
func (d *DB) Engine() Engine { return d.engine }

// Clock is the clock transactions read.
func (d *DB) Clock() clock.Clock { return d.clock }

// IDs is the generator of ids.
func (d *DB) IDs() *id.Gen { return d.ids }

// Reader reads outside transactions; inside a joined command (see Join) it
// reads through that transaction, so that a person reads his own writes.
func (d *DB) Reader(ctx context.Context) Q {
	if tx := joined(ctx, d); tx != nil {
		return tx
	}
	if s := snapped(ctx, d); s != nil {
		return s
	}
	return reader{d}
}

type reader struct{ d *DB }

func (r reader) Query(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	traced(ctx, query, args)
	return r.d.read.QueryContext(ctx, r.d.bind(query), normalize(args)...)
}

func (r reader) QueryRow(ctx context.Context, query string, args ...any) *sql.Row {
	traced(ctx, query, args)
	return r.d.read.QueryRowContext(ctx, r.d.bind(query), normalize(args)...)
}

// Collect reads every row with scan and closes rows.
func Collect[T any](rows *sql.Rows, err error, scan func(row Scanner) (T, error)) ([]T, error) {
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	out := []T{}
	for rows.Next() {
		v, err := scan(rows)
		if err != nil {
			return nil, err
		}
		out = append(out, v)
	}
	return out, rows.Err()
}

// idsAtOnce bounds the placeholders of one statement.
const idsAtOnce = 500

// OfIDs runs "SELECT … WHERE project_id = ? AND … IN (" over any number of ids,
// some at a time, and tail after it with more as its arguments: an order holds
// among those of one time.
func OfIDs[T any](ctx context.Context, q Q, head string, project id.ID, ids []id.ID, tail string, scan func(Scanner) (T, error), more ...any) ([]T, error) {
	out := []T{}
	for part := range slices.Chunk(ids, idsAtOnce) {
		args := make([]any, 0, 1+len(part)+len(more))
		args = append(args, int64(project))
		for _, x := range part {
			args = append(args, int64(x))
		}
		rows, err := q.Query(ctx, head+In(len(part))+tail, append(args, more...)...)
		list, err := Collect(rows, err, scan)
		if err != nil {
			return nil, fmt.Errorf("read by ids: %w", err)
		}
		out = append(out, list...)
	}
	return out, nil
}

// EachOfIDs is OfIDs for rows that take keeps itself.
func EachOfIDs(ctx context.Context, q Q, head string, project id.ID, ids []id.ID, tail string, take func(Scanner) error, more ...any) error {
	_, err := OfIDs(ctx, q, head, project, ids, tail, func(row Scanner) (struct{}, error) { return struct{}{}, take(row) }, more...)
	return err
}

// Scanner is a row being read.
type Scanner interface{ Scan(dest ...any) error }

// IsUnique reports whether err is a broken unique or primary key.
func IsUnique(err error) bool {
	if err == nil {
		return false
	}
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		return pg.Code == "23505"
	}
	s := err.Error()
	return strings.Contains(s, "UNIQUE constraint failed") || strings.Contains(s, "PRIMARY KEY constraint failed")
}

// retryable reports a lost race that a fresh try can win. A bad connection is
// one as well: the driver says so only of what the server never got, as when the
// pool hands out a connection that a cancelled command is about to close.
func retryable(err error) bool {
	if errors.Is(err, driver.ErrBadConn) {
		return true
	}
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		return pg.Code == "40P01" || pg.Code == "40001"
	}
	return false
}

// Ping reports whether the database answers.
func (d *DB) Ping(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	var one int
	return d.read.QueryRowContext(ctx, "SELECT 1").Scan(&one)
}
