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
