package db

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5/stdlib"
)

// copyBatch is the number of rows of one INSERT on SQLite; beyond about a
// hundred the statement gets slower again.
const copyBatch = 100

// Shared is a column that has one value in all rows of a bulk write.
type Shared struct {
	Column string
	Value  int64
}

// Copy writes n rows in bulk: COPY on PostgreSQL, INSERTs of many rows on
// SQLite. fill puts the values of row i into dst, which is reused; they must
// be int64, string, []byte or nil.
func (tx *Tx) Copy(ctx context.Context, table string, columns []string, n int, fill func(i int, dst []any) error) error {
	return tx.CopyShared(ctx, table, nil, columns, n, fill)
}

// CopyShared is Copy for rows that have some values in common. On SQLite,
// where binding is a good part of the work, these are bound only once, in the
// text of the statement.
func (tx *Tx) CopyShared(ctx context.Context, table string, shared []Shared, columns []string, n int, fill func(i int, dst []any) error) error {
	if n == 0 {
		return nil
	}
	var err error
	if tx.d.engine == Postgres {
		err = tx.copyIn(ctx, table, shared, columns, n, fill)
	} else {
		err = tx.insertMany(ctx, table, shared, columns, n, fill)
	}
	if err != nil {
		return fmt.Errorf("copy into %s: %w", table, err)
	}
	return nil
}

// insertText is an INSERT of size rows.
func insertText(table string, shared []Shared, columns []string, size int) string {
	names := make([]string, 0, len(shared)+len(columns))
	row := "("
	for _, x := range shared {
		names = append(names, x.Column)
		row += strconv.FormatInt(x.Value, 10) + ", "
	}
	row += In(len(columns)) + ")"
	return "INSERT INTO " + table + " (" + strings.Join(append(names, columns...), ", ") + ") VALUES " +
		strings.TrimSuffix(strings.Repeat(row+", ", size), ", ")
}

// insertMany speaks to the driver itself: with a hundred rows a statement the
// checks of database/sql on every value cost more than the driver's own work.
func (tx *Tx) insertMany(ctx context.Context, table string, shared []Shared, columns []string, n int, fill func(int, []any) error) error {
	return tx.conn.Raw(func(c any) error {
		conn, ok := c.(driver.ConnPrepareContext)
		if !ok {
			return fmt.Errorf("driver %T cannot prepare", c)
		}
		for from := 0; from < n; {
			size := min(copyBatch, n-from)
			times := (n - from) / size
			if size < copyBatch {
				times = 1
			}
			err := insertTimes(ctx, conn, insertText(table, shared, columns, size), times, size, len(columns), func(i int, dst []any) error {
				return fill(from+i, dst)
			})
			if err != nil {
				return err
			}
			from += times * size
		}
		return nil
	})
}

// insertTimes runs one INSERT of size rows several times.
func insertTimes(ctx context.Context, conn driver.ConnPrepareContext, text string, times, size, width int, fill func(int, []any) error) (err error) {
	stmt, err := conn.PrepareContext(ctx, text)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, stmt.Close()) }()
	exec, ok := stmt.(driver.StmtExecContext)
	if !ok {
		return fmt.Errorf("driver's statement %T cannot execute", stmt)
	}
	args := make([]driver.NamedValue, size*width)
	for k := range args {
		args[k].Ordinal = k + 1
	}
	row := make([]any, width)
	// A context that can end costs a goroutine a statement; it is asked between
	// statements instead, which take a millisecond.
	steady := context.WithoutCancel(ctx)
	for t := range times {
		if err := ctx.Err(); err != nil {
			return err
		}
		for i := range size {
			if err := fill(t*size+i, row); err != nil {
				return err
			}
			for k, v := range row {
				args[i*width+k].Value = v
			}
		}
		if _, err := exec.ExecContext(steady, args); err != nil {
			return err
		}
	}
	return nil
}

func (tx *Tx) copyIn(ctx context.Context, table string, shared []Shared, columns []string, n int, fill func(int, []any) error) error {
	k := len(shared)
	all := make([]string, 0, k+len(columns))
	for _, x := range shared {
		all = append(all, x.Column)
	}
	all = append(all, columns...)
	whole := func(i int, dst []any) error {
		for c := range shared {
			dst[c] = shared[c].Value
		}
		return fill(i, dst[k:])
	}
	return tx.conn.Raw(func(c any) error {
		return tx.copyRows(ctx, c.(*stdlib.Conn).Conn(), table, all, n, whole)
	})
}
