package deposit

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
)

const depositColumns = `id, kind, room_id, room_label, person_id, person_name, receipt_id, number, taken, held, date, note, version`

func scanDeposit(row db.Scanner) (Deposit, error) {
	d := Deposit{Entries: []Entry{}}
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

func insertDepositEntry(ctx context.Context, tx *db.Tx, project, deposit id.ID, e *Entry) error {
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

// HeldFor counts and sums the deposits that are held for somebody, in fen.
func (s *Service) HeldFor(ctx context.Context, q db.Q, project, person id.ID) (n int, held money.Fen, err error) {
	err = q.QueryRow(ctx, "SELECT COUNT(*), CAST(COALESCE(SUM(held), 0) AS BIGINT) FROM cashier_deposit WHERE project_id = ? AND person_id = ? AND held > 0",
		project, person).Scan(&n, &held)
	return n, held, err
}

func depositEntries(ctx context.Context, q db.Q, project, deposit id.ID) ([]Entry, error) {
	rows, err := q.Query(ctx, `SELECT id, kind, amount, number, year, seq, receipt_id, reason, by_id, by_name, at
		FROM cashier_deposit_entry WHERE project_id = ? AND deposit_id = ? ORDER BY id LIMIT 500`, project, deposit)
	return db.Collect(rows, err, func(row db.Scanner) (Entry, error) {
		var e Entry
		var at int64
		err := row.Scan(&e.ID, &e.Kind, &e.Amount, &e.Number, &e.Year, &e.Seq, &e.Receipt, &e.Reason, &e.By, &e.ByName, &at)
		e.At = db.Micro(at)
		return e, err
	})
}

// listDeposits reads one page; rooms nil is all of them.
func listDeposits(ctx context.Context, q db.Q, project id.ID, f *Filter, rooms []id.ID, before id.ID) ([]Deposit, error) {
	where, list := " WHERE project_id = ?", []any{project}
	if rooms != nil {
		text, values := db.Among("room_id", rooms)
		where, list = where+" AND "+text, append(list, values...)
	}
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

func depositSums(ctx context.Context, q db.Q, project id.ID, today clock.Date) ([]Sum, error) {
	rows, err := q.Query(ctx, `SELECT kind, COUNT(*), CAST(SUM(held) AS BIGINT), CAST(SUM(CASE WHEN date >= ? THEN held ELSE 0 END) AS BIGINT),
		CAST(SUM(CASE WHEN date < ? AND date >= ? THEN held ELSE 0 END) AS BIGINT), CAST(SUM(CASE WHEN date < ? AND date >= ? THEN held ELSE 0 END) AS BIGINT),
		CAST(SUM(CASE WHEN date < ? THEN held ELSE 0 END) AS BIGINT)
		FROM cashier_deposit WHERE project_id = ? AND held > 0 GROUP BY kind ORDER BY kind`,
		today.AddDays(-90), today.AddDays(-90), today.AddDays(-180), today.AddDays(-180), today.AddDays(-365), today.AddDays(-365), project)
	return db.Collect(rows, err, func(row db.Scanner) (Sum, error) {
		var x Sum
		err := row.Scan(&x.Kind, &x.Count, &x.Held, &x.Ages[0], &x.Ages[1], &x.Ages[2], &x.Ages[3])
		return x, err
	})
}
