package db

import (
	"context"
	"fmt"
	"io/fs"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/database"

	"linli/internal/kit/id"
)

// Migrations are the numbered SQL files of one room; each room keeps its own
// version table, migrate_<room>.
type Migrations struct {
	Room string
	FS   fs.FS // holds 00001_….sql at its root
}

// Migrate brings every room to its newest version, in the order given.
func (d *DB) Migrate(ctx context.Context, rooms ...Migrations) error {
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
			return fmt.Errorf("migrate %s: %w", m.Room, err)
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
