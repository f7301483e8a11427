package ledger

import (
	"context"
	"database/sql"
	"fmt"

	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
)

func copyPostings(ctx context.Context, tx *db.Tx, project id.ID, n int, fill func(int, *Posting) error) (sums, error) {
	ids := tx.IDs(n)
	at := tx.Now().UnixMicro()
	var p Posting
	days := sums{}
	columns := []string{"project_id", "id", "doc_kind", "doc_id", "date", "debit", "credit", "amount", "subject_id", "item_id", "at"}
	return days, tx.Copy(ctx, "ledger_posting", columns, n, func(i int, dst []any) error {
		p = Posting{}
		if err := fill(i, &p); err != nil {
			return err
		}
		if err := p.check(); err != nil {
			return err
		}
		days.add(&p)
		dst[0], dst[1], dst[2], dst[3] = int64(project), int64(ids[i]), int64(p.DocKind), int64(p.Doc)
		dst[4], dst[5], dst[6], dst[7] = int64(p.Date), int64(p.Debit), int64(p.Credit), int64(p.Amount)
		dst[8], dst[9], dst[10] = int64(p.Subject), int64(p.Item), at
		return nil
	})
}

// copyAlike writes postings that differ only in subject and amount.
func copyAlike(ctx context.Context, tx *db.Tx, project id.ID, form Posting, n int, fill func(int, *Posting) error) (sums, error) {
	ids := tx.IDs(n)
	p := form
	all := &daySum{}
	days := sums{{form.Date, form.DocKind, form.Debit, form.Credit, form.Item}: all}
	shared := []db.Shared{{Column: "project_id", Value: int64(project)}, {Column: "doc_kind", Value: int64(form.DocKind)}, {Column: "doc_id", Value: int64(form.Doc)},
		{Column: "date", Value: int64(form.Date)}, {Column: "debit", Value: int64(form.Debit)}, {Column: "credit", Value: int64(form.Credit)},
		{Column: "item_id", Value: int64(form.Item)}, {Column: "at", Value: tx.Now().UnixMicro()}}
	return days, tx.CopyShared(ctx, "ledger_posting", shared, []string{"id", "amount", "subject_id"}, n, func(i int, dst []any) error {
		p.Amount, p.Subject = 0, 0
		if err := fill(i, &p); err != nil {
			return err
		}
		if err := p.check(); err != nil {
			return err
		}
		all.amount += p.Amount
		all.rows++
		dst[0], dst[1], dst[2] = int64(ids[i]), int64(p.Amount), int64(p.Subject)
		return nil
	})
}

func postingsOf(ctx context.Context, q db.Q, project id.ID, kind DocKind, doc, after id.ID, limit int) ([]Row, error) {
	rows, err := q.Query(ctx, `SELECT id, doc_kind, doc_id, date, debit, credit, amount, subject_id, item_id
		FROM ledger_posting WHERE project_id = ? AND doc_id = ? AND id > ? AND doc_kind = ? ORDER BY id LIMIT ?`,
		project, doc, after, kind, limit)
	return db.Collect(rows, err, func(row db.Scanner) (Row, error) {
		var r Row
		err := row.Scan(&r.ID, &r.DocKind, &r.Doc, &r.Date, &r.Debit, &r.Credit, &r.Amount, &r.Subject, &r.Item)
		return r, err
	})
}

