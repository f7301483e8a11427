package cashier

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"linli/internal/kit/db"
	"linli/internal/kit/fault"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
)

// What a desk row remembers of the last event of a room.
const (
	eventReceived = "received"
	eventVoided   = "voided"
	eventRed      = "red"
)

// idChunk bounds the placeholders of one statement.
const idChunk = 400

func args(first []any, ids []id.ID) []any {
	for _, x := range ids {
		first = append(first, x)
	}
	return first
}

// lockDesks locks one row per room, in the order of ids, so that two counters
// never work on one household at once; missing rows are made.
func lockDesks(ctx context.Context, tx *db.Tx, project id.ID, rooms []id.ID) error {
	rooms = slices.Sorted(slices.Values(rooms))
	for part := range slices.Chunk(rooms, idChunk) {
		values := make([]any, 0, 2*len(part))
		for _, room := range part {
			values = append(values, project, room)
		}
		_, err := tx.Exec(ctx, `INSERT INTO cashier_desk (project_id, room_id, event, name, at) VALUES `+
			strings.TrimSuffix(strings.Repeat("(?, ?, '', '', 0), ", len(part)), ", ")+` ON CONFLICT (project_id, room_id) DO NOTHING`, values...)
		if err != nil {
			return err
		}
		err = tx.Lock(ctx, "SELECT room_id FROM cashier_desk WHERE project_id = ? AND room_id IN ("+db.In(len(part))+") ORDER BY room_id",
			args([]any{project}, part)...)
		if err != nil {
			return err
		}
	}
	return nil
}

func stampDesks(ctx context.Context, tx *db.Tx, project id.ID, rooms []id.ID, event, name string) error {
	for part := range slices.Chunk(rooms, idChunk) {
		_, err := tx.Exec(ctx, "UPDATE cashier_desk SET event = ?, name = ?, at = ? WHERE project_id = ? AND room_id IN ("+db.In(len(part))+")",
			args([]any{event, name, tx.Now(), project}, part)...)
		if err != nil {
			return err
		}
	}
	return nil
}

type deskEvent struct {
	event, name string
	at          time.Time
}

func lastEvent(ctx context.Context, q db.Q, project id.ID, rooms []id.ID) (deskEvent, error) {
	var last deskEvent
	for part := range slices.Chunk(rooms, idChunk) {
		var e deskEvent
		var at int64
		err := q.QueryRow(ctx, "SELECT event, name, at FROM cashier_desk WHERE project_id = ? AND at > 0 AND room_id IN ("+db.In(len(part))+
			") ORDER BY at DESC LIMIT 1", args([]any{project}, part)...).Scan(&e.event, &e.name, &at)
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			return last, err
		}
		if e.at = db.Micro(at); e.at.After(last.at) {
			last = e
		}
	}
	return last, nil
}

const receiptColumns = `r.id, r.number, r.year, r.seq, r.room_id, r.room_label, r.payer_id, r.payer_name, r.policy, r.amount, r.owed_before,
	r.owed_after, r.prepaid_used, r.to_prepay, r.prepaid_after, r.tendered, r.change, r.cashier_id, r.cashier_name, r.date, r.at, r.state,
	r.void_by, r.void_name, r.void_reason, r.void_at, r.prints, r.ahead, r.ahead_run, r.shift_id,
	r.red_of, r.reversed_by, r.refund_id, r.deposit, r.deposit_id, r.deposit_name, r.prepay_item, r.prepay_name, r.rounded,
	COALESCE((SELECT x.number FROM cashier_receipt x WHERE x.project_id = r.project_id AND x.id = r.red_of), ''),
	COALESCE((SELECT x.number FROM cashier_receipt x WHERE x.project_id = r.project_id AND x.id = r.reversed_by), ''),
	CAST(COALESCE((SELECT SUM(x.prepaid_used - x.amount) FROM cashier_receipt x WHERE x.project_id = r.project_id AND x.red_of = r.id), 0) AS BIGINT)`

func scanReceipt(row db.Scanner) (Receipt, error) {
	var r Receipt
	var at, voidAt int64
	err := row.Scan(&r.ID, &r.Number, &r.Year, &r.Seq, &r.Room, &r.RoomLabel, &r.Payer, &r.PayerName, &r.Policy, &r.Amount, &r.OwedBefore,
		&r.OwedAfter, &r.PrepaidUsed, &r.ToPrepay, &r.PrepaidAfter, &r.Tendered, &r.Change, &r.Cashier, &r.CashierName, &r.Date, &at, &r.State,
		&r.VoidBy, &r.VoidName, &r.VoidReason, &voidAt, &r.Prints, &r.Ahead, &r.AheadRun, &r.Shift,
		&r.RedOf, &r.ReversedBy, &r.Refund, &r.Deposit, &r.DepositID, &r.DepositName, &r.PrepayItem, &r.PrepayName, &r.Rounded, &r.RedOfNumber, &r.ReversedNumber, &r.Refunded)
	r.At, r.VoidAt, r.Lines, r.Pays = db.Micro(at), db.Micro(voidAt), []Line{}, []Pay{}
	return r, err
}

