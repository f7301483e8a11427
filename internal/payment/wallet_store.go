package payment

import (
	"context"
	"fmt"
	"slices"

	"linli/internal/kit/db"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
	"linli/internal/ledger"
)

func creditWallet(ctx context.Context, tx *db.Tx, project, room, payer id.ID, purpose string, amount money.Fen) (id.ID, error) {
	var wallet id.ID
	err := tx.QueryRow(ctx, `INSERT INTO payment_wallet (project_id, id, room_id, payer_id, purpose, balance)
		VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (project_id, room_id, payer_id, purpose)
		DO UPDATE SET balance = payment_wallet.balance + excluded.balance RETURNING id`,
		project, tx.NewID(), room, payer, purpose, amount).Scan(&wallet)
	return wallet, err
}

// moveWallet reports false when the balance would fall below zero.
func moveWallet(ctx context.Context, tx *db.Tx, project, wallet id.ID, amount money.Fen) (bool, error) {
	n, err := tx.Exec(ctx, `UPDATE payment_wallet SET balance = balance + ?
		WHERE project_id = ? AND id = ? AND balance + ? >= 0`, amount, project, wallet, amount)
	return n == 1, err
}

func insertEntry(ctx context.Context, tx *db.Tx, project, wallet id.ID, amount money.Fen, kind ledger.DocKind, doc id.ID) error {
	_, err := tx.Exec(ctx, `INSERT INTO payment_entry (project_id, id, wallet_id, amount, doc_kind, doc_id, at)
		VALUES (?, ?, ?, ?, ?, ?, ?)`, project, tx.NewID(), wallet, amount, kind, doc, tx.Now())
	return err
}

// ofRooms finds the payer's wallets for the rooms, and those that were filled
// while a room had no payer on file: that money is the room's. What is set aside
// for refunds is not among them.
func ofRooms(project, payer id.ID, rooms []id.ID) (string, []any) {
	args := []any{project, heldForRefund, payer}
	for _, r := range rooms {
		args = append(args, r)
	}
	return "project_id = ? AND purpose <> ? AND payer_id IN (?, 0) AND room_id IN (" + db.In(len(rooms)) + ")", args
}

func lockWallets(ctx context.Context, tx *db.Tx, project, payer id.ID, rooms []id.ID) error {
	if len(rooms) == 0 {
		return nil
	}
	where, args := ofRooms(project, payer, rooms)
	return tx.Lock(ctx, "SELECT id FROM payment_wallet WHERE "+where+" ORDER BY id", args...)
}

func walletsOf(ctx context.Context, q db.Q, project, payer id.ID, rooms []id.ID) ([]Wallet, error) {
	if len(rooms) == 0 {
		return []Wallet{}, nil
	}
	where, args := ofRooms(project, payer, rooms)
	rows, err := q.Query(ctx, "SELECT id, room_id, payer_id, purpose, balance FROM payment_wallet WHERE "+where+" ORDER BY id", args...)
	return db.Collect(rows, err, scanWallet)
}

func prepaidRooms(ctx context.Context, q db.Q, project id.ID) ([]id.ID, error) {
	rows, err := q.Query(ctx, "SELECT DISTINCT room_id FROM payment_wallet WHERE project_id = ? AND purpose <> ? AND balance > 0 ORDER BY room_id", project, heldForRefund)
	return db.Collect(rows, err, func(row db.Scanner) (id.ID, error) {
		var room id.ID
		return room, row.Scan(&room)
	})
}

func walletsIn(ctx context.Context, q db.Q, project id.ID, rooms []id.ID) (Wallets, error) {
	var out Wallets
	for part := range slices.Chunk(rooms, 500) {
		args := []any{project, heldForRefund}
		for _, r := range part {
			args = append(args, r)
		}
		rows, err := q.Query(ctx, "SELECT id, room_id, payer_id, purpose, balance FROM payment_wallet WHERE project_id = ? AND purpose <> ? AND room_id IN ("+
			db.In(len(part))+") ORDER BY id", args...)
		list, err := db.Collect(rows, err, scanWallet)
		if err != nil {
			return nil, err
		}
		out = append(out, list...)
	}
	return out, nil
}

func scanWallet(row db.Scanner) (Wallet, error) {
	var w Wallet
	err := row.Scan(&w.ID, &w.Room, &w.Payer, &w.Purpose, &w.Balance)
	return w, err
}

type movement struct {
	wallet id.ID
	amount money.Fen
}

func movedBy(ctx context.Context, q db.Q, project id.ID, kind ledger.DocKind, doc id.ID) ([]movement, error) {
	rows, err := q.Query(ctx, `SELECT wallet_id, CAST(SUM(amount) AS BIGINT) FROM payment_entry
		WHERE project_id = ? AND doc_id = ? AND doc_kind = ? GROUP BY wallet_id ORDER BY wallet_id`, project, doc, kind)
	return db.Collect(rows, err, func(row db.Scanner) (movement, error) {
		var m movement
		err := row.Scan(&m.wallet, &m.amount)
		return m, err
	})
}

func entriesOf(ctx context.Context, q db.Q, project, wallet id.ID, limit int) ([]Entry, error) {
	rows, err := q.Query(ctx, `SELECT id, wallet_id, amount, doc_kind, doc_id, at FROM payment_entry
		WHERE project_id = ? AND wallet_id = ? ORDER BY id DESC LIMIT ?`, project, wallet, limit)
	return db.Collect(rows, err, func(row db.Scanner) (Entry, error) {
		var e Entry
		var at int64
		err := row.Scan(&e.ID, &e.Wallet, &e.Amount, &e.DocKind, &e.Doc, &at)
		e.At = db.Micro(at)
		return e, err
	})
}

func totalBalance(ctx context.Context, q db.Q, project id.ID) (money.Fen, error) {
	var sum money.Fen
	err := q.QueryRow(ctx, "SELECT CAST(COALESCE(SUM(balance), 0) AS BIGINT) FROM payment_wallet WHERE project_id = ?", project).Scan(&sum)
	return sum, err
}

func brokenWallets(ctx context.Context, q db.Q, project id.ID) ([]string, error) {
	rows, err := q.Query(ctx, `SELECT w.id, w.balance, CAST(COALESCE(SUM(e.amount), 0) AS BIGINT) FROM payment_wallet w
		LEFT JOIN payment_entry e ON e.project_id = w.project_id AND e.wallet_id = w.id
		WHERE w.project_id = ? GROUP BY w.id, w.balance HAVING w.balance <> COALESCE(SUM(e.amount), 0) ORDER BY w.id LIMIT 100`, project)
	return db.Collect(rows, err, func(row db.Scanner) (string, error) {
		var wallet id.ID
		var balance, sum money.Fen
		err := row.Scan(&wallet, &balance, &sum)
		return fmt.Sprintf("预存账户 %s：余额 %s，明细合计 %s", wallet, balance.Yuan(), sum.Yuan()), err
	})
}

func movedByDoc(ctx context.Context, q db.Q, project, after, upto id.ID) (map[id.ID]money.Fen, error) {
	rows, err := q.Query(ctx, `SELECT doc_id, CAST(SUM(amount) AS BIGINT) FROM payment_entry
		WHERE project_id = ? AND doc_id > ? AND doc_id <= ? AND doc_kind IN (?, ?) GROUP BY doc_id`,
		project, after, upto, ledger.DocReceipt, ledger.DocReceiptVoided)
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
