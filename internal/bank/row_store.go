package bank

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"

	"linli/internal/kit/db"
	"linli/internal/kit/fault"
	"linli/internal/kit/id"
	"linli/internal/kit/page"
)

const rowColumns = `id, import_id, print, file_hash, file_name, line, date, amount, payer, account, remark, reference, room_id, room_label, why, state, receipt_id,
	receipt_number, note, done_by, done_name, done_at, booked`

func scanRow(row db.Scanner) (Row, error) {
	var b Row
	var done int64
	err := row.Scan(&b.ID, &b.Import, &b.Print, &b.FileHash, &b.FileName, &b.Line, &b.Date, &b.Amount, &b.Payer, &b.Account, &b.Remark, &b.Reference, &b.Room, &b.RoomLabel,
		&b.Why, &b.State, &b.Receipt, &b.ReceiptNumber, &b.Note, &b.DoneBy, &b.DoneName, &done, &b.Booked)
	if done != 0 {
		b.DoneAt = db.Micro(done)
	}
	return b, err
}

// knownPrints tells which rows are there already.
func knownPrints(ctx context.Context, q db.Q, project id.ID, list []Row) (map[string]bool, error) {
	out := map[string]bool{}
	for part := range slices.Chunk(list, 500) {
		args := []any{project}
		for i := range part {
			args = append(args, part[i].Print)
		}
		rows, err := q.Query(ctx, "SELECT print FROM cashier_bank_row WHERE project_id = ? AND print IN ("+db.In(len(part))+")", args...)
		found, err := db.Collect(rows, err, func(row db.Scanner) (string, error) {
			var s string
			err := row.Scan(&s)
			return s, err
		})
		if err != nil {
			return nil, err
		}
		for _, s := range found {
			out[s] = true
		}
	}
	return out, nil
}

// insertRow adds a row once; false when it is there already.
func insertRow(ctx context.Context, tx *db.Tx, project id.ID, b *Row) (bool, error) {
	n, err := tx.Exec(ctx, "INSERT INTO cashier_bank_row (project_id, "+rowColumns+`, at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, '', '', 0, '', 0, 0, ?) ON CONFLICT (project_id, print) DO NOTHING`, project, b.ID, b.Import, b.Print, b.FileHash,
		b.FileName, b.Line, b.Date, b.Amount, b.Payer, b.Account, b.Remark, b.Reference, b.Room, b.RoomLabel, b.Why, string(b.State), tx.Now())
	return n > 0, err
}

func lockRow(ctx context.Context, tx *db.Tx, project, row id.ID) (Row, error) {
	if err := tx.Lock(ctx, "SELECT id FROM cashier_bank_row WHERE project_id = ? AND id = ?", project, row); err != nil {
		return Row{}, fmt.Errorf("lock bank row: %w", err)
	}
	b, err := scanRow(tx.QueryRow(ctx, "SELECT "+rowColumns+" FROM cashier_bank_row WHERE project_id = ? AND id = ?", project, row))
	if errors.Is(err, sql.ErrNoRows) {
		return b, fault.ErrNotFound
	}
	return b, err
}

// rowOf is the row whose money stands on a receipt, 0 when none does.
func rowOf(ctx context.Context, q db.Q, project, receipt id.ID) (id.ID, error) {
	var row id.ID
	err := q.QueryRow(ctx, "SELECT id FROM cashier_bank_row WHERE project_id = ? AND receipt_id = ? AND receipt_id <> 0", project, receipt).Scan(&row)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, nil
	}
	if err != nil {
		return 0, fmt.Errorf("find bank row: %w", err)
	}
	return row, nil
}

func updateRow(ctx context.Context, tx *db.Tx, project id.ID, b *Row) error {
	_, err := tx.Exec(ctx, `UPDATE cashier_bank_row SET room_id = ?, room_label = ?, state = ?, receipt_id = ?, receipt_number = ?, note = ?, done_by = ?, done_name = ?,
		done_at = ?, booked = ? WHERE project_id = ? AND id = ?`, b.Room, b.RoomLabel, string(b.State), b.Receipt, b.ReceiptNumber, b.Note, b.DoneBy, b.DoneName, b.DoneAt, b.Booked,
		project, b.ID)
	return err
}

// where finds the rows of a filter on all its pages.
func (f *Filter) where(project id.ID) (query string, args []any) {
	query, args = " FROM cashier_bank_row WHERE project_id = ?", []any{project}
	add := func(on bool, text string, values ...any) {
		if on {
			query, args = query+" AND "+text, append(args, values...)
		}
	}
	add(f.Row != 0, "id = ?", f.Row)
	add(f.State != "", "state = ?", string(f.State))
	add(f.From != 0, "date >= ?", f.From)
	add(f.Until != 0, "date <= ?", f.Until)
	if f.Text != "" {
		like := "%" + db.Like(strings.ToLower(f.Text)) + "%"
		add(true, `(LOWER(payer) LIKE ? ESCAPE '\' OR LOWER(remark) LIKE ? ESCAPE '\' OR LOWER(reference) LIKE ? ESCAPE '\' OR LOWER(room_label) LIKE ? ESCAPE '\'
			OR LOWER(receipt_number) LIKE ? ESCAPE '\')`, like, like, like, like, like)
	}
	return query, args
}

func sumRows(ctx context.Context, q db.Q, project id.ID, f Filter) (t page.Total, err error) {
	query, args := f.where(project)
	err = q.QueryRow(ctx, "SELECT COUNT(*), CAST(COALESCE(SUM(amount), 0) AS BIGINT)"+query, args...).Scan(&t.Count, &t.Amount)
	return t, err
}

func listRows(ctx context.Context, q db.Q, project id.ID, f Filter) (page.List[Row], error) {
	query, args := f.where(project)
	var date, after int64
	more, err := page.Decode(f.Cursor, &date, &after)
	if err != nil {
		return page.List[Row]{}, err
	}
	if more {
		query, args = query+" AND (date, id) < (?, ?)", append(args, date, after)
	}
	rows, err := q.Query(ctx, "SELECT "+rowColumns+query+" ORDER BY date DESC, id DESC LIMIT ?", append(args, f.Limit+1)...)
	list, err := db.Collect(rows, err, scanRow)
	if err != nil {
		return page.List[Row]{}, err
	}
	return page.Cut(list, f.Limit, func(b Row) []any { return []any{int64(b.Date), int64(b.ID)} }), nil
}

// paidFrom are the rooms that an account has paid for, at most two.
func paidFrom(ctx context.Context, q db.Q, project id.ID, account string) ([]guess, error) {
	rows, err := q.Query(ctx, `SELECT room_id, MIN(room_label) FROM cashier_bank_row WHERE project_id = ? AND account = ? AND state = 'received'
		GROUP BY room_id LIMIT 2`, project, account)
	return db.Collect(rows, err, func(row db.Scanner) (guess, error) {
		var g guess
		err := row.Scan(&g.room, &g.label)
		return g, err
	})
}
