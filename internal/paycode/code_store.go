package paycode

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

const codeColumns = "id, room_id, payer_id, token_blind, token_enc, state, reason, created_by, created_name, created_at, ended_by, ended_name, ended_at"

func scanCode(row db.Scanner) (Code, error) {
	var c Code
	var created, ended int64
	err := row.Scan(&c.ID, &c.Room, &c.Payer, &c.blind, &c.enc, &c.State, &c.Reason, &c.CreatedBy, &c.CreatedName, &created, &c.EndedBy, &c.EndedName, &ended)
	c.CreatedAt, c.EndedAt = db.Micro(created), db.Micro(ended)
	if errors.Is(err, sql.ErrNoRows) {
		err = fault.ErrNotFound
	}
	return c, err
}

func insertCode(ctx context.Context, tx *db.Tx, project id.ID, c *Code) error {
	_, err := tx.Exec(ctx, "INSERT INTO paycode_code (project_id, "+codeColumns+") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0)",
		project, c.ID, c.Room, c.Payer, c.blind, c.enc, string(c.State), c.Reason, c.CreatedBy, c.CreatedName, c.CreatedAt, c.EndedBy, c.EndedName)
	return err
}

func updateCode(ctx context.Context, tx *db.Tx, project id.ID, c *Code) error {
	_, err := tx.Exec(ctx, "UPDATE paycode_code SET state = ?, reason = ?, ended_by = ?, ended_name = ?, ended_at = ? WHERE project_id = ? AND id = ?",
		string(c.State), c.Reason, c.EndedBy, c.EndedName, c.EndedAt, project, c.ID)
	return err
}

func newestCode(ctx context.Context, q db.Q, project, room id.ID) (Code, error) {
	return scanCode(q.QueryRow(ctx, "SELECT "+codeColumns+" FROM paycode_code WHERE project_id = ? AND room_id = ? ORDER BY id DESC LIMIT 1", project, room))
}

func codeByToken(ctx context.Context, q db.Q, project id.ID, blind string) (Code, error) {
	return scanCode(q.QueryRow(ctx, "SELECT "+codeColumns+" FROM paycode_code WHERE project_id = ? AND token_blind = ?", project, blind))
}

// activeCodes are all codes of a project that open something.
func activeCodes(ctx context.Context, q db.Q, project id.ID) ([]Code, error) {
	rows, err := q.Query(ctx, "SELECT "+codeColumns+" FROM paycode_code WHERE project_id = ? AND state = 'active' ORDER BY id", project)
	return db.Collect(rows, err, scanCode)
}

func hasActive(ctx context.Context, q db.Q, project id.ID) (bool, error) {
	var n int
	err := q.QueryRow(ctx, "SELECT COUNT(*) FROM (SELECT id FROM paycode_code WHERE project_id = ? AND state = 'active' LIMIT 1) AS one", project).Scan(&n)
	return n > 0, err
}

// activeOf are the active codes that were made for payers.
func activeOf(ctx context.Context, q db.Q, project id.ID, payers []id.ID) ([]Code, error) {
	among, args := db.Among("payer_id", payers)
	rows, err := q.Query(ctx, "SELECT "+codeColumns+" FROM paycode_code WHERE project_id = ? AND state = 'active' AND "+among+" ORDER BY id", append([]any{project}, args...)...)
	return db.Collect(rows, err, scanCode)
}

// ordersOf are all orders that codes of a project made.
func ordersOf(ctx context.Context, q db.Q, project id.ID) ([]id.ID, error) {
	rows, err := q.Query(ctx, "SELECT order_id FROM paycode_order WHERE project_id = ? ORDER BY order_id", project)
	return db.Collect(rows, err, func(row db.Scanner) (id.ID, error) {
		var order id.ID
		err := row.Scan(&order)
		return order, err
	})
}

// lockActive locks the active code of a room; the zero Code when there is none.
func lockActive(ctx context.Context, tx *db.Tx, project, room id.ID) (Code, error) {
	if err := tx.Lock(ctx, "SELECT id FROM paycode_code WHERE project_id = ? AND room_id = ? AND state = 'active'", project, room); err != nil {
		return Code{}, fmt.Errorf("lock pay code: %w", err)
	}
	c, err := scanCode(tx.QueryRow(ctx, "SELECT "+codeColumns+" FROM paycode_code WHERE project_id = ? AND room_id = ? AND state = 'active'", project, room))
	if errors.Is(err, fault.ErrNotFound) {
		return Code{}, nil
	}
	return c, err
}

func linkOrder(ctx context.Context, tx *db.Tx, project, order, code id.ID) error {
	_, err := tx.Exec(ctx, "INSERT INTO paycode_order (project_id, order_id, code_id, at) VALUES (?, ?, ?, ?)", project, order, code, tx.Now())
	return err
}

// madeBy reports whether the order was made with the code.
func madeBy(ctx context.Context, q db.Q, project, order, code id.ID) (bool, error) {
	var n int
	err := q.QueryRow(ctx, "SELECT COUNT(*) FROM paycode_order WHERE project_id = ? AND order_id = ? AND code_id = ?", project, order, code).Scan(&n)
	return n > 0, err
}

func ordersSince(ctx context.Context, q db.Q, project, code id.ID, since time.Time) (n int, err error) {
	err = q.QueryRow(ctx, "SELECT COUNT(*) FROM paycode_order WHERE project_id = ? AND code_id = ? AND at > ?", project, code, since).Scan(&n)
	return n, err
}

// newestOrder is the last order that was made with the code; 0 when there is
// none since then.
func newestOrder(ctx context.Context, q db.Q, project, code id.ID, since time.Time) (id.ID, error) {
	var order id.ID
	err := q.QueryRow(ctx, "SELECT order_id FROM paycode_order WHERE project_id = ? AND code_id = ? AND at > ? ORDER BY at DESC, order_id DESC LIMIT 1",
		project, code, since).Scan(&order)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, nil
	}
	return order, err
}
