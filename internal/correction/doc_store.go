package correction

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"slices"

	"linli/internal/kit/db"
	"linli/internal/kit/fault"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
	"linli/internal/ledger"
)

const docColumns = `id, number, year, seq, room_id, room_label, from_month, until_month, plus, minus, reason, proof, date, by_id, by_name, at,
	state, void_by, void_name, void_at, void_reason, version`

func scanDoc(row db.Scanner) (Doc, error) {
	d := Doc{Lines: []Line{}}
	var at, voided int64
	err := row.Scan(&d.ID, &d.Number, &d.Year, &d.Seq, &d.Room, &d.RoomLabel, &d.From, &d.Until, &d.Plus, &d.Minus, &d.Reason, &d.Proof, &d.Date, &d.By,
		&d.ByName, &at, &d.State, &d.VoidBy, &d.VoidName, &voided, &d.VoidReason, &d.Version)
	d.At, d.VoidAt = db.Micro(at), db.Micro(voided)
	return d, err
}

func insertDoc(ctx context.Context, tx *db.Tx, project id.ID, d *Doc, credits map[id.ID]money.Fen) error {
	_, err := tx.Exec(ctx, "INSERT INTO correction_doc (project_id, "+docColumns+") VALUES ("+db.In(23)+")", project, d.ID, d.Number, d.Year, d.Seq, d.Room,
		d.RoomLabel, d.From, d.Until, d.Plus, d.Minus, d.Reason, d.Proof, d.Date, d.By, d.ByName, d.At, string(d.State), 0, "", 0, "", d.Version)
	if err != nil {
		return fmt.Errorf("insert correction: %w", err)
	}
	for i := range d.Lines {
		l := &d.Lines[i]
		_, err := tx.Exec(ctx, "INSERT INTO correction_line (project_id, doc_id, no, room_id, "+lineColumns+") VALUES ("+db.In(17)+")", project, d.ID, i+1, d.Room,
			l.Charge, l.Item, l.ItemName, l.Month, l.Payer, l.Was, l.Done, l.Due, l.Amount, l.Causes, l.Made, l.Credited, l.Returned)
		if err != nil {
			return fmt.Errorf("insert line of correction: %w", err)
		}
	}
	for _, charge := range slices.Sorted(maps.Keys(credits)) {
		_, err := tx.Exec(ctx, "INSERT INTO correction_credit (project_id, doc_id, charge_id, amount) VALUES (?, ?, ?, ?)", project, d.ID, charge, credits[charge])
		if err != nil {
			return fmt.Errorf("insert credit of correction: %w", err)
		}
	}
	return nil
}

func listDocs(ctx context.Context, q db.Q, project id.ID, f *Filter, before id.ID) ([]Doc, error) {
	where, args := "project_id = ?", []any{project}
	if f.State != "" {
		where, args = where+" AND state = ?", append(args, string(f.State))
	}
	if f.Room != 0 {
		where, args = where+" AND room_id = ?", append(args, f.Room)
	}
	if before != 0 {
		where, args = where+" AND id < ?", append(args, before)
	}
	rows, err := q.Query(ctx, "SELECT "+docColumns+" FROM correction_doc WHERE "+where+" ORDER BY id DESC LIMIT ?", append(args, f.Limit+1)...)
	return db.Collect(rows, err, scanDoc)
}

func oneDoc(ctx context.Context, q db.Q, project, doc id.ID) (Doc, error) {
	d, err := scanDoc(q.QueryRow(ctx, "SELECT "+docColumns+" FROM correction_doc WHERE project_id = ? AND id = ?", project, doc))
	if errors.Is(err, sql.ErrNoRows) {
		return d, fault.ErrNotFound
	}
	if err != nil {
		return d, fmt.Errorf("read correction: %w", err)
	}
	rows, err := q.Query(ctx, "SELECT "+lineColumns+" FROM correction_line WHERE project_id = ? AND doc_id = ? ORDER BY no", project, doc)
	d.Lines, err = db.Collect(rows, err, scanLine)
	return d, err
}

