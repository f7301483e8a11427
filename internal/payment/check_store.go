package payment

import (
	"context"
	"fmt"

	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
)

// brokenOrders names paid orders without their capture and the other way
// round, and orders whose lines do not add up.
func brokenOrders(ctx context.Context, q db.Q, project id.ID) ([]string, error) {
	rows, err := q.Query(ctx, `SELECT o.number, o.amount, o.to_prepay + COALESCE((SELECT SUM(l.amount) FROM payment_order_line l
			WHERE l.project_id = o.project_id AND l.order_id = o.id), 0) AS parts,
		CASE WHEN o.state = 'paid' THEN 1 ELSE 0 END AS is_paid,
		(SELECT COUNT(*) FROM payment_capture c WHERE c.project_id = o.project_id AND c.order_id = o.id) AS captures
		FROM payment_order o WHERE o.project_id = ? ORDER BY o.id DESC LIMIT 100000`, project)
	type line struct {
		number        string
		amount, parts money.Fen
		paid, n       int
	}
	list, err := db.Collect(rows, err, func(row db.Scanner) (line, error) {
		var l line
		err := row.Scan(&l.number, &l.amount, &l.parts, &l.paid, &l.n)
		return l, err
	})
	if err != nil {
		return nil, err
	}
	out := []string{}
	for _, l := range list {
		if l.amount != l.parts {
			out = append(out, fmt.Sprintf("线上订单 %s 金额 %s 元，明细合计 %s 元", l.number, l.amount.Yuan(), l.parts.Yuan()))
		}
		if (l.paid == 1) != (l.n > 0) {
			out = append(out, fmt.Sprintf("线上订单 %s 的状态和到账记录不符（到账 %d 笔）", l.number, l.n))
		}
	}
	return out, nil
}

// capturedByDay is what was captured and booked on each business day.
func capturedByDay(ctx context.Context, q db.Q, project id.ID) (map[clock.Date]money.Fen, error) {
	// Days of Asia/Shanghai, UTC+8, counted from 1970.
	rows, err := q.Query(ctx, `SELECT (at + 28800000000) / 86400000000, CAST(SUM(amount) AS BIGINT) FROM payment_capture
		WHERE project_id = ? AND receipt_id <> 0 GROUP BY (at + 28800000000) / 86400000000`, project)
	out := map[clock.Date]money.Fen{}
	_, err = db.Collect(rows, err, func(row db.Scanner) (struct{}, error) {
		var days int
		var sum money.Fen
		err := row.Scan(&days, &sum)
		out[clock.Date(19700101).AddDays(days)] = sum
		return struct{}{}, err
	})
	return out, err
}

// brokenStatements names days whose sums are not those of their lines.
func brokenStatements(ctx context.Context, q db.Q, project id.ID) ([]string, error) {
	rows, err := q.Query(ctx, `SELECT s.day, s.lines, s.amount, s.refunds, s.fee, COUNT(l.transaction_id), CAST(COALESCE(SUM(l.amount), 0) AS BIGINT),
			CAST(COALESCE(SUM(l.refund), 0) AS BIGINT), CAST(COALESCE(SUM(l.fee), 0) AS BIGINT)
		FROM payment_statement s LEFT JOIN payment_bill_line l ON l.project_id = s.project_id AND l.statement_id = s.id
		WHERE s.project_id = ? AND s.state = 'done' GROUP BY s.id, s.day, s.lines, s.amount, s.refunds, s.fee ORDER BY s.day`, project)
	type sums struct{ lines, amount, refunds, fee int64 }
	type both struct {
		day        clock.Date
		told, have sums
	}
	list, err := db.Collect(rows, err, func(row db.Scanner) (both, error) {
		var b both
		err := row.Scan(&b.day, &b.told.lines, &b.told.amount, &b.told.refunds, &b.told.fee, &b.have.lines, &b.have.amount, &b.have.refunds, &b.have.fee)
		return b, err
	})
	if err != nil {
		return nil, err
	}
	out := []string{}
	for _, b := range list {
		if b.told != b.have {
			out = append(out, fmt.Sprintf("%s 渠道账单的合计和明细不符：合计 %d 笔 %s 元，明细 %d 笔 %s 元", b.day, b.told.lines, money.Fen(b.told.amount).Yuan(),
				b.have.lines, money.Fen(b.have.amount).Yuan()))
		}
	}
	return out, nil
}

// merchantDoc is a document that moved money of a merchant, in fen.
type merchantDoc struct {
	doc      id.ID
	merchant string
	amount   money.Fen
}

// docsOfMerchants are the receipts of captures and refunds, and the fees.
func docsOfMerchants(ctx context.Context, q db.Q, project id.ID) ([]merchantDoc, error) {
	rows, err := q.Query(ctx, `SELECT receipt_id, merchant, amount FROM payment_capture WHERE project_id = ? AND receipt_id <> 0
		UNION ALL SELECT receipt_id, merchant, -amount FROM payment_refund WHERE project_id = ? AND state = 'done' AND receipt_id <> 0
		UNION ALL SELECT id, merchant, -amount FROM payment_fee WHERE project_id = ?`, project, project, project)
	return db.Collect(rows, err, func(row db.Scanner) (merchantDoc, error) {
		var d merchantDoc
		err := row.Scan(&d.doc, &d.merchant, &d.amount)
		return d, err
	})
}
