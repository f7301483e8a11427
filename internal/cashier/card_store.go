package cashier

import (
	"context"

	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/id"
)

func cardPays(ctx context.Context, q db.Q, project id.ID, from, until clock.Date) ([]CardPay, error) {
	rows, err := q.Query(ctx, `SELECT r.id, p.no, r.number, r.room_label, r.date, r.at, r.state, p.amount, p.reference,
			COALESCE(o.terminal, p.terminal), COALESCE(o.last4, p.last4), COALESCE(o.reference, '')
		FROM cashier_receipt r JOIN cashier_pay p ON p.project_id = r.project_id AND p.receipt_id = r.id
		LEFT JOIN cashier_pay o ON o.project_id = r.project_id AND o.receipt_id = r.red_of AND r.red_of <> 0 AND o.method = 'card'
			AND o.no = (SELECT MIN(x.no) FROM cashier_pay x WHERE x.project_id = r.project_id AND x.receipt_id = r.red_of AND x.method = 'card')
		WHERE r.project_id = ? AND r.date >= ? AND r.date <= ? AND p.method = 'card' ORDER BY r.id, p.no`, project, from, until)
	return db.Collect(rows, err, func(row db.Scanner) (CardPay, error) {
		var p CardPay
		var at int64
		var state State
		err := row.Scan(&p.Receipt, &p.No, &p.Number, &p.RoomLabel, &p.Date, &at, &state, &p.Amount, &p.Reference, &p.Terminal, &p.Last4, &p.Origin)
		p.At, p.Void = db.Micro(at), state == StateVoid
		if p.Void {
			p.Origin = p.Reference
		}
		return p, err
	})
}
