package bench

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"linli/internal/kit/db"
	"linli/internal/kit/id"
)

// booked counts receipts of a channel.
func booked(ctx context.Context, d *db.DB) (n int, err error) {
	err = d.Reader(ctx).QueryRow(ctx, "SELECT COUNT(*) FROM payment_capture WHERE receipt_id <> 0").Scan(&n)
	return n, err
}

// bareTable is a table that a callback writes to and the column that tells
// whose row it is.
type bareTable struct{ name, column string }

func bareTables() []bareTable {
	return []bareTable{{"payment_notice", "transaction_id"}, {"payment_capture", "transaction_id"}, {"cashier_receipt", "id"}, {"cashier_line", "receipt_id"},
		{"cashier_pay", "receipt_id"}, {"ledger_posting", "doc_id"}, {"audit_entry", "subject_id"},
		{"notify_message", "ref"}, {"notify_inbox", "ref"}}
}

// bareRow is one row to be written again.
type bareRow struct {
	insert string
	values []any
}

// bare writes the rows of every callback into empty tables of the same shape:
// one durable transaction for each, by as many writers.
func (r *CallbacksResult) bare(ctx context.Context, d *db.DB, projects []id.ID) error {
	var work [][]bareRow
	for _, t := range bareTables() {
		if err := clone(ctx, d, t.name); err != nil {
			return err
		}
	}
	for _, p := range projects {
		list, err := rowsOfCallbacks(ctx, d, p)
		if err != nil {
			return err
		}
		work = append(work, list...)
	}
	if len(work) != r.Callbacks {
		return fmt.Errorf("%d callbacks left rows, %d were sent", len(work), r.Callbacks)
	}
	for _, rows := range work {
		r.Rows += len(rows)
	}
	r.Rows /= len(work)
	var next atomic.Int64
	var wg sync.WaitGroup
	failed := make(chan error, callbackSenders)
	start := time.Now()
	for range callbackSenders {
		wg.Go(func() {
			for i := int(next.Add(1)) - 1; i < len(work); i = int(next.Add(1)) - 1 {
				err := d.Write(ctx, func(tx *db.Tx) error {
					for _, row := range work[i] {
						if _, err := tx.Exec(ctx, row.insert, row.values...); err != nil {
							return err
						}
					}
					return nil
				})
				if err != nil {
					failed <- err
					return
				}
			}
		})
	}
	wg.Wait()
	r.RawRate = float64(len(work)) / time.Since(start).Seconds()
	select {
	case err := <-failed:
		return err
	default:
		return nil
	}
}

// rowsOfCallbacks reads what each callback of a project left behind.
func rowsOfCallbacks(ctx context.Context, d *db.DB, project id.ID) ([][]bareRow, error) {
	tables := map[string]map[string][]bareRow{}
	for _, t := range bareTables() {
		list, err := rowsBy(ctx, d, project, t)
		if err != nil {
			return nil, fmt.Errorf("read %s: %w", t.name, err)
		}
		tables[t.name] = list
	}
	rows, err := d.Reader(ctx).Query(ctx, "SELECT transaction_id, order_id, receipt_id FROM payment_capture WHERE project_id = ?", project)
	return db.Collect(rows, err, func(row db.Scanner) ([]bareRow, error) {
		var transaction, order, receipt string
		if err := row.Scan(&transaction, &order, &receipt); err != nil {
			return nil, err
		}
		var out []bareRow
		for _, t := range bareTables() {
			key := receipt
			switch t.column {
			case "transaction_id":
				key = transaction
			case "ref":
				key = "receipt/" + receipt
			}
			out = append(out, tables[t.name][key]...)
		}
		return append(out, tables["audit_entry"][order]...), nil
	})
}

func rowsBy(ctx context.Context, d *db.DB, project id.ID, t bareTable) (map[string][]bareRow, error) {
	rows, err := d.Reader(ctx).Query(ctx, "SELECT * FROM "+t.name+" WHERE project_id = ?", project)
	if err != nil {
		return nil, err
	}
	columns, err := rows.Columns()
	if err != nil {
		rows.Close()
		return nil, err
	}
	insert, at := "INSERT INTO bench_"+t.name+" ("+strings.Join(columns, ", ")+") VALUES ("+db.In(len(columns))+")", 0
	for i, c := range columns {
		if c == t.column {
			at = i
		}
	}
	out := map[string][]bareRow{}
	_, err = db.Collect(rows, nil, func(row db.Scanner) (struct{}, error) {
		values, into := make([]any, len(columns)), make([]any, len(columns))
		for i := range values {
			into[i] = &values[i]
		}
		err := row.Scan(into...)
		key := fmt.Sprint(values[at])
		out[key] = append(out[key], bareRow{insert, values})
		return struct{}{}, err
	})
	return out, err
}
