package estate

import (
	"context"
	"encoding/json"
	"fmt"

	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/fault"
	"linli/internal/kit/id"
)

const transferQuery = `SELECT t.id, t.room_id, r.label, t.from_id, COALESCE(f.name, ''), t.to_id, p.name, t.date, t.state, t.move_wallet, t.note,
	t.leaving, t.ended, t.entry_id, t.problem, t.created_by, t.created_name, t.created_at, t.done_at, t.undone_name, t.undone_at, t.undone_reason
	FROM estate_transfer t
	JOIN estate_room r ON r.project_id = t.project_id AND r.id = t.room_id
	JOIN estate_person p ON p.project_id = t.project_id AND p.id = t.to_id
	LEFT JOIN estate_person f ON f.project_id = t.project_id AND f.id = t.from_id
	WHERE t.project_id = ?`

func scanTransfer(row db.Scanner) (Transfer, error) {
	var t Transfer
	var leaving, ended string
	var move int
	var at, done, undone int64
	err := row.Scan(&t.ID, &t.Room, &t.RoomLabel, &t.From, &t.FromName, &t.To, &t.ToName, &t.Date, &t.State, &move, &t.Note,
		&leaving, &ended, &t.entry, &t.Problem, &t.ByID, &t.By, &at, &done, &t.UndoneBy, &undone, &t.Reason)
	if err != nil {
		return t, err
	}
	t.MoveWallet, t.At, t.DoneAt, t.UndoneAt = move == 1, db.Micro(at), db.Micro(done), db.Micro(undone)
	if err := json.Unmarshal([]byte(leaving), &t.Leaving); err != nil {
		return t, fmt.Errorf("decode transfer: %w", err)
	}
	if err := json.Unmarshal([]byte(ended), &t.ended); err != nil {
		return t, fmt.Errorf("decode transfer: %w", err)
	}
	return t, nil
}

func oneTransfer(ctx context.Context, q db.Q, project, transfer id.ID) (Transfer, error) {
	t, err := scanTransfer(q.QueryRow(ctx, transferQuery+" AND t.id = ?", project, transfer))
	return found(t, err, "read transfer", fault.ErrNotFound)
}

// Transfers lists the changes of hands of a room, the newest first; room 0
// means the whole project.
func (s *Service) Transfers(ctx context.Context, q db.Q, project, room id.ID) ([]Transfer, error) {
	query, args := transferQuery, []any{project}
	if room != 0 {
		query, args = query+" AND t.room_id = ?", append(args, room)
	}
	rows, err := q.Query(ctx, query+" ORDER BY t.date DESC, t.id DESC LIMIT 200", args...)
	out, err := db.Collect(rows, err, scanTransfer)
	if err != nil {
		return nil, fmt.Errorf("list transfers: %w", err)
	}
	return out, nil
}

func (t *Transfer) lists() (leaving, ended string, err error) {
	if t.Leaving == nil {
		t.Leaving = []id.ID{}
	}
	if t.ended == nil {
		t.ended = []endedEntry{}
	}
	a, err := json.Marshal(t.Leaving)
	if err != nil {
		return "", "", fmt.Errorf("encode transfer: %w", err)
	}
	b, err := json.Marshal(t.ended)
	if err != nil {
		return "", "", fmt.Errorf("encode transfer: %w", err)
	}
	return string(a), string(b), nil
}

func insertTransfer(ctx context.Context, tx *db.Tx, project id.ID, t *Transfer) error {
	leaving, ended, err := t.lists()
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `INSERT INTO estate_transfer (project_id, id, room_id, from_id, to_id, date, state, move_wallet, note, leaving, ended,
		entry_id, problem, created_by, created_name, created_at, done_at, undone_name, undone_at, undone_reason)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, '', ?, ?, ?, 0, '', 0, '')`, project, t.ID, t.Room, t.From, t.To, t.Date, t.State,
		t.MoveWallet, t.Note, leaving, ended, t.ByID, t.By, t.At)
	if db.IsUnique(err) {
		return ErrTransferOpen
	}
	if err != nil {
		return fmt.Errorf("insert transfer: %w", err)
	}
	return nil
}

func updateTransfer(ctx context.Context, tx *db.Tx, project id.ID, t *Transfer) error {
	_, ended, err := t.lists()
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `UPDATE estate_transfer SET from_id = ?, state = ?, ended = ?, entry_id = ?, problem = ?, done_at = ?, undone_name = ?,
		undone_at = ?, undone_reason = ? WHERE project_id = ? AND id = ?`, t.From, t.State, ended, t.entry, t.Problem, t.DoneAt, t.UndoneBy,
		t.UndoneAt, t.Reason, project, t.ID)
	if err != nil {
		return fmt.Errorf("update transfer: %w", err)
	}
	return nil
}

// NoteTransfer keeps why a planned change of hands could not take effect.
func (s *Service) NoteTransfer(ctx context.Context, tx *db.Tx, project, transfer id.ID, problem string) error {
	_, err := tx.Exec(ctx, "UPDATE estate_transfer SET problem = ? WHERE project_id = ? AND id = ? AND state = 'planned'", problem, project, transfer)
	if err != nil {
		return fmt.Errorf("note transfer: %w", err)
	}
	return nil
}

// lastTransfer is the day of the last change of hands, 0 without one.
func lastTransfer(ctx context.Context, q db.Q, project, room id.ID) (clock.Date, error) {
	var day clock.Date
	err := q.QueryRow(ctx, "SELECT COALESCE(MAX(date), 0) FROM estate_transfer WHERE project_id = ? AND room_id = ? AND state = 'done'",
		project, room).Scan(&day)
	if err != nil {
		return 0, fmt.Errorf("last transfer: %w", err)
	}
	return day, nil
}

// DueTransfers finds them in all projects.
func (s *Service) DueTransfers(ctx context.Context, q db.Q, today clock.Date) ([]DueTransfer, error) {
	rows, err := q.Query(ctx, "SELECT project_id, id FROM estate_transfer WHERE state = 'planned' AND date <= ? ORDER BY project_id, date, id", today)
	out, err := db.Collect(rows, err, func(row db.Scanner) (DueTransfer, error) {
		var d DueTransfer
		err := row.Scan(&d.Project, &d.Transfer)
		return d, err
	})
	if err != nil {
		return nil, fmt.Errorf("due transfers: %w", err)
	}
	return out, nil
}

// PayerChanges are the changes of hands of the rooms after < id ≤ upto from a
// day on, by room, the earliest first.
func (s *Service) PayerChanges(ctx context.Context, q db.Q, project, after, upto id.ID, from clock.Date) ([]PayerChange, error) {
	rows, err := q.Query(ctx, `SELECT room_id, date, from_id FROM estate_transfer WHERE project_id = ? AND room_id > ? AND room_id <= ?
		AND date >= ? AND state = 'done' ORDER BY room_id, date`, project, after, upto, from)
	out, err := db.Collect(rows, err, func(row db.Scanner) (PayerChange, error) {
		var c PayerChange
		err := row.Scan(&c.Room, &c.Date, &c.From)
		return c, err
	})
	if err != nil {
		return nil, fmt.Errorf("payer changes: %w", err)
	}
	return out, nil
}

func deleteOccupant(ctx context.Context, tx *db.Tx, project, occupant id.ID) error {
	if _, err := tx.Exec(ctx, "DELETE FROM estate_occupant WHERE project_id = ? AND id = ?", project, occupant); err != nil {
		return fmt.Errorf("delete occupant: %w", err)
	}
	return nil
}