func insertReceipt(ctx context.Context, tx *db.Tx, project id.ID, r *Receipt) error {
	return insertReceipts(ctx, tx, project, []*Receipt{r})
}

func insertReceipts(ctx context.Context, tx *db.Tx, project id.ID, list []*Receipt) error {
	one := "(" + db.In(40) + ")"
	for part := range slices.Chunk(list, 20) {
		values := make([]any, 0, 40*len(part))
		for _, r := range part {
			values = append(values, project, r.ID, r.Number, r.Year, r.Seq, r.Room, r.RoomLabel, r.Payer, r.PayerName, string(r.Policy),
				r.Amount, r.OwedBefore, r.OwedAfter, r.PrepaidUsed, r.ToPrepay, r.PrepaidAfter, r.Tendered, r.Change, r.Cashier, r.CashierName,
				r.Date, r.At, string(r.State), 0, "", "", 0, 0, r.Ahead, r.AheadRun, r.Shift,
				r.RedOf, 0, r.Refund, r.Deposit, r.DepositID, r.DepositName, r.PrepayItem, r.PrepayName, r.Rounded)
		}
		_, err := tx.Exec(ctx, `INSERT INTO cashier_receipt (project_id, id, number, year, seq, room_id, room_label, payer_id, payer_name, policy,
			amount, owed_before, owed_after, prepaid_used, to_prepay, prepaid_after, tendered, change, cashier_id, cashier_name, date, at, state,
			void_by, void_name, void_reason, void_at, prints, ahead, ahead_run, shift_id, red_of, reversed_by, refund_id, deposit, deposit_id, deposit_name, prepay_item, prepay_name, rounded)
			VALUES `+one+strings.Repeat(", "+one, len(part)-1), values...)
		if err != nil {
			return err
		}
	}
	return insertParts(ctx, tx, project, list)
}

// place is one line or one pay of a receipt, counted from 1.
type place[T any] struct {
	receipt id.ID
	no      int
	part    *T
}

// insertParts writes what the receipts consist of.
func insertParts(ctx context.Context, tx *db.Tx, project id.ID, list []*Receipt) error {
	var lines []place[Line]
	var pays []place[Pay]
	for _, r := range list {
		for i := range r.Lines {
			lines = append(lines, place[Line]{r.ID, i + 1, &r.Lines[i]})
		}
		for i := range r.Pays {
			pays = append(pays, place[Pay]{r.ID, i + 1, &r.Pays[i]})
		}
	}
	err := tx.Copy(ctx, "cashier_line", []string{"project_id", "receipt_id", "no", "charge_id", "room_id", "room_label", "item_id", "item_name",
		"month", "how", "owed", "amount"}, len(lines), func(i int, dst []any) error {
		x, l := &lines[i], lines[i].part
		dst[0], dst[1], dst[2], dst[3] = int64(project), int64(x.receipt), int64(x.no), int64(l.Charge)
		dst[4], dst[5], dst[6], dst[7] = int64(l.Room), l.RoomLabel, int64(l.Item), l.ItemName
		dst[8], dst[9], dst[10], dst[11] = int64(l.Month), l.How, int64(l.Owed), int64(l.Amount)
		return nil
	})
	if err != nil {
		return err
	}
	return tx.Copy(ctx, "cashier_pay", []string{"project_id", "receipt_id", "no", "method", "amount", "reference", "terminal", "last4", "paid_on"},
		len(pays), func(i int, dst []any) error {
			x, p := &pays[i], pays[i].part
			dst[0], dst[1], dst[2], dst[3], dst[4] = int64(project), int64(x.receipt), int64(x.no), string(p.Method), int64(p.Amount)
			dst[5], dst[6], dst[7], dst[8] = p.Reference, p.Terminal, p.Last4, int64(p.On)
			return nil
		})
}

func updateVoid(ctx context.Context, tx *db.Tx, project id.ID, r *Receipt) error {
	n, err := tx.Exec(ctx, `UPDATE cashier_receipt SET state = ?, void_by = ?, void_name = ?, void_reason = ?, void_at = ?
		WHERE project_id = ? AND id = ? AND state = 'valid'`, string(r.State), r.VoidBy, r.VoidName, r.VoidReason, r.VoidAt, project, r.ID)
	if err == nil && n != 1 {
		return ErrVoided
	}
	return err
}

