package deposit

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"linli/internal/cashier"
	"linli/internal/kit/db"
	"linli/internal/kit/fault"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
)

const settleColumns = `id, number, year, seq, deposit_id, deposit_name, deposit_number, room_id, room_label, person_name, payer_name, held, settle, rest,
	method, account, reason, consent, state, asked_by, asked_name, asked_at, decided_by, decided_name, decided_at, note, paid_name, paid_at, receipt_id,
	receipt_number, red_id, red_number, undone_id, version`

func scanSettle(row db.Scanner) (Settlement, error) {
	x := Settlement{Lines: []cashier.HeldPart{}}
	var asked, decided, paid int64
	err := row.Scan(&x.ID, &x.Number, &x.Year, &x.Seq, &x.Deposit, &x.DepositName, &x.DepositNumber, &x.Room, &x.RoomLabel, &x.PersonName, &x.PayerName,
		&x.Held, &x.Settle, &x.Rest, &x.Method, &x.Account, &x.Reason, &x.Consent, &x.State, &x.AskedBy, &x.Asker, &asked, &x.DecidedBy, &x.Decider, &decided,
		&x.Note, &x.PaidName, &paid, &x.Receipt, &x.ReceiptNumber, &x.Red, &x.RedNumber, &x.Undone, &x.Version)
	x.AskedAt, x.DecidedAt, x.PaidAt = db.Micro(asked), db.Micro(decided), db.Micro(paid)
	return x, err
}

func insertSettle(ctx context.Context, tx *db.Tx, project id.ID, x *Settlement) error {
	_, err := tx.Exec(ctx, "INSERT INTO deposit_settle (project_id, "+settleColumns+") VALUES ("+db.In(35)+")", project, x.ID, "", 0, 0, x.Deposit,
		x.DepositName, x.DepositNumber, x.Room, x.RoomLabel, x.PersonName, x.PayerName, x.Held, x.Settle, x.Rest, string(x.Method), x.Account, x.Reason, x.Consent,
		string(x.State), x.AskedBy, x.Asker, x.AskedAt, 0, "", 0, "", "", 0, 0, "", 0, "", 0, x.Version)
	if err != nil {
		return err
	}
	return insertLines(ctx, tx, project, x)
}

func insertLines(ctx context.Context, tx *db.Tx, project id.ID, x *Settlement) error {
	for i, l := range x.Lines {
		late := 0
		if l.Late {
			late = 1
		}
		_, err := tx.Exec(ctx, `INSERT INTO deposit_settle_line (project_id, settle_id, no, charge_id, late, room_label, item_name, month, owed, amount)
			VALUES (`+db.In(10)+`)`, project, x.ID, i+1, l.Charge, late, l.RoomLabel, l.ItemName, l.Month, l.Owed, l.Amount)
		if err != nil {
			return fmt.Errorf("insert line: %w", err)
		}
	}
	return nil
}

func replaceLines(ctx context.Context, tx *db.Tx, project id.ID, x *Settlement) error {
	if _, err := tx.Exec(ctx, "DELETE FROM deposit_settle_line WHERE project_id = ? AND settle_id = ?", project, x.ID); err != nil {
		return fmt.Errorf("drop lines: %w", err)
	}
	return insertLines(ctx, tx, project, x)
}

func updateSettle(ctx context.Context, tx *db.Tx, project id.ID, x *Settlement) error {
	_, err := tx.Exec(ctx, `UPDATE deposit_settle SET number = ?, year = ?, seq = ?, room_id = ?, room_label = ?, person_name = ?, payer_name = ?, held = ?,
		settle = ?, rest = ?, method = ?, state = ?, asked_by = ?, asked_name = ?, asked_at = ?, decided_by = ?, decided_name = ?, decided_at = ?, note = ?,
		paid_name = ?, paid_at = ?, receipt_id = ?, receipt_number = ?, red_id = ?, red_number = ?, undone_id = ?, version = ?
		WHERE project_id = ? AND id = ?`, x.Number, x.Year, x.Seq, x.Room, x.RoomLabel, x.PersonName, x.PayerName, x.Held, x.Settle, x.Rest, string(x.Method),
		string(x.State), x.AskedBy, x.Asker, x.AskedAt, x.DecidedBy, x.Decider, x.DecidedAt, x.Note, x.PaidName, x.PaidAt, x.Receipt, x.ReceiptNumber, x.Red,
		x.RedNumber, x.Undone, x.Version, project, x.ID)
	if err != nil {
		return fmt.Errorf("update settlement: %w", err)
	}
	return nil
}

func oneSettle(ctx context.Context, q db.Q, project, doc id.ID) (Settlement, error) {
	x, err := scanSettle(q.QueryRow(ctx, "SELECT "+settleColumns+" FROM deposit_settle WHERE project_id = ? AND id = ?", project, doc))
	if errors.Is(err, sql.ErrNoRows) {
		return x, fault.ErrNotFound
	}
	if err != nil {
		return x, fmt.Errorf("read settlement: %w", err)
	}
	list := []Settlement{x}
	err = settleLines(ctx, q, project, list)
	return list[0], err
}

func lockSettle(ctx context.Context, tx *db.Tx, project, doc id.ID) (Settlement, error) {
	if err := tx.Lock(ctx, "SELECT id FROM deposit_settle WHERE project_id = ? AND id = ?", project, doc); err != nil {
		return Settlement{}, err
	}
	return oneSettle(ctx, tx, project, doc)
}

