package reconcile

import (
	"context"
	"fmt"

	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
	"linli/internal/payment"
)

// feeOf is what the book has of the fee of a bill.
func feeOf(ctx context.Context, q db.Q, project, statement id.ID) (money.Fen, error) {
	var sum money.Fen
	err := q.QueryRow(ctx, "SELECT CAST(COALESCE(SUM(amount), 0) AS BIGINT) FROM payment_fee WHERE project_id = ? AND statement_id = ?", project, statement).Scan(&sum)
	return sum, err
}

func insertFee(ctx context.Context, tx *db.Tx, project id.ID, f *Fee) error {
	_, err := tx.Exec(ctx, `INSERT INTO payment_fee (project_id, id, statement_id, channel, merchant, day, amount, date, at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		project, f.ID, f.Statement, f.Channel, f.Merchant, f.Day, f.Amount, f.Date, f.At)
	return err
}

// feesByDay is what was posted as fee on each day.
func feesByDay(ctx context.Context, q db.Q, project id.ID) (map[clock.Date]money.Fen, error) {
	rows, err := q.Query(ctx, "SELECT date, CAST(SUM(amount) AS BIGINT) FROM payment_fee WHERE project_id = ? GROUP BY date", project)
	out := map[clock.Date]money.Fen{}
	_, err = db.Collect(rows, err, func(row db.Scanner) (struct{}, error) {
		var day clock.Date
		var sum money.Fen
		err := row.Scan(&day, &sum)
		out[day] = sum
		return struct{}{}, err
	})
	return out, err
}

// feeDocs are the fees as documents that took money from a merchant.
func feeDocs(ctx context.Context, q db.Q, project id.ID) ([]payment.MerchantDoc, error) {
	rows, err := q.Query(ctx, "SELECT id, merchant, -amount FROM payment_fee WHERE project_id = ?", project)
	return db.Collect(rows, err, func(row db.Scanner) (payment.MerchantDoc, error) {
		var d payment.MerchantDoc
		err := row.Scan(&d.Doc, &d.Merchant, &d.Amount)
		return d, err
	})
}

// brokenFees names bills whose fee the book has otherwise. Days that were
// matched before fees were posted have none.
func brokenFees(ctx context.Context, q db.Q, project id.ID) ([]string, error) {
	rows, err := q.Query(ctx, `SELECT s.day, s.merchant, s.fee, CAST(SUM(f.amount) AS BIGINT) FROM payment_fee f
		JOIN payment_statement s ON s.project_id = f.project_id AND s.id = f.statement_id
		WHERE f.project_id = ? AND s.state = 'done' GROUP BY s.id, s.day, s.merchant, s.fee ORDER BY s.day`, project)
	out := []string{}
	_, err = db.Collect(rows, err, func(row db.Scanner) (struct{}, error) {
		var day clock.Date
		var merchant string
		var fee int64
		var booked money.Fen
		err := row.Scan(&day, &merchant, &fee, &booked)
		if err == nil && feeFen(fee) != booked {
			out = append(out, fmt.Sprintf("商户 %s 的 %s 账单手续费 %s 元，记入支出的是 %s 元", merchant, day, feeFen(fee).Yuan(), booked.Yuan()))
		}
		return struct{}{}, err
	})
	return out, err
}

func merchantSums(ctx context.Context, q db.Q, project id.ID, from, until clock.Date) ([]MerchantSum, error) {
	rows, err := q.Query(ctx, `SELECT s.channel, s.merchant, COUNT(*), CAST(SUM(s.lines) AS BIGINT), CAST(SUM(s.amount) AS BIGINT), CAST(SUM(s.refunds) AS BIGINT),
			CAST(COALESCE((SELECT SUM(f.amount) FROM payment_fee f WHERE f.project_id = ? AND f.channel = s.channel AND f.merchant = s.merchant AND f.day >= ? AND f.day <= ?), 0) AS BIGINT)
		FROM payment_statement s WHERE s.project_id = ? AND s.state = 'done' AND s.day >= ? AND s.day <= ? GROUP BY s.channel, s.merchant ORDER BY s.channel DESC, s.merchant`,
		project, from, until, project, from, until)
	return db.Collect(rows, err, func(row db.Scanner) (MerchantSum, error) {
		var m MerchantSum
		err := row.Scan(&m.Channel, &m.Merchant, &m.Days, &m.Lines, &m.Amount, &m.Refunds, &m.Fee)
		return m, err
	})
}