func balances(ctx context.Context, q db.Q, project id.ID, upTo clock.Date, without ...DocKind) (map[Account]money.Fen, error) {
	if upTo == 0 {
		upTo = clock.Date(99991231)
	}
	where, args := "project_id = ? AND date <= ?", []any{project, upTo}
	if len(without) > 0 {
		where += " AND doc_kind NOT IN (" + db.In(len(without)) + ")"
		for _, k := range without {
			args = append(args, k)
		}
	}
	rows, err := q.Query(ctx, `SELECT account, CAST(SUM(amount) AS BIGINT) FROM (
			SELECT debit AS account, amount FROM ledger_posting WHERE `+where+`
			UNION ALL
			SELECT credit AS account, -amount AS amount FROM ledger_posting WHERE `+where+`
		) AS side GROUP BY account`, append(args, args...)...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	out := map[Account]money.Fen{}
	for rows.Next() {
		var a Account
		var sum money.Fen
		if err := rows.Scan(&a, &sum); err != nil {
			return nil, err
		}
		out[a] = sum
	}
	return out, rows.Err()
}

// bumpSeries moves a series on by n and answers its last number.
func bumpSeries(ctx context.Context, tx *db.Tx, project id.ID, series string, year, n int) (int64, error) {
	var last int64
	err := tx.QueryRow(ctx, `INSERT INTO ledger_series (project_id, series, year, last) VALUES (?, ?, ?, ?)
		ON CONFLICT (project_id, series, year) DO UPDATE SET last = ledger_series.last + excluded.last RETURNING last`,
		project, series, year, n).Scan(&last)
	return last, err
}

func brokenPostings(ctx context.Context, q db.Q, project id.ID) ([]string, error) {
	rows, err := q.Query(ctx, `SELECT id, doc_kind, doc_id, date, debit, credit, amount FROM ledger_posting
		WHERE project_id = ? AND (amount <= 0 OR debit = credit OR doc_id = 0 OR date = 0) ORDER BY id LIMIT 100`, project)
	return db.Collect(rows, err, func(row db.Scanner) (string, error) {
		var r Row
		err := row.Scan(&r.ID, &r.DocKind, &r.Doc, &r.Date, &r.Debit, &r.Credit, &r.Amount)
		return fmt.Sprintf("记账 %s（单据 %d/%s）：借 %d 贷 %d 金额 %s", r.ID, r.DocKind, r.Doc, r.Debit, r.Credit, r.Amount.Yuan()), err
	})
}

func sumsByDoc(ctx context.Context, q db.Q, project, after, upto id.ID, kinds []DocKind) ([]DocSum, error) {
	args := []any{project, after, upto}
	for _, k := range kinds {
		args = append(args, k)
	}
	rows, err := q.Query(ctx, `SELECT doc_kind, doc_id, CAST(SUM(amount) AS BIGINT), MIN(date), MAX(date) FROM ledger_posting
		WHERE project_id = ? AND doc_id > ? AND doc_id <= ? AND doc_kind IN (`+db.In(len(kinds))+`) GROUP BY doc_kind, doc_id ORDER BY doc_id, doc_kind`, args...)
	return db.Collect(rows, err, func(row db.Scanner) (DocSum, error) {
		var s DocSum
		err := row.Scan(&s.Kind, &s.Doc, &s.Amount, &s.From, &s.Until)
		return s, err
	})
}

func netByPlace(ctx context.Context, q db.Q, project id.ID, account Account, kinds []DocKind) (map[Place]money.Fen, error) {
	args := []any{account, project, account, account}
	for _, k := range kinds {
		args = append(args, k)
	}
	rows, err := q.Query(ctx, `SELECT subject_id, item_id, CAST(SUM(CASE WHEN debit = ? THEN amount ELSE -amount END) AS BIGINT) FROM ledger_posting
		WHERE project_id = ? AND (debit = ? OR credit = ?) AND doc_kind IN (`+db.In(len(kinds))+") GROUP BY subject_id, item_id", args...)
	out := map[Place]money.Fen{}
	_, err = db.Collect(rows, err, func(row db.Scanner) (struct{}, error) {
		var p Place
		var sum money.Fen
		err := row.Scan(&p.Subject, &p.Item, &sum)
		out[p] = sum
		return struct{}{}, err
	})
	return out, err
}

// but leaves kinds of documents out.
func but(query string, args []any, without []DocKind) (string, []any) {
	for _, k := range without {
		query, args = query+" AND doc_kind <> ?", append(args, k)
	}
	return query, args
}

func netByDay(ctx context.Context, q db.Q, project id.ID, account Account, without []DocKind) (map[clock.Date]money.Fen, error) {
	query, args := but(`SELECT date, CAST(SUM(CASE WHEN debit = ? THEN amount ELSE -amount END) AS BIGINT) FROM ledger_posting
		WHERE project_id = ? AND (debit = ? OR credit = ?)`, []any{account, project, account, account}, without)
	rows, err := q.Query(ctx, query+" GROUP BY date", args...)
	out := map[clock.Date]money.Fen{}
	_, err = db.Collect(rows, err, func(row db.Scanner) (struct{}, error) {
		var day clock.Date
		var sum money.Fen
		err := row.Scan(&day, &sum)
		out[day] = sum
		return struct{}{}, err
	})
	return out, err
}

func netByDoc(ctx context.Context, q db.Q, project id.ID, account Account, without []DocKind) (map[id.ID]money.Fen, error) {
	query, args := but(`SELECT doc_id, CAST(SUM(CASE WHEN debit = ? THEN amount ELSE -amount END) AS BIGINT) FROM ledger_posting
		WHERE project_id = ? AND (debit = ? OR credit = ?)`, []any{account, project, account, account}, without)
	rows, err := q.Query(ctx, query+" GROUP BY doc_id", args...)
	out := map[id.ID]money.Fen{}
	_, err = db.Collect(rows, err, func(row db.Scanner) (struct{}, error) {
		var doc id.ID
		var sum money.Fen
		err := row.Scan(&doc, &sum)
		out[doc] = sum
		return struct{}{}, err
	})
	return out, err
}

// CollectNumbered reads rows of year, count and highest number.
func CollectNumbered(rows *sql.Rows, err error) (map[int]Numbered, error) {
	out := map[int]Numbered{}
	_, err = db.Collect(rows, err, func(row db.Scanner) (struct{}, error) {
		var year int
		var n Numbered
		err := row.Scan(&year, &n.Count, &n.Last)
		out[year] = n
		return struct{}{}, err
	})
	return out, err
}

func lastNumbers(ctx context.Context, q db.Q, project id.ID, series string) (map[int]int64, error) {
	rows, err := q.Query(ctx, "SELECT year, last FROM ledger_series WHERE project_id = ? AND series = ?", project, series)
	out := map[int]int64{}
	_, err = db.Collect(rows, err, func(row db.Scanner) (struct{}, error) {
		var year int
		var last int64
		err := row.Scan(&year, &last)
		out[year] = last
		return struct{}{}, err
	})
	return out, err
}