// settleOf finds the document that a receipt belongs to.
func settleOf(ctx context.Context, q db.Q, project, receipt id.ID) (id.ID, error) {
	var doc id.ID
	err := q.QueryRow(ctx, "SELECT id FROM deposit_settle WHERE project_id = ? AND receipt_id = ?", project, receipt).Scan(&doc)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, fault.ErrNotFound
	}
	return doc, err
}

// settleLines reads what each of a page of documents pays, at most a few hundred.
func settleLines(ctx context.Context, q db.Q, project id.ID, list []Settlement) error {
	if len(list) == 0 {
		return nil
	}
	at, args := map[id.ID]int{}, []any{project}
	for i := range list {
		at[list[i].ID] = i
		args = append(args, list[i].ID)
	}
	rows, err := q.Query(ctx, `SELECT settle_id, charge_id, late, room_label, item_name, month, owed, amount FROM deposit_settle_line
		WHERE project_id = ? AND settle_id IN (`+db.In(len(list))+`) ORDER BY settle_id, no`, args...)
	_, err = db.Collect(rows, err, func(row db.Scanner) (struct{}, error) {
		var doc id.ID
		var late int
		var l cashier.HeldPart
		err := row.Scan(&doc, &l.Charge, &late, &l.RoomLabel, &l.ItemName, &l.Month, &l.Owed, &l.Amount)
		if l.Late = late == 1; err == nil {
			list[at[doc]].Lines = append(list[at[doc]].Lines, l)
		}
		return struct{}{}, err
	})
	if err != nil {
		return fmt.Errorf("read lines: %w", err)
	}
	return nil
}

// listSettles reads one page; rooms nil is all of them.
func listSettles(ctx context.Context, q db.Q, project id.ID, f *SettleFilter, rooms []id.ID, before id.ID) ([]Settlement, error) {
	where, args := "project_id = ?", []any{project}
	if rooms != nil {
		text, values := db.Among("room_id", rooms)
		where, args = where+" AND "+text, append(args, values...)
	}
	if f.State != "" {
		where, args = where+" AND state = ?", append(args, string(f.State))
	}
	if f.Deposit != 0 {
		where, args = where+" AND deposit_id = ?", append(args, f.Deposit)
	}
	if before != 0 {
		where, args = where+" AND id < ?", append(args, before)
	}
	rows, err := q.Query(ctx, "SELECT "+settleColumns+" FROM deposit_settle WHERE "+where+" ORDER BY id DESC LIMIT ?", append(args, f.Limit+1)...)
	return db.Collect(rows, err, scanSettle)
}

// settling is what documents that are not done want of a deposit.
func settling(ctx context.Context, q db.Q, project, deposit id.ID) (money.Fen, error) {
	var sum money.Fen
	err := q.QueryRow(ctx, `SELECT CAST(COALESCE(SUM(settle + rest), 0) AS BIGINT) FROM deposit_settle
		WHERE project_id = ? AND deposit_id = ? AND state IN ('asked', 'approved')`, project, deposit).Scan(&sum)
	if err != nil {
		return 0, fmt.Errorf("open settlements: %w", err)
	}
	return sum, nil
}

// brokenSettles names documents that their movements or lines contradict.
func brokenSettles(ctx context.Context, q db.Q, project id.ID) ([]string, error) {
	rows, err := q.Query(ctx, `SELECT x.number, x.settle, CAST(COALESCE(SUM(e.amount), 0) AS BIGINT) FROM deposit_settle x
		LEFT JOIN cashier_deposit_entry e ON e.project_id = x.project_id AND e.deposit_id = x.deposit_id
			AND (e.kind = 'settled' AND e.receipt_id = x.receipt_id OR e.kind = 'restored' AND e.receipt_id = x.undone_id)
		WHERE x.project_id = ? AND x.state = 'done' GROUP BY x.id, x.number, x.settle, x.undone_id
		HAVING COALESCE(SUM(e.amount), 0) <> CASE WHEN x.undone_id <> 0 THEN 0 ELSE -x.settle END ORDER BY x.number LIMIT 100`, project)
	out, err := db.Collect(rows, err, func(row db.Scanner) (string, error) {
		var number string
		var settle, moved money.Fen
		err := row.Scan(&number, &settle, &moved)
		return fmt.Sprintf("押金退还单 %s 抵欠费 %s 元，押金明细变动 %s 元", number, settle.Yuan(), moved.Yuan()), err
	})
	if err != nil {
		return nil, err
	}
	rows, err = q.Query(ctx, `SELECT x.id, x.number, x.settle, CAST(COALESCE(SUM(l.amount), 0) AS BIGINT) FROM deposit_settle x
		LEFT JOIN deposit_settle_line l ON l.project_id = x.project_id AND l.settle_id = x.id WHERE x.project_id = ?
		GROUP BY x.id, x.number, x.settle HAVING x.settle <> COALESCE(SUM(l.amount), 0) OR COALESCE(SUM(CASE WHEN l.amount > l.owed THEN 1 ELSE 0 END), 0) > 0 ORDER BY x.id LIMIT 100`, project)
	odd, err := db.Collect(rows, err, func(row db.Scanner) (string, error) {
		var doc id.ID
		var number string
		var settle, lines money.Fen
		err := row.Scan(&doc, &number, &settle, &lines)
		return fmt.Sprintf("押金退还单 %s（%s）抵欠费 %s 元，明细合计 %s 元，或有一行多于所欠", number, doc, settle.Yuan(), lines.Yuan()), err
	})
	return append(out, odd...), err
}
