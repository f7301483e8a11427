package payment

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"linli/internal/kit/db"
	"linli/internal/kit/fault"
	"linli/internal/kit/id"
)

func insertNotice(ctx context.Context, tx *db.Tx, project id.ID, n *Notice) error {
	header, err := json.Marshal(n.Header)
	if err != nil {
		return err
	}
	trade, err := json.Marshal(n.Trade)
	if err != nil {
		return err
	}
	number, transaction := n.about()
	_, err = tx.Exec(ctx, `INSERT INTO payment_notice (project_id, id, channel, header, body, state, reason, number, transaction_id, trade, at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		project, n.ID, n.Channel, string(header), n.Body, string(n.State), n.Reason, number, transaction, string(trade), tx.Now())
	return err
}

func oneNotice(ctx context.Context, q db.Q, project, notice id.ID) (Notice, error) {
	n := Notice{ID: notice}
	var trade string
	err := q.QueryRow(ctx, "SELECT channel, state, trade FROM payment_notice WHERE project_id = ? AND id = ?", project, notice).Scan(&n.Channel, &n.State, &trade)
	if errors.Is(err, sql.ErrNoRows) {
		return n, fault.ErrNotFound
	}
	if err == nil {
		err = json.Unmarshal([]byte(trade), &n.Trade)
	}
	if err != nil {
		return n, fmt.Errorf("read notice: %w", err)
	}
	return n, nil
}

// markNotices gives every verified notice of the transaction its end.
func markNotices(ctx context.Context, tx *db.Tx, project id.ID, n *Notice, state NoticeState, reason string) error {
	number, transaction := n.about()
	_, err := tx.Exec(ctx, `UPDATE payment_notice SET state = ?, reason = ? WHERE project_id = ? AND channel = ? AND number = ? AND transaction_id = ? AND state = 'verified'`,
		string(state), reason, project, n.Channel, number, transaction)
	if err != nil {
		return fmt.Errorf("mark notice: %w", err)
	}
	return nil
}

func captured(ctx context.Context, q db.Q, project id.ID, channel, transaction string) (bool, error) {
	var n int
	err := q.QueryRow(ctx, "SELECT COUNT(*) FROM payment_capture WHERE project_id = ? AND channel = ? AND transaction_id = ?", project, channel, transaction).Scan(&n)
	return n > 0, err
}

func insertCapture(ctx context.Context, tx *db.Tx, project id.ID, c *Capture, paid time.Time) error {
	_, err := tx.Exec(ctx, `INSERT INTO payment_capture (project_id, channel, merchant, transaction_id, number, order_id, amount, paid_at, found, receipt_id, at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, project, c.Channel, c.Merchant, c.Transaction, c.Number, c.Order, c.Amount, paid, string(c.Found), c.Receipt, tx.Now())
	return err
}
