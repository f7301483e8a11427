package reconcile

import (
	"context"
	"fmt"

	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
)

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
