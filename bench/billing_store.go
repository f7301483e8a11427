package bench

import (
	"context"
	"fmt"
	"strings"
	"time"

	"linli/internal/kit/db"
)

// compare copies the charges and postings into empty tables of the same shape,
// keys and indexes, with one statement per project, each its own transaction,
// and times only that.
func (r *BillingResult) compare(ctx context.Context, d *db.DB) error {
	tables := []string{"billing_charge", "ledger_posting"}
	for _, t := range tables {
		if err := clone(ctx, d, t); err != nil {
			return err
		}
	}
	projects, err := projectsOf(ctx, d)
	if err != nil {
		return err
	}
	counts := []*int64{&r.Charges, &r.Postings}
	start := time.Now()
	for i, t := range tables {
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
	r.InDatabase = time.Since(start).Seconds()
	return nil
}

func projectsOf(ctx context.Context, d *db.DB) ([]int64, error) {
	rows, err := d.Reader(ctx).Query(ctx, "SELECT DISTINCT project_id FROM billing_run ORDER BY project_id")
	return db.Collect(rows, err, func(row db.Scanner) (int64, error) {
		var p int64
		err := row.Scan(&p)
		return p, err
	})
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
