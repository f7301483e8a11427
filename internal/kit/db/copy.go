package db

import (
	"context"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5/stdlib"
)

// copyBatch is the number of rows of one INSERT on SQLite; beyond about a
// hundred the statement gets slower again.
const copyBatch = 100

// Copy writes n rows in bulk: COPY on PostgreSQL, INSERTs of many rows on
// SQLite. fill puts the values of row i into dst, which is reused; they must
// be int64, string, []byte or nil.
func (tx *Tx) Copy(ctx context.Context, table string, columns []string, n int, fill func(i int, dst []any) error) error {
	if n == 0 {
		return nil
	}
	var err error
	if tx.d.engine == Postgres {
		err = tx.copyIn(ctx, table, columns, n, fill)
	} else {
		err = tx.insertMany(ctx, table, columns, n, fill)
	}
	if err != nil {
		return fmt.Errorf("copy into %s: %w", table, err)
	}
	return nil
}

func (tx *Tx) insertMany(ctx context.Context, table string, columns []string, n int, fill func(int, []any) error) error {
	width := len(columns)
	args := make([]any, copyBatch*width)
	for from := 0; from < n; {
		size := min(copyBatch, n-from)
		row := "(" + In(width) + ")"
		text := "INSERT INTO " + table + " (" + strings.Join(columns, ", ") + ") VALUES " +
			strings.TrimSuffix(strings.Repeat(row+", ", size), ", ")
		stmt, err := tx.conn.PrepareContext(ctx, text)
		if err != nil {
			return err
		}
		for n-from >= size {
			for i := 0; i < size; i++ {
				if err := fill(from+i, args[i*width:(i+1)*width]); err != nil {
					stmt.Close()
					return err
				}
			}
			if _, err := stmt.ExecContext(ctx, args[:size*width]...); err != nil {
				stmt.Close()
				return err
			}
			if from += size; size < copyBatch {
				break
			}
		}
		if err := stmt.Close(); err != nil {
			return err
		}
	}
	return nil
}

func (tx *Tx) copyIn(ctx context.Context, table string, columns []string, n int, fill func(int, []any) error) error {
	return tx.conn.Raw(func(c any) error {
		return tx.copyRows(ctx, c.(*stdlib.Conn).Conn(), table, columns, n, fill)
	})
}
