package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
)

// snapshot reads through one read transaction.
type snapshot struct {
	d    *DB
	conn *sql.Conn
}

func (s *snapshot) Query(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	return s.conn.QueryContext(ctx, s.d.bind(query), normalize(args)...)
}

func (s *snapshot) QueryRow(ctx context.Context, query string, args ...any) *sql.Row {
	return s.conn.QueryRowContext(ctx, s.d.bind(query), normalize(args)...)
}

type snapshotKey struct{}

func snapped(ctx context.Context, d *DB) *snapshot {
	if s, ok := ctx.Value(snapshotKey{}).(*snapshot); ok && s.d == d {
		return s
	}
	return nil
}

// Snapshot runs fn on one state of the database: what Reader reads with the
// given context does not move while others write. One connection carries it,
// so fn reads one result to its end before it asks for the next.
func (d *DB) Snapshot(ctx context.Context, fn func(ctx context.Context) error) (err error) {
	conn, err := d.read.Conn(ctx)
	if err != nil {
		return fmt.Errorf("take connection: %w", err)
	}
	defer conn.Close()
	begin := "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
	if d.engine == SQLite {
		begin = "BEGIN"
	}
	if _, err := conn.ExecContext(ctx, begin); err != nil {
		// A BEGIN that was cancelled late may have begun, see once.
		conn.ExecContext(context.WithoutCancel(ctx), "ROLLBACK")
		return fmt.Errorf("begin snapshot: %w", err)
	}
	defer func() {
		// The connection goes back to the pool, also when the caller has gone.
		if _, rerr := conn.ExecContext(context.WithoutCancel(ctx), "ROLLBACK"); rerr != nil {
			err = errors.Join(err, fmt.Errorf("end snapshot: %w", rerr))
		}
	}()
	return fn(context.WithValue(ctx, snapshotKey{}, &snapshot{d, conn}))
}

// CopyTo writes the database as it stands now into a new file, while others
// read and write, and makes the file durable. SQLite only.
func (d *DB) CopyTo(ctx context.Context, path string) error {
	if d.engine != SQLite {
		return fmt.Errorf("copy database: %s is copied by its own tools", d.engine)
	}
	conn, err := d.read.Conn(ctx)
	if err != nil {
		return fmt.Errorf("copy database: %w", err)
	}
	defer conn.Close()
	// VACUUM INTO counts as writing, although it writes only the new file.
	if _, err := conn.ExecContext(ctx, "PRAGMA query_only = 0"); err != nil {
		return fmt.Errorf("copy database: %w", err)
	}
	_, err = conn.ExecContext(ctx, "VACUUM INTO ?", path)
	if _, rerr := conn.ExecContext(context.WithoutCancel(ctx), "PRAGMA query_only = 1"); rerr != nil {
		err = errors.Join(err, rerr)
	}
	if err != nil {
		return fmt.Errorf("copy database: %w", err)
	}
	f, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("copy database: %w", err)
	}
	if err := errors.Join(f.Sync(), f.Close()); err != nil {
		return fmt.Errorf("copy database: %w", err)
	}
	return nil
}

// Integrity reads the whole SQLite file and names what is damaged in it: pages,
// indexes, references to rows that are gone. PostgreSQL checks itself.
func (d *DB) Integrity(ctx context.Context) ([]string, error) {
	if d.engine != SQLite {
		return nil, nil
	}
	q := d.Reader(ctx)
	rows, err := q.Query(ctx, "PRAGMA integrity_check")
	found, err := Collect(rows, err, func(row Scanner) (s string, err error) { return s, row.Scan(&s) })
	if err != nil {
		return nil, fmt.Errorf("check integrity: %w", err)
	}
	out := []string{}
	for _, f := range found {
		if f != "ok" {
			out = append(out, "数据库文件损坏："+f)
		}
	}
	rows, err = q.Query(ctx, "PRAGMA foreign_key_check")
	found, err = Collect(rows, err, func(row Scanner) (string, error) {
		var table, parent string
		var rowid sql.NullInt64
		var no int64
		err := row.Scan(&table, &rowid, &parent, &no)
		return fmt.Sprintf("表 %s 的第 %d 行引用了 %s 中不存在的行", table, rowid.Int64, parent), err
	})
	if err != nil {
		return nil, fmt.Errorf("check references: %w", err)
	}
	return append(out, found[:min(len(found), 100)]...), nil
}
