package reconcile

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"linli/internal/kit/db"
	"linli/internal/kit/fault"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
	"linli/internal/kit/page"
	"linli/internal/payment"
)

// lineKey tells a line among those of its day: a digest of its transaction and
// refund.
type lineKey [16]byte

func keyOf(transaction, refund string) lineKey {
	sum := sha256.Sum256([]byte(transaction + "\n" + refund))
	return lineKey(sum[:16])
}

// keptLines are the lines of a statement that an earlier try has kept.
func keptLines(ctx context.Context, q db.Q, project, statement id.ID) (map[lineKey]bool, error) {
	rows, err := q.Query(ctx, "SELECT transaction_id, refund_id FROM payment_bill_line WHERE project_id = ? AND statement_id = ?", project, statement)
	out := map[lineKey]bool{}
	_, err = db.Collect(rows, err, func(row db.Scanner) (struct{}, error) {
		var transaction, refund string
		err := row.Scan(&transaction, &refund)
		out[keyOf(transaction, refund)] = true
		return struct{}{}, err
	})
	return out, err
}

// keepLines writes lines of a bill.
func keepLines(ctx context.Context, tx *db.Tx, project id.ID, st *Statement, fresh []*payment.BillLine) error {
	return tx.Copy(ctx, "payment_bill_line", []string{"project_id", "channel", "transaction_id", "refund_id", "statement_id", "number", "words", "amount",
		"settled", "refund", "fee", "paid_at"}, len(fresh), func(i int, dst []any) error {
		l := fresh[i]
		dst[0], dst[1], dst[2], dst[3], dst[4], dst[5] = int64(project), st.Channel, l.Transaction, l.Refund, int64(st.ID), l.Number
		dst[6], dst[7], dst[8], dst[9], dst[10], dst[11] = l.Words, int64(l.Amount), int64(l.Settled), int64(l.Back), l.Fee, l.At.UnixMicro()
		return nil
	})
}

// backOf is what the bills of a channel say went back of a payment.
func backOf(ctx context.Context, q db.Q, project id.ID, channel, transaction string) (money.Fen, error) {
	var back int64
	err := q.QueryRow(ctx, "SELECT CAST(COALESCE(SUM(refund), 0) AS BIGINT) FROM payment_bill_line WHERE project_id = ? AND channel = ? AND transaction_id = ?",
		project, channel, transaction).Scan(&back)
	return money.Fen(back), err
}

// sumStatement counts the lines and differences of a statement anew.
func sumStatement(ctx context.Context, q db.Q, project id.ID, st *Statement) error {
	err := q.QueryRow(ctx, `SELECT COUNT(*), CAST(COALESCE(SUM(amount), 0) AS BIGINT), CAST(COALESCE(SUM(refund), 0) AS BIGINT), CAST(COALESCE(SUM(fee), 0) AS BIGINT)
		FROM payment_bill_line WHERE project_id = ? AND statement_id = ?`, project, st.ID).Scan(&st.Lines, &st.Amount, &st.Refunds, &st.Fee)
	if err != nil {
		return fmt.Errorf("sum lines: %w", err)
	}
	err = q.QueryRow(ctx, `SELECT COUNT(*), COUNT(*) FILTER (WHERE state = 'open') FROM payment_difference WHERE project_id = ? AND statement_id = ? AND state <> 'gone'`,
		project, st.ID).Scan(&st.Differences, &st.Open)
	if err != nil {
		return fmt.Errorf("count differences: %w", err)
	}
	return nil
}

const differenceColumns = `id, statement_id, day, channel, merchant, kind, transaction_id, refund_id, number, order_id, room_label, there, here, words, paid_at,
	state, remedy, note, done_by, done_name, done_at`

func scanDifference(row db.Scanner) (Difference, error) {
	var d Difference
	var at, done int64
	err := row.Scan(&d.ID, &d.Statement, &d.Day, &d.Channel, &d.Merchant, &d.Kind, &d.Transaction, &d.Refund, &d.Number, &d.Order, &d.RoomLabel, &d.There,
		&d.Here, &d.Words, &at, &d.State, &d.Remedy, &d.Note, &d.DoneBy, &d.DoneName, &done)
	d.At = db.Micro(at)
	if done != 0 {
		d.DoneAt = db.Micro(done)
	}
	return d, err
}

