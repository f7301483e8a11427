package payment

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"linli/internal/kit/db"
	"linli/internal/kit/fault"
	"linli/internal/kit/id"
)

const orderColumns = `id, number, channel, merchant, key, room_id, room_label, payer_id, payer_name, title, policy, amount, to_prepay, state, closing,
	code, reason, transaction_id, receipt_id, receipt_number, created_by, created_name, created_at, expires_at, phone, scan, inside, ended_at`

func scanOrder(row db.Scanner) (Order, error) {
	var o Order
	var created, expires, ended int64
	err := row.Scan(&o.ID, &o.Number, &o.Channel, &o.Merchant, &o.Key, &o.Room, &o.RoomLabel, &o.Payer, &o.PayerName, &o.Title, &o.Policy, &o.Amount,
		&o.ToPrepay, &o.State, &o.Closing, &o.Code, &o.Reason, &o.Transaction, &o.Receipt, &o.ReceiptNumber, &o.CreatedBy, &o.CreatedName, &created, &expires, &o.Phone, &o.Scan, &o.Inside, &ended)
	o.CreatedAt, o.ExpiresAt = db.Micro(created), db.Micro(expires)
	if ended != 0 {
		o.EndedAt = db.Micro(ended)
	}
	return o, err
}

func insertOrder(ctx context.Context, tx *db.Tx, project id.ID, o *Order) error {
	_, err := tx.Exec(ctx, "INSERT INTO payment_order (project_id, "+orderColumns+`)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0)`,
		project, o.ID, o.Number, o.Channel, o.Merchant, o.Key, o.Room, o.RoomLabel, o.Payer, o.PayerName, o.Title, o.Policy, o.Amount, o.ToPrepay,
		string(o.State), o.Closing, o.Code, o.Reason, o.Transaction, o.Receipt, o.ReceiptNumber, o.CreatedBy, o.CreatedName, o.CreatedAt, o.ExpiresAt, o.Phone, string(o.Scan), o.Inside)
	if err != nil {
		return err
	}
	for i, l := range o.Lines {
		if _, err := tx.Exec(ctx, "INSERT INTO payment_order_line (project_id, order_id, no, charge_id, amount, late) VALUES (?, ?, ?, ?, ?, ?)",
			project, o.ID, i+1, l.Charge, l.Amount, l.Late); err != nil {
			return err
		}
	}
	return nil
}

// updateOrder writes what may change; the list and the amounts never do.
func updateOrder(ctx context.Context, tx *db.Tx, project id.ID, o *Order) error {
	var ended any = int64(0)
	if !o.EndedAt.IsZero() {
		ended = o.EndedAt
	}
	_, err := tx.Exec(ctx, `UPDATE payment_order SET state = ?, closing = ?, code = ?, reason = ?, transaction_id = ?, receipt_id = ?, receipt_number = ?, scan = ?, ended_at = ?
		WHERE project_id = ? AND id = ?`, string(o.State), o.Closing, o.Code, o.Reason, o.Transaction, o.Receipt, o.ReceiptNumber, string(o.Scan), ended, project, o.ID)
	if err != nil {
		return fmt.Errorf("write order: %w", err)
	}
	return nil
}

func withLines(ctx context.Context, q db.Q, project id.ID, o Order, err error) (Order, error) {
	if errors.Is(err, sql.ErrNoRows) {
		return o, fault.ErrNotFound
	}
	if err != nil {
		return o, err
	}
	rows, err := q.Query(ctx, "SELECT charge_id, amount, late FROM payment_order_line WHERE project_id = ? AND order_id = ? ORDER BY no", project, o.ID)
	o.Lines, err = db.Collect(rows, err, func(row db.Scanner) (OrderLine, error) {
		var l OrderLine
		err := row.Scan(&l.Charge, &l.Amount, &l.Late)
		return l, err
	})
	return o, err
}

func oneOrder(ctx context.Context, q db.Q, project, order id.ID) (Order, error) {
	o, err := scanOrder(q.QueryRow(ctx, "SELECT "+orderColumns+" FROM payment_order WHERE project_id = ? AND id = ?", project, order))
	return withLines(ctx, q, project, o, err)
}

func lockOrder(ctx context.Context, tx *db.Tx, project, order id.ID) (Order, error) {
	if err := tx.Lock(ctx, "SELECT id FROM payment_order WHERE project_id = ? AND id = ?", project, order); err != nil {
		return Order{}, fmt.Errorf("lock order: %w", err)
	}
	o, err := oneOrder(ctx, tx, project, order)
	if err != nil {
		return o, fmt.Errorf("lock order: %w", err)
	}
	return o, nil
}

// orderNumbered finds an order by its 商户订单号; 0 when there is none.
func orderNumbered(ctx context.Context, q db.Q, project id.ID, number string) (id.ID, error) {
	return maybeID(q.QueryRow(ctx, "SELECT id FROM payment_order WHERE project_id = ? AND number = ?", project, number))
}

func openOrderOf(ctx context.Context, q db.Q, project, room id.ID) (id.ID, error) {
	return maybeID(q.QueryRow(ctx, "SELECT id FROM payment_order WHERE project_id = ? AND room_id = ? AND state IN ('created', 'waiting')", project, room))
}

func orderByKey(ctx context.Context, q db.Q, project id.ID, key string) (Order, bool, error) {
	order, err := maybeID(q.QueryRow(ctx, "SELECT id FROM payment_order WHERE project_id = ? AND key = ?", project, key))
	if err != nil || order == 0 {
		return Order{}, false, err
	}
	o, err := oneOrder(ctx, q, project, order)
	return o, true, err
}

func maybeID(row *sql.Row) (id.ID, error) {
	var found id.ID
	err := row.Scan(&found)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, nil
	}
	return found, err
}
