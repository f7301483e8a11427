package payment

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"linli/internal/kit/db"
	"linli/internal/kit/fault"
	"linli/internal/kit/id"
	"linli/internal/kit/page"
)

const candidateColumns = `id, channel, transaction_id, number, order_id, room_id, room_label, payer_id, payer_name, receipt_id, receipt_number, amount, why,
	state, note, done_by, done_name, done_at, at, application_id`

func scanCandidate(row db.Scanner) (Candidate, error) {
	var c Candidate
	var done, at int64
	err := row.Scan(&c.ID, &c.Channel, &c.Transaction, &c.Number, &c.Order, &c.Room, &c.RoomLabel, &c.Payer, &c.PayerName, &c.Receipt, &c.ReceiptNumber,
		&c.Amount, &c.Why, &c.State, &c.Note, &c.DoneBy, &c.DoneName, &done, &at, &c.Application)
	c.At = db.Micro(at)
	if done != 0 {
		c.DoneAt = db.Micro(done)
	}
	return c, err
}

func insertCandidate(ctx context.Context, tx *db.Tx, project id.ID, c *Candidate) error {
	_, err := tx.Exec(ctx, "INSERT INTO payment_candidate (project_id, "+candidateColumns+`)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, '', 0, '', 0, ?, 0)`, project, c.ID, c.Channel, c.Transaction, c.Number, c.Order, c.Room,
		c.RoomLabel, c.Payer, c.PayerName, c.Receipt, c.ReceiptNumber, c.Amount, string(c.Why), string(c.State), tx.Now())
	return err
}

func candidates(ctx context.Context, q db.Q, project id.ID, f CandidateFilter) (page.List[Candidate], error) {
	query, args := "SELECT "+candidateColumns+" FROM payment_candidate WHERE project_id = ?", []any{project}
	if f.State != "" {
		query, args = query+" AND state = ?", append(args, string(f.State))
	}
	var after id.ID
	more, err := page.Decode(f.Cursor, &after)
	if err != nil {
		return page.List[Candidate]{}, err
	}
	if more {
		query, args = query+" AND id < ?", append(args, after)
	}
	rows, err := q.Query(ctx, query+" ORDER BY id DESC LIMIT ?", append(args, f.Limit+1)...)
	list, err := db.Collect(rows, err, scanCandidate)
	if err != nil {
		return page.List[Candidate]{}, err
	}
	return page.Cut(list, f.Limit, func(c Candidate) []any { return []any{c.ID} }), nil
}

func lockCandidate(ctx context.Context, tx *db.Tx, project, candidate id.ID) (Candidate, error) {
	if err := tx.Lock(ctx, "SELECT id FROM payment_candidate WHERE project_id = ? AND id = ?", project, candidate); err != nil {
		return Candidate{}, fmt.Errorf("lock refund candidate: %w", err)
	}
	return oneCandidate(ctx, tx, project, candidate)
}

func oneCandidate(ctx context.Context, q db.Q, project, candidate id.ID) (Candidate, error) {
	c, err := scanCandidate(q.QueryRow(ctx, "SELECT "+candidateColumns+" FROM payment_candidate WHERE project_id = ? AND id = ?", project, candidate))
	if errors.Is(err, sql.ErrNoRows) {
		return c, fault.ErrNotFound
	}
	return c, err
}

func updateCandidate(ctx context.Context, tx *db.Tx, project id.ID, c *Candidate) error {
	_, err := tx.Exec(ctx, "UPDATE payment_candidate SET state = ?, note = ?, done_by = ?, done_name = ?, done_at = ?, application_id = ? WHERE project_id = ? AND id = ?",
		string(c.State), c.Note, c.DoneBy, c.DoneName, stored(c.DoneAt), c.Application, project, c.ID)
	if err != nil {
		return fmt.Errorf("write refund candidate: %w", err)
	}
	return nil
}
