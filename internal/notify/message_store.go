package notify

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"linli/internal/kit/db"
	"linli/internal/kit/fault"
	"linli/internal/kit/id"
)

const messageColumns = `id, dedupe, kind, ref, person_id, person_name, room_id, room_label, channel, carrier, address_enc, address_mask, spare, spare_enc, spare_mask,
	third, third_enc, third_mask, patience, words, subject, body, state, reason, attempts, round, next_at, reference, created_at, sent_at, delivered_at, opened_at,
	secret_enc, until_at`

func scanMessage(row db.Scanner) (Message, error) {
	var m Message
	var words string
	var next, created, sent, delivered, opened, until int64
	err := row.Scan(&m.ID, &m.Dedupe, &m.Kind, &m.Ref, &m.Person, &m.PersonName, &m.Room, &m.RoomLabel, &m.Channel, &m.Carrier, &m.sealed[0], &m.AddressMask, &m.Spare,
		&m.sealed[1], &m.SpareMask, &m.Third, &m.sealed[2], &m.ThirdMask, &m.Patience, &words, &m.Subject, &m.Body, &m.State, &m.Reason, &m.Attempts, &m.round, &next,
		&m.Reference, &created, &sent, &delivered, &opened, &m.secret, &until)
	if err != nil {
		return m, err
	}
	m.Next, m.Created, m.SentAt, m.DeliveredAt = db.Micro(next), db.Micro(created), db.Micro(sent), db.Micro(delivered)
	m.OpenedAt, m.until = db.Micro(opened), db.Micro(until)
	return m, json.Unmarshal([]byte(words), &m.Words)
}

// values are those of a whole row: the project's id and messageColumns.
func (m *Message) values(project id.ID) []any {
	return []any{project, m.ID, m.Dedupe, m.Kind, m.Ref, m.Person, m.PersonName, m.Room, m.RoomLabel, m.Channel, m.Carrier, m.sealed[0], m.AddressMask, m.Spare, m.sealed[1],
		m.SpareMask, m.Third, m.sealed[2], m.ThirdMask, m.Patience, m.Words.json(), m.Subject, m.Body, string(m.State), m.Reason, m.Attempts, m.round, m.Next, m.Reference,
		m.Created, m.SentAt, m.DeliveredAt, m.OpenedAt, m.secret, m.until}
}

// insertMessage answers false when one with that dedupe stands there.
func insertMessage(ctx context.Context, tx *db.Tx, project id.ID, m *Message) (bool, error) {
	n, err := tx.Exec(ctx, "INSERT INTO notify_message (project_id, "+messageColumns+") VALUES ("+db.In(35)+") ON CONFLICT (project_id, dedupe) DO NOTHING", m.values(project)...)
	if err != nil {
		return false, fmt.Errorf("insert message: %w", err)
	}
	return n == 1, nil
}

// insertLaid writes messages that lie on a page each, with what lies there and
// that they were laid.
func insertLaid(ctx context.Context, tx *db.Tx, project id.ID, messages []Message, entries []Entry) error {
	all, laid, tried := make([][]any, len(messages)), make([][]any, len(messages)), make([][]any, len(messages))
	for i := range messages {
		m, e := &messages[i], &entries[i]
		all[i] = m.values(project)
		laid[i] = []any{project, e.ID, e.Message, e.Room, e.Person, e.Kind, e.Ref, e.Title, e.Body, e.At, e.OpenedAt}
		tried[i] = []any{project, m.ID, 1, Inbox, m.SentAt, true, "", laidText}
	}
	if err := insertRows(ctx, tx, "notify_message (project_id, "+messageColumns+")", all); err != nil {
		return err
	}
	if err := insertRows(ctx, tx, "notify_inbox (project_id, "+entryColumns+")", laid); err != nil {
		return err
	}
	return insertRows(ctx, tx, "notify_attempt (project_id, message_id, no, channel, at, ok, code, text)", tried)
}

// rowsAtOnce bounds the placeholders of one statement.
const rowsAtOnce = 20

