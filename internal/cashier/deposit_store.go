package cashier

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"

	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/fault"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
	"linli/internal/ledger"
)

const depositColumns = `id, kind, room_id, room_label, person_id, person_name, receipt_id, number, taken, held, date, note, version`

func scanDeposit(row db.Scanner) (Deposit, error) {
	d := Deposit{Entries: []DepositEntry{}}
	err := row.Scan(&d.ID, &d.Kind, &d.Room, &d.RoomLabel, &d.Person, &d.PersonName, &d.Receipt, &d.Number, &d.Taken, &d.Held, &d.Date, &d.Note, &d.Version)
	return d, err
}

func insertDeposit(ctx context.Context, tx *db.Tx, project id.ID, d *Deposit) error {
	_, err := tx.Exec(ctx, "INSERT INTO cashier_deposit (project_id, "+depositColumns+") VALUES ("+db.In(14)+")",
		project, d.ID, string(d.Kind), d.Room, d.RoomLabel, d.Person, d.PersonName, d.Receipt, d.Number, d.Taken, d.Held, d.Date, d.Note, d.Version)
	return err
}

func updateDeposit(ctx context.Context, tx *db.Tx, project id.ID, d *Deposit) error {
	_, err := tx.Exec(ctx, `UPDATE cashier_deposit SET room_id = ?, room_label = ?, person_id = ?, person_name = ?, held = ?, version = ?
		WHERE project_id = ? AND id = ?`, d.Room, d.RoomLabel, d.Person, d.PersonName, d.Held, d.Version, project, d.ID)
	return err
}

func insertDepositEntry(ctx context.Context, tx *db.Tx, project, deposit id.ID, e *DepositEntry) error {
	_, err := tx.Exec(ctx, `INSERT INTO cashier_deposit_entry (project_id, id, deposit_id, kind, amount, number, year, seq, receipt_id, reason, by_id,
		by_name, at) VALUES (`+db.In(13)+`)`, project, e.ID, deposit, e.Kind, e.Amount, e.Number, e.Year, e.Seq, e.Receipt, e.Reason, e.By, e.ByName, e.At)
	return err
}

func oneDeposit(ctx context.Context, q db.Q, project, deposit id.ID) (Deposit, error) {
	d, err := scanDeposit(q.QueryRow(ctx, "SELECT "+depositColumns+" FROM cashier_deposit WHERE project_id = ? AND id = ?", project, deposit))
	if errors.Is(err, sql.ErrNoRows) {
		return d, fault.ErrNotFound
	}
	if err != nil {
		return d, fmt.Errorf("read deposit: %w", err)
	}
	return d, nil
}

func lockDeposit(ctx context.Context, tx *db.Tx, project, deposit id.ID) (Deposit, error) {
	if err := tx.Lock(ctx, "SELECT id FROM cashier_deposit WHERE project_id = ? AND id = ?", project, deposit); err != nil {
		return Deposit{}, err
	}
	return oneDeposit(ctx, tx, project, deposit)
}

func depositEntries(ctx context.Context, q db.Q, project, deposit id.ID) ([]DepositEntry, error) {
	rows, err := q.Query(ctx, `SELECT e.id, e.kind, e.amount, COALESCE(r.number, e.number), e.year, e.seq, e.receipt_id, e.reason, e.by_id, e.by_name, e.at
		FROM cashier_deposit_entry e LEFT JOIN cashier_receipt r ON r.project_id = e.project_id AND r.id = e.receipt_id
		WHERE e.project_id = ? AND e.deposit_id = ? ORDER BY e.id LIMIT 500`, project, deposit)
	return db.Collect(rows, err, func(row db.Scanner) (DepositEntry, error) {
		var e DepositEntry
		var at int64
		err := row.Scan(&e.ID, &e.Kind, &e.Amount, &e.Number, &e.Year, &e.Seq, &e.Receipt, &e.Reason, &e.By, &e.ByName, &at)
		e.At = db.Micro(at)
		return e, err
	})
}

func listDeposits(ctx context.Context, q db.Q, project id.ID, f *DepositFilter, before id.ID) ([]Deposit, error) {
	where, list := " WHERE project_id = ?", []any{project}
	if f.Kind != "" {
		where, list = where+" AND kind = ?", append(list, string(f.Kind))
	}
	if f.Room != 0 {
		where, list = where+" AND room_id = ?", append(list, f.Room)
	}
	if f.Held {
		where += " AND held > 0"
	}
	if f.Text != "" {
		like := "%" + db.Like(strings.ToLower(f.Text)) + "%"
		where += ` AND (LOWER(number) LIKE ? ESCAPE '\' OR LOWER(room_label) LIKE ? ESCAPE '\' OR LOWER(person_name) LIKE ? ESCAPE '\')`
		list = append(list, like, like, like)
	}
	if before != 0 {
		where, list = where+" AND id < ?", append(list, before)
	}
	rows, err := q.Query(ctx, "SELECT "+depositColumns+" FROM cashier_deposit"+where+" ORDER BY id DESC LIMIT ?", append(list, f.Limit+1)...)
	return db.Collect(rows, err, scanDeposit)
}

