package billing

import (
	"context"
	"fmt"

	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
	"linli/internal/ledger"
)

func chargedTwice(ctx context.Context, q db.Q, project id.ID) ([]string, error) {
	rows, err := q.Query(ctx, `SELECT item_id, month, source_id, segment, COUNT(*), MIN(id), MAX(id) FROM billing_charge
		WHERE project_id = ? AND live = 1 GROUP BY item_id, month, source_id, segment HAVING COUNT(*) > 1
		ORDER BY month, source_id, item_id LIMIT 100`, project)
	return db.Collect(rows, err, func(row db.Scanner) (string, error) {
		var item, source, first, last id.ID
		var month clock.Month
		var segment, n int
		err := row.Scan(&item, &month, &source, &segment, &n, &first, &last)
		return fmt.Sprintf("重复收费：房间 %s 费用项目 %s %s 有 %d 条应收（%s … %s）", source, item, month, n, first, last), err
	})
}

func brokenPaid(ctx context.Context, q db.Q, project id.ID) ([]string, error) {
	rows, err := q.Query(ctx, `SELECT id, paid, amount FROM billing_charge
		WHERE project_id = ? AND (paid < 0 OR paid > amount OR paid < waived + carried OR credited < 0 OR credited > waived OR returned < 0 OR (paid > carried AND (live = 0 OR hold <> 0))) ORDER BY id LIMIT 100`, project)
	return db.Collect(rows, err, func(row db.Scanner) (string, error) {
		var charge id.ID
		var paid, amount money.Fen
		err := row.Scan(&charge, &paid, &amount)
		return fmt.Sprintf("应收 %s 金额 %s 元、已收 %s 元，已收超过应收，或收了不该收的", charge, amount.Yuan(), paid.Yuan()), err
	})
}

func looseCharges(ctx context.Context, q db.Q, project id.ID) ([]string, error) {
	rows, err := q.Query(ctx, `SELECT c.id, c.run_id, c.item_id FROM billing_charge c
		LEFT JOIN billing_run r ON r.project_id = c.project_id AND r.id = c.run_id
		LEFT JOIN billing_item i ON i.project_id = c.project_id AND i.id = c.item_id
		WHERE c.project_id = ? AND (r.id IS NULL OR i.id IS NULL) ORDER BY c.id LIMIT 100`, project)
	return db.Collect(rows, err, func(row db.Scanner) (string, error) {
		var charge, run, item id.ID
		err := row.Scan(&charge, &run, &item)
		return fmt.Sprintf("应收 %s 的出账批次 %s 或费用项目 %s 不存在", charge, run, item), err
	})
}

func miscountedRuns(ctx context.Context, q db.Q, project id.ID) ([]string, error) {
	rows, err := q.Query(ctx, `SELECT r.id, r.month, r.lines, r.amount, COUNT(c.id), CAST(COALESCE(SUM(c.amount), 0) AS BIGINT) FROM billing_run r
		LEFT JOIN billing_charge c ON c.project_id = r.project_id AND c.run_id = r.id AND c.live = 1 AND c.hold <> 2
		WHERE r.project_id = ? AND r.state IN ('draft', 'empty', 'releasing', 'released') GROUP BY r.id, r.month, r.lines, r.amount
		HAVING COUNT(c.id) <> r.lines OR COALESCE(SUM(c.amount), 0) <> r.amount ORDER BY r.id LIMIT 100`, project)
	return db.Collect(rows, err, func(row db.Scanner) (string, error) {
		var run id.ID
		var month clock.Month
		var lines, have int64
		var amount, sum money.Fen
		err := row.Scan(&run, &month, &lines, &amount, &have, &sum)
		return fmt.Sprintf("出账批次 %s（%s）记的是 %d 条 %s 元，应收合计 %d 条 %s 元", run, month, lines, amount.Yuan(), have, sum.Yuan()), err
	})
}

func unburiedRuns(ctx context.Context, q db.Q, project id.ID) ([]string, error) {
	rows, err := q.Query(ctx, `SELECT r.id, r.month, COUNT(c.id) FROM billing_run r
		JOIN billing_charge c ON c.project_id = r.project_id AND c.run_id = r.id AND c.live = 1
		WHERE r.project_id = ? AND r.state = 'withdrawn' GROUP BY r.id, r.month ORDER BY r.id LIMIT 100`, project)
	return db.Collect(rows, err, func(row db.Scanner) (string, error) {
		var run id.ID
		var month clock.Month
		var n int64
		err := row.Scan(&run, &month, &n)
		return fmt.Sprintf("出账批次 %s（%s）已撤回，却还有 %d 条应收有效", run, month, n), err
	})
}

func runStates(ctx context.Context, q db.Q, project id.ID) (map[id.ID]RunState, error) {
	rows, err := q.Query(ctx, "SELECT id, state FROM billing_run WHERE project_id = ?", project)
	out := map[id.ID]RunState{}
	_, err = db.Collect(rows, err, func(row db.Scanner) (struct{}, error) {
		var run id.ID
		var state RunState
		err := row.Scan(&run, &state)
		out[run] = state
		return struct{}{}, err
	})
	return out, err
}

func byPlace(ctx context.Context, q db.Q, query string, project id.ID) (map[ledger.Place]money.Fen, error) {
	rows, err := q.Query(ctx, query, project)
	out := map[ledger.Place]money.Fen{}
	_, err = db.Collect(rows, err, func(row db.Scanner) (struct{}, error) {
		var p ledger.Place
		var sum money.Fen
		err := row.Scan(&p.Subject, &p.Item, &sum)
		out[p] = sum
		return struct{}{}, err
	})
	return out, err
}

// owedByPlace adds up the charges that stand in the book: those of released
// parts that live and are not held back.
func owedByPlace(ctx context.Context, q db.Q, project id.ID) (map[ledger.Place]money.Fen, error) {
	return byPlace(ctx, q, `SELECT c.subject_id, c.item_id, CAST(SUM(c.amount - c.carried) AS BIGINT) FROM billing_charge c
		JOIN billing_part p ON p.project_id = c.project_id AND p.run_id = c.run_id AND p.no = c.part
		WHERE c.project_id = ? AND c.live = 1 AND c.hold = 0 AND p.released = 1 GROUP BY c.subject_id, c.item_id`, project)
}

func paidByPlace(ctx context.Context, q db.Q, project id.ID) (map[ledger.Place]money.Fen, error) {
	return byPlace(ctx, q, `SELECT subject_id, item_id, CAST(SUM(paid - carried) AS BIGINT) FROM billing_charge
		WHERE project_id = ? AND paid <> carried GROUP BY subject_id, item_id`, project)
}

func paidCharges(ctx context.Context, q db.Q, project, after, upto id.ID) ([]PaidCharge, error) {
	rows, err := q.Query(ctx, `SELECT id, subject_id, paid - waived - carried FROM billing_charge
		WHERE project_id = ? AND id > ? AND id <= ? AND paid <> waived + carried ORDER BY id`, project, after, upto)
	return db.Collect(rows, err, func(row db.Scanner) (PaidCharge, error) {
		var p PaidCharge
		err := row.Scan(&p.Charge, &p.Subject, &p.Paid)
		return p, err
	})
}
