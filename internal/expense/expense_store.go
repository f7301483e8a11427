package expense

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"

	"linli/internal/kit/db"
	"linli/internal/kit/fault"
	"linli/internal/kit/id"
	"linli/internal/ledger"
)

const categoryColumns = "id, name, book, direction, account, state, version"

func scanCategory(row db.Scanner) (Category, error) {
	var c Category
	var state string
	err := row.Scan(&c.ID, &c.Name, &c.Book, &c.Direction, &c.Account, &state, &c.Version)
	c.Active = state == "active"
	return c, err
}

func categoryState(c *Category) string {
	if c.Active {
		return "active"
	}
	return "retired"
}

func insertCategory(ctx context.Context, tx *db.Tx, project id.ID, c *Category) error {
	_, err := tx.Exec(ctx, "INSERT INTO expense_category (project_id, "+categoryColumns+", created_at) VALUES ("+db.In(9)+")",
		project, c.ID, c.Name, string(c.Book), string(c.Direction), int64(c.Account), categoryState(c), c.Version, tx.Now())
	return err
}

func updateCategory(ctx context.Context, tx *db.Tx, project id.ID, c *Category) error {
	_, err := tx.Exec(ctx, "UPDATE expense_category SET name = ?, state = ?, version = ? WHERE project_id = ? AND id = ?",
		c.Name, categoryState(c), c.Version, project, c.ID)
	return err
}

func lockCategory(ctx context.Context, tx *db.Tx, project, category id.ID) error {
	return tx.Lock(ctx, "SELECT id FROM expense_category WHERE project_id = ? AND id = ?", project, category)
}

func oneCategory(ctx context.Context, q db.Q, project, category id.ID) (Category, error) {
	c, err := scanCategory(q.QueryRow(ctx, "SELECT "+categoryColumns+" FROM expense_category WHERE project_id = ? AND id = ?", project, category))
	if errors.Is(err, sql.ErrNoRows) {
		return c, fault.ErrNotFound
	}
	return c, err
}

func listCategories(ctx context.Context, q db.Q, project id.ID) ([]Category, error) {
	rows, err := q.Query(ctx, "SELECT "+categoryColumns+" FROM expense_category WHERE project_id = ? ORDER BY book, direction, id", project)
	return db.Collect(rows, err, scanCategory)
}

const docColumns = `d.id, d.category_id, c.name, c.book, c.direction, c.account, d.supplier, d.amount, d.date, d.note, d.paid_from, d.file_id, d.file_name,
	d.state, d.number, d.year, d.seq, d.posted_on, d.asked_by, d.asked_name, d.asked_at, d.decided_by, d.decided_name, d.decided_at, d.answer,
	d.void_number, d.void_year, d.void_seq, d.void_on, d.void_by, d.void_name, d.void_at, d.void_reason, d.version`

const docTables = " FROM expense_doc d JOIN expense_category c ON c.project_id = d.project_id AND c.id = d.category_id"

// paidWords are how the two accounts are stored.
func paidWord(a ledger.Account) string {
	if a == ledger.Cash {
		return "cash"
	}
	return "bank"
}

func scanDoc(row db.Scanner) (Doc, error) {
	var d Doc
	var paid string
	var asked, decided, voided int64
	err := row.Scan(&d.ID, &d.Category, &d.CategoryName, &d.Book, &d.Direction, &d.Account, &d.Supplier, &d.Amount, &d.Date, &d.Note, &paid, &d.File,
		&d.FileName, &d.State, &d.Number, &d.Year, &d.Seq, &d.PostedOn, &d.AskedBy, &d.Asker, &asked, &d.DecidedBy, &d.Decider, &decided, &d.Answer,
		&d.VoidNumber, &d.VoidYear, &d.VoidSeq, &d.VoidOn, &d.VoidBy, &d.VoidName, &voided, &d.VoidReason, &d.Version)
	d.AskedAt, d.DecidedAt, d.VoidAt = db.Micro(asked), db.Micro(decided), db.Micro(voided)
	if d.PaidFrom = ledger.Bank; paid == "cash" {
		d.PaidFrom = ledger.Cash
	}
	return d, err
}

func insertDoc(ctx context.Context, tx *db.Tx, project id.ID, d *Doc) error {
	_, err := tx.Exec(ctx, `INSERT INTO expense_doc (project_id, id, category_id, supplier, amount, date, note, paid_from, file_id, file_name, state, number,
		year, seq, posted_on, asked_by, asked_name, asked_at, decided_by, decided_name, decided_at, answer, void_number, void_year, void_seq, void_on,
		void_by, void_name, void_at, void_reason, version) VALUES (`+db.In(31)+")",
		project, d.ID, d.Category, d.Supplier, d.Amount, d.Date, d.Note, paidWord(d.PaidFrom), d.File, d.FileName, string(d.State), "", 0, 0, 0,
		d.AskedBy, d.Asker, d.AskedAt, 0, "", 0, "", "", 0, 0, 0, 0, "", 0, "", d.Version)
	return err
}

