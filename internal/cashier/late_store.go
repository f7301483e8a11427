package cashier

import (
	"context"
	"slices"

	"linli/internal/kit/db"
	"linli/internal/kit/id"
	"linli/internal/latefee"
)

func paymentsOf(ctx context.Context, q db.Q, project id.ID, charges []id.ID) ([]latefee.Payment, error) {
	var out []latefee.Payment
	for part := range slices.Chunk(charges, idChunk) {
		rows, err := q.Query(ctx, `SELECT l.charge_id, r.date, CAST(SUM(l.amount) AS BIGINT) FROM cashier_line l
			JOIN cashier_receipt r ON r.project_id = l.project_id AND r.id = l.receipt_id
			WHERE l.project_id = ? AND l.charge_id IN (`+db.In(len(part))+`) AND r.state = 'valid'
			GROUP BY l.charge_id, r.date ORDER BY l.charge_id, r.date`, args([]any{project}, part)...)
		list, err := db.Collect(rows, err, func(row db.Scanner) (latefee.Payment, error) {
			var p latefee.Payment
			err := row.Scan(&p.Charge, &p.On, &p.Amount)
			return p, err
		})
		if err != nil {
			return nil, err
		}
		out = append(out, list...)
	}
	return out, nil
}
