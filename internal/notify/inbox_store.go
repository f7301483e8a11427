package notify

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"linli/internal/kit/db"
	"linli/internal/kit/fault"
	"linli/internal/kit/id"
)

const entryColumns = "id, message_id, room_id, person_id, kind, ref, title, body, at, opened_at"

func scanEntry(row db.Scanner) (Entry, error) {
	var e Entry
	var at, opened int64
	err := row.Scan(&e.ID, &e.Message, &e.Room, &e.Person, &e.Kind, &e.Ref, &e.Title, &e.Body, &at, &opened)
	e.At, e.OpenedAt = db.Micro(at), db.Micro(opened)
	return e, err
}

// putEntry lays an entry; one of the same message on the same page is laid anew.
func putEntry(ctx context.Context, tx *db.Tx, project id.ID, e *Entry) error {
	_, err := tx.Exec(ctx, "INSERT INTO notify_inbox (project_id, "+entryColumns+") VALUES ("+db.In(11)+`)
		ON CONFLICT (project_id, message_id, room_id) DO UPDATE SET title = excluded.title, body = excluded.body, at = excluded.at, opened_at = 0`,
		project, e.ID, e.Message, e.Room, e.Person, e.Kind, e.Ref, e.Title, e.Body, e.At, e.OpenedAt)
	if err != nil {
		return fmt.Errorf("lay message on a page: %w", err)
	}
	return nil
}

func entriesOf(ctx context.Context, q db.Q, project, room, person id.ID) ([]Entry, error) {
	rows, err := q.Query(ctx, "SELECT "+entryColumns+" FROM notify_inbox WHERE project_id = ? AND room_id = ? AND person_id = ? ORDER BY at DESC, id DESC LIMIT ?",
		project, room, person, entriesShown)
	return db.Collect(rows, err, scanEntry)
}

// countUnopened counts among those that are shown.
func countUnopened(ctx context.Context, q db.Q, project, room, person id.ID) (n int, err error) {
	err = q.QueryRow(ctx, `SELECT COUNT(*) FROM (SELECT opened_at FROM notify_inbox WHERE project_id = ? AND room_id = ? AND person_id = ?
		ORDER BY at DESC, id DESC LIMIT ?) AS shown WHERE opened_at = 0`, project, room, person, entriesShown).Scan(&n)
	return n, err
}

func oneEntry(ctx context.Context, q db.Q, project, room, person, entry id.ID) (Entry, error) {
	e, err := scanEntry(q.QueryRow(ctx, "SELECT "+entryColumns+" FROM notify_inbox WHERE project_id = ? AND id = ? AND room_id = ? AND person_id = ?",
		project, entry, room, person))
	if errors.Is(err, sql.ErrNoRows) {
		return e, fault.ErrNotFound
	}
	if err != nil {
		return e, fmt.Errorf("read message of a page: %w", err)
	}
	return e, nil
}

func openEntry(ctx context.Context, tx *db.Tx, project id.ID, e *Entry) error {
	_, err := tx.Exec(ctx, "UPDATE notify_inbox SET opened_at = ? WHERE project_id = ? AND id = ?", e.OpenedAt, project, e.ID)
	return err
}

// deleteEntries deletes up to n entries with ids below before.
func deleteEntries(ctx context.Context, tx *db.Tx, project, before id.ID, n int) (int, error) {
	gone, err := tx.Exec(ctx, `DELETE FROM notify_inbox WHERE project_id = ? AND id IN
		(SELECT id FROM notify_inbox WHERE project_id = ? AND id < ? ORDER BY id LIMIT ?)`, project, project, before, n)
	return int(gone), err
}
