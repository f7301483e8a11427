package bench

import (
	"context"
	"fmt"
	"strings"
	"time"

	"linli/internal/kit/db"
	"linli/internal/kit/id"
)

func benchTables() []string { return []string{"billing_charge", "ledger_posting"} }

// clones makes empty tables of the same shape, keys and indexes.
func (r *BillingResult) clones(ctx context.Context, d *db.DB) error {
	for _, t := range benchTables() {
		if err := clone(ctx, d, t); err != nil {
			return err
		}
	}
	return nil
}

// copyRows copies the charges and postings of some projects into the clones,
// with one statement per project, each its own transaction, and times only
// that.
func (r *BillingResult) copyRows(ctx context.Context, d *db.DB, projects []id.ID) error {
	counts := []*int64{&r.Charges, &r.Postings}
	start := time.Now()
	for i, t := range benchTables() {
		for _, p := range projects {
			err := d.Write(ctx, func(tx *db.Tx) error {
				n, err := tx.Exec(ctx, "INSERT INTO bench_"+t+" SELECT * FROM "+t+" WHERE project_id = ?", p)
				*counts[i] += n
				return err
			})
			if err != nil {
				return err
			}
		}
	}
	r.InDatabase += time.Since(start).Seconds()
	return nil
}

// clone makes bench_<table> with the same columns, checks and indexes.
func clone(ctx context.Context, d *db.DB, table string) error {
	if d.Engine() == db.Postgres {
		return d.Write(ctx, func(tx *db.Tx) error {
			_, err := tx.Exec(ctx, "CREATE TABLE bench_"+table+" (LIKE "+table+" INCLUDING ALL)")
			return err
		})
	}
	rows, err := d.Reader(ctx).Query(ctx, "SELECT name, sql FROM sqlite_master WHERE tbl_name = ? AND sql IS NOT NULL ORDER BY type DESC", table)
	made, err := db.Collect(rows, err, func(row db.Scanner) ([2]string, error) {
		var x [2]string
		err := row.Scan(&x[0], &x[1])
		return x, err
	})
	if err != nil {
		return fmt.Errorf("read shape of %s: %w", table, err)
	}
	return d.Write(ctx, func(tx *db.Tx) error {
		for _, m := range made {
			text := strings.Replace(m[1], m[0], "bench_"+m[0], 1)
			if m[0] != table {
				text = strings.Replace(text, " "+table+" ", " bench_"+table+" ", 1)
			}
			if _, err := tx.Exec(ctx, text); err != nil {
				return fmt.Errorf("%s: %w", text, err)
			}
		}
		return nil
	})
}