// lockDoc locks a document that is valid. Errors: ErrVoided, fault.ErrStale,
// fault.ErrNotFound.
func lockDoc(ctx context.Context, tx *db.Tx, project, doc id.ID, version int) (Doc, error) {
	if err := tx.Lock(ctx, "SELECT id FROM correction_doc WHERE project_id = ? AND id = ?", project, doc); err != nil {
		return Doc{}, fmt.Errorf("lock correction: %w", err)
	}
	d, err := oneDoc(ctx, tx, project, doc)
	switch {
	case err != nil:
		return d, err
	case d.State != Made:
		return d, ErrVoided
	case d.Version != version:
		return d, fault.ErrStale
	}
	return d, nil
}

func voidDoc(ctx context.Context, tx *db.Tx, project id.ID, d *Doc) error {
	_, err := tx.Exec(ctx, "UPDATE correction_doc SET state = ?, void_by = ?, void_name = ?, void_at = ?, void_reason = ?, version = ? WHERE project_id = ? AND id = ?",
		string(d.State), d.VoidBy, d.VoidName, d.VoidAt, d.VoidReason, d.Version, project, d.ID)
	if err != nil {
		return fmt.Errorf("void correction: %w", err)
	}
	return nil
}

func countDocs(ctx context.Context, q db.Q, project id.ID) (map[int]ledger.Numbered, error) {
	out, err := ledger.CollectNumbered(q.Query(ctx, "SELECT year, COUNT(*), MAX(seq) FROM correction_doc WHERE project_id = ? GROUP BY year", project))
	if err != nil {
		return nil, fmt.Errorf("count corrections: %w", err)
	}
	return out, nil
}

// brokenSums names documents that are not the sum of their lines, whose lines are
// not what was due less what was and what was done before, or take off another
// amount than is noted by charge.
func brokenSums(ctx context.Context, q db.Q, project id.ID) ([]string, error) {
	rows, err := q.Query(ctx, `SELECT d.number, d.plus, d.minus, COALESCE(s.plus, 0), COALESCE(s.minus, 0) FROM correction_doc d LEFT JOIN (
			SELECT doc_id, CAST(SUM(CASE WHEN amount > 0 THEN amount ELSE 0 END) AS BIGINT) AS plus, CAST(SUM(CASE WHEN amount < 0 THEN -amount ELSE 0 END) AS BIGINT) AS minus,
				CAST(SUM(credited) AS BIGINT) AS credited, SUM(CASE WHEN amount > 0 AND made_id <> 0 AND credited + returned = 0 OR amount < 0 AND made_id = 0 AND credited + returned <= -amount
					THEN 0 ELSE 1 END) AS odd
			FROM correction_line WHERE project_id = ? GROUP BY doc_id
		) s ON s.doc_id = d.id
		WHERE d.project_id = ? AND (s.doc_id IS NULL OR d.plus <> s.plus OR d.minus <> s.minus OR s.odd > 0
			OR s.credited <> (SELECT COALESCE(SUM(c.amount), 0) FROM correction_credit c WHERE c.project_id = d.project_id AND c.doc_id = d.id)
			OR EXISTS (SELECT 1 FROM correction_line l WHERE l.project_id = d.project_id AND l.doc_id = d.id GROUP BY l.item_id, l.month
				HAVING SUM(l.amount) <> MAX(l.due - l.was - l.done) OR SUM(l.amount) <> MIN(l.due - l.was - l.done)))
		ORDER BY d.id LIMIT 100`, project, project)
	return db.Collect(rows, err, func(row db.Scanner) (string, error) {
		var number string
		var plus, minus, more, less money.Fen
		err := row.Scan(&number, &plus, &minus, &more, &less)
		return fmt.Sprintf("补差单 %s 写着补收 %s 元、减收 %s 元，明细合计 %s 元、%s 元，或有一行的差额、抵减不对", number, plus.Yuan(), minus.Yuan(), more.Yuan(), less.Yuan()), err
	})
}
