package payment

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	"linli/internal/kit/db"
	"linli/internal/kit/fault"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
)

const refundColumns = `id, number, channel, merchant, transaction_id, order_number, captured, amount, held, room_id, payer_id, application_id, candidate_id,
	title, state, reason, channel_refund, received, receipt_id, receipt_number, created_at, accepted_at, succeeded_at, ended_at`

func scanRefund(row db.Scanner) (Refund, error) {
	var r Refund
	var created, accepted, done, ended int64
	err := row.Scan(&r.ID, &r.Number, &r.Channel, &r.Merchant, &r.Transaction, &r.OrderNumber, &r.Captured, &r.Amount, &r.Held, &r.Room, &r.Payer,
		&r.Application, &r.Candidate, &r.Title, &r.State, &r.Reason, &r.ChannelID, &r.Received, &r.Receipt, &r.ReceiptNumber, &created, &accepted, &done, &ended)
	r.CreatedAt, r.AcceptedAt, r.DoneAt, r.EndedAt = momentOf(created), momentOf(accepted), momentOf(done), momentOf(ended)
	return r, err
}

// momentOf reads a stored time; 0 is none.
func momentOf(micro int64) time.Time {
	if micro == 0 {
		return time.Time{}
	}
	return db.Micro(micro)
}

// stored is a time as it is kept; none is 0.
func stored(t time.Time) any {
	if t.IsZero() {
		return int64(0)
	}
	return t
}

func insertRefund(ctx context.Context, tx *db.Tx, project id.ID, r *Refund) error {
	_, err := tx.Exec(ctx, "INSERT INTO payment_refund (project_id, "+refundColumns+") VALUES ("+db.In(25)+")", project, r.ID, r.Number, r.Channel, r.Merchant,
		r.Transaction, r.OrderNumber, r.Captured, r.Amount, r.Held, r.Room, r.Payer, r.Application, r.Candidate, r.Title, string(r.State), r.Reason, r.ChannelID,
		r.Received, r.Receipt, r.ReceiptNumber, r.CreatedAt, stored(r.AcceptedAt), stored(r.DoneAt), stored(r.EndedAt))
	return err
}

// updateRefund writes what may change; what is given back of what never does.
func updateRefund(ctx context.Context, tx *db.Tx, project id.ID, r *Refund) error {
	_, err := tx.Exec(ctx, `UPDATE payment_refund SET held = ?, state = ?, reason = ?, channel_refund = ?, received = ?, receipt_id = ?, receipt_number = ?,
		accepted_at = ?, succeeded_at = ?, ended_at = ? WHERE project_id = ? AND id = ?`, r.Held, string(r.State), r.Reason, r.ChannelID, r.Received, r.Receipt,
		r.ReceiptNumber, stored(r.AcceptedAt), stored(r.DoneAt), stored(r.EndedAt), project, r.ID)
	if err != nil {
		return fmt.Errorf("write refund: %w", err)
	}
	return nil
}

func oneRefund(ctx context.Context, q db.Q, project, refund id.ID) (Refund, error) {
	r, err := scanRefund(q.QueryRow(ctx, "SELECT "+refundColumns+" FROM payment_refund WHERE project_id = ? AND id = ?", project, refund))
	if errors.Is(err, sql.ErrNoRows) {
		return r, fault.ErrNotFound
	}
	return r, err
}

func lockRefund(ctx context.Context, tx *db.Tx, project, refund id.ID) (Refund, error) {
	if err := tx.Lock(ctx, "SELECT id FROM payment_refund WHERE project_id = ? AND id = ?", project, refund); err != nil {
		return Refund{}, fmt.Errorf("lock refund: %w", err)
	}
	r, err := oneRefund(ctx, tx, project, refund)
	if err != nil {
		return r, fmt.Errorf("lock refund: %w", err)
	}
	return r, nil
}

// refundNumbered finds a refund by its 商户退款单号; 0 when there is none.
func refundNumbered(ctx context.Context, q db.Q, project id.ID, number string) (id.ID, error) {
	return maybeID(q.QueryRow(ctx, "SELECT id FROM payment_refund WHERE project_id = ? AND number = ?", project, number))
}

// refusedBefore is the refund of the same application that the channel never
// took, or 0.
func refusedBefore(ctx context.Context, q db.Q, project id.ID, r *Refund) (id.ID, error) {
	return maybeID(q.QueryRow(ctx, `SELECT id FROM payment_refund WHERE project_id = ? AND application_id = ? AND state = 'failed' AND channel_refund = ''
		AND channel = ? AND merchant = ? AND transaction_id = ? AND amount = ? ORDER BY id DESC LIMIT 1`, project, r.Application, r.Channel, r.Merchant, r.Transaction, r.Amount))
}