// insertDifferences writes those that are not known; one that was gone and is
// back is open again.
func insertDifferences(ctx context.Context, tx *db.Tx, project id.ID, list []Difference) error {
	for i := range list {
		d := &list[i]
		_, err := tx.Exec(ctx, "INSERT INTO payment_difference (project_id, "+differenceColumns+`)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'open', '', '', 0, '', 0)
			ON CONFLICT (project_id, statement_id, kind, transaction_id, refund_id) DO UPDATE SET state = 'open', note = '', done_name = '', done_at = 0
			WHERE payment_difference.state = 'gone'`, project, tx.NewID(), d.Statement, d.Day, d.Channel, d.Merchant, string(d.Kind), d.Transaction,
			d.Refund, d.Number, d.Order, d.RoomLabel, d.There, d.Here, d.Words, d.At)
		if err != nil {
			return err
		}
	}
	return nil
}

func oneDifference(ctx context.Context, q db.Q, project, difference id.ID) (Difference, error) {
	d, err := scanDifference(q.QueryRow(ctx, "SELECT "+differenceColumns+" FROM payment_difference WHERE project_id = ? AND id = ?", project, difference))
	if errors.Is(err, sql.ErrNoRows) {
		return d, fault.ErrNotFound
	}
	return d, err
}

func differencesOf(ctx context.Context, q db.Q, project, statement id.ID) ([]Difference, error) {
	rows, err := q.Query(ctx, "SELECT "+differenceColumns+" FROM payment_difference WHERE project_id = ? AND statement_id = ? AND state = 'open' ORDER BY id", project, statement)
	return db.Collect(rows, err, scanDifference)
}

// where finds the differences of a filter on all its pages.
func (f *DifferenceFilter) where(project id.ID) (query string, args []any) {
	query, args = " FROM payment_difference WHERE project_id = ?", []any{project}
	if f.Statement != 0 {
		query, args = query+" AND statement_id = ?", append(args, f.Statement)
	}
	if f.State != "" {
		query, args = query+" AND state = ?", append(args, string(f.State))
	}
	if f.Kind != "" {
		query, args = query+" AND kind = ?", append(args, string(f.Kind))
	}
	return query, args
}

// sumDifferences leaves fees out of the sums: they are no whole fen.
func sumDifferences(ctx context.Context, q db.Q, project id.ID, f DifferenceFilter) (s DifferenceSums, err error) {
	query, args := f.where(project)
	const back, paid = "kind IN ('refund', 'refund_missing', 'refund_amount')", "kind NOT IN ('refund', 'refund_missing', 'refund_amount', 'fee')"
	sum := func(column, kinds string) string {
		return "CAST(COALESCE(SUM(" + column + ") FILTER (WHERE " + kinds + "), 0) AS BIGINT)"
	}
	err = q.QueryRow(ctx, "SELECT COUNT(*), COUNT(*) FILTER (WHERE kind = 'fee'), "+sum("there", paid)+", "+sum("here", paid)+", "+sum("there", back)+", "+sum("here", back)+query, args...).
		Scan(&s.Count, &s.Fees, &s.There, &s.Here, &s.BackThere, &s.BackHere)
	return s, err
}

func differences(ctx context.Context, q db.Q, project id.ID, f DifferenceFilter) (page.List[Difference], error) {
	query, args := f.where(project)
	var day, after int64
	more, err := page.Decode(f.Cursor, &day, &after)
	if err != nil {
		return page.List[Difference]{}, err
	}
	if more {
		query, args = query+" AND (day, id) < (?, ?)", append(args, day, after)
	}
	rows, err := q.Query(ctx, "SELECT "+differenceColumns+query+" ORDER BY day DESC, id DESC LIMIT ?", append(args, f.Limit+1)...)
	list, err := db.Collect(rows, err, scanDifference)
	if err != nil {
		return page.List[Difference]{}, err
	}
	return page.Cut(list, f.Limit, func(d Difference) []any { return []any{int64(d.Day), int64(d.ID)} }), nil
}

func updateDifference(ctx context.Context, tx *db.Tx, project id.ID, d *Difference) error {
	var done any = int64(0)
	if d.DoneAt != (time.Time{}) {
		done = d.DoneAt
	}
	_, err := tx.Exec(ctx, "UPDATE payment_difference SET state = ?, remedy = ?, note = ?, done_by = ?, done_name = ?, done_at = ? WHERE project_id = ? AND id = ?",
		string(d.State), string(d.Remedy), d.Note, d.DoneBy, d.DoneName, done, project, d.ID)
	if err != nil {
		return fmt.Errorf("write difference: %w", err)
	}
	return nil
}