// countPrint adds one printing and tells the new count.
func countPrint(ctx context.Context, tx *db.Tx, project, receipt id.ID) (int, error) {
	var n int
	err := tx.QueryRow(ctx, "UPDATE cashier_receipt SET prints = prints + 1 WHERE project_id = ? AND id = ? RETURNING prints", project, receipt).Scan(&n)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, fault.ErrNotFound
	}
	return n, err
}

// oneReceipt reads a receipt, whole, and where its shift stands.
func (s *Service) oneReceipt(ctx context.Context, q db.Q, project, receipt id.ID) (Receipt, error) {
	r, err := scanReceipt(q.QueryRow(ctx, "SELECT "+receiptColumns+" FROM cashier_receipt r WHERE r.project_id = ? AND r.id = ?", project, receipt))
	if errors.Is(err, sql.ErrNoRows) {
		return r, fault.ErrNotFound
	}
	if err != nil {
		return r, fmt.Errorf("read receipt: %w", err)
	}
	one := []Receipt{r}
	if err := fillReceipts(ctx, q, project, one); err != nil {
		return r, fmt.Errorf("read receipt: %w", err)
	}
	err = s.markShifts(ctx, q, project, one)
	return one[0], err
}

// fillReceipts adds lines and pays to at most one page of receipts.
func fillReceipts(ctx context.Context, q db.Q, project id.ID, list []Receipt) error {
	if len(list) == 0 {
		return nil
	}
	at := map[id.ID]*Receipt{}
	ids := make([]id.ID, len(list))
	for i := range list {
		at[list[i].ID], ids[i] = &list[i], list[i].ID
	}
	in := " WHERE project_id = ? AND receipt_id IN (" + db.In(len(ids)) + ") ORDER BY receipt_id, no"
	rows, err := q.Query(ctx, "SELECT receipt_id, charge_id, room_id, room_label, item_id, item_name, month, how, owed, amount FROM cashier_line"+in,
		args([]any{project}, ids)...)
	_, err = db.Collect(rows, err, func(row db.Scanner) (struct{}, error) {
		var r id.ID
		var l Line
		err := row.Scan(&r, &l.Charge, &l.Room, &l.RoomLabel, &l.Item, &l.ItemName, &l.Month, &l.How, &l.Owed, &l.Amount)
		if err == nil {
			at[r].Lines = append(at[r].Lines, l)
		}
		return struct{}{}, err
	})
	if err != nil {
		return err
	}
	rows, err = q.Query(ctx, "SELECT receipt_id, method, amount, reference, terminal, last4, paid_on FROM cashier_pay"+in, args([]any{project}, ids)...)
	_, err = db.Collect(rows, err, func(row db.Scanner) (struct{}, error) {
		var r id.ID
		var p Pay
		err := row.Scan(&r, &p.Method, &p.Amount, &p.Reference, &p.Terminal, &p.Last4, &p.On)
		if err == nil {
			at[r].Pays = append(at[r].Pays, p)
		}
		return struct{}{}, err
	})
	return err
}

func (f *Filter) where(project id.ID) (string, []any) {
	var b strings.Builder
	list := []any{project}
	b.WriteString(" WHERE r.project_id = ?")
	add := func(text string, values ...any) {
		b.WriteString(" AND " + text)
		list = append(list, values...)
	}
	if f.Room != 0 {
		add(`(r.room_id = ? OR r.id IN (SELECT l.receipt_id FROM cashier_line l WHERE l.project_id = ? AND l.room_id = ?))`, f.Room, project, f.Room)
	}
	if f.Cashier != 0 {
		add("r.cashier_id = ?", f.Cashier)
	}
	if f.From != 0 {
		add("r.date >= ?", f.From)
	}
	if f.Until != 0 {
		add("r.date <= ?", f.Until)
	}
	switch f.State {
	case "":
	case StateRed:
		add("r.amount < 0")
	case StateReversed:
		add("r.reversed_by <> 0")
	default:
		add("r.state = ?", string(f.State))
	}
	if f.Method != "" {
		add("r.id IN (SELECT p.receipt_id FROM cashier_pay p WHERE p.project_id = ? AND p.method = ?)", project, string(f.Method))
	}
	if f.Item != 0 {
		add("r.id IN (SELECT l.receipt_id FROM cashier_line l WHERE l.project_id = ? AND l.item_id = ?)", project, f.Item)
	}
	if f.Shift != 0 {
		add("r.shift_id = ?", f.Shift)
	}
	if f.Text != "" {
		like := "%" + db.Like(strings.ToLower(f.Text)) + "%" // LIKE knows case on PostgreSQL and not on SQLite
		add(`(LOWER(r.number) LIKE ? ESCAPE '\' OR LOWER(r.room_label) LIKE ? ESCAPE '\' OR LOWER(r.payer_name) LIKE ? ESCAPE '\')`, like, like, like)
	}
	return b.String(), list
}

