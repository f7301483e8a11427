package card

import (
	"context"

	"linli/internal/kit/actor"
	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/id"
)

const lineColumns = `id, file_id, no, print, kind, words, terminal, batch, voucher, reference, origin, last4, amount, fee, at, day, receipt_id, pay_no, pair_id`

func scanLine(row db.Scanner) (*Line, error) {
	var l Line
	var at int64
	err := row.Scan(&l.ID, &l.File, &l.No, &l.Print, &l.Kind, &l.Words, &l.Terminal, &l.Batch, &l.Voucher, &l.Reference, &l.Origin, &l.Last4, &l.Amount, &l.Fee,
		&at, &l.Day, &l.Receipt, &l.PayNo, &l.Pair)
	l.At = db.Micro(at)
	return &l, err
}

func insertFile(ctx context.Context, tx *db.Tx, project, file id.ID, name, hash string, who actor.Actor) error {
	_, err := tx.Exec(ctx, "INSERT INTO card_file (project_id, id, name, hash, lines, by_id, by_name, at) VALUES (?, ?, ?, ?, 0, ?, ?, ?)", project, file,
		cutTo(name, 100), hash, who.Account, who.Name, tx.Now())
	return err
}

func updateFile(ctx context.Context, tx *db.Tx, project, file id.ID, lines int) error {
	_, err := tx.Exec(ctx, "UPDATE card_file SET lines = ? WHERE project_id = ? AND id = ?", lines, project, file)
	return err
}

// insertLine adds a line once; false when it is there already.
func insertLine(ctx context.Context, tx *db.Tx, project id.ID, l *Line) (bool, error) {
	n, err := tx.Exec(ctx, "INSERT INTO card_line (project_id, "+lineColumns+") VALUES ("+db.In(20)+") ON CONFLICT (project_id, print) DO NOTHING", project,
		l.ID, l.File, l.No, l.Print, string(l.Kind), l.Words, l.Terminal, l.Batch, l.Voucher, l.Reference, l.Origin, l.Last4, l.Amount, l.Fee, l.At, l.Day, 0, 0, 0)
	return n > 0, err
}

func tieLine(ctx context.Context, tx *db.Tx, project id.ID, l *Line) error {
	_, err := tx.Exec(ctx, "UPDATE card_line SET receipt_id = ?, pay_no = ?, pair_id = ? WHERE project_id = ? AND id = ?", l.Receipt, l.PayNo, l.Pair, project, l.ID)
	return err
}

func oneLine(ctx context.Context, q db.Q, project, line id.ID) (*Line, error) {
	return scanLine(q.QueryRow(ctx, "SELECT "+lineColumns+" FROM card_line WHERE project_id = ? AND id = ?", project, line))
}

func linesBetween(ctx context.Context, q db.Q, project id.ID, from, until clock.Date) ([]*Line, error) {
	rows, err := q.Query(ctx, "SELECT "+lineColumns+" FROM card_line WHERE project_id = ? AND day >= ? AND day <= ? ORDER BY at, id", project, from, until)
	return db.Collect(rows, err, scanLine)
}

// tiedBeyond are the payments that lines of other days are tied to.
func tiedBeyond(ctx context.Context, q db.Q, project id.ID, from, until clock.Date) (map[payKey]*Line, error) {
	rows, err := q.Query(ctx, "SELECT "+lineColumns+" FROM card_line WHERE project_id = ? AND receipt_id <> 0 AND (day < ? OR day > ?) AND day >= ? AND day <= ?", project,
		from, until, from.AddDays(-4*near), until.AddDays(4*near))
	list, err := db.Collect(rows, err, scanLine)
	out := map[payKey]*Line{}
	for _, l := range list {
		out[payKey{l.Receipt, l.PayNo, l.Kind != LineSale}] = l
	}
	return out, err
}
