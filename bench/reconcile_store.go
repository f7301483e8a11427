package bench

import (
	"context"
	"fmt"
	"time"

	"linli/internal/kit/clock"
	"linli/internal/kit/db"
)

// forgetAnnouncing ends the jobs that would tell the channel of the prepared
// orders: they are paid.
func forgetAnnouncing(ctx context.Context, d *db.DB) error {
	return d.Write(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(ctx, "UPDATE kit_job SET state = 'done', done_at = ? WHERE state = 'ready' AND kind = 'payment.announce'", tx.Now())
		return err
	})
}

// bare reads the file that was sent without any check into an empty table of
// the same shape, in one transaction, and finds what differs by one join.
func (w *reconcileWorld) bare(ctx context.Context, day clock.Date) (seconds float64, err error) {
	if err := clone(ctx, w.app.DB, "payment_bill_line"); err != nil {
		return 0, err
	}
	var statement int64
	if err := w.app.DB.Reader(ctx).QueryRow(ctx, "SELECT id FROM payment_statement WHERE project_id = ?", w.project).Scan(&statement); err != nil {
		return 0, err
	}
	start := time.Now()
	var lines, odd int
	err = w.app.DB.Write(ctx, func(tx *db.Tx) error {
		var waiting []bareLine
		flush := func() error {
			err := tx.Copy(ctx, "bench_payment_bill_line", []string{"project_id", "channel", "transaction_id", "refund_id", "statement_id", "number", "words", "amount",
				"settled", "refund", "fee", "paid_at"}, len(waiting), func(i int, dst []any) error {
				l := &waiting[i]
				dst[0], dst[1], dst[2], dst[3], dst[4], dst[5] = int64(w.project), w.street.channel, l.transaction, l.refund, statement, l.number
				dst[6], dst[7], dst[8], dst[9], dst[10], dst[11] = l.words, l.amount, l.settled, l.back, l.fee, l.at.UnixMicro()
				return nil
			})
			lines += len(waiting)
			waiting = waiting[:0]
			return err
		}
		err := w.street.lines(func(l bareLine) error {
			if waiting = append(waiting, l); len(waiting) < 5000 {
				return nil
			}
			return flush()
		})
		if err == nil {
			err = flush()
		}
		if err != nil {
			return err
		}
		return tx.QueryRow(ctx, `SELECT (SELECT COUNT(*) FROM bench_payment_bill_line l LEFT JOIN payment_capture c
				ON c.project_id = l.project_id AND c.channel = l.channel AND c.transaction_id = l.transaction_id
				WHERE l.project_id = ? AND (c.amount IS NULL OR l.refund_id <> '' OR c.amount <> l.amount)) +
			(SELECT COUNT(*) FROM payment_capture c LEFT JOIN bench_payment_bill_line l
				ON l.project_id = c.project_id AND l.channel = c.channel AND l.transaction_id = c.transaction_id AND l.refund_id = ''
				WHERE c.project_id = ? AND c.paid_at >= ? AND c.paid_at < ? AND l.number IS NULL)`,
			w.project, w.project, day.Start(), day.AddDays(1).Start()).Scan(&odd)
	})
	if err != nil {
		return 0, err
	}
	seconds = time.Since(start).Seconds()
	// Fees are not in the join, and what was not credited is by now.
	if want := len(w.planted) * (len(spoilings) - 1) / (len(spoilings) + 1); odd != want {
		return 0, fmt.Errorf("the join finds %d differences in %d lines, not %d", odd, lines, want)
	}
	return seconds, nil
}
