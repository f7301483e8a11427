package termination

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"linli/internal/kit/db"
	"linli/internal/kit/fault"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
	"linli/internal/ledger"
)

const docColumns = `id, number, year, seq, room_id, room_label, payer_name, run_id, item_id, item_name, from_month, until_month, months, used, policy,
	paid, full_price, refund, kept, again, original, method, account, reason, proof, state, asked_by, asked_name, asked_at, decided_by, decided_name,
	decided_at, note, kept_charge, version`

func scanDoc(row db.Scanner) (Doc, error) {
	d := Doc{Parts: []Part{}}
	var again, original int
	var asked, decided int64
	err := row.Scan(&d.ID, &d.Number, &d.Year, &d.Seq, &d.Room, &d.RoomLabel, &d.PayerName, &d.Run, &d.Item, &d.ItemName, &d.From, &d.Until, &d.Months, &d.Used,
		&d.Policy, &d.Paid, &d.Full, &d.Refund, &d.Kept, &again, &original, &d.Method, &d.Account, &d.Reason, &d.Proof, &d.State, &d.AskedBy, &d.Asker,
		&asked, &d.DecidedBy, &d.Decider, &decided, &d.Note, &d.KeptCharge, &d.Version)
	d.Again, d.Original, d.AskedAt, d.DecidedAt = again == 1, original == 1, db.Micro(asked), db.Micro(decided)
	return d, err
}

func bit(b bool) int {
	if b {
		return 1
	}
	return 0
}

func insertDoc(ctx context.Context, tx *db.Tx, project id.ID, d *Doc) error {
	_, err := tx.Exec(ctx, "INSERT INTO termination_doc (project_id, "+docColumns+") VALUES ("+db.In(36)+")", project, d.ID, d.Number, d.Year, d.Seq, d.Room,
		d.RoomLabel, d.PayerName, d.Run, d.Item, d.ItemName, d.From, d.Until, d.Months, d.Used, string(d.Policy), d.Paid, d.Full, d.Refund, d.Kept,
		bit(d.Again), bit(d.Original), string(d.Method), d.Account, d.Reason, d.Proof, string(d.State), d.AskedBy, d.Asker, d.AskedAt, 0, "", 0, "", 0, d.Version)
	if err != nil {
		return fmt.Errorf("insert termination: %w", err)
	}
	for i := range d.Parts {
		p := &d.Parts[i]
		// A part has a place for its refund before there is one.
		if p.Refund == 0 {
			p.Refund = tx.NewID()
		}
		_, err := tx.Exec(ctx, `INSERT INTO termination_part (project_id, doc_id, no, receipt_id, receipt_number, refund_id, amount, kept, done)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, 0)`, project, d.ID, i+1, p.Receipt, p.ReceiptNumber, p.Refund, p.Amount, p.Kept)
		if err != nil {
			return fmt.Errorf("insert part: %w", err)
		}
		for _, l := range p.Lines {
			_, err := tx.Exec(ctx, "INSERT INTO termination_line (project_id, doc_id, part, charge_id, month, amount) VALUES (?, ?, ?, ?, ?, ?)",
				project, d.ID, i+1, l.Charge, l.Month, l.Amount)
			if err != nil {
				return fmt.Errorf("insert line: %w", err)
			}
		}
	}
	return nil
}

func updateDoc(ctx context.Context, tx *db.Tx, project id.ID, d *Doc) error {
	_, err := tx.Exec(ctx, `UPDATE termination_doc SET number = ?, year = ?, seq = ?, state = ?, decided_by = ?, decided_name = ?, decided_at = ?, note = ?,
		kept_charge = ?, version = ? WHERE project_id = ? AND id = ?`, d.Number, d.Year, d.Seq, string(d.State), d.DecidedBy, d.Decider, d.DecidedAt, d.Note,
		d.KeptCharge, d.Version, project, d.ID)
	if err != nil {
		return fmt.Errorf("update termination: %w", err)
	}
	return nil
}

// What became of a part, as it is stored.
const (
	partPaid    = 1
	partDropped = 2
)

func endPart(ctx context.Context, tx *db.Tx, project, refund id.ID, as int) error {
	n, err := tx.Exec(ctx, "UPDATE termination_part SET done = ? WHERE project_id = ? AND refund_id = ? AND done = 0", as, project, refund)
	if err == nil && n != 1 {
		return ErrState
	}
	return err
}

func lockDoc(ctx context.Context, tx *db.Tx, project, doc id.ID) (Doc, error) {
	if err := tx.Lock(ctx, "SELECT id FROM termination_doc WHERE project_id = ? AND id = ?", project, doc); err != nil {
		return Doc{}, err
	}
	return oneDoc(ctx, tx, project, doc)
}

