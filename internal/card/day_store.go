package card

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/fault"
	"linli/internal/kit/id"
	"linli/internal/kit/page"
)

const dayColumns = "id, day, lines, amount, refunds, fee, differences, open, matched_at"

func scanDay(row db.Scanner) (Day, error) {
	var d Day
	var at int64
	err := row.Scan(&d.ID, &d.Day, &d.Lines, &d.Amount, &d.Refunds, &d.Fee, &d.Differences, &d.Open, &at)
	d.MatchedAt = db.Micro(at)
	return d, err
}

// lockDays makes the days that a file covers and keeps others away from them.
func lockDays(ctx context.Context, tx *db.Tx, project id.ID, from, until clock.Date) error {
	for day := from; day <= until; day = day.AddDays(1) {
		_, err := tx.Exec(ctx, "INSERT INTO card_day (project_id, "+dayColumns+") VALUES (?, ?, ?, 0, 0, 0, 0, 0, 0, ?) ON CONFLICT (project_id, day) DO NOTHING", project, tx.NewID(), day, tx.Now())
		if err != nil {
			return err
		}
	}
	return tx.Lock(ctx, "SELECT day FROM card_day WHERE project_id = ? AND day >= ? AND day <= ? ORDER BY day", project, from.AddDays(-near), until.AddDays(near))
}

func oneDay(ctx context.Context, q db.Q, project, day id.ID) (Day, error) {
	d, err := scanDay(q.QueryRow(ctx, "SELECT "+dayColumns+" FROM card_day WHERE project_id = ? AND id = ?", project, day))
	if errors.Is(err, sql.ErrNoRows) {
		return d, fault.ErrNotFound
	}
	return d, err
}

func listDays(ctx context.Context, q db.Q, project id.ID, f DayFilter) (page.List[Day], error) {
	query, args := "SELECT "+dayColumns+" FROM card_day WHERE project_id = ?", []any{project}
	switch f.State {
	case "odd":
		query += " AND open > 0"
	case "even":
		query += " AND open = 0"
	}
	var before clock.Date
	more, err := page.Decode(f.Cursor, &before)
	if err != nil {
		return page.List[Day]{}, err
	}
	if more {
		query, args = query+" AND day < ?", append(args, before)
	}
	rows, err := q.Query(ctx, query+" ORDER BY day DESC LIMIT ?", append(args, f.Limit+1)...)
	list, err := db.Collect(rows, err, scanDay)
	if err != nil {
		return page.List[Day]{}, err
	}
	return page.Cut(list, f.Limit, func(d Day) []any { return []any{d.Day} }), nil
}

func daysBetween(ctx context.Context, q db.Q, project id.ID, from, until clock.Date) ([]clock.Date, error) {
	rows, err := q.Query(ctx, "SELECT day FROM card_day WHERE project_id = ? AND day >= ? AND day <= ? ORDER BY day", project, from, until)
	return db.Collect(rows, err, func(row db.Scanner) (clock.Date, error) {
		var d clock.Date
		err := row.Scan(&d)
		return d, err
	})
}

// sumDay counts the lines and differences of a day anew.
func sumDay(ctx context.Context, tx *db.Tx, project id.ID, day clock.Date) error {
	d, err := countDay(ctx, tx, project, day)
	if err != nil {
		return fmt.Errorf("sum card day: %w", err)
	}
	_, err = tx.Exec(ctx, "UPDATE card_day SET lines = ?, amount = ?, refunds = ?, fee = ?, differences = ?, open = ?, matched_at = ? WHERE project_id = ? AND day = ?",
		d.Lines, d.Amount, d.Refunds, d.Fee, d.Differences, d.Open, tx.Now(), project, day)
	if err != nil {
		return fmt.Errorf("write card day: %w", err)
	}
	return nil
}

func countDay(ctx context.Context, q db.Q, project id.ID, day clock.Date) (Day, error) {
	d := Day{Day: day}
	err := q.QueryRow(ctx, `SELECT COUNT(*), CAST(COALESCE(SUM(CASE WHEN kind = 'sale' THEN amount ELSE 0 END), 0) AS BIGINT),
		CAST(COALESCE(SUM(CASE WHEN kind = 'sale' THEN 0 ELSE amount END), 0) AS BIGINT), CAST(COALESCE(SUM(fee), 0) AS BIGINT)
		FROM card_line WHERE project_id = ? AND day = ?`, project, day).Scan(&d.Lines, &d.Amount, &d.Refunds, &d.Fee)
	if err != nil {
		return d, err
	}
	err = q.QueryRow(ctx, "SELECT COUNT(*), COUNT(*) FILTER (WHERE state = 'open') FROM card_difference WHERE project_id = ? AND day = ? AND state <> 'gone'", project, day).
		Scan(&d.Differences, &d.Open)
	return d, err
}

func openBetween(ctx context.Context, q db.Q, project id.ID, from, until clock.Date) (n int, err error) {
	err = q.QueryRow(ctx, "SELECT COUNT(*) FROM card_difference WHERE project_id = ? AND day >= ? AND day <= ? AND state = 'open'", project, from, until).Scan(&n)
	return n, err
}
