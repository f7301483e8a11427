package cashier

import (
	"context"
	"slices"

	"linli/internal/kit/db"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
)

func shiftSums(ctx context.Context, q db.Q, project id.ID, shifts []id.ID) (map[id.ID][]ShiftSum, error) {
	out := map[id.ID][]ShiftSum{}
	for part := range slices.Chunk(shifts, idChunk) {
		rows, err := q.Query(ctx, `SELECT r.shift_id, p.method, COUNT(DISTINCT r.id), CAST(SUM(p.amount) AS BIGINT),
			COUNT(DISTINCT CASE WHEN r.state = 'void' THEN r.id END), CAST(SUM(CASE WHEN r.state = 'void' THEN p.amount ELSE 0 END) AS BIGINT),
			COUNT(DISTINCT CASE WHEN p.amount < 0 THEN r.id END), CAST(SUM(CASE WHEN p.amount < 0 THEN -p.amount ELSE 0 END) AS BIGINT)
			FROM cashier_receipt r JOIN cashier_pay p ON p.project_id = r.project_id AND p.receipt_id = r.id
			WHERE r.project_id = ? AND r.shift_id IN (`+db.In(len(part))+") GROUP BY r.shift_id, p.method ORDER BY r.shift_id, p.method",
			args([]any{project}, part)...)
		_, err = db.Collect(rows, err, func(row db.Scanner) (struct{}, error) {
			var shift id.ID
			var m ShiftSum
			err := row.Scan(&shift, &m.Method, &m.Receipts, &m.Amount, &m.Voids, &m.Voided, &m.Refunds, &m.Refunded)
			out[shift] = append(out[shift], m)
			return struct{}{}, err
		})
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

// shiftRounded adds up what valid receipts of shifts let go.
func shiftRounded(ctx context.Context, q db.Q, project id.ID, shifts []id.ID) (map[id.ID]money.Fen, error) {
	out := map[id.ID]money.Fen{}
	for part := range slices.Chunk(shifts, idChunk) {
		rows, err := q.Query(ctx, "SELECT shift_id, CAST(SUM(rounded) AS BIGINT) FROM cashier_receipt WHERE project_id = ? AND shift_id IN ("+db.In(len(part))+
			") AND state = 'valid' AND rounded <> 0 GROUP BY shift_id", args([]any{project}, part)...)
		_, err = db.Collect(rows, err, func(row db.Scanner) (struct{}, error) {
			var shift id.ID
			var sum money.Fen
			err := row.Scan(&shift, &sum)
			out[shift] = sum
			return struct{}{}, err
		})
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

// shiftItems adds up what valid receipts of the shift paid for, by fee.
func shiftItems(ctx context.Context, q db.Q, project, shift id.ID) ([]ShiftItem, error) {
	var out []ShiftItem
	for _, query := range []string{
		`SELECT l.item_name, COUNT(DISTINCT r.id), CAST(SUM(l.amount) AS BIGINT) AS paid FROM cashier_receipt r
			JOIN cashier_line l ON l.project_id = r.project_id AND l.receipt_id = r.id
			WHERE r.project_id = ? AND r.shift_id = ? AND r.state = 'valid' GROUP BY l.item_name ORDER BY paid DESC, l.item_name`,
		`SELECT '存入预存', COUNT(*), CAST(SUM(r.to_prepay) AS BIGINT) FROM cashier_receipt r
			WHERE r.project_id = ? AND r.shift_id = ? AND r.state = 'valid' AND r.to_prepay <> 0 HAVING COUNT(*) > 0`,
		`SELECT '抹零', COUNT(*), CAST(-SUM(r.rounded) AS BIGINT) FROM cashier_receipt r
			WHERE r.project_id = ? AND r.shift_id = ? AND r.state = 'valid' AND r.rounded <> 0 HAVING COUNT(*) > 0`,
		`SELECT r.deposit_name, COUNT(*), CAST(SUM(r.deposit) AS BIGINT) FROM cashier_receipt r
			WHERE r.project_id = ? AND r.shift_id = ? AND r.state = 'valid' AND r.deposit <> 0 GROUP BY r.deposit_name ORDER BY r.deposit_name`,
	} {
		rows, err := q.Query(ctx, query, project, shift)
		list, err := db.Collect(rows, err, func(row db.Scanner) (ShiftItem, error) {
			var i ShiftItem
			err := row.Scan(&i.Name, &i.Receipts, &i.Amount)
			return i, err
		})
		if err != nil {
			return nil, err
		}
		out = append(out, list...)
	}
	return out, nil
}

func shiftReceipts(ctx context.Context, q db.Q, project, shift id.ID) (ShiftFacts, error) {
	var f ShiftFacts
	err := q.QueryRow(ctx, `SELECT COUNT(*), COALESCE(MIN(number), ''), COALESCE(MAX(number), '') FROM cashier_receipt WHERE project_id = ? AND shift_id = ?`,
		project, shift).Scan(&f.Count, &f.First, &f.Last)
	if err != nil {
		return f, err
	}
	rows, err := q.Query(ctx, `SELECT number, room_label, amount, '', void_name, void_reason, void_at FROM cashier_receipt
		WHERE project_id = ? AND shift_id = ? AND state = 'void' ORDER BY id`, project, shift)
	if f.Voids, err = db.Collect(rows, err, scanShiftReceipt); err != nil {
		return f, err
	}
	rows, err = q.Query(ctx, `SELECT r.number, r.room_label, r.amount, f.receipt_number, f.decided_name, f.reason, 0 FROM cashier_receipt r
		JOIN cashier_refund f ON f.project_id = r.project_id AND f.id = r.refund_id
		WHERE r.project_id = ? AND r.shift_id = ? AND r.amount < 0 ORDER BY r.id`, project, shift)
	f.Reds, err = db.Collect(rows, err, scanShiftReceipt)
	return f, err
}

func scanShiftReceipt(row db.Scanner) (ShiftReceipt, error) {
	var r ShiftReceipt
	var at int64
	err := row.Scan(&r.Number, &r.Room, &r.Amount, &r.Of, &r.By, &r.Reason, &at)
	r.At = db.Micro(at)
	return r, err
}

func shiftOwners(ctx context.Context, q db.Q, project id.ID) ([]ShiftOwner, error) {
	rows, err := q.Query(ctx, `SELECT shift_id, cashier_id, MIN(number), COUNT(*) FROM cashier_receipt WHERE project_id = ?
		GROUP BY shift_id, cashier_id ORDER BY 3`, project)
	return db.Collect(rows, err, func(row db.Scanner) (ShiftOwner, error) {
		var o ShiftOwner
		err := row.Scan(&o.Shift, &o.Cashier, &o.First, &o.Receipts)
		return o, err
	})
}