func depositSums(ctx context.Context, q db.Q, project id.ID, today clock.Date) ([]DepositSum, error) {
	rows, err := q.Query(ctx, `SELECT kind, COUNT(*), CAST(SUM(held) AS BIGINT), CAST(SUM(CASE WHEN date >= ? THEN held ELSE 0 END) AS BIGINT),
		CAST(SUM(CASE WHEN date < ? AND date >= ? THEN held ELSE 0 END) AS BIGINT), CAST(SUM(CASE WHEN date < ? AND date >= ? THEN held ELSE 0 END) AS BIGINT),
		CAST(SUM(CASE WHEN date < ? THEN held ELSE 0 END) AS BIGINT)
		FROM cashier_deposit WHERE project_id = ? AND held > 0 GROUP BY kind ORDER BY kind`,
		today.AddDays(-90), today.AddDays(-90), today.AddDays(-180), today.AddDays(-180), today.AddDays(-365), today.AddDays(-365), project)
	return db.Collect(rows, err, func(row db.Scanner) (DepositSum, error) {
		var x DepositSum
		err := row.Scan(&x.Kind, &x.Count, &x.Held, &x.Ages[0], &x.Ages[1], &x.Ages[2], &x.Ages[3])
		return x, err
	})
}

// brokenDeposits names deposits that are not the sum of their movements, gaps
// in the numbers of what was deducted, and a liability in the book that is not
// what is held.
func (s *Service) brokenDeposits(ctx context.Context, q db.Q, project id.ID) ([]string, error) {
	rows, err := q.Query(ctx, `SELECT d.number, d.held, CAST(COALESCE(SUM(e.amount), 0) AS BIGINT) FROM cashier_deposit d
		LEFT JOIN cashier_deposit_entry e ON e.project_id = d.project_id AND e.deposit_id = d.id
		WHERE d.project_id = ? GROUP BY d.id, d.number, d.held HAVING d.held <> COALESCE(SUM(e.amount), 0) ORDER BY d.id LIMIT 100`, project)
	out, err := db.Collect(rows, err, func(row db.Scanner) (string, error) {
		var number string
		var held, sum money.Fen
		err := row.Scan(&number, &held, &sum)
		return fmt.Sprintf("押金（收据 %s）余额 %s 元，明细合计 %s 元", number, held.Yuan(), sum.Yuan()), err
	})
	if err != nil {
		return nil, err
	}
	var held, income money.Fen
	err = q.QueryRow(ctx, "SELECT CAST(COALESCE(SUM(held), 0) AS BIGINT) FROM cashier_deposit WHERE project_id = ?", project).Scan(&held)
	if err != nil {
		return nil, err
	}
	err = q.QueryRow(ctx, "SELECT CAST(COALESCE(SUM(-amount), 0) AS BIGINT) FROM cashier_deposit_entry WHERE project_id = ? AND seq > 0", project).Scan(&income)
	if err != nil {
		return nil, err
	}
	books, err := s.ledger.Balances(ctx, q, project, 0)
	if err != nil {
		return nil, err
	}
	if books[ledger.Deposit] != -held {
		out = append(out, fmt.Sprintf("科目 %d 账上押金 %s 元，在押的是 %s 元", ledger.Deposit, (-books[ledger.Deposit]).Yuan(), held.Yuan()))
	}
	deducted, err := s.ledger.SumsByDoc(ctx, q, project, 0, ledger.LastDoc, ledger.DocDeposit)
	if err != nil {
		return nil, err
	}
	for _, d := range deducted {
		income -= d.Amount
	}
	if income != 0 {
		out = append(out, fmt.Sprintf("押金扣款单与账上的押金收入差 %s 元", income.Yuan()))
	}
	stands, err := s.ledger.LastNumbers(ctx, q, project, depositSeries)
	if err != nil {
		return nil, err
	}
	numbers, err := s.ledger.Prefixes(ctx, q, project)
	if err != nil {
		return nil, err
	}
	for year, last := range stands {
		var n, newest int64
		err := q.QueryRow(ctx, "SELECT COUNT(*), COALESCE(MAX(seq), 0) FROM cashier_deposit_entry WHERE project_id = ? AND year = ? AND seq > 0", project, year).Scan(&n, &newest)
		if err != nil {
			return nil, err
		}
		if n != last || newest != last {
			out = append(out, fmt.Sprintf("%d 年押金扣款单号已发到 %s，扣款单却有 %d 张，最后是第 %d 号", year, numbers.Number(depositSeries, year, last), n, newest))
		}
	}
	return out, nil
}
