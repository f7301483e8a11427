package invoice

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"linli/internal/kit/db"
	"linli/internal/kit/fault"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
)

// packRequest is how a request is kept until its outcome is known.
func packRequest(r *Request) (string, error) {
	b, err := json.Marshal(r)
	if err != nil {
		return "", fmt.Errorf("keep request: %w", err)
	}
	return string(b), nil
}

func unpackRequest(text string) (Request, error) {
	var r Request
	if err := json.Unmarshal([]byte(text), &r); err != nil {
		return r, fmt.Errorf("kept request: %w", err)
	}
	return r, nil
}

const docColumns = `d.id, d.kind, d.state, d.special, d.payer_id, d.payer_name, d.room_id, d.room_label, d.company, d.buyer_name, d.buyer_tax_no,
	d.buyer_address, d.buyer_phone, d.buyer_bank, d.buyer_account, d.net, d.tax, d.gross, d.place, d.from_month, d.until_month, d.remark, d.number,
	d.issued_at, d.issued_on, d.file_id, d.reason, d.request, d.sent, d.round, d.tries, d.asked_by, d.asked_name, d.asked_at, d.done_by, d.done_name,
	d.red_of, d.red_reason, COALESCE(o.number, ''), COALESCE(x.id, 0), COALESCE(x.number, '')`

const docTables = ` FROM invoice_doc d LEFT JOIN invoice_doc o ON o.project_id = d.project_id AND o.id = d.red_of
	LEFT JOIN invoice_doc x ON x.project_id = d.project_id AND x.red_of = d.id AND x.red_of <> 0 AND x.state <> 'cancelled'`

func scanDoc(row db.Scanner) (Invoice, error) {
	var v Invoice
	var issued, asked int64
	b := &v.Buyer
	err := row.Scan(&v.ID, &v.Kind, &v.State, &v.Special, &v.Payer, &v.PayerName, &v.Room, &v.RoomLabel, &v.Company, &b.Name, &b.TaxNo,
		&b.Address, &b.Phone, &b.Bank, &b.Account, &v.Net, &v.Tax, &v.Gross, &v.Place, &v.From, &v.Until, &v.Remark, &v.Number,
		&issued, &v.IssuedOn, &v.File, &v.Reason, &v.request, &v.sent, &v.round, &v.tries, &v.AskedBy, &v.Asker, &asked, &v.DoneBy, &v.Doer,
		&v.RedOf, &v.RedReason, &v.RedOfNumber, &v.RedBy, &v.RedByNumber)
	v.IssuedAt, v.AskedAt, v.Lines, v.Covers = db.Micro(issued), db.Micro(asked), []Line{}, []Cover{}
	return v, err
}

func insertDoc(ctx context.Context, tx *db.Tx, project id.ID, v *Invoice) error {
	b := &v.Buyer
	_, err := tx.Exec(ctx, `INSERT INTO invoice_doc (project_id, id, kind, state, special, payer_id, payer_name, room_id, room_label, company, buyer_name,
		buyer_tax_no, buyer_address, buyer_phone, buyer_bank, buyer_account, net, tax, gross, place, from_month, until_month, remark, number, issued_at,
		issued_on, file_id, reason, request, sent, round, tries, asked_by, asked_name, asked_at, done_by, done_name, red_of, red_reason) VALUES (`+db.In(39)+")",
		project, v.ID, string(v.Kind), string(v.State), v.Special, v.Payer, v.PayerName, v.Room, v.RoomLabel, v.Company, b.Name,
		b.TaxNo, b.Address, b.Phone, b.Bank, b.Account, v.Net, v.Tax, v.Gross, v.Place, v.From, v.Until, v.Remark, "", 0,
		0, 0, "", "", 0, 0, 0, v.AskedBy, v.Asker, v.AskedAt, 0, "", v.RedOf, v.RedReason)
	if err != nil {
		return err
	}
	for i, l := range v.Lines {
		if _, err := tx.Exec(ctx, "INSERT INTO invoice_line (project_id, invoice_id, no, item_id, name, code, short, rate, simple, net, tax, gross) VALUES ("+db.In(12)+")",
			project, v.ID, i+1, l.Item, l.Name, l.Code, l.Short, l.Rate, l.Simple, l.Net, l.Tax, l.Gross); err != nil {
			return err
		}
	}
	for _, c := range v.Covers {
		if _, err := tx.Exec(ctx, "INSERT INTO invoice_cover (project_id, invoice_id, receipt_id, charge_id, receipt_number, amount) VALUES ("+db.In(6)+")",
			project, v.ID, c.Receipt, c.Charge, c.Number, c.Amount); err != nil {
			return err
		}
	}
	return nil
}

