package cashier

import (
	"context"
	"encoding/json"
	"fmt"

	"linli/internal/billing"
	"linli/internal/kit/db"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
	"linli/internal/ledger"
)

// brokenSeries names the numbers that are missing between receipts.
func (s *Service) brokenSeries(ctx context.Context, q db.Q, project id.ID) ([]string, error) {
	numbers, err := s.ledger.Prefixes(ctx, q, project)
	if err != nil {
		return nil, err
	}
	rows, err := q.Query(ctx, `SELECT year, seq, before FROM (
			SELECT year, seq, COALESCE(LAG(seq) OVER (PARTITION BY year ORDER BY seq), 0) AS before FROM cashier_receipt WHERE project_id = ?
		) AS pairs WHERE seq <> before + 1 ORDER BY year, seq LIMIT 100`, project)
	return db.Collect(rows, err, func(row db.Scanner) (string, error) {
		var year int
		var seq, before int64
		err := row.Scan(&year, &seq, &before)
		if seq <= before {
			return fmt.Sprintf("收据号 %s 出现了不止一次", numbers.Number(series, year, seq)), err
		}
		if seq == before+2 {
			return fmt.Sprintf("收据号 %s 缺失", numbers.Number(series, year, before+1)), err
		}
		return fmt.Sprintf("收据号 %s 到 %s 缺失", numbers.Number(series, year, before+1), numbers.Number(series, year, seq-1)), err
	})
}

func newestNumbers(ctx context.Context, q db.Q, project id.ID) (map[int]int64, error) {
	rows, err := q.Query(ctx, "SELECT year, MAX(seq) FROM cashier_receipt WHERE project_id = ? GROUP BY year", project)
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

// paidLines adds up the lines of valid receipts by charge.
func paidLines(ctx context.Context, q db.Q, project, after id.ID, limit int) ([]billing.PaidCharge, error) {
	rows, err := q.Query(ctx, `SELECT l.charge_id, MIN(l.room_id), CAST(SUM(l.amount) AS BIGINT) FROM cashier_line l
		JOIN cashier_receipt r ON r.project_id = l.project_id AND r.id = l.receipt_id
		WHERE l.project_id = ? AND l.charge_id > ? AND r.state = 'valid' GROUP BY l.charge_id HAVING SUM(l.amount) <> 0 ORDER BY l.charge_id LIMIT ?`, project, after, limit)
	return db.Collect(rows, err, func(row db.Scanner) (billing.PaidCharge, error) {
		var p billing.PaidCharge
		err := row.Scan(&p.Charge, &p.Subject, &p.Paid)
		return p, err
	})
}

func takenByAccount(ctx context.Context, q db.Q, project id.ID) (map[ledger.Account]money.Fen, error) {
	rows, err := q.Query(ctx, `SELECT p.method, CAST(SUM(p.amount) AS BIGINT) FROM cashier_pay p
		JOIN cashier_receipt r ON r.project_id = p.project_id AND r.id = p.receipt_id
		WHERE p.project_id = ? AND r.state = 'valid' GROUP BY p.method`, project)
	out := map[ledger.Account]money.Fen{}
	_, err = db.Collect(rows, err, func(row db.Scanner) (struct{}, error) {
		var m Method
		var sum money.Fen
		err := row.Scan(&m, &sum)
		out[m.account()] += sum
		return struct{}{}, err
	})
	return out, err
}

// roundedSum is what valid receipts let go.
func roundedSum(ctx context.Context, q db.Q, project id.ID) (money.Fen, error) {
	var sum money.Fen
	err := q.QueryRow(ctx, "SELECT CAST(COALESCE(SUM(rounded), 0) AS BIGINT) FROM cashier_receipt WHERE project_id = ? AND state = 'valid'", project).Scan(&sum)
	return sum, err
}

// receiptsAfter pages through all receipts, without their lines and pays.
func receiptsAfter(ctx context.Context, q db.Q, project, after id.ID, limit int) ([]Receipt, error) {
	rows, err := q.Query(ctx, "SELECT "+receiptColumns+" FROM cashier_receipt r WHERE r.project_id = ? AND r.id > ? ORDER BY r.id LIMIT ?", project, after, limit)
	return db.Collect(rows, err, scanReceipt)
}

// saidOf is what the log keeps of a receipt beside its sums; what it did not
// know at that time is nil.
type saidOf struct {
	Room     *string    `json:"room"`
	RoomID   *id.ID     `json:"room_id"`
	Payer    *string    `json:"payer"`
	PayerID  *id.ID     `json:"payer_id"`
	Tendered *money.Fen `json:"tendered"`
	Change   *money.Fen `json:"change"`
}

func readSaid(text string) (x saidOf, err error) {
	if text != "" {
		err = json.Unmarshal([]byte(text), &x)
	}
	return x, err
}