func oneDoc(ctx context.Context, q db.Q, project, doc id.ID) (Doc, error) {
	d, err := scanDoc(q.QueryRow(ctx, "SELECT "+docColumns+" FROM termination_doc WHERE project_id = ? AND id = ?", project, doc))
	if errors.Is(err, sql.ErrNoRows) {
		return d, fault.ErrNotFound
	}
	if err != nil {
		return d, fmt.Errorf("read termination: %w", err)
	}
	rows, err := q.Query(ctx, `SELECT receipt_id, receipt_number, refund_id, amount, kept, done FROM termination_part
		WHERE project_id = ? AND doc_id = ? ORDER BY no`, project, doc)
	d.Parts, err = db.Collect(rows, err, func(row db.Scanner) (Part, error) {
		var p Part
		var done int
		err := row.Scan(&p.Receipt, &p.ReceiptNumber, &p.Refund, &p.Amount, &p.Kept, &done)
		p.doc, p.Done, p.Dropped = doc, done == partPaid, done == partDropped
		return p, err
	})
	if err != nil {
		return d, fmt.Errorf("read parts: %w", err)
	}
	rows, err = q.Query(ctx, "SELECT part, charge_id, month, amount FROM termination_line WHERE project_id = ? AND doc_id = ? ORDER BY part, charge_id", project, doc)
	_, err = db.Collect(rows, err, func(row db.Scanner) (struct{}, error) {
		var no int
		var l PartLine
		err := row.Scan(&no, &l.Charge, &l.Month, &l.Amount)
		if err == nil {
			d.Parts[no-1].Lines = append(d.Parts[no-1].Lines, l)
		}
		return struct{}{}, err
	})
	if err != nil {
		return d, fmt.Errorf("read lines: %w", err)
	}
	return d, nil
}

// ofRefund is the document that an application belongs to, and its part.
func ofRefund(ctx context.Context, q db.Q, project, refund id.ID) (Doc, Part, error) {
	var doc id.ID
	err := q.QueryRow(ctx, "SELECT doc_id FROM termination_part WHERE project_id = ? AND refund_id = ?", project, refund).Scan(&doc)
	if errors.Is(err, sql.ErrNoRows) {
		return Doc{}, Part{}, fault.ErrNotFound
	}
	if err != nil {
		return Doc{}, Part{}, fmt.Errorf("find termination: %w", err)
	}
	d, err := oneDoc(ctx, q, project, doc)
	if err != nil {
		return d, Part{}, err
	}
	for _, p := range d.Parts {
		if p.Refund == refund {
			return d, p, nil
		}
	}
	return d, Part{}, fault.ErrNotFound
}

// endingCharges are those of rooms that approved documents take back.
func endingCharges(ctx context.Context, q db.Q, project id.ID, rooms []id.ID) ([]id.ID, error) {
	return db.OfIDs(ctx, q, `SELECT DISTINCT l.charge_id FROM termination_doc d JOIN termination_line l ON l.project_id = d.project_id AND l.doc_id = d.id
		WHERE d.project_id = ? AND d.state = 'approved' AND d.room_id IN (`, project, rooms, ")", func(row db.Scanner) (c id.ID, err error) { return c, row.Scan(&c) })
}

// listDocs reads one page without parts, newest first.
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
	rows, err := q.Query(ctx, "SELECT "+docColumns+" FROM termination_doc WHERE "+where+" ORDER BY id DESC LIMIT ?", append(args, f.Limit+1)...)
	return db.Collect(rows, err, scanDoc)
}

func countDocs(ctx context.Context, q db.Q, project id.ID) (map[int]ledger.Numbered, error) {
	out, err := ledger.CollectNumbered(q.Query(ctx, "SELECT year, COUNT(*), MAX(seq) FROM termination_doc WHERE project_id = ? AND seq > 0 GROUP BY year", project))
	if err != nil {
		return nil, fmt.Errorf("count terminations: %w", err)
	}
	return out, nil
}

// brokenSums names documents that are not the sum of their parts, or whose parts
// are not the sum of their lines.
func brokenSums(ctx context.Context, q db.Q, project id.ID) ([]string, error) {
	rows, err := q.Query(ctx, `SELECT d.id, d.number, d.refund, d.kept, COALESCE(p.amount, 0), COALESCE(p.kept, 0), COALESCE(l.amount, 0) FROM termination_doc d
		LEFT JOIN (SELECT doc_id, CAST(SUM(amount) AS BIGINT) AS amount, CAST(SUM(kept) AS BIGINT) AS kept FROM termination_part WHERE project_id = ? GROUP BY doc_id) p ON p.doc_id = d.id
		LEFT JOIN (SELECT doc_id, CAST(SUM(amount) AS BIGINT) AS amount FROM termination_line WHERE project_id = ? GROUP BY doc_id) l ON l.doc_id = d.id
		WHERE d.project_id = ? AND (d.refund <> COALESCE(p.amount, 0) OR d.kept <> COALESCE(p.kept, 0) OR d.refund + d.kept <> COALESCE(l.amount, 0) OR EXISTS (
			SELECT 1 FROM termination_part x WHERE x.project_id = d.project_id AND x.doc_id = d.id AND x.amount + x.kept <> (
				SELECT COALESCE(SUM(y.amount), 0) FROM termination_line y WHERE y.project_id = x.project_id AND y.doc_id = x.doc_id AND y.part = x.no)))
		ORDER BY d.id LIMIT 100`, project, project, project)
	return db.Collect(rows, err, func(row db.Scanner) (string, error) {
		var doc id.ID
		var number string
		var refund, kept, parts, keeps, lines money.Fen
		err := row.Scan(&doc, &number, &refund, &kept, &parts, &keeps, &lines)
		return fmt.Sprintf("退费单 %s（%s）退 %s 元、留下 %s 元，各张收据合计 %s 元、%s 元，各月合计 %s 元", number, doc, refund.Yuan(), kept.Yuan(), parts.Yuan(), keeps.Yuan(), lines.Yuan()), err
	})
}
