package ledger

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"

	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
)

func addDays(ctx context.Context, tx *db.Tx, project id.ID, s sums) error {
	one := "(" + db.In(8) + ")"
	for part := range slices.Chunk(s.keys(), 50) {
		args := make([]any, 0, 8*len(part))
		for _, k := range part {
			args = append(args, project, k.date, k.kind, k.debit, k.credit, k.item, s[k].amount, s[k].rows)
		}
		_, err := tx.Exec(ctx, "INSERT INTO ledger_day (project_id, date, doc_kind, debit, credit, item_id, amount, postings) VALUES "+
			one+strings.Repeat(", "+one, len(part)-1)+` ON CONFLICT (project_id, date, doc_kind, debit, credit, item_id)
			DO UPDATE SET amount = ledger_day.amount + excluded.amount, postings = ledger_day.postings + excluded.postings`, args...)
		if err != nil {
			return err
		}
	}
	return nil
}

func totals(ctx context.Context, q db.Q, project id.ID, from, until clock.Date) ([]Total, error) {
	rows, err := q.Query(ctx, `SELECT date / 100, doc_kind, debit, credit, item_id, CAST(SUM(amount) AS BIGINT), CAST(SUM(postings) AS BIGINT) FROM ledger_day
		WHERE project_id = ? AND date >= ? AND date <= ? GROUP BY date / 100, doc_kind, debit, credit, item_id
		ORDER BY 1, 2, 3, 4, 5`, project, from, until)
	return db.Collect(rows, err, func(row db.Scanner) (Total, error) {
		var t Total
		err := row.Scan(&t.Month, &t.DocKind, &t.Debit, &t.Credit, &t.Item, &t.Amount, &t.Postings)
		return t, err
	})
}

// lockMonth makes the row of a month when there is none and locks it.
func lockMonth(ctx context.Context, tx *db.Tx, project id.ID, month clock.Month) error {
	_, err := tx.Exec(ctx, `INSERT INTO ledger_month (project_id, month, state, closed_by, closed_at, reopened_by, reopened_at, reason, version)
		VALUES (?, ?, 'open', '', 0, '', 0, '', 1) ON CONFLICT (project_id, month) DO UPDATE SET version = ledger_month.version`, project, month)
	return err
}

const monthColumns = "month, state, closed_by, closed_at, reopened_by, reopened_at, reason, version"

func scanMonth(row db.Scanner) (BookMonth, error) {
	var b BookMonth
	var closed, reopened int64
	err := row.Scan(&b.Month, &b.State, &b.ClosedBy, &closed, &b.ReopenedBy, &reopened, &b.Reason, &b.Version)
	b.ClosedAt, b.ReopenedAt = db.Micro(closed), db.Micro(reopened)
	return b, err
}

func oneMonth(ctx context.Context, q db.Q, project id.ID, month clock.Month) (BookMonth, error) {
	b, err := scanMonth(q.QueryRow(ctx, "SELECT "+monthColumns+" FROM ledger_month WHERE project_id = ? AND month = ?", project, month))
	if errors.Is(err, sql.ErrNoRows) {
		return BookMonth{Month: month, State: MonthOpen}, nil
	}
	return b, err
}

// closedSince is the newest closed month from one on, 0 when they are all open.
func closedSince(ctx context.Context, q db.Q, project id.ID, from clock.Month) (clock.Month, error) {
	var m clock.Month
	err := q.QueryRow(ctx, "SELECT COALESCE(MAX(month), 0) FROM ledger_month WHERE project_id = ? AND month >= ? AND state = 'closed'", project, from).Scan(&m)
	return m, err
}

func listMonths(ctx context.Context, q db.Q, project id.ID) ([]BookMonth, error) {
	rows, err := q.Query(ctx, "SELECT "+monthColumns+" FROM ledger_month WHERE project_id = ? AND closed_at > 0 ORDER BY month DESC", project)
	return db.Collect(rows, err, scanMonth)
}

