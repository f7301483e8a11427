package cashier

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"

	"linli/internal/kit/db"
	"linli/internal/kit/fault"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
	"linli/internal/kit/page"
)

const refundColumns = `id, kind, receipt_id, receipt_number, deposit_id, room_id, room_label, payer_id, payer_name, amount, method, account, reason,
	state, asked_by, asked_name, asked_at, decided_by, decided_name, decided_at, note, paid_by, paid_name, paid_at, red_id, red_number, version,
	candidate_id, channel_refund_id, channel_number, held, failure`

func scanRefund(row db.Scanner) (Refund, error) {
	var f Refund
	var asked, decided, paid int64
	err := row.Scan(&f.ID, &f.Kind, &f.Receipt, &f.ReceiptNumber, &f.Deposit, &f.Room, &f.RoomLabel, &f.Payer, &f.PayerName, &f.Amount, &f.Method,
		&f.Account, &f.Reason, &f.State, &f.AskedBy, &f.Asker, &asked, &f.DecidedBy, &f.Decider, &decided, &f.Note, &f.PaidBy, &f.PaidName, &paid,
		&f.Red, &f.RedNumber, &f.Version, &f.Candidate, &f.ChannelRefund, &f.ChannelNumber, &f.Held, &f.Failure)
	f.AskedAt, f.DecidedAt, f.PaidAt = db.Micro(asked), db.Micro(decided), db.Micro(paid)
	return f, err
}

func insertRefund(ctx context.Context, tx *db.Tx, project id.ID, f *Refund) error {
	_, err := tx.Exec(ctx, "INSERT INTO cashier_refund (project_id, "+refundColumns+") VALUES ("+db.In(33)+")",
		project, f.ID, string(f.Kind), f.Receipt, f.ReceiptNumber, f.Deposit, f.Room, f.RoomLabel, f.Payer, f.PayerName, f.Amount, string(f.Method),
		f.Account, f.Reason, string(f.State), f.AskedBy, f.Asker, f.AskedAt, 0, "", 0, "", 0, "", 0, 0, "", f.Version, f.Candidate, 0, "", 0, "")
	return err
}

func updateRefund(ctx context.Context, tx *db.Tx, project id.ID, f *Refund) error {
	_, err := tx.Exec(ctx, `UPDATE cashier_refund SET state = ?, method = ?, account = ?, asked_by = ?, asked_name = ?, asked_at = ?, decided_by = ?,
		decided_name = ?, decided_at = ?, note = ?, paid_by = ?, paid_name = ?, paid_at = ?, red_id = ?, red_number = ?, version = ?, channel_refund_id = ?,
		channel_number = ?, held = ?, failure = ? WHERE project_id = ? AND id = ?`, string(f.State), string(f.Method), f.Account, f.AskedBy, f.Asker, f.AskedAt,
		f.DecidedBy, f.Decider, f.DecidedAt, f.Note, f.PaidBy, f.PaidName, f.PaidAt, f.Red, f.RedNumber, f.Version, f.ChannelRefund, f.ChannelNumber, f.Held,
		f.Failure, project, f.ID)
	return err
}

func oneRefund(ctx context.Context, q db.Q, project, refund id.ID) (Refund, error) {
	f, err := scanRefund(q.QueryRow(ctx, "SELECT "+refundColumns+" FROM cashier_refund WHERE project_id = ? AND id = ?", project, refund))
	if errors.Is(err, sql.ErrNoRows) {
		return f, fault.ErrNotFound
	}
	if err != nil {
		return f, fmt.Errorf("read refund: %w", err)
	}
	return f, nil
}

func lockRefund(ctx context.Context, tx *db.Tx, project, refund id.ID) (Refund, error) {
	if err := tx.Lock(ctx, "SELECT id FROM cashier_refund WHERE project_id = ? AND id = ?", project, refund); err != nil {
		return Refund{}, err
	}
	return oneRefund(ctx, tx, project, refund)
}

// What open applications are about.
const (
	ofReceipt = "receipt_id = ?"
	ofHeld    = "deposit_id = ?"
	ofWallet  = "kind = 'prepaid' AND room_id = ?"
)

// openRefunds adds up what is asked for, approved or on its way and not given
// back.
func openRefunds(ctx context.Context, q db.Q, project id.ID, where string, of id.ID) (money.Fen, error) {
	var sum money.Fen
	err := q.QueryRow(ctx, `SELECT CAST(COALESCE(SUM(amount), 0) AS BIGINT) FROM cashier_refund
		WHERE project_id = ? AND state IN ('asked', 'approved', 'sent') AND `+where, project, of).Scan(&sum)
	return sum, err
}

