package correction

import (
	"context"
	"fmt"
	"slices"

	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
)

const lineColumns = "charge_id, item_id, item_name, month, payer_id, was, done, due, amount, causes, made_id, credited, returned"

func scanLine(row db.Scanner) (Line, error) {
	var l Line
	err := row.Scan(&l.Charge, &l.Item, &l.ItemName, &l.Month, &l.Payer, &l.Was, &l.Done, &l.Due, &l.Amount, &l.Causes, &l.Made, &l.Credited, &l.Returned)
	return l, err
}

// doneLine is what a valid document corrected of a charge.
type doneLine struct {
	place
	charge, made id.ID
	amount       money.Fen
}

const validLines = ` FROM correction_line l JOIN correction_doc d ON d.project_id = l.project_id AND d.id = l.doc_id
	WHERE l.project_id = ? AND d.state = 'made'`

func doneLines(ctx context.Context, q db.Q, project, after, upto id.ID, from, until clock.Month) ([]doneLine, error) {
	rows, err := q.Query(ctx, "SELECT l.room_id, l.item_id, l.month, l.charge_id, l.made_id, l.amount"+validLines+` AND l.room_id > ? AND l.room_id <= ?
		AND l.month >= ? AND l.month <= ? ORDER BY l.room_id, l.doc_id, l.no`, project, after, upto, from, until)
	return db.Collect(rows, err, func(row db.Scanner) (doneLine, error) {
		var x doneLine
		err := row.Scan(&x.room, &x.item, &x.month, &x.charge, &x.made, &x.amount)
		return x, err
	})
}

// chargesOf are the charges that corrections made for a charge, the oldest
// first, and behind them the charge itself.
func chargesOf(ctx context.Context, q db.Q, project, charge id.ID) ([]id.ID, error) {
	rows, err := q.Query(ctx, "SELECT l.made_id"+validLines+" AND l.charge_id = ? AND l.made_id <> 0 ORDER BY l.doc_id, l.no", project, charge)
	out, err := db.Collect(rows, err, func(row db.Scanner) (made id.ID, err error) { return made, row.Scan(&made) })
	if err != nil {
		return nil, fmt.Errorf("charges of corrections: %w", err)
	}
	return append(out, charge), nil
}

// madeIn are the charges that corrections made in a room, by the charge of the
// run, the oldest first.
func madeIn(ctx context.Context, q db.Q, project, room id.ID) (map[id.ID][]id.ID, error) {
	rows, err := q.Query(ctx, "SELECT l.charge_id, l.made_id"+validLines+" AND l.room_id = ? AND l.made_id <> 0 ORDER BY l.doc_id, l.no", project, room)
	out := map[id.ID][]id.ID{}
	_, err = db.Collect(rows, err, func(row db.Scanner) (struct{}, error) {
		var charge, made id.ID
		err := row.Scan(&charge, &made)
		out[charge] = append(out[charge], made)
		return struct{}{}, err
	})
	return out, err
}

// credit is what a document took off a charge.
type credit struct {
	charge id.ID
	amount money.Fen
}

func scanCredit(row db.Scanner) (credit, error) {
	var c credit
	return c, row.Scan(&c.charge, &c.amount)
}

func creditsOf(ctx context.Context, q db.Q, project, doc id.ID) ([]credit, error) {
	rows, err := q.Query(ctx, "SELECT charge_id, amount FROM correction_credit WHERE project_id = ? AND doc_id = ? ORDER BY charge_id", project, doc)
	return db.Collect(rows, err, scanCredit)
}

// validCredits sums what valid documents took off, by charge.
func validCredits(ctx context.Context, q db.Q, project id.ID) ([]credit, error) {
	rows, err := q.Query(ctx, `SELECT c.charge_id, CAST(SUM(c.amount) AS BIGINT) FROM correction_credit c JOIN correction_doc d ON d.project_id = c.project_id AND d.id = c.doc_id
		WHERE c.project_id = ? AND d.state = 'made' GROUP BY c.charge_id ORDER BY c.charge_id`, project)
	return db.Collect(rows, err, scanCredit)
}

// returnedByCharge sums what valid documents gave back, by the charge of the run.
func returnedByCharge(ctx context.Context, q db.Q, project id.ID) ([]credit, error) {
	rows, err := q.Query(ctx, "SELECT l.charge_id, CAST(SUM(l.returned) AS BIGINT)"+validLines+" AND l.returned > 0 GROUP BY l.charge_id", project)
	return db.Collect(rows, err, scanCredit)
}

// laterLine is what a valid document says of a charge.
type laterLine struct {
	Line
	number, by string
	date       clock.Date
}

func linesOn(ctx context.Context, q db.Q, project id.ID, charges []id.ID) ([]laterLine, error) {
	var out []laterLine
	for part := range slices.Chunk(charges, 500) {
		args := []any{project}
		for _, c := range part {
			args = append(args, int64(c))
		}
		rows, err := q.Query(ctx, `SELECT l.charge_id, l.due, l.amount, l.causes, l.made_id, l.credited, l.returned, d.number, d.by_name, d.date`+validLines+
			" AND l.charge_id IN ("+db.In(len(part))+") ORDER BY l.doc_id, l.no", args...)
		got, err := db.Collect(rows, err, func(row db.Scanner) (laterLine, error) {
			var x laterLine
			err := row.Scan(&x.Charge, &x.Due, &x.Amount, &x.Causes, &x.Made, &x.Credited, &x.Returned, &x.number, &x.by, &x.date)
			return x, err
		})
		if err != nil {
			return nil, err
		}
		out = append(out, got...)
	}
	return out, nil
}

// madeLines are the lines of valid documents that made a charge.
func madeLines(ctx context.Context, q db.Q, project id.ID) ([]doneLine, error) {
	rows, err := q.Query(ctx, "SELECT l.room_id, l.item_id, l.month, l.charge_id, l.made_id, l.amount"+validLines+" AND l.made_id <> 0 ORDER BY l.made_id", project)
	return db.Collect(rows, err, func(row db.Scanner) (doneLine, error) {
		var x doneLine
		err := row.Scan(&x.room, &x.item, &x.month, &x.charge, &x.made, &x.amount)
		return x, err
	})
}

// returnedByDoc is what each document gave back, whatever its state.
func returnedByDoc(ctx context.Context, q db.Q, project id.ID) (map[id.ID][2]money.Fen, error) {
	rows, err := q.Query(ctx, `SELECT d.id, CAST(SUM(l.returned) AS BIGINT), CASE WHEN d.state = 'voided' THEN CAST(SUM(l.returned) AS BIGINT) ELSE 0 END
		FROM correction_line l JOIN correction_doc d ON d.project_id = l.project_id AND d.id = l.doc_id WHERE l.project_id = ? AND l.returned > 0 GROUP BY d.id, d.state`, project)
	out := map[id.ID][2]money.Fen{}
	_, err = db.Collect(rows, err, func(row db.Scanner) (struct{}, error) {
		var doc id.ID
		var x [2]money.Fen
		err := row.Scan(&doc, &x[0], &x[1])
		out[doc] = x
		return struct{}{}, err
	})
	return out, err
}
