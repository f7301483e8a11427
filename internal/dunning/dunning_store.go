package dunning

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"linli/internal/estate"
	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/fault"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
	"linli/internal/ledger"
)

func oneSetting(ctx context.Context, q db.Q, project id.ID) (Setting, error) {
	var st Setting
	err := q.QueryRow(ctx, "SELECT deadline_days, contact, objection, account, extra, version FROM dunning_setting WHERE project_id = ?", project).
		Scan(&st.DeadlineDays, &st.Contact, &st.Objection, &st.Account, &st.Extra, &st.Version)
	if errors.Is(err, sql.ErrNoRows) {
		return usualSetting(), nil
	}
	return st, err
}

// putSetting writes the next version; two people at once are told so.
func putSetting(ctx context.Context, tx *db.Tx, project id.ID, st *Setting) error {
	n, err := tx.Exec(ctx, `INSERT INTO dunning_setting (project_id, deadline_days, contact, objection, account, extra, version) VALUES (?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (project_id) DO UPDATE SET deadline_days = excluded.deadline_days, contact = excluded.contact, objection = excluded.objection,
			account = excluded.account, extra = excluded.extra, version = excluded.version WHERE dunning_setting.version = excluded.version - 1`,
		project, st.DeadlineDays, st.Contact, st.Objection, st.Account, st.Extra, st.Version)
	if err == nil && n != 1 {
		return fault.ErrStale
	}
	return err
}

const letterColumns = `id, number, year, seq, kind, nth, room_id, room_label, payer_id, payer_name, date, deadline, principal, late, contact, objection,
	account, extra, prints, delivered, by_id, by_name, at`

func scanLetter(row db.Scanner) (Letter, error) {
	var l Letter
	var at int64
	err := row.Scan(&l.ID, &l.Number, &l.Year, &l.Seq, &l.Kind, &l.Nth, &l.Room, &l.RoomLabel, &l.Payer, &l.PayerName, &l.Date, &l.Deadline, &l.Principal,
		&l.Late, &l.Words.Contact, &l.Words.Objection, &l.Words.Account, &l.Words.Extra, &l.Prints, &l.Delivered, &l.By, &l.ByName, &at)
	l.At = db.Micro(at)
	return l, err
}

func insertLetter(ctx context.Context, tx *db.Tx, project id.ID, l *Letter) error {
	_, err := tx.Exec(ctx, "INSERT INTO dunning_letter (project_id, "+letterColumns+") VALUES ("+db.In(24)+")",
		project, l.ID, l.Number, l.Year, l.Seq, string(l.Kind), l.Nth, l.Room, l.RoomLabel, l.Payer, l.PayerName, l.Date, l.Deadline, l.Principal, l.Late,
		l.Words.Contact, l.Words.Objection, l.Words.Account, l.Words.Extra, 0, 0, l.By, l.ByName, l.At)
	if err != nil {
		return fmt.Errorf("insert letter: %w", err)
	}
	for i, x := range l.Lines {
		_, err := tx.Exec(ctx, `INSERT INTO dunning_line (project_id, letter_id, no, charge_id, item_name, month, due_date, principal, days, late, basis)
			VALUES (`+db.In(11)+")", project, l.ID, i+1, x.Charge, x.Item, x.Month, x.Due, x.Principal, x.Days, x.Late, x.Basis)
		if err != nil {
			return fmt.Errorf("insert line of letter: %w", err)
		}
	}
	return nil
}

func countLetters(ctx context.Context, q db.Q, project, room, payer id.ID) (n int, err error) {
	err = q.QueryRow(ctx, "SELECT COUNT(*) FROM dunning_letter WHERE project_id = ? AND room_id = ? AND payer_id = ?", project, room, payer).Scan(&n)
	return n, err
}

func oneLetter(ctx context.Context, q db.Q, project, letter id.ID) (Letter, error) {
	l, err := scanLetter(q.QueryRow(ctx, "SELECT "+letterColumns+" FROM dunning_letter WHERE project_id = ? AND id = ?", project, letter))
	if errors.Is(err, sql.ErrNoRows) {
		return l, fault.ErrNotFound
	}
	if err != nil {
		return l, fmt.Errorf("read letter: %w", err)
	}
	rows, err := q.Query(ctx, `SELECT charge_id, item_name, month, due_date, principal, days, late, basis FROM dunning_line
		WHERE project_id = ? AND letter_id = ? ORDER BY no`, project, letter)
	l.Lines, err = db.Collect(rows, err, func(row db.Scanner) (Line, error) {
		var x Line
		err := row.Scan(&x.Charge, &x.Item, &x.Month, &x.Due, &x.Principal, &x.Days, &x.Late, &x.Basis)
		return x, err
	})
	return l, err
}

func listLetters(ctx context.Context, q db.Q, project id.ID, f *LetterFilter, before id.ID) ([]Letter, error) {
	where, args := "project_id = ?", []any{project}
	if f.Room != 0 {
		where, args = where+" AND room_id = ?", append(args, f.Room)
	}
	if f.Undelivered {
		where += " AND delivered = 0"
	}
	if before != 0 {
		where, args = where+" AND id < ?", append(args, before)
	}
	rows, err := q.Query(ctx, "SELECT "+letterColumns+" FROM dunning_letter WHERE "+where+" ORDER BY id DESC LIMIT ?", append(args, f.Limit+1)...)
	return db.Collect(rows, err, scanLetter)
}