// onTheWay is what a channel is giving back of a receipt's charges, beside what
// comes out of the wallet.
func onTheWay(ctx context.Context, q db.Q, project, receipt id.ID) (money.Fen, error) {
	var sum money.Fen
	err := q.QueryRow(ctx, "SELECT CAST(COALESCE(SUM(amount - held), 0) AS BIGINT) FROM cashier_refund WHERE project_id = ? AND receipt_id = ? AND state = 'sent'",
		project, receipt).Scan(&sum)
	if err != nil {
		return 0, fmt.Errorf("refunds on their way: %w", err)
	}
	return sum, nil
}

// where finds the applications of a filter; rooms nil is all of them, before 0
// all pages.
func (f *RefundFilter) where(project id.ID, rooms []id.ID, before id.ID) (where string, list []any) {
	where, list = " FROM cashier_refund WHERE project_id = ?", []any{project}
	add := func(on bool, text string, values ...any) {
		if on {
			where += " AND " + text
			list = append(list, values...)
		}
	}
	among, inside := db.Among("room_id", rooms)
	add(rooms != nil, among, inside...)
	add(f.State != "", "state = ?", string(f.State))
	add(f.Kind != "", "kind = ?", string(f.Kind))
	add(f.Room != 0, "room_id = ?", f.Room)
	add(f.Receipt != 0, "receipt_id = ?", f.Receipt)
	add(before != 0, "id < ?", before)
	return where, list
}

func sumRefunds(ctx context.Context, q db.Q, project id.ID, f *RefundFilter) (t page.Total, err error) {
	where, list := f.where(project, nil, 0)
	err = q.QueryRow(ctx, "SELECT COUNT(*), CAST(COALESCE(SUM(amount), 0) AS BIGINT)"+where, list...).Scan(&t.Count, &t.Amount)
	return t, err
}

// listRefunds reads one page.
func listRefunds(ctx context.Context, q db.Q, project id.ID, f *RefundFilter, rooms []id.ID, before id.ID) ([]Refund, error) {
	where, list := f.where(project, rooms, before)
	rows, err := q.Query(ctx, "SELECT "+refundColumns+where+" ORDER BY id DESC LIMIT ?", append(list, f.Limit+1)...)
	return db.Collect(rows, err, scanRefund)
}

// RefundsUnderWay counts a payer's applications that may still move money.
func (s *Service) RefundsUnderWay(ctx context.Context, q db.Q, project, payer id.ID) (n int, err error) {
	err = q.QueryRow(ctx, "SELECT COUNT(*) FROM cashier_refund WHERE project_id = ? AND payer_id = ? AND state IN ('asked', 'approved', 'sent')", project, payer).Scan(&n)
	return n, err
}

// receiptTells reads the rooms of receipts and of their lines, and the payers.
func receiptTells(ctx context.Context, q db.Q, project id.ID, receipts []id.ID) (map[id.ID]tells, error) {
	out := map[id.ID]tells{}
	for list := range slices.Chunk(receipts, 500) {
		in := " IN (" + db.In(len(list)) + ")"
		rows, err := q.Query(ctx, "SELECT id, room_id, payer_id FROM cashier_receipt WHERE project_id = ? AND id"+in+
			" UNION SELECT receipt_id, room_id, 0 FROM cashier_line WHERE project_id = ? AND receipt_id"+in, args(append(args([]any{project}, list), project), list)...)
		_, err = db.Collect(rows, err, func(row db.Scanner) (struct{}, error) {
			var receipt, room, payer id.ID
			err := row.Scan(&receipt, &room, &payer)
			t := out[receipt]
			out[receipt] = tells{append(t.rooms, room), max(t.payer, payer)}
			return struct{}{}, err
		})
		if err != nil {
			return nil, fmt.Errorf("read rooms of receipts: %w", err)
		}
	}
	return out, nil
}

// lockReceipt locks a receipt behind the desks of its rooms, so that nothing
// of it is given back at the same time.
func (s *Service) lockReceipt(ctx context.Context, tx *db.Tx, project, receipt id.ID) (Receipt, error) {
	r, err := s.oneReceipt(ctx, tx, project, receipt)
	if err != nil {
		return r, err
	}
	if err := lockDesks(ctx, tx, project, r.rooms()); err != nil {
		return r, fmt.Errorf("lock household: %w", err)
	}
	if err := tx.Lock(ctx, "SELECT id FROM cashier_receipt WHERE project_id = ? AND id = ?", project, receipt); err != nil {
		return r, fmt.Errorf("lock receipt: %w", err)
	}
	return s.oneReceipt(ctx, tx, project, receipt)
}

func lockReceipts(ctx context.Context, tx *db.Tx, project id.ID, receipts []id.ID) error {
	return tx.Lock(ctx, "SELECT id FROM cashier_receipt WHERE project_id = ? AND id IN ("+db.In(len(receipts))+") ORDER BY id", args([]any{project}, receipts)...)
}

