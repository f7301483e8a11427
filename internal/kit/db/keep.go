package db

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"strings"
)

// keeper opens SQLite connections that keep what they have prepared: half of
// the work of a short statement is to understand it, and a command asks the
// same forty again and again.
type keeper struct{ driver.Connector }

func (k keeper) Connect(ctx context.Context) (driver.Conn, error) {
	c, err := k.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	inner, ok := c.(sqliteConn)
	if !ok {
		return nil, errors.Join(fmt.Errorf("driver %T lacks what is needed", c), c.Close())
	}
	return &keepingConn{sqliteConn: inner, kept: map[string]*kept{}}, nil
}

// sqliteConn is what database/sql asks of SQLite's driver.
type sqliteConn interface {
	driver.Conn
	driver.ConnBeginTx
	driver.ConnPrepareContext
	driver.ExecerContext
	driver.QueryerContext
	driver.Pinger
	driver.SessionResetter
	driver.Validator
}

// keepMost bounds the statements of a connection, keepLongest the text of one:
// a list of a thousand ids does not come again.
const (
	keepMost    = 300
	keepLongest = 2000
)

// keepingConn is one connection; database/sql never uses it from two
// goroutines at once.
type keepingConn struct {
	sqliteConn
	kept map[string]*kept
}

// kept is a prepared statement; while its rows are read it is busy, and the
// same text asked meanwhile is prepared anew.
type kept struct {
	stmt driver.Stmt
	busy bool
}

// find answers the kept statement of a text, or nil when there is none to use.
func (c *keepingConn) find(ctx context.Context, query string) (*kept, error) {
	if k := c.kept[query]; k != nil {
		if k.busy {
			return nil, nil
		}
		return k, nil
	}
	if len(query) > keepLongest || !comesAgain(query) {
		return nil, nil
	}
	if len(c.kept) >= keepMost {
		if err := c.forget(); err != nil {
			return nil, err
		}
	}
	stmt, err := c.PrepareContext(ctx, query)
	if err != nil {
		return nil, err
	}
	k := &kept{stmt: stmt}
	c.kept[query] = k
	return k, nil
}

// comesAgain is true for what commands do; what changes the schema or a
// setting is done once.
func comesAgain(query string) bool {
	word, _, _ := strings.Cut(strings.TrimLeft(query, " \t\n"), " ")
	switch strings.ToUpper(strings.TrimRight(word, "\n\t")) {
	case "SELECT", "INSERT", "UPDATE", "DELETE", "WITH", "BEGIN", "COMMIT":
		return true
	}
	return false
}

// forget gives up all statements that are not being read.
func (c *keepingConn) forget() error {
	var errs []error
	for query, k := range c.kept {
		if !k.busy {
			errs = append(errs, k.stmt.Close())
			delete(c.kept, query)
		}
	}
	return errors.Join(errs...)
}

func (c *keepingConn) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	k, err := c.find(ctx, query)
	if err != nil {
		return nil, err
	}
	if k == nil {
		return c.sqliteConn.ExecContext(ctx, query, args)
	}
	return k.stmt.(driver.StmtExecContext).ExecContext(ctx, args)
}

func (c *keepingConn) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	k, err := c.find(ctx, query)
	if err != nil {
		return nil, err
	}
	if k == nil {
		return c.sqliteConn.QueryContext(ctx, query, args)
	}
	rows, err := k.stmt.(driver.StmtQueryContext).QueryContext(ctx, args)
	if err != nil {
		return nil, err
	}
	k.busy = true
	return &keptRows{rows, k}, nil
}

func (c *keepingConn) Close() error {
	err := c.forget()
	return errors.Join(err, c.sqliteConn.Close())
}

// keptRows frees its statement for the next when it is closed.
type keptRows struct {
	driver.Rows
	of *kept
}

func (r *keptRows) Close() error {
	r.of.busy = false
	return r.Rows.Close()
}
