package invoice

import (
	"context"
	"fmt"

	"linli/internal/kit/db"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
)

// coveredReceipts are the receipts of which an invoice holds something.
func coveredReceipts(ctx context.Context, q db.Q, project id.ID) ([]id.ID, error) {
	rows, err := q.Query(ctx, `SELECT DISTINCT c.receipt_id FROM invoice_cover c JOIN invoice_doc d ON d.project_id = c.project_id AND d.id = c.invoice_id
		WHERE c.project_id = ? AND d.state IN `+live+" ORDER BY c.receipt_id", project)
	return db.Collect(rows, err, func(row db.Scanner) (id.ID, error) {
		var r id.ID
		err := row.Scan(&r)
		return r, err
	})
}

// brokenDocs compares invoices with themselves.
func brokenDocs(ctx context.Context, q db.Q, project id.ID) ([]string, error) {
	out := []string{}
	for _, check := range []struct{ what, query string }{
		{"的号码不对：开出的必须有号码，没开出的不能有", `SELECT id, buyer_name, number, 0 FROM invoice_doc WHERE project_id = ?
			AND (state IN ('issued', 'reversed')) <> (number <> '' AND issued_on > 0) ORDER BY id LIMIT 100`},
		{"的号码在另一张发票上也有", `SELECT d.id, d.buyer_name, d.number, 0 FROM invoice_doc d WHERE d.project_id = ? AND d.number <> ''
			AND EXISTS (SELECT 1 FROM invoice_doc x WHERE x.project_id = d.project_id AND x.number = d.number AND x.id <> d.id) ORDER BY d.id LIMIT 100`},
		{"的合计与明细不一致", `SELECT id, buyer_name, number, gross - lines FROM (SELECT d.id, d.buyer_name, d.number, d.gross,
			(SELECT CAST(COALESCE(SUM(l.gross), 0) AS BIGINT) FROM invoice_line l WHERE l.project_id = d.project_id AND l.invoice_id = d.id) AS lines
			FROM invoice_doc d WHERE d.project_id = ?) AS sums WHERE gross <> lines ORDER BY id LIMIT 100`},
		{"的税额与明细不一致", `SELECT id, buyer_name, number, tax - lines FROM (SELECT d.id, d.buyer_name, d.number, d.tax,
			(SELECT CAST(COALESCE(SUM(l.tax), 0) AS BIGINT) FROM invoice_line l WHERE l.project_id = d.project_id AND l.invoice_id = d.id) AS lines
			FROM invoice_doc d WHERE d.project_id = ?) AS sums WHERE tax <> lines ORDER BY id LIMIT 100`},
		{"与所开的收据不一致", `SELECT id, buyer_name, number, gross - held FROM (SELECT d.id, d.buyer_name, d.number, d.gross,
			(SELECT CAST(COALESCE(SUM(c.amount), 0) AS BIGINT) FROM invoice_cover c WHERE c.project_id = d.project_id AND c.invoice_id = d.id) AS held
			FROM invoice_doc d WHERE d.project_id = ? AND d.kind = 'blue') AS sums WHERE gross <> held ORDER BY id LIMIT 100`},
		{"与它的红字发票不一致", `SELECT d.id, d.buyer_name, d.number, d.gross + COALESCE(x.gross, 0) FROM invoice_doc d
			LEFT JOIN invoice_doc x ON x.project_id = d.project_id AND x.red_of = d.id AND x.state = 'issued'
			WHERE d.project_id = ? AND d.kind = 'blue' AND ((d.state = 'reversed') <> (x.id IS NOT NULL) OR x.id IS NOT NULL AND x.gross <> -d.gross) ORDER BY d.id LIMIT 100`},
	} {
		rows, err := q.Query(ctx, check.query, project)
		found, err := db.Collect(rows, err, func(row db.Scanner) (string, error) {
			var v id.ID
			var buyer, number string
			var off money.Fen
			err := row.Scan(&v, &buyer, &number, &off)
			text := fmt.Sprintf("发票 %s（%s，编号 %s）%s", number, buyer, v, check.what)
			if off != 0 {
				text += "，相差 " + off.Yuan() + " 元"
			}
			return text, err
		})
		if err != nil {
			return nil, err
		}
		out = append(out, found...)
	}
	return out, nil
}