func updateDoc(ctx context.Context, tx *db.Tx, project id.ID, d *Doc) error {
	_, err := tx.Exec(ctx, `UPDATE expense_doc SET state = ?, number = ?, year = ?, seq = ?, posted_on = ?, decided_by = ?, decided_name = ?, decided_at = ?,
		answer = ?, void_number = ?, void_year = ?, void_seq = ?, void_on = ?, void_by = ?, void_name = ?, void_at = ?, void_reason = ?, version = ?
		WHERE project_id = ? AND id = ?`, string(d.State), d.Number, d.Year, d.Seq, d.PostedOn, d.DecidedBy, d.Decider, d.DecidedAt, d.Answer,
		d.VoidNumber, d.VoidYear, d.VoidSeq, d.VoidOn, d.VoidBy, d.VoidName, d.VoidAt, d.VoidReason, d.Version, project, d.ID)
	return err
}

func lockDoc(ctx context.Context, tx *db.Tx, project, doc id.ID) error {
	return tx.Lock(ctx, "SELECT id FROM expense_doc WHERE project_id = ? AND id = ?", project, doc)
}

func oneDoc(ctx context.Context, q db.Q, project, doc id.ID) (Doc, error) {
	d, err := scanDoc(q.QueryRow(ctx, "SELECT "+docColumns+docTables+" WHERE d.project_id = ? AND d.id = ?", project, doc))
	if errors.Is(err, sql.ErrNoRows) {
		return d, fault.ErrNotFound
	}
	if err != nil {
		return d, fmt.Errorf("read expense: %w", err)
	}
	return d, nil
}

// bookUntil is the end of a period of the book.
func (f *Filter) bookUntil() int64 {
	if f.BookUntil == 0 {
		return 99991231
	}
	return int64(f.BookUntil)
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
	add(f.Category != 0, "d.category_id = ?", f.Category)
	add(f.Book != "", "c.book = ?", string(f.Book))
	add(f.Direction != "", "c.direction = ?", string(f.Direction))
	add(f.PaidFrom != 0, "d.paid_from = ?", paidWord(f.PaidFrom))
	add(f.From != 0, "d.date >= ?", f.From)
	add(f.Until != 0, "d.date <= ?", f.Until)
	add(f.BookFrom != 0 || f.BookUntil != 0, "(d.posted_on > 0 AND d.posted_on >= ? AND d.posted_on <= ? OR d.void_on > 0 AND d.void_on >= ? AND d.void_on <= ?)",
		f.BookFrom, f.bookUntil(), f.BookFrom, f.bookUntil())
	if f.Text != "" {
		like := "%" + db.Like(strings.ToLower(f.Text)) + "%"
		add(true, `(LOWER(d.number) LIKE ? ESCAPE '\' OR LOWER(d.void_number) LIKE ? ESCAPE '\' OR LOWER(d.supplier) LIKE ? ESCAPE '\' OR LOWER(d.note) LIKE ? ESCAPE '\')`,
			like, like, like, like)
	}
	return where, list
}

func listDocs(ctx context.Context, q db.Q, project id.ID, f *Filter, before id.ID) ([]Doc, error) {
	where, list := f.where(project)
	if before != 0 {
		where, list = where+" AND d.id < ?", append(list, before)
	}
	rows, err := q.Query(ctx, "SELECT "+docColumns+docTables+where+" ORDER BY d.id DESC LIMIT ?", append(list, f.Limit+1)...)
	return db.Collect(rows, err, scanDoc)
}

func sumDocs(ctx context.Context, q db.Q, project id.ID, f *Filter) (Sums, error) {
	where, list := f.where(project)
	args := append([]any{f.BookFrom, f.bookUntil(), f.BookFrom, f.bookUntil()}, list...)
	var out Sums
	err := q.QueryRow(ctx, `SELECT COUNT(*), CAST(COALESCE(SUM(d.amount), 0) AS BIGINT), CAST(COALESCE(SUM(
		CASE WHEN d.posted_on > 0 AND d.posted_on >= ? AND d.posted_on <= ? THEN d.amount ELSE 0 END -
		CASE WHEN d.void_on > 0 AND d.void_on >= ? AND d.void_on <= ? THEN d.amount ELSE 0 END), 0) AS BIGINT)`+docTables+where, args...).
		Scan(&out.Count, &out.Amount, &out.Booked)
	return out, err
}
