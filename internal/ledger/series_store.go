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