func insertRows(ctx context.Context, tx *db.Tx, into string, rows [][]any) error {
	for part := range slices.Chunk(rows, rowsAtOnce) {
		one := "(" + db.In(len(part[0])) + ")"
		if _, err := tx.Exec(ctx, "INSERT INTO "+into+" VALUES "+one+strings.Repeat(", "+one, len(part)-1), slices.Concat(part...)...); err != nil {
			return fmt.Errorf("insert messages on pages: %w", err)
		}
	}
	return nil
}

func updateMessage(ctx context.Context, tx *db.Tx, project id.ID, m *Message) error {
	_, err := tx.Exec(ctx, `UPDATE notify_message SET channel = ?, carrier = ?, address_enc = ?, address_mask = ?, spare = ?, spare_enc = ?, spare_mask = ?,
		third = ?, third_enc = ?, third_mask = ?, words = ?, subject = ?, body = ?, state = ?, reason = ?, attempts = ?, round = ?, next_at = ?, reference = ?, sent_at = ?,
		delivered_at = ?, opened_at = ?, secret_enc = ? WHERE project_id = ? AND id = ?`, m.Channel, m.Carrier, m.sealed[0], m.AddressMask, m.Spare, m.sealed[1], m.SpareMask,
		m.Third, m.sealed[2], m.ThirdMask, m.Words.json(), m.Subject, m.Body, string(m.State), m.Reason, m.Attempts, m.round, m.Next, m.Reference, m.SentAt,
		m.DeliveredAt, m.OpenedAt, m.secret, project, m.ID)
	if err != nil {
		return fmt.Errorf("update message: %w", err)
	}
	return nil
}

func oneMessage(ctx context.Context, q db.Q, project, message id.ID) (Message, error) {
	m, err := scanMessage(q.QueryRow(ctx, "SELECT "+messageColumns+" FROM notify_message WHERE project_id = ? AND id = ?", project, message))
	if errors.Is(err, sql.ErrNoRows) {
		return m, fault.ErrNotFound
	}
	if err != nil {
		return m, fmt.Errorf("read message: %w", err)
	}
	return m, nil
}

func lockMessage(ctx context.Context, tx *db.Tx, project, message id.ID) (Message, error) {
	if err := tx.Lock(ctx, "SELECT id FROM notify_message WHERE project_id = ? AND id = ?", project, message); err != nil {
		return Message{}, err
	}
	return oneMessage(ctx, tx, project, message)
}

func byDedupe(ctx context.Context, q db.Q, project id.ID, dedupe string) (id.ID, error) {
	var out id.ID
	err := q.QueryRow(ctx, "SELECT id FROM notify_message WHERE project_id = ? AND dedupe = ?", project, dedupe).Scan(&out)
	return out, err
}

func listMessages(ctx context.Context, q db.Q, project id.ID, f *Filter, before id.ID) ([]Message, error) {
	where, args := "project_id = ?", []any{project}
	for _, c := range []struct{ column, value string }{{"state", string(f.State)}, {"kind", f.Kind}, {"channel", f.Channel}} {
		if c.value != "" {
			where, args = where+" AND "+c.column+" = ?", append(args, c.value)
		}
	}
	if f.Room != 0 {
		where, args = where+" AND room_id = ?", append(args, f.Room)
	}
	if f.Text != "" {
		like := "%" + db.Like(f.Text) + "%"
		where, args = where+" AND (person_name LIKE ? ESCAPE '\\' OR room_label LIKE ? ESCAPE '\\')", append(args, like, like)
	}
	if before != 0 {
		where, args = where+" AND id < ?", append(args, before)
	}
	rows, err := q.Query(ctx, "SELECT "+messageColumns+" FROM notify_message WHERE "+where+" ORDER BY id DESC LIMIT ?", append(args, f.Limit+1)...)
	return db.Collect(rows, err, scanMessage)
}

func messagesTo(ctx context.Context, q db.Q, project, person id.ID, limit int) ([]Message, error) {
	rows, err := q.Query(ctx, "SELECT "+messageColumns+" FROM notify_message WHERE project_id = ? AND person_id = ? ORDER BY created_at DESC, id DESC LIMIT ?", project, person, limit)
	return db.Collect(rows, err, scanMessage)
}

