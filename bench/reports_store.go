package bench

import (
	"context"

	"linli/internal/billing"
	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
	"linli/internal/ledger"
)

func chargesOf(ctx context.Context, d *db.DB, project id.ID, month clock.Month) ([]billing.Settlement, error) {
	rows, err := d.Reader(ctx).Query(ctx, "SELECT id, amount FROM billing_charge WHERE project_id = ? AND month = ? AND paid = 0 ORDER BY id", project, month)
	return db.Collect(rows, err, func(row db.Scanner) (billing.Settlement, error) {
		var s billing.Settlement
		return s, row.Scan(&s.Charge, &s.Amount)
	})
}

func countReported(ctx context.Context, d *db.DB) (charges, sums int64, err error) {
	err = d.Reader(ctx).QueryRow(ctx, `SELECT (SELECT COUNT(*) FROM billing_charge),
		(SELECT COUNT(*) FROM billing_due_day) + (SELECT COUNT(*) FROM ledger_day)`).Scan(&charges, &sums)
	return charges, sums, err
}

// bareDues sums the charges that were released by the end of a day. It cannot
// tell what was paid when; that is in the book.
func bareDues(ctx context.Context, d *db.DB, project id.ID, on clock.Date) error {
	end := on.AddDays(1).Start()
	return replay(ctx, d, []statement{{`SELECT c.item_id, c.month, c.due_date, SUM(c.amount), SUM(c.waived), SUM(c.paid - c.waived)
		FROM billing_charge c JOIN billing_run r ON r.project_id = c.project_id AND r.id = c.run_id
		WHERE c.project_id = ? AND c.hold = 0 AND c.live = 1 AND r.state = 'released' AND r.released_at < ? GROUP BY 1, 2, 3`, []any{project, end}}})
}

// bareBook is debit minus credit of every account by the postings of some days,
// grouped as the reports need them.
func bareBook(ctx context.Context, d *db.DB, project id.ID, from, until clock.Date) (map[ledger.Account]money.Fen, error) {
	rows, err := d.Reader(ctx).Query(ctx, `SELECT date / 100, doc_kind, debit, credit, item_id, CAST(SUM(amount) AS BIGINT) FROM ledger_posting
		WHERE project_id = ? AND date >= ? AND date <= ? GROUP BY date / 100, doc_kind, debit, credit, item_id`, project, from, until)
	out := map[ledger.Account]money.Fen{}
	_, err = db.Collect(rows, err, func(row db.Scanner) (struct{}, error) {
		var month, kind, item int64
		var debit, credit ledger.Account
		var sum money.Fen
		err := row.Scan(&month, &kind, &debit, &credit, &item, &sum)
		out[debit] += sum
		out[credit] -= sum
		return struct{}{}, err
	})
	return out, err
}
