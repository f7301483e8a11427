package billing

import (
	"context"

	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/id"
)

func billedBetween(ctx context.Context, q db.Q, project, after, upto id.ID, from, until clock.Month) ([]Billed, error) {
	rows, err := q.Query(ctx, "SELECT CASE WHEN r.kind = 'ahead' THEN 1 ELSE 0 END, "+chargeColumns+chargeTables+` WHERE c.project_id = ? AND c.subject_id > ?
		AND c.subject_id <= ? AND c.month >= ? AND c.month <= ? AND c.source_kind = 1 AND c.live = 1 AND r.state = 'released'
		ORDER BY c.subject_id, c.item_id, c.month, c.segment`, project, after, upto, from, until)
	return db.Collect(rows, err, func(row db.Scanner) (Billed, error) {
		var ahead int
		c, err := scanCharge(withFirst{row, &ahead})
		return Billed{c, ahead == 1}, err
	})
}
