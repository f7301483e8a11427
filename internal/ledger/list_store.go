package ledger

import (
	"cmp"
	"context"
	"strings"

	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/id"
)

// listPostings reads along the ids. An id carries its instant, and nothing is
// posted before its day, so the first day bounds them.
func listPostings(ctx context.Context, q db.Q, project id.ID, f *Filter, after id.ID) ([]Row, error) {
	where, args := "project_id = ? AND id > ?", []any{project, after}
	add := func(on bool, text string, values ...any) {
		if on {
			where += " AND " + text
			args = append(args, values...)
		}
	}
	add(f.From != 0, "id >= ? AND date >= ?", id.At(max(f.From, 20200102).Start()), f.From)
	add(f.Until != 0, "date <= ?", f.Until)
	if len(f.Accounts) > 0 {
		debit, values := db.Among("debit", f.Accounts)
		credit, _ := db.Among("credit", f.Accounts)
		add(true, "("+debit+" OR "+credit+")", append(values, values...)...)
	}
	if len(f.Kinds) > 0 {
		kind, values := db.Among("doc_kind", f.Kinds)
		add(true, kind, values...)
	}
	if f.Item != nil {
		add(true, "item_id = ?", *f.Item)
	}
	if f.Spans != nil {
		spans, values := make([]string, len(f.Spans)), []any{}
		for i, s := range f.Spans {
			spans[i] = "item_id = ? AND date >= ? AND date <= ?"
			values = append(values, s.Item, s.From, s.Until)
		}
		add(true, "("+cmp.Or(strings.Join(spans, " OR "), "1 = 0")+")", values...)
	}
	rows, err := q.Query(ctx, `SELECT id, doc_kind, doc_id, date, debit, credit, amount, subject_id, item_id
		FROM ledger_posting WHERE `+where+" ORDER BY id LIMIT ?", append(args, f.Limit+1)...)
	return db.Collect(rows, err, func(row db.Scanner) (Row, error) {
		var r Row
		err := row.Scan(&r.ID, &r.DocKind, &r.Doc, &r.Date, &r.Debit, &r.Credit, &r.Amount, &r.Subject, &r.Item)
		return r, err
	})
}

func dayTotals(ctx context.Context, q db.Q, project id.ID, from, until clock.Date) ([]DayTotal, error) {
	rows, err := q.Query(ctx, `SELECT date, doc_kind, debit, credit, item_id, amount, postings FROM ledger_day
		WHERE project_id = ? AND date >= ? AND date <= ? ORDER BY date, doc_kind, debit, credit, item_id`, project, from, until)
	return db.Collect(rows, err, func(row db.Scanner) (DayTotal, error) {
		var t DayTotal
		err := row.Scan(&t.Date, &t.DocKind, &t.Debit, &t.Credit, &t.Item, &t.Amount, &t.Postings)
		t.Month = t.Date.Month()
		return t, err
	})
}
