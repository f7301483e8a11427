package payment

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"

	"linli/internal/kit/db"
	"linli/internal/kit/fault"
	"linli/internal/kit/id"
)

const orderColumns = `id, number, channel, merchant, key, room_id, room_label, payer_id, payer_name, title, policy, amount, to_prepay, state, closing,
	code, reason, transaction_id, receipt_id, receipt_number, created_by, created_name, created_at, expires_at, phone, desk, scan, inside, ended_at`

func scanOrder(row db.Scanner) (Order, error) {
	var o Order
	var created, expires, ended int64
	err := row.Scan(&o.ID, &o.Number, &o.Channel, &o.Merchant, &o.Key, &o.Room, &o.RoomLabel, &o.Payer, &o.PayerName, &o.Title, &o.Policy, &o.Amount,
		&o.ToPrepay, &o.State, &o.Closing, &o.Code, &o.Reason, &o.Transaction, &o.Receipt, &o.ReceiptNumber, &o.CreatedBy, &o.CreatedName, &created, &expires, &o.Phone, &o.Desk, &o.Scan, &o.Inside, &ended)
	o.CreatedAt, o.ExpiresAt = db.Micro(created), db.Micro(expires)
	if ended != 0 {
		o.EndedAt = db.Micro(ended)
	}
	return o, err
}

func insertOrder(ctx context.Context, tx *db.Tx, project id.ID, o *Order) error {
	_, err := tx.Exec(ctx, "INSERT INTO payment_order (project_id, "+orderColumns+`)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0)`,
		project, o.ID, o.Number, o.Channel, o.Merchant, o.Key, o.Room, o.RoomLabel, o.Payer, o.PayerName, o.Title, o.Policy, o.Amount, o.ToPrepay,
		string(o.State), o.Closing, o.Code, o.Reason, o.Transaction, o.Receipt, o.ReceiptNumber, o.CreatedBy, o.CreatedName, o.CreatedAt, o.ExpiresAt, o.Phone, o.Desk, string(o.Scan), o.Inside)
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

// updatePaid ends orders that were paid, in one statement.
func updatePaid(ctx context.Context, tx *db.Tx, project id.ID, list []*Order) error {
	if len(list) == 0 {
		return nil
	}
	const one = "(CAST(? AS BIGINT), CAST(? AS TEXT), CAST(? AS BIGINT), CAST(? AS TEXT))"
	args := []any{string(OrderPaid), tx.Now()}
	for _, o := range list {
		args = append(args, o.ID, o.Transaction, o.Receipt, o.ReceiptNumber)
	}
	_, err := tx.Exec(ctx, `UPDATE payment_order SET state = ?, closing = 0, ended_at = ?, transaction_id = v.column2, receipt_id = v.column3, receipt_number = v.column4
		FROM (VALUES `+one+strings.Repeat(", "+one, len(list)-1)+`) AS v WHERE payment_order.project_id = ? AND payment_order.id = v.column1`, append(args, project)...)
	if err != nil {
		return fmt.Errorf("write orders: %w", err)
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
	err = addLines(ctx, q, project, map[id.ID]*Order{o.ID: &o})
	return o, err
}

// addLines reads the lists of orders.
func addLines(ctx context.Context, q db.Q, project id.ID, orders map[id.ID]*Order) error {
	args := []any{project}
	for o := range orders {
		args = append(args, o)
	}
	rows, err := q.Query(ctx, "SELECT order_id, charge_id, amount, late FROM payment_order_line WHERE project_id = ? AND order_id IN ("+db.In(len(orders))+
		") ORDER BY order_id, no", args...)
	_, err = db.Collect(rows, err, func(row db.Scanner) (struct{}, error) {
		var order id.ID
		var l OrderLine
		err := row.Scan(&order, &l.Charge, &l.Amount, &l.Late)
		if err == nil {
			orders[order].Lines = append(orders[order].Lines, l)
		}
		return struct{}{}, err
	})
	if err != nil {
		return fmt.Errorf("read lines of orders: %w", err)
	}
	return nil
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

// lockNumbered locks orders by their 商户订单号, in the order of their ids, and
// reads them; those that do not exist are missing.
func lockNumbered(ctx context.Context, tx *db.Tx, project id.ID, numbers []string) (map[string]*Order, error) {
	where, args := " FROM payment_order WHERE project_id = ? AND number IN ("+db.In(len(numbers))+") ORDER BY id", []any{project}
	for _, n := range numbers {
		args = append(args, n)
	}
	if err := tx.Lock(ctx, "SELECT id"+where, args...); err != nil {
		return nil, fmt.Errorf("lock orders: %w", err)
	}
	rows, err := tx.Query(ctx, "SELECT "+orderColumns+where, args...)
	list, err := db.Collect(rows, err, scanOrder)
	if err != nil || len(list) == 0 {
		return nil, err
	}
	out, byID := map[string]*Order{}, map[id.ID]*Order{}
	for i := range list {
		o := &list[i]
		out[o.Number], byID[o.ID] = o, o
	}
	if err := addLines(ctx, tx, project, byID); err != nil {
		return nil, err
	}
	return out, nil
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
