package reconcile

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/fault"
	"linli/internal/kit/id"
	"linli/internal/kit/page"
)

const statementColumns = `id, channel, merchant, day, state, reason, hash, lines, amount, refunds, fee, others, differences, open, tries, tried_at, done_at`

func scanStatement(row db.Scanner) (Statement, error) {
	var s Statement
	var tried, done int64
	err := row.Scan(&s.ID, &s.Channel, &s.Merchant, &s.Day, &s.State, &s.Reason, &s.Hash, &s.Lines, &s.Amount, &s.Refunds, &s.Fee, &s.Others,
		&s.Differences, &s.Open, &s.Tries, &tried, &done)
	if tried != 0 {
		s.TriedAt = db.Micro(tried)
	}
	if done != 0 {
		s.DoneAt = db.Micro(done)
	}
	return s, err
}

func oneStatement(ctx context.Context, q db.Q, project, statement id.ID) (Statement, error) {
	s, err := scanStatement(q.QueryRow(ctx, "SELECT "+statementColumns+" FROM payment_statement WHERE project_id = ? AND id = ?", project, statement))
	if errors.Is(err, sql.ErrNoRows) {
		return s, fault.ErrNotFound
	}
	return s, err
}

func lockStatement(ctx context.Context, tx *db.Tx, project, statement id.ID) (Statement, error) {
	if err := tx.Lock(ctx, "SELECT id FROM payment_statement WHERE project_id = ? AND id = ?", project, statement); err != nil {
		return Statement{}, fmt.Errorf("lock statement: %w", err)
	}
	s, err := oneStatement(ctx, tx, project, statement)
	if err != nil {
		return s, fmt.Errorf("lock statement: %w", err)
	}
	return s, nil
}

func lockStatementOf(ctx context.Context, tx *db.Tx, project id.ID, channel, merchant string, day clock.Date) (Statement, bool, error) {
	var statement id.ID
	err := tx.QueryRow(ctx, "SELECT id FROM payment_statement WHERE project_id = ? AND channel = ? AND merchant = ? AND day = ?",
		project, channel, merchant, day).Scan(&statement)
	if errors.Is(err, sql.ErrNoRows) {
		return Statement{}, false, nil
	}
	if err != nil {
		return Statement{}, false, err
	}
	s, err := lockStatement(ctx, tx, project, statement)
	return s, true, err
}

func insertStatement(ctx context.Context, tx *db.Tx, project id.ID, s *Statement) error {
	_, err := tx.Exec(ctx, "INSERT INTO payment_statement (project_id, "+statementColumns+`)
		VALUES (?, ?, ?, ?, ?, 'waiting', '', '', 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)`, project, s.ID, s.Channel, s.Merchant, s.Day)
	return err
}

func updateStatement(ctx context.Context, tx *db.Tx, project id.ID, s *Statement) error {
	moment := func(t time.Time) any {
		if t.IsZero() {
			return int64(0)
		}
		return t
	}
	_, err := tx.Exec(ctx, `UPDATE payment_statement SET state = ?, reason = ?, hash = ?, lines = ?, amount = ?, refunds = ?, fee = ?, others = ?,
		differences = ?, open = ?, tries = ?, tried_at = ?, done_at = ? WHERE project_id = ? AND id = ?`, string(s.State), s.Reason, s.Hash, s.Lines, s.Amount,
		s.Refunds, s.Fee, s.Others, s.Differences, s.Open, s.Tries, moment(s.TriedAt), moment(s.DoneAt), project, s.ID)
	if err != nil {
		return fmt.Errorf("write statement: %w", err)
	}
	return nil
}

func statements(ctx context.Context, q db.Q, project id.ID, f StatementFilter) (page.List[Statement], error) {
	query, args := "SELECT "+statementColumns+" FROM payment_statement WHERE project_id = ?", []any{project}
	switch f.State {
	case "waiting":
		query += " AND state <> 'done'"
	case "odd":
		query += " AND state = 'done' AND open > 0"
	case "even":
		query += " AND state = 'done' AND open = 0"
	}
	var day, after int64
	more, err := page.Decode(f.Cursor, &day, &after)
	if err != nil {
		return page.List[Statement]{}, err
	}
	if more {
		query, args = query+" AND (day, id) < (?, ?)", append(args, day, after)
	}
	rows, err := q.Query(ctx, query+" ORDER BY day DESC, id DESC LIMIT ?", append(args, f.Limit+1)...)
	list, err := db.Collect(rows, err, scanStatement)
	if err != nil {
		return page.List[Statement]{}, err
	}
	return page.Cut(list, f.Limit, func(s Statement) []any { return []any{int64(s.Day), int64(s.ID)} }), nil
}

func statementDays(ctx context.Context, q db.Q, project id.ID, channel, merchant string, from clock.Date) (map[clock.Date]bool, error) {
	rows, err := q.Query(ctx, "SELECT day FROM payment_statement WHERE project_id = ? AND channel = ? AND merchant = ? AND day >= ?", project, channel, merchant, from)
	list, err := db.Collect(rows, err, func(row db.Scanner) (clock.Date, error) {
		var d clock.Date
		err := row.Scan(&d)
		return d, err
	})
	out := map[clock.Date]bool{}
	for _, d := range list {
		out[d] = true
	}
	return out, err
}