func updateDoc(ctx context.Context, tx *db.Tx, project id.ID, v *Invoice) error {
	_, err := tx.Exec(ctx, `UPDATE invoice_doc SET state = ?, number = ?, issued_at = ?, issued_on = ?, file_id = ?, reason = ?, request = ?, sent = ?, round = ?,
		tries = ?, done_by = ?, done_name = ? WHERE project_id = ? AND id = ?`, string(v.State), v.Number, v.IssuedAt, v.IssuedOn, v.File, v.Reason,
		v.request, v.sent, v.round, v.tries, v.DoneBy, v.Doer, project, v.ID)
	return err
}

func lockDoc(ctx context.Context, tx *db.Tx, project, invoice id.ID) (Invoice, error) {
	if err := tx.Lock(ctx, "SELECT id FROM invoice_doc WHERE project_id = ? AND id = ?", project, invoice); err != nil {
		return Invoice{}, err
	}
	return oneDoc(ctx, tx, project, invoice)
}

func oneDoc(ctx context.Context, q db.Q, project, invoice id.ID) (Invoice, error) {
	v, err := scanDoc(q.QueryRow(ctx, "SELECT "+docColumns+docTables+" WHERE d.project_id = ? AND d.id = ?", project, invoice))
	if errors.Is(err, sql.ErrNoRows) {
		return v, fault.ErrNotFound
	}
	if err != nil {
		return v, fmt.Errorf("read invoice: %w", err)
	}
	one := []Invoice{v}
	if err := fillDocs(ctx, q, project, one); err != nil {
		return v, fmt.Errorf("read invoice: %w", err)
	}
	return one[0], nil
}

// fillDocs adds lines and covers to at most one page of invoices.
func fillDocs(ctx context.Context, q db.Q, project id.ID, list []Invoice) error {
	if len(list) == 0 {
		return nil
	}
	at, values := map[id.ID]*Invoice{}, []any{project}
	for i := range list {
		at[list[i].ID] = &list[i]
		values = append(values, list[i].ID)
	}
	in := " WHERE project_id = ? AND invoice_id IN (" + db.In(len(list)) + ") ORDER BY invoice_id, "
	rows, err := q.Query(ctx, "SELECT invoice_id, item_id, name, code, short, rate, simple, net, tax, gross FROM invoice_line"+in+"no", values...)
	_, err = db.Collect(rows, err, func(row db.Scanner) (struct{}, error) {
		var v id.ID
		var l Line
		err := row.Scan(&v, &l.Item, &l.Name, &l.Code, &l.Short, &l.Rate, &l.Simple, &l.Net, &l.Tax, &l.Gross)
		if err == nil {
			at[v].Lines = append(at[v].Lines, l)
		}
		return struct{}{}, err
	})
	if err != nil {
		return err
	}
	rows, err = q.Query(ctx, "SELECT invoice_id, receipt_id, charge_id, receipt_number, amount FROM invoice_cover"+in+"receipt_id, charge_id", values...)
	_, err = db.Collect(rows, err, func(row db.Scanner) (struct{}, error) {
		var v id.ID
		var c Cover
		err := row.Scan(&v, &c.Receipt, &c.Charge, &c.Number, &c.Amount)
		if err == nil {
			at[v].Covers = append(at[v].Covers, c)
		}
		return struct{}{}, err
	})
	return err
}

func numberTaken(ctx context.Context, q db.Q, project id.ID, number string, but id.ID) (bool, error) {
	var n int
	err := q.QueryRow(ctx, "SELECT COUNT(*) FROM invoice_doc WHERE project_id = ? AND number = ? AND id <> ?", project, number, but).Scan(&n)
	return n > 0, err
}

// live are the states in which an invoice holds what it covers.
const live = "('asked', 'issuing', 'issued', 'failed')"

// spot is one line of a receipt.
type spot struct{ receipt, charge id.ID }