// lockCapture makes refunds of one capture wait for each other.
func lockCapture(ctx context.Context, tx *db.Tx, project id.ID, channel, transaction string) (Capture, error) {
	c := Capture{Channel: channel, Transaction: transaction}
	if err := tx.Lock(ctx, "SELECT number FROM payment_capture WHERE project_id = ? AND channel = ? AND transaction_id = ?", project, channel, transaction); err != nil {
		return c, fmt.Errorf("lock capture: %w", err)
	}
	err := tx.QueryRow(ctx, `SELECT number, order_id, amount, found, receipt_id, merchant FROM payment_capture
		WHERE project_id = ? AND channel = ? AND transaction_id = ?`, project, channel, transaction).
		Scan(&c.Number, &c.Order, &c.Amount, &c.Found, &c.Receipt, &c.Merchant)
	if errors.Is(err, sql.ErrNoRows) {
		return c, ErrNoCapture
	}
	if err != nil {
		return c, fmt.Errorf("lock capture: %w", err)
	}
	return c, nil
}

// refundedOf is what went back, or is on its way, of one capture.
func refundedOf(ctx context.Context, q db.Q, project id.ID, channel, transaction string) (money.Fen, error) {
	var sum money.Fen
	err := q.QueryRow(ctx, `SELECT CAST(COALESCE(SUM(amount), 0) AS BIGINT) FROM payment_refund
		WHERE project_id = ? AND channel = ? AND transaction_id = ? AND state <> 'failed'`, project, channel, transaction).Scan(&sum)
	return sum, err
}

func heldWallet(ctx context.Context, q db.Q, project, room, payer id.ID) (id.ID, error) {
	var wallet id.ID
	err := q.QueryRow(ctx, "SELECT id FROM payment_wallet WHERE project_id = ? AND room_id = ? AND payer_id = ? AND purpose = ?", project, room, payer, heldForRefund).Scan(&wallet)
	return wallet, err
}

// brokenRefunds names captures that gave back more than they were, refunds
// without what they are of, and prepaid money that is set aside for nothing.
func brokenRefunds(ctx context.Context, q db.Q, project id.ID) ([]string, error) {
	out := []string{}
	for _, check := range []struct{ form, query string }{
		{"线上到账 %s 金额 %s 元，原路退回合计 %s 元", `SELECT transaction_id, captured, back FROM (
			SELECT r.transaction_id, COALESCE(c.amount, 0) AS captured, CAST(SUM(r.amount) AS BIGINT) AS back FROM payment_refund r
			LEFT JOIN payment_capture c ON c.project_id = r.project_id AND c.channel = r.channel AND c.transaction_id = r.transaction_id
			WHERE r.project_id = ? AND r.state <> 'failed' GROUP BY r.transaction_id, c.amount) AS sums WHERE back > captured ORDER BY transaction_id LIMIT 100`},
		{"退款单 %s 已退 %s 元，到账有收据而退款没有红字收据（%s）", `SELECT r.number, r.amount, 0 FROM payment_refund r
			JOIN payment_capture c ON c.project_id = r.project_id AND c.channel = r.channel AND c.transaction_id = r.transaction_id
			WHERE r.project_id = ? AND r.state = 'done' AND (r.receipt_id <> 0) <> (c.receipt_id <> 0) ORDER BY r.id LIMIT 100`},
		{"房间 %s 为退款留出的预存是 %s 元，在办的退款需要 %s 元", `SELECT CAST(room_id AS TEXT), CAST(SUM(have) AS BIGINT), CAST(SUM(want) AS BIGINT) FROM (
				SELECT room_id, payer_id, balance AS have, 0 AS want FROM payment_wallet WHERE project_id = ? AND purpose = 'refund'
				UNION ALL SELECT room_id, payer_id, 0, held FROM payment_refund WHERE project_id = ? AND state IN ('created', 'processing')
			) AS both_sides GROUP BY room_id, payer_id HAVING SUM(have) <> SUM(want) LIMIT 100`},
	} {
		args := []any{project, project}[:strings.Count(check.query, "?")]
		rows, err := q.Query(ctx, check.query, args...)
		found, err := db.Collect(rows, err, func(row db.Scanner) (string, error) {
			var name string
			var a, b money.Fen
			err := row.Scan(&name, &a, &b)
			return fmt.Sprintf(check.form, name, a.Yuan(), b.Yuan()), err
		})
		if err != nil {
			return nil, err
		}
		out = append(out, found...)
	}
	return out, nil
}