// sentSince counts what a person was sent of late; bills, what tells of a payment,
// and what lies on a page without a sound, are not counted.
func sentSince(ctx context.Context, q db.Q, project, person id.ID, since time.Time) (n int, err error) {
	err = q.QueryRow(ctx, `SELECT COUNT(*) FROM notify_message WHERE project_id = ? AND person_id = ? AND sent_at >= ? AND kind NOT IN ('bill', 'paid', 'back', 'returned')
		AND channel <> 'inbox' AND state IN ('sent', 'delivered')`, project, person, since).Scan(&n)
	return n, err
}

func insertAttempt(ctx context.Context, tx *db.Tx, project, message id.ID, a *Attempt) error {
	_, err := tx.Exec(ctx, `INSERT INTO notify_attempt (project_id, message_id, no, channel, at, ok, code, text)
		SELECT ?, ?, COALESCE(MAX(no), 0) + 1, CAST(? AS TEXT), CAST(? AS BIGINT), CAST(? AS INTEGER), CAST(? AS TEXT), CAST(? AS TEXT)
		FROM notify_attempt WHERE project_id = ? AND message_id = ?`, project, message, a.Carrier, a.At, a.OK, a.Code, a.Text, project, message)
	if err != nil {
		return fmt.Errorf("insert attempt: %w", err)
	}
	return nil
}

func attemptsOf(ctx context.Context, q db.Q, project, message id.ID) ([]Attempt, error) {
	rows, err := q.Query(ctx, "SELECT no, channel, at, ok, code, text FROM notify_attempt WHERE project_id = ? AND message_id = ? ORDER BY no", project, message)
	return db.Collect(rows, err, func(row db.Scanner) (Attempt, error) {
		var a Attempt
		var at int64
		err := row.Scan(&a.No, &a.Carrier, &at, &a.OK, &a.Code, &a.Text)
		a.At = db.Micro(at)
		return a, err
	})
}

func stuckMessages(ctx context.Context, q db.Q, project id.ID, before time.Time) ([]string, error) {
	rows, err := q.Query(ctx, `SELECT room_label, address_mask, next_at FROM notify_message WHERE project_id = ? AND state IN ('waiting', 'sending') AND next_at < ?
		ORDER BY id LIMIT 100`, project, before)
	return db.Collect(rows, err, func(row db.Scanner) (string, error) {
		var room, to string
		var at int64
		err := row.Scan(&room, &to, &at)
		return fmt.Sprintf("给 %s（%s）的消息一天前就该发出，还没有发", room, to), err
	})
}

func readWords(text string) (w Words, err error) {
	err = json.Unmarshal([]byte(text), &w)
	return w, err
}

// json is how the words are stored.
func (w Words) json() string {
	b, err := json.Marshal(w)
	if err != nil {
		return "{}" // a map of strings
	}
	return string(b)
}

// ForgetPerson wipes the messages to somebody inside tx: what they said, where they
// went and his name, of which name stands instead; those that wait are dropped. That
// one was sent, when and by which way, stays.
func (s *Service) ForgetPerson(ctx context.Context, tx *db.Tx, project, person id.ID, name string) error {
	for _, step := range []struct {
		query string
		args  []any
	}{
		{"DELETE FROM notify_inbox WHERE project_id = ? AND person_id = ?", []any{project, person}},
		{"DELETE FROM notify_wish WHERE project_id = ? AND person_id = ?", []any{project, person}},
		{"UPDATE notify_attempt SET text = '' WHERE project_id = ? AND message_id IN (SELECT id FROM notify_message WHERE project_id = ? AND person_id = ?)", []any{project, project, person}},
		{"UPDATE notify_message SET state = ?, reason = ?, round = round + 1 WHERE project_id = ? AND person_id = ? AND state IN ('waiting', 'sending', 'failed')",
			[]any{string(Dropped), name, project, person}},
		{`UPDATE notify_message SET person_name = ?, address_enc = '', address_mask = '', spare = '', spare_enc = '', spare_mask = '', third = '', third_enc = '',
			third_mask = '', secret_enc = '', words = '{}', subject = '', body = '' WHERE project_id = ? AND person_id = ?`, []any{name, project, person}},
	} {
		if _, err := tx.Exec(ctx, step.query, step.args...); err != nil {
			return fmt.Errorf("forget messages: %w", err)
		}
	}
	return nil
}