// markReversed says on a receipt that it was taken back as a whole, once.
func markReversed(ctx context.Context, tx *db.Tx, project, receipt, red id.ID) error {
	n, err := tx.Exec(ctx, `UPDATE cashier_receipt SET reversed_by = ? WHERE project_id = ? AND id = ? AND reversed_by = 0 AND state = 'valid'`,
		red, project, receipt)
	if err == nil && n != 1 {
		return ErrReversed
	}
	return err
}

// takenBack adds up what red receipts took back of one: by charge, and of the
// money it had put into the wallet, with what is set aside for a channel.
func takenBack(ctx context.Context, q db.Q, project, receipt id.ID) (map[id.ID]money.Fen, money.Fen, error) {
	rows, err := q.Query(ctx, `SELECT l.charge_id, CAST(SUM(-l.amount) AS BIGINT) FROM cashier_line l
		JOIN cashier_receipt r ON r.project_id = l.project_id AND r.id = l.receipt_id
		WHERE r.project_id = ? AND r.red_of = ? GROUP BY l.charge_id`, project, receipt)
	out := map[id.ID]money.Fen{}
	_, err = db.Collect(rows, err, func(row db.Scanner) (struct{}, error) {
		var charge id.ID
		var sum money.Fen
		err := row.Scan(&charge, &sum)
		out[charge] = sum
		return struct{}{}, err
	})
	if err != nil {
		return nil, 0, err
	}
	var wallet money.Fen
	err = q.QueryRow(ctx, "SELECT CAST(COALESCE(SUM(-to_prepay), 0) AS BIGINT) FROM cashier_receipt WHERE project_id = ? AND red_of = ?", project, receipt).
		Scan(&wallet)
	if err != nil {
		return nil, 0, err
	}
	var held money.Fen
	err = q.QueryRow(ctx, "SELECT CAST(COALESCE(SUM(held), 0) AS BIGINT) FROM cashier_refund WHERE project_id = ? AND receipt_id = ? AND state = 'sent'", project, receipt).
		Scan(&held)
	return out, wallet + held, err
}

// brokenReds names red receipts that take back more than there was, without an
// approved application, or not what the original says.
func brokenReds(ctx context.Context, q db.Q, project id.ID) ([]string, error) {
	out := []string{}
	for _, check := range []struct{ form, query string }{
		{"收据 %s 实收 %s 元，红字收据退了 %s 元", `SELECT number, amount - prepaid_used, back FROM (
			SELECT r.number, r.amount, r.prepaid_used, CAST(SUM(x.prepaid_used - x.amount) AS BIGINT) AS back FROM cashier_receipt r
			JOIN cashier_receipt x ON x.project_id = r.project_id AND x.red_of = r.id
			WHERE r.project_id = ? AND r.red_of = 0 GROUP BY r.number, r.amount, r.prepaid_used) AS sums WHERE back > amount - prepaid_used ORDER BY number LIMIT 100`},
		{"收据 %s 标为已红冲 %s 元，红字收据是 %s 元", `SELECT r.number, r.amount, COALESCE(x.amount, 0) FROM cashier_receipt r
			LEFT JOIN cashier_receipt x ON x.project_id = r.project_id AND x.id = r.reversed_by AND x.red_of = r.id
			WHERE r.project_id = ? AND r.reversed_by <> 0 AND COALESCE(x.amount, 0) <> -r.amount ORDER BY r.number LIMIT 100`},
		{"红字收据 %s 金额 %s 元，批准付出的申请是 %s 元", `SELECT r.number, r.amount, COALESCE(f.amount, 0) FROM cashier_receipt r
			LEFT JOIN cashier_refund f ON f.project_id = r.project_id AND f.id = r.refund_id AND f.red_id = r.id AND f.state = 'paid' AND f.decided_at <> 0
			WHERE r.project_id = ? AND r.amount < 0 AND COALESCE(f.amount, 0) <> -r.amount ORDER BY r.number LIMIT 100`},
		{"房间 %s 的退款 %s 元标为已付，却没有红字收据（%s）", `SELECT f.room_label, f.amount, 0 FROM cashier_refund f
			LEFT JOIN cashier_receipt r ON r.project_id = f.project_id AND r.id = f.red_id AND r.refund_id = f.id
			WHERE f.project_id = ? AND (f.state = 'paid') <> (r.id IS NOT NULL) AND NOT (f.kind = 'candidate' AND f.receipt_id = 0) ORDER BY f.id LIMIT 100`},
	} {
		rows, err := q.Query(ctx, check.query, project)
		found, err := db.Collect(rows, err, func(row db.Scanner) (string, error) {
			var name string
			var a, b money.Fen
			err := row.Scan(&name, &a, &b)
			return fmt.Sprintf(check.form, name, a.Yuan(), b.Yuan()), err
		})
		if err != nil {
			return nil, err
		}
		out = append(out, found...)
	}
	return out, nil
}
