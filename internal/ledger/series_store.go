package ledger

import (
	"context"

	"linli/internal/kit/db"
	"linli/internal/kit/id"
)

func stands(ctx context.Context, q db.Q, project id.ID) ([]Stand, error) {
	rows, err := q.Query(ctx, "SELECT series, year, last FROM ledger_series WHERE project_id = ? ORDER BY series, year", project)
	return db.Collect(rows, err, func(row db.Scanner) (st Stand, err error) { return st, row.Scan(&st.Series, &st.Year, &st.Last) })
}

func prefixes(ctx context.Context, q db.Q, project id.ID) (Prefixes, error) {
	rows, err := q.Query(ctx, "SELECT series, year, prefix FROM ledger_prefix WHERE project_id = ? ORDER BY series, year", project)
	return db.Collect(rows, err, func(row db.Scanner) (p Prefix, err error) { return p, row.Scan(&p.Series, &p.Year, &p.Text) })
}

// holdSeries keeps others from taking the first number of a year until the end
// of tx, and tells whether it is still to be taken. The row it holds meanwhile
// is never seen by anybody: without a number a year has no row.
func holdSeries(ctx context.Context, tx *db.Tx, project id.ID, series string, year int) (free bool, err error) {
	if _, err := tx.Exec(ctx, `INSERT INTO ledger_series (project_id, series, year, last) VALUES (?, ?, ?, 0)
		ON CONFLICT (project_id, series, year) DO NOTHING`, project, series, year); err != nil {
		return false, err
	}
	n, err := tx.Exec(ctx, "DELETE FROM ledger_series WHERE project_id = ? AND series = ? AND year = ? AND last = 0", project, series, year)
	return n == 1, err
}

func putPrefix(ctx context.Context, tx *db.Tx, project id.ID, p Prefix) error {
	_, err := tx.Exec(ctx, `INSERT INTO ledger_prefix (project_id, series, year, prefix) VALUES (?, ?, ?, ?)
		ON CONFLICT (project_id, series, year) DO UPDATE SET prefix = excluded.prefix`, project, p.Series, p.Year, p.Text)
	return err
}
