package payment

import (
	"context"
	"fmt"

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

// brokenUnknown names money that no book knows of: what no order asked for and is
// not what waits to be given back, and what came for an order and has no receipt.
func brokenUnknown(ctx context.Context, q db.Q, project id.ID) ([]string, error) {
	rows, err := q.Query(ctx, `SELECT c.channel, c.transaction_id, c.amount, COALESCE(k.amount, 0), c.order_id FROM payment_capture c
		LEFT JOIN payment_candidate k ON k.project_id = c.project_id AND k.channel = c.channel AND k.transaction_id = c.transaction_id AND k.order_id = 0
		WHERE c.project_id = ? AND (c.order_id = 0 AND (k.id IS NULL OR k.amount <> c.amount) OR c.order_id <> 0 AND c.receipt_id = 0) ORDER BY c.at, c.transaction_id LIMIT 100`, project)
	return db.Collect(rows, err, func(row db.Scanner) (string, error) {
		var channel, transaction string
		var amount, waits money.Fen
		var order id.ID
		err := row.Scan(&channel, &transaction, &amount, &waits, &order)
		if order != 0 {
			return fmt.Sprintf("渠道 %s 流水 %s 到账 %s 元有订单，却没有收据", channel, transaction, amount.Yuan()), err
		}
		return fmt.Sprintf("渠道 %s 流水 %s 到账 %s 元没有入账，待退清单上是 %s 元", channel, transaction, amount.Yuan(), waits.Yuan()), err
	})
}
