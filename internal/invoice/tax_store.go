package invoice

import (
	"context"

	"linli/internal/kit/db"
	"linli/internal/kit/id"
)

func putTax(ctx context.Context, tx *db.Tx, project id.ID, t *Tax) error {
	_, err := tx.Exec(ctx, `INSERT INTO invoice_tax (project_id, item_id, from_date, rate, simple, code, short, lease) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (project_id, item_id, from_date) DO UPDATE SET rate = excluded.rate, simple = excluded.simple, code = excluded.code,
		short = excluded.short, lease = excluded.lease`, project, t.Item, t.From, t.Rate, t.Simple, t.Code, t.Short, t.Lease)
	return err
}

func listTaxes(ctx context.Context, q db.Q, project id.ID) ([]Tax, error) {
	rows, err := q.Query(ctx, `SELECT item_id, from_date, rate, simple, code, short, lease FROM invoice_tax WHERE project_id = ?
		ORDER BY item_id, from_date DESC`, project)
	return db.Collect(rows, err, func(row db.Scanner) (Tax, error) {
		var t Tax
		err := row.Scan(&t.Item, &t.From, &t.Rate, &t.Simple, &t.Code, &t.Short, &t.Lease)
		return t, err
	})
}