// liveCovers adds up what invoices hold of receipts.
func liveCovers(ctx context.Context, q db.Q, project id.ID, receipts []id.ID) (map[spot]money.Fen, error) {
	values := []any{project}
	for _, r := range receipts {
		values = append(values, r)
	}
	rows, err := q.Query(ctx, `SELECT c.receipt_id, c.charge_id, CAST(SUM(c.amount) AS BIGINT) FROM invoice_cover c
		JOIN invoice_doc d ON d.project_id = c.project_id AND d.id = c.invoice_id
		WHERE c.project_id = ? AND d.state IN `+live+" AND c.receipt_id IN ("+db.In(len(receipts))+") GROUP BY c.receipt_id, c.charge_id", values...)
	out := map[spot]money.Fen{}
	_, err = db.Collect(rows, err, func(row db.Scanner) (struct{}, error) {
		var at spot
		var sum money.Fen
		err := row.Scan(&at.receipt, &at.charge, &sum)
		out[at] = sum
		return struct{}{}, err
	})
	return out, err
}

const ofReceipt = "d.id IN (SELECT c.invoice_id FROM invoice_cover c WHERE c.project_id = ? AND c.receipt_id = ?)"

// liveOf are the invoices that hold something of a receipt, issued ones first.
func liveOf(ctx context.Context, q db.Q, project, receipt id.ID) ([]Invoice, error) {
	rows, err := q.Query(ctx, "SELECT "+docColumns+docTables+" WHERE d.project_id = ? AND d.state IN "+live+" AND "+ofReceipt+
		" ORDER BY CASE d.state WHEN 'issued' THEN 0 WHEN 'issuing' THEN 1 ELSE 2 END, d.id", project, project, receipt)
	return db.Collect(rows, err, scanDoc)
}

func (f *Filter) where(project id.ID) (string, []any) {
	where, list := " WHERE d.project_id = ?", []any{project}
	add := func(on bool, text string, values ...any) {
		if on {
			where += " AND " + text
			list = append(list, values...)
		}
	}
	add(f.State != "", "d.state = ?", string(f.State))
	add(f.Kind != "", "d.kind = ?", string(f.Kind))
	add(f.Receipt != 0, "("+ofReceipt+" OR d.red_of IN (SELECT c.invoice_id FROM invoice_cover c WHERE c.project_id = ? AND c.receipt_id = ?))",
		project, f.Receipt, project, f.Receipt)
	add(f.Room != 0, "d.room_id = ?", f.Room)
	among, inside := db.Among("d.room_id", f.rooms)
	add(f.rooms != nil, among, inside...)
	add(f.From != 0, "d.issued_on >= ?", f.From)
	add(f.Until != 0, "d.issued_on > 0 AND d.issued_on <= ?", f.Until)
	if f.Text != "" {
		like := "%" + db.Like(strings.ToLower(f.Text)) + "%"
		add(true, `(LOWER(d.number) LIKE ? ESCAPE '\' OR LOWER(d.buyer_name) LIKE ? ESCAPE '\' OR LOWER(d.buyer_tax_no) LIKE ? ESCAPE '\'
			OR LOWER(d.payer_name) LIKE ? ESCAPE '\' OR LOWER(d.room_label) LIKE ? ESCAPE '\')`, like, like, like, like, like)
	}
	return where, list
}

func listDocs(ctx context.Context, q db.Q, project id.ID, f *Filter, before id.ID) ([]Invoice, error) {
	where, list := f.where(project)
	if before != 0 {
		where, list = where+" AND d.id < ?", append(list, before)
	}
	rows, err := q.Query(ctx, "SELECT "+docColumns+docTables+where+" ORDER BY d.id DESC LIMIT ?", append(list, f.Limit+1)...)
	return db.Collect(rows, err, scanDoc)
}

// sumDocs counts all of a filter and adds up what was issued, red ones with
// their sign; an invoice that was reversed was issued, too.
func sumDocs(ctx context.Context, q db.Q, project id.ID, f *Filter) (Sums, error) {
	where, list := f.where(project)
	var t Sums
	err := q.QueryRow(ctx, `SELECT COUNT(*), CAST(COALESCE(SUM(CASE WHEN d.number <> '' THEN 1 ELSE 0 END), 0) AS BIGINT),
		CAST(COALESCE(SUM(CASE WHEN d.number <> '' THEN d.gross ELSE 0 END), 0) AS BIGINT),
		CAST(COALESCE(SUM(CASE WHEN d.number <> '' THEN d.tax ELSE 0 END), 0) AS BIGINT) FROM invoice_doc d`+where, list...).
		Scan(&t.Count, &t.Issued, &t.Gross, &t.Tax)
	return t, err
}