func listReceipts(ctx context.Context, q db.Q, project id.ID, f *Filter, before id.ID) ([]Receipt, error) {
	where, list := f.where(project)
	if before != 0 {
		where += " AND r.id < ?"
		list = append(list, before)
	}
	rows, err := q.Query(ctx, "SELECT "+receiptColumns+" FROM cashier_receipt r"+where+" ORDER BY r.id DESC LIMIT ?", append(list, f.Limit+1)...)
	return db.Collect(rows, err, scanReceipt)
}

// sumReceipts counts every receipt of the filter and sums the valid ones.
func sumReceipts(ctx context.Context, q db.Q, project id.ID, f *Filter) (t Totals, err error) {
	where, list := f.where(project)
	err = q.QueryRow(ctx, `SELECT COUNT(*), CAST(COALESCE(SUM(CASE WHEN r.state = 'valid' THEN 1 ELSE 0 END), 0) AS BIGINT),
		CAST(COALESCE(SUM(CASE WHEN r.state = 'valid' THEN r.amount ELSE 0 END), 0) AS BIGINT) FROM cashier_receipt r`+where, list...).
		Scan(&t.Count, &t.Valid, &t.Amount)
	return t, err
}

func takings(ctx context.Context, q db.Q, project id.ID, f *Filter) (Takings, error) {
	where, list := f.where(project)
	t := Takings{Methods: []MethodSum{}}
	err := q.QueryRow(ctx, `SELECT CAST(COALESCE(SUM(CASE WHEN r.state = 'valid' THEN 1 ELSE 0 END), 0) AS BIGINT),
		CAST(COALESCE(SUM(CASE WHEN r.state = 'valid' THEN r.amount - r.prepaid_used ELSE 0 END), 0) AS BIGINT),
		CAST(COALESCE(SUM(CASE WHEN r.state = 'valid' THEN r.to_prepay ELSE 0 END), 0) AS BIGINT),
		CAST(COALESCE(SUM(CASE WHEN r.state = 'void' THEN 1 ELSE 0 END), 0) AS BIGINT),
		CAST(COALESCE(SUM(CASE WHEN r.state = 'void' THEN r.amount - r.prepaid_used ELSE 0 END), 0) AS BIGINT) FROM cashier_receipt r`+where, list...).
		Scan(&t.Receipts, &t.Income, &t.ToPrepay, &t.Voided, &t.VoidedIncome)
	if err != nil {
		return t, err
	}
	rows, err := q.Query(ctx, `SELECT p.method, COUNT(DISTINCT r.id), CAST(SUM(p.amount) AS BIGINT) FROM cashier_receipt r
		JOIN cashier_pay p ON p.project_id = r.project_id AND p.receipt_id = r.id`+where+` AND r.state = 'valid' GROUP BY p.method ORDER BY p.method`, list...)
	t.Methods, err = db.Collect(rows, err, func(row db.Scanner) (MethodSum, error) {
		var m MethodSum
		err := row.Scan(&m.Method, &m.Receipts, &m.Amount)
		if m.Method == MethodDeposit {
			t.Income -= m.Amount
		}
		return m, err
	})
	return t, err
}

// brokenReceipts finds receipts whose pays, or whose lines less what was let go,
// do not add up.
func brokenReceipts(ctx context.Context, q db.Q, project id.ID) ([]string, error) {
	rows, err := q.Query(ctx, `SELECT number, amount, pays, lines FROM (
			SELECT r.number, r.amount, r.to_prepay, r.deposit, r.rounded,
				(SELECT CAST(COALESCE(SUM(p.amount), 0) AS BIGINT) FROM cashier_pay p WHERE p.project_id = r.project_id AND p.receipt_id = r.id) AS pays,
				(SELECT CAST(COALESCE(SUM(l.amount), 0) AS BIGINT) FROM cashier_line l WHERE l.project_id = r.project_id AND l.receipt_id = r.id) AS lines
			FROM cashier_receipt r WHERE r.project_id = ?
		) AS sums WHERE pays <> amount OR lines + to_prepay + deposit <> amount + rounded ORDER BY number LIMIT 100`, project)
	return db.Collect(rows, err, func(row db.Scanner) (string, error) {
		var number string
		var amount, pays, lines money.Fen
		err := row.Scan(&number, &amount, &pays, &lines)
		return fmt.Sprintf("收据 %s：金额 %s，收款方式合计 %s，明细合计 %s", number, amount.Yuan(), pays.Yuan(), lines.Yuan()), err
	})
}