func lettersByRoom(ctx context.Context, q db.Q, project id.ID, rooms []id.ID) (map[id.ID]int, error) {
	out := map[id.ID]int{}
	if len(rooms) == 0 {
		return out, nil
	}
	rows, err := q.Query(ctx, "SELECT room_id, COUNT(*) FROM dunning_letter WHERE project_id = ? AND room_id IN ("+db.In(len(rooms))+") GROUP BY room_id",
		withIDs(project, rooms)...)
	_, err = db.Collect(rows, err, func(row db.Scanner) (struct{}, error) {
		var room id.ID
		var n int
		err := row.Scan(&room, &n)
		out[room] = n
		return struct{}{}, err
	})
	return out, err
}

func withIDs(project id.ID, ids []id.ID) []any {
	out := []any{project}
	for _, x := range ids {
		out = append(out, x)
	}
	return out
}

func countPrint(ctx context.Context, tx *db.Tx, project, letter id.ID) error {
	n, err := tx.Exec(ctx, "UPDATE dunning_letter SET prints = prints + 1 WHERE project_id = ? AND id = ?", project, letter)
	if err == nil && n != 1 {
		return fault.ErrNotFound
	}
	return err
}

func markDelivered(ctx context.Context, tx *db.Tx, project, letter id.ID, on clock.Date) error {
	_, err := tx.Exec(ctx, "UPDATE dunning_letter SET delivered = ? WHERE project_id = ? AND id = ? AND delivered = 0", on, project, letter)
	return err
}

const eventColumns = "id, room_id, payer_id, letter_id, kind, result, date, promise_date, promise_amount, proof, note, by_id, by_name, at"

func insertEvent(ctx context.Context, tx *db.Tx, project id.ID, e *Event) error {
	_, err := tx.Exec(ctx, "INSERT INTO dunning_event (project_id, "+eventColumns+") VALUES ("+db.In(15)+")", project, e.ID, e.Room, e.Payer, e.Letter,
		string(e.Kind), e.Result, e.Date, e.PromiseDate, e.PromiseAmount, e.Proof, e.Note, e.By, e.ByName, e.At)
	if err != nil {
		return fmt.Errorf("insert event: %w", err)
	}
	return nil
}

func eventsOf(ctx context.Context, q db.Q, project id.ID, rooms []id.ID) ([]Event, error) {
	if len(rooms) == 0 {
		return []Event{}, nil
	}
	rows, err := q.Query(ctx, "SELECT "+eventColumns+" FROM dunning_event WHERE project_id = ? AND room_id IN ("+db.In(len(rooms))+") ORDER BY id DESC",
		withIDs(project, rooms)...)
	return db.Collect(rows, err, func(row db.Scanner) (Event, error) {
		var e Event
		var at int64
		err := row.Scan(&e.ID, &e.Room, &e.Payer, &e.Letter, &e.Kind, &e.Result, &e.Date, &e.PromiseDate, &e.PromiseAmount, &e.Proof, &e.Note, &e.By,
			&e.ByName, &at)
		e.At = db.Micro(at)
		return e, err
	})
}

func brokenLetters(ctx context.Context, q db.Q, project id.ID) ([]string, error) {
	rows, err := q.Query(ctx, `SELECT number, seq, before, principal, late, lines, fees FROM (
			SELECT l.number, l.seq, l.principal, l.late, COALESCE(LAG(l.seq) OVER (PARTITION BY l.year ORDER BY l.seq), 0) AS before,
				(SELECT CAST(COALESCE(SUM(x.principal), 0) AS BIGINT) FROM dunning_line x WHERE x.project_id = l.project_id AND x.letter_id = l.id) AS lines,
				(SELECT CAST(COALESCE(SUM(x.late), 0) AS BIGINT) FROM dunning_line x WHERE x.project_id = l.project_id AND x.letter_id = l.id) AS fees
			FROM dunning_letter l WHERE l.project_id = ?
		) sums WHERE seq <> before + 1 OR principal <> lines OR late <> fees ORDER BY number LIMIT 100`, project)
	return db.Collect(rows, err, func(row db.Scanner) (string, error) {
		var number string
		var seq, before int64
		var principal, late, lines, fees money.Fen
		err := row.Scan(&number, &seq, &before, &principal, &late, &lines, &fees)
		if seq != before+1 {
			return fmt.Sprintf("催缴单 %s 之前的号码缺失或重复", number), err
		}
		return fmt.Sprintf("催缴单 %s 本金 %s 元、违约金 %s 元，明细合计 %s 元、%s 元", number, principal.Yuan(), late.Yuan(), lines.Yuan(), fees.Yuan()), err
	})
}

func numberedLetters(ctx context.Context, q db.Q, project id.ID) (map[int]ledger.Numbered, error) {
	return ledger.CollectNumbered(q.Query(ctx, "SELECT year, COUNT(*), MAX(seq) FROM dunning_letter WHERE project_id = ? GROUP BY year", project))
}

// ForgetPayer takes the name off the letters to somebody, and the words off what
// was said and agreed with him.
func (s *Service) ForgetPayer(ctx context.Context, tx *db.Tx, project, payer id.ID) error {
	if _, err := tx.Exec(ctx, "UPDATE dunning_letter SET payer_name = ? WHERE project_id = ? AND payer_id = ?", estate.ForgottenName, project, payer); err != nil {
		return fmt.Errorf("forget payer of letters: %w", err)
	}
	if _, err := tx.Exec(ctx, "UPDATE dunning_event SET note = '', proof = '' WHERE project_id = ? AND payer_id = ?", project, payer); err != nil {
		return fmt.Errorf("forget calls and visits: %w", err)
	}
	return nil
}
