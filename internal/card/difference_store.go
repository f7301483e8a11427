package card

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"

	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/fault"
	"linli/internal/kit/id"
	"linli/internal/kit/page"
)

const differenceColumns = `id, day, kind, line_id, receipt_id, pay_no, receipt_number, room_label, there, here, proof, at, state, remedy, note, done_by, done_name, done_at`

func scanDifference(row db.Scanner) (Difference, error) {
	var d Difference
	var at, done int64
	err := row.Scan(&d.ID, &d.Day, &d.Kind, &d.Line, &d.Receipt, &d.PayNo, &d.ReceiptNumber, &d.RoomLabel, &d.There, &d.Here, &d.Proof, &at, &d.State, &d.Remedy, &d.Note,
		&d.DoneBy, &d.DoneName, &done)
	d.At = db.Micro(at)
	if done != 0 {
		d.DoneAt = db.Micro(done)
	}
	return d, err
}

func lockDifference(ctx context.Context, tx *db.Tx, project, difference id.ID) (Difference, error) {
	if err := tx.Lock(ctx, "SELECT id FROM card_difference WHERE project_id = ? AND id = ?", project, difference); err != nil {
		return Difference{}, fmt.Errorf("lock card difference: %w", err)
	}
	d, err := scanDifference(tx.QueryRow(ctx, "SELECT "+differenceColumns+" FROM card_difference WHERE project_id = ? AND id = ?", project, difference))
	if errors.Is(err, sql.ErrNoRows) {
		return d, fault.ErrNotFound
	}
	return d, err
}

func updateDifference(ctx context.Context, tx *db.Tx, project id.ID, d *Difference) error {
	_, err := tx.Exec(ctx, `UPDATE card_difference SET receipt_id = ?, pay_no = ?, receipt_number = ?, room_label = ?, here = ?, state = ?, remedy = ?, note = ?, done_by = ?,
		done_name = ?, done_at = ? WHERE project_id = ? AND id = ?`, d.Receipt, d.PayNo, d.ReceiptNumber, d.RoomLabel, d.Here, d.State, string(d.Remedy), d.Note, d.DoneBy,
		d.DoneName, d.DoneAt, project, d.ID)
	return err
}

// sameThing tells differences apart: in what they differ, of which line, of
// which payment.
type sameThing struct {
	kind    Kind
	line    id.ID
	receipt id.ID
	no      int
}

func (d *Difference) thing() sameThing { return sameThing{d.Kind, d.Line, d.Receipt, d.PayNo} }

// keepDifferences writes what was found in some days: new ones are open, open
// ones that were not found are gone, and gone ones that are back are open.
// What somebody has dealt with stays so.
func keepDifferences(ctx context.Context, tx *db.Tx, project id.ID, days []clock.Date, found []Difference) error {
	if len(days) == 0 {
		return nil
	}
	rows, err := tx.Query(ctx, "SELECT "+differenceColumns+" FROM card_difference WHERE project_id = ? AND day >= ? AND day <= ?", project, days[0], days[len(days)-1])
	list, err := db.Collect(rows, err, scanDifference)
	if err != nil {
		return err
	}
	known := map[sameThing]*Difference{}
	for i := range list {
		known[list[i].thing()] = &list[i]
	}
	set := func(d *Difference, state string) error {
		_, err := tx.Exec(ctx, "UPDATE card_difference SET state = ? WHERE project_id = ? AND id = ?", state, project, d.ID)
		return err
	}
	for i := range found {
		d := &found[i]
		old := known[d.thing()]
		delete(known, d.thing())
		switch {
		case old == nil && !settledAs(list, d):
			if err := insertDifference(ctx, tx, project, d); err != nil {
				return err
			}
		case old != nil && old.State == StateGone:
			if err := set(old, StateOpen); err != nil {
				return err
			}
		}
	}
	for _, old := range known {
		if old.State == StateOpen {
			if err := set(old, StateGone); err != nil {
				return err
			}
		}
	}
	return nil
}

// settledAs tells that somebody has dealt with the line already while it was
// another difference: an unknown sale that was taken at the counter.
func settledAs(list []Difference, d *Difference) bool {
	return d.Line != 0 && slices.ContainsFunc(list, func(x Difference) bool { return x.Line == d.Line && x.State == StateDone && x.Kind == d.Kind })
}

func insertDifference(ctx context.Context, tx *db.Tx, project id.ID, d *Difference) error {
	_, err := tx.Exec(ctx, "INSERT INTO card_difference (project_id, "+differenceColumns+") VALUES ("+db.In(19)+")", project, tx.NewID(), d.Day, string(d.Kind), d.Line,
		d.Receipt, d.PayNo, d.ReceiptNumber, d.RoomLabel, d.There, d.Here, d.Proof, d.At, StateOpen, "", "", 0, "", 0)
	return err
}

func listDifferences(ctx context.Context, q db.Q, project id.ID, f Filter) (page.List[Difference], error) {
	query, args := "SELECT "+differenceColumns+" FROM card_difference WHERE project_id = ?", []any{project}
	add := func(on bool, text string, values ...any) {
		if on {
			query, args = query+" AND "+text, append(args, values...)
		}
	}
	add(f.Day != 0, "day = ?", f.Day)
	add(f.State != "", "state = ?", f.State)
	add(f.Kind != "", "kind = ?", string(f.Kind))
	var day clock.Date
	var before id.ID
	more, err := page.Decode(f.Cursor, &day, &before)
	if err != nil {
		return page.List[Difference]{}, err
	}
	add(more, "(day, id) < (?, ?)", day, before)
	rows, err := q.Query(ctx, query+" ORDER BY day DESC, id DESC LIMIT ?", append(args, f.Limit+1)...)
	list, err := db.Collect(rows, err, scanDifference)
	if err != nil {
		return page.List[Difference]{}, err
	}
	return page.Cut(list, f.Limit, func(d Difference) []any { return []any{d.Day, d.ID} }), nil
}
