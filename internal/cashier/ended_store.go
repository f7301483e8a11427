package cashier

import (
	"context"
	"slices"

	"linli/internal/kit/db"
	"linli/internal/kit/id"
)

// paidParts adds up the lines of charges by the receipt that took the money.
func paidParts(ctx context.Context, q db.Q, project id.ID, charges []id.ID) ([]PaidPart, error) {
	out := []PaidPart{}
	for part := range slices.Chunk(charges, idChunk) {
		rows, err := q.Query(ctx, `SELECT charge_id, taken, MAX(number), CAST(SUM(amount) AS BIGINT) FROM (
				SELECT l.charge_id, l.amount, CASE WHEN r.red_of <> 0 THEN r.red_of ELSE r.id END AS taken,
					CASE WHEN r.red_of <> 0 THEN '' ELSE r.number END AS number
				FROM cashier_line l JOIN cashier_receipt r ON r.project_id = l.project_id AND r.id = l.receipt_id
				WHERE l.project_id = ? AND l.charge_id IN (`+db.In(len(part))+`) AND r.state = 'valid'
			) AS paid GROUP BY charge_id, taken HAVING SUM(amount) <> 0 ORDER BY taken, charge_id`, args([]any{project}, part)...)
		list, err := db.Collect(rows, err, func(row db.Scanner) (PaidPart, error) {
			var p PaidPart
			err := row.Scan(&p.Charge, &p.Receipt, &p.Number, &p.Amount)
			return p, err
		})
		if err != nil {
			return nil, err
		}
		out = append(out, list...)
	}
	return out, nil
}

// endedOnTheWay are the applications for ended months that are approved and not
// paid out, or that a channel is giving back or did not.
func endedOnTheWay(ctx context.Context, q db.Q, project, receipt id.ID) ([]id.ID, error) {
	rows, err := q.Query(ctx, "SELECT id FROM cashier_refund WHERE project_id = ? AND receipt_id = ? AND kind = 'ended' AND state IN ('asked', 'approved', 'sent', 'failed')", project, receipt)
	return db.Collect(rows, err, func(row db.Scanner) (x id.ID, err error) { return x, row.Scan(&x) })
}