func updateMonth(ctx context.Context, tx *db.Tx, project id.ID, b *BookMonth) error {
	_, err := tx.Exec(ctx, `UPDATE ledger_month SET state = ?, closed_by = ?, closed_at = ?, reopened_by = ?, reopened_at = ?, reason = ?, version = ?
		WHERE project_id = ? AND month = ?`, string(b.State), b.ClosedBy, b.ClosedAt, b.ReopenedBy, b.ReopenedAt, b.Reason, b.Version, project, b.Month)
	return err
}

func keepTotals(ctx context.Context, tx *db.Tx, project id.ID, month clock.Month) error {
	if err := forgetTotals(ctx, tx, project, month); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `INSERT INTO ledger_closed (project_id, month, doc_kind, debit, credit, item_id, amount, postings)
		SELECT project_id, CAST(? AS INTEGER), doc_kind, debit, credit, item_id, CAST(SUM(amount) AS BIGINT), CAST(SUM(postings) AS BIGINT)
		FROM ledger_day WHERE project_id = ? AND date >= ? AND date <= ? GROUP BY project_id, doc_kind, debit, credit, item_id`,
		month, project, month.First(), month.Last())
	if err != nil {
		return fmt.Errorf("keep totals: %w", err)
	}
	return nil
}

func forgetTotals(ctx context.Context, tx *db.Tx, project id.ID, month clock.Month) error {
	_, err := tx.Exec(ctx, "DELETE FROM ledger_closed WHERE project_id = ? AND month = ?", project, month)
	return err
}

// brokenDays names days whose sums are not those of their postings.
func brokenDays(ctx context.Context, q db.Q, project id.ID) ([]string, error) {
	rows, err := q.Query(ctx, `SELECT date, debit, credit, CAST(SUM(have) AS BIGINT), CAST(SUM(want) AS BIGINT) FROM (
			SELECT date, doc_kind, debit, credit, item_id, amount AS have, 0 AS want, postings AS n FROM ledger_day WHERE project_id = ?
			UNION ALL
			SELECT date, doc_kind, debit, credit, item_id, 0, SUM(amount), -COUNT(*) FROM ledger_posting WHERE project_id = ?
			GROUP BY date, doc_kind, debit, credit, item_id
		) AS side GROUP BY date, doc_kind, debit, credit, item_id HAVING SUM(have) <> SUM(want) OR SUM(n) <> 0 ORDER BY 1, 2, 3 LIMIT 100`, project, project)
	return db.Collect(rows, err, func(row db.Scanner) (string, error) {
		var d clock.Date
		var debit, credit Account
		var have, want money.Fen
		err := row.Scan(&d, &debit, &credit, &have, &want)
		return fmt.Sprintf("%s 借 %d 贷 %d 的日合计是 %s 元，按记账应为 %s 元", d, debit, credit, have.Yuan(), want.Yuan()), err
	})
}

// brokenMonths names closed months whose postings are not what they were when
// the month was closed.
func brokenMonths(ctx context.Context, q db.Q, project id.ID) ([]string, error) {
	rows, err := q.Query(ctx, `SELECT month, debit, credit, CAST(SUM(have) AS BIGINT), CAST(SUM(want) AS BIGINT) FROM (
			SELECT month, doc_kind, debit, credit, item_id, amount AS have, 0 AS want FROM ledger_closed WHERE project_id = ?
			UNION ALL
			SELECT m.month, p.doc_kind, p.debit, p.credit, p.item_id, 0, p.amount FROM ledger_month m
			JOIN ledger_posting p ON p.project_id = m.project_id AND p.date / 100 = m.month
			WHERE m.project_id = ? AND m.state = 'closed'
		) AS side GROUP BY month, doc_kind, debit, credit, item_id HAVING SUM(have) <> SUM(want) ORDER BY 1, 2, 3 LIMIT 100`, project, project)
	return db.Collect(rows, err, func(row db.Scanner) (string, error) {
		var m clock.Month
		var debit, credit Account
		var have, want money.Fen
		err := row.Scan(&m, &debit, &credit, &have, &want)
		return fmt.Sprintf("%s 已月结，借 %d 贷 %d 结账时 %s 元，现在账上 %s 元", m, debit, credit, have.Yuan(), want.Yuan()), err
	})
}
