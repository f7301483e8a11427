package deposit

import (
	"context"
	"fmt"
	"math"

	"linli/internal/kit/db"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
	"linli/internal/kit/page"
	"linli/internal/ledger"
)

// Broken names deposits that are not the sum of their movements, gaps
// in the numbers of what was deducted, and a liability in the book that is not
// what is held. Ask it inside a db.Snapshot while others write.
func (s *Service) Broken(ctx context.Context, project id.ID) ([]string, error) {
	q := s.db.Reader(ctx)
	rows, err := q.Query(ctx, `SELECT d.number, d.held, CAST(COALESCE(SUM(e.amount), 0) AS BIGINT) FROM cashier_deposit d
		LEFT JOIN cashier_deposit_entry e ON e.project_id = d.project_id AND e.deposit_id = d.id
		WHERE d.project_id = ? GROUP BY d.id, d.number, d.held HAVING d.held <> COALESCE(SUM(e.amount), 0) ORDER BY d.id LIMIT 100`, project)
	out, err := db.Collect(rows, err, func(row db.Scanner) (string, error) {
		var number string
		var held, sum money.Fen
		err := row.Scan(&number, &held, &sum)
		return fmt.Sprintf("押金（收据 %s）余额 %s 元，明细合计 %s 元", number, held.Yuan(), sum.Yuan()), err
	})
	if err != nil {
		return nil, err
	}
	taken, err := brokenTaken(ctx, q, project)
	if err != nil {
		return nil, err
	}
	out = append(out, taken...)
	var held, income money.Fen
	err = q.QueryRow(ctx, "SELECT CAST(COALESCE(SUM(held), 0) AS BIGINT) FROM cashier_deposit WHERE project_id = ?", project).Scan(&held)
	if err != nil {
		return nil, err
	}
	err = q.QueryRow(ctx, "SELECT CAST(COALESCE(SUM(-amount), 0) AS BIGINT) FROM cashier_deposit_entry WHERE project_id = ? AND seq > 0", project).Scan(&income)
	if err != nil {
		return nil, err
	}
	books, err := s.ledger.Balances(ctx, q, project, 0)
	if err != nil {
		return nil, err
	}
	if books[ledger.Deposit] != -held {
		out = append(out, fmt.Sprintf("科目 %d 账上押金 %s 元，在押的是 %s 元", ledger.Deposit, (-books[ledger.Deposit]).Yuan(), held.Yuan()))
	}
	deducted, err := s.ledger.SumsByDoc(ctx, q, project, 0, ledger.LastDoc, ledger.DocDeposit)
	if err != nil {
		return nil, err
	}
	for _, d := range deducted {
		income -= d.Amount
	}
	if income != 0 {
		out = append(out, fmt.Sprintf("押金扣款单与账上的押金收入差 %s 元", income.Yuan()))
	}
	more, err := s.brokenSettle(ctx, q, project)
	if err != nil {
		return nil, err
	}
	out = append(out, more...)
	gaps, err := s.brokenDeductions(ctx, q, project)
	return append(out, gaps...), err
}

// brokenTaken names deposits that are not what their first movement says was
// taken, by which receipt.
func brokenTaken(ctx context.Context, q db.Q, project id.ID) ([]string, error) {
	rows, err := q.Query(ctx, `SELECT d.number, d.taken, COALESCE(e.number, ''), COALESCE(e.amount, 0) FROM cashier_deposit d
		LEFT JOIN cashier_deposit_entry e ON e.project_id = d.project_id AND e.deposit_id = d.id AND e.kind = ?
		WHERE d.project_id = ? AND (e.amount IS NULL OR d.taken <> e.amount OR d.number <> e.number OR d.receipt_id <> e.receipt_id) ORDER BY d.id LIMIT 100`, EntryTaken, project)
	return db.Collect(rows, err, func(row db.Scanner) (string, error) {
		var number, receipt string
		var taken, amount money.Fen
		err := row.Scan(&number, &taken, &receipt, &amount)
		return fmt.Sprintf("押金（收据 %s）写着收了 %s 元，明细是收据 %s 收了 %s 元", number, taken.Yuan(), receipt, amount.Yuan()), err
	})
}

// brokenDeductions names gaps in the numbers of what was deducted.
func (s *Service) brokenDeductions(ctx context.Context, q db.Q, project id.ID) ([]string, error) {
	have, err := ledger.CollectNumbered(q.Query(ctx, "SELECT year, COUNT(*), MAX(seq) FROM cashier_deposit_entry WHERE project_id = ? AND seq > 0 GROUP BY year", project))
	if err != nil {
		return nil, err
	}
	return s.ledger.BrokenNumbers(ctx, q, project, series, "押金扣款单", have)
}

// brokenSettle names gaps in the numbers of documents that settle arrears, and
// those that the movements, their lines or the log contradict.
func (s *Service) brokenSettle(ctx context.Context, q db.Q, project id.ID) ([]string, error) {
	out, err := brokenSettles(ctx, q, project)
	if err != nil {
		return nil, err
	}
	have, err := ledger.CollectNumbered(q.Query(ctx, "SELECT year, COUNT(*), MAX(seq) FROM deposit_settle WHERE project_id = ? AND seq > 0 GROUP BY year", project))
	if err != nil {
		return nil, err
	}
	found, err := s.ledger.BrokenNumbers(ctx, q, project, settleSeries, "押金退还单", have)
	if err != nil {
		return nil, err
	}
	out = append(out, found...)
	docs, err := listSettles(ctx, q, project, &SettleFilter{Request: page.Request{Limit: math.MaxInt32}}, nil, 0)
	if err != nil {
		return nil, err
	}
	now := map[id.ID]any{}
	for i := range docs {
		now[docs[i].ID] = docs[i].facts()
	}
	found, err = s.audit.Unlike(ctx, q, project, settleKind, "押金退还单", now)
	return append(out, found...), err
}
