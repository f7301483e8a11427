package db

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strconv"
	"strings"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/database"

	"linli/internal/kit/fault"
	"linli/internal/kit/id"
)

// What is wrong with the version of a database.
var (
	ErrNewer = fault.New(fault.Internal, "database_newer", "数据是更新版本的 linli 写的，请换用那个版本或更新的版本")
	ErrOlder = fault.New(fault.Internal, "database_older", "数据还没有升级到这个版本，请先用这个版本启动一次 linli serve")
)

// Migrations are the numbered SQL files of one room; each room keeps its own
// version table, migrate_<room>.
type Migrations struct {
	Room string
	FS   fs.FS // holds 00001_….sql at its root
}

// Newest is the version that the files bring a room to.
func (m Migrations) Newest() (int64, error) {
	names, err := fs.Glob(m.FS, "*.sql")
	if err != nil {
		return 0, fmt.Errorf("list migrations of %s: %w", m.Room, err)
	}
	var newest int64
	for _, name := range names {
		digits, _, _ := strings.Cut(name, "_")
		n, err := strconv.ParseInt(digits, 10, 64)
		if err != nil {
			return 0, fmt.Errorf("migration %s of %s: %w", name, m.Room, err)
		}
		newest = max(newest, n)
	}
	return newest, nil
}

// Stored is the version that the database has of a room's tables, 0 when it
// has none.
func (d *DB) Stored(ctx context.Context, m Migrations) (int64, error) {
	query := "SELECT COUNT(*) FROM sqlite_master WHERE type = 'table' AND name = ?"
	if d.engine == Postgres {
		query = "SELECT COUNT(*) FROM information_schema.tables WHERE table_schema = current_schema() AND table_name = ?"
	}
	q, table := d.Reader(ctx), "migrate_"+m.Room
	var n int64
	if err := q.QueryRow(ctx, query, table).Scan(&n); err != nil || n == 0 {
		return 0, err
	}
	err := q.QueryRow(ctx, "SELECT CAST(COALESCE(MAX(version_id), 0) AS BIGINT) FROM "+table).Scan(&n)
	return n, err
}

// Check compares the tables with what this program knows: ErrNewer when a
// newer one has been here, ErrOlder when they have not been brought up to date.
func (d *DB) Check(ctx context.Context, rooms ...Migrations) error {
	var older error
	for _, m := range rooms {
		stored, err := d.Stored(ctx, m)
		if err != nil {
			return fmt.Errorf("read version of %s: %w", m.Room, err)
		}
		newest, err := m.Newest()
		if err != nil {
			return err
		}
		if stored > newest {
			return ErrNewer.Because(fmt.Errorf("%s is at %d, known is %d", m.Room, stored, newest))
		}
		if stored < newest {
			older = ErrOlder.Because(fmt.Errorf("%s is at %d, newest is %d", m.Room, stored, newest))
		}
	}
	return older
}

// Migrate brings every room to its newest version, in the order given. A
// database that a newer program has written is left alone: ErrNewer. One that
// is up to date costs two questions a room: a server that was killed is back
// soon, even on a slow line to its database.
func (d *DB) Migrate(ctx context.Context, rooms ...Migrations) error {
	if err := d.Check(ctx, rooms...); !errors.Is(err, ErrOlder) {
		if err != nil {
			return fmt.Errorf("migrate: %w", err)
		}
		return nil
	}
	for _, m := range rooms {
		dialect := database.DialectSQLite3
		if d.engine == Postgres {
			dialect = database.DialectPostgres
		}
		store, err := database.NewStore(dialect, "migrate_"+m.Room)
		if err != nil {
			return fmt.Errorf("migrate %s: %w", m.Room, err)
		}
		p, err := goose.NewProvider("", d.write, m.FS, goose.WithStore(store))
		if err != nil {
			return fmt.Errorf("migrate %s: %w", m.Room, err)
		}
		if _, err := p.Up(ctx); err != nil {
			return fmt.Errorf("migrate %s: %w", m.Room, d.barred(ctx, err))
		}
	}
	return nil
}

// leaseNode takes the lowest id node that no live process holds, by a lock
// that PostgreSQL gives back when the process ends. SQLite has one process, so
// node 0 is always free there.
func (d *DB) leaseNode(ctx context.Context) (int64, error) {
	if d.engine == SQLite {
		return 0, nil
	}
	const class = 7101
	conn, err := d.write.Conn(ctx)
	if err != nil {
		return 0, err
	}
	for node := int64(0); node <= id.MaxNode; node++ {
		var got bool
		if err := conn.QueryRowContext(ctx, "SELECT pg_try_advisory_lock($1, $2)", class, node).Scan(&got); err != nil {
			conn.Close()
			return 0, err
		}
		if got {
			d.lease = conn
			return node, nil
		}
	}
	conn.Close()
	return 0, fmt.Errorf("all %d id nodes are held by running processes", id.MaxNode+1)
}
