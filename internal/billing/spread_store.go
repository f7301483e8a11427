package billing

import (
	"context"
	"fmt"

	"linli/internal/kit/db"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
)

// ofRun narrows charges to the lines of a run that count; its ids are a range
// of the primary key.
const ofRun = " FROM billing_charge c WHERE c.project_id = ? AND c.id >= ? AND c.id <= ? AND c.run_id = ? AND c.hold <> 2"

func runArgs(project id.ID, r *Run) []any { return []any{project, r.First, r.Last, r.ID} }

func roomSums(ctx context.Context, q db.Q, project id.ID, r *Run) (map[id.ID]sumCell, error) {
	out := map[id.ID]sumCell{}
	rows, err := q.Query(ctx, "SELECT c.subject_id, COUNT(*), CAST(SUM(c.amount) AS BIGINT)"+ofRun+" GROUP BY c.subject_id", runArgs(project, r)...)
	_, err = db.Collect(rows, err, func(row db.Scanner) (struct{}, error) {
		var room id.ID
		var cell sumCell
		err := row.Scan(&room, &cell.lines, &cell.amount)
		out[room] = cell
		return struct{}{}, err
	})
	if err != nil {
		return nil, fmt.Errorf("add up rooms of run: %w", err)
	}
	return out, nil
}

// amountsOf counts the lines by item and amount, amounts ascending.
func amountsOf(ctx context.Context, q db.Q, project id.ID, r *Run) (map[id.ID][]amountCount, error) {
	out := map[id.ID][]amountCount{}
	rows, err := q.Query(ctx, "SELECT c.item_id, c.amount, COUNT(*)"+ofRun+" GROUP BY c.item_id, c.amount ORDER BY c.item_id, c.amount", runArgs(project, r)...)
	_, err = db.Collect(rows, err, func(row db.Scanner) (struct{}, error) {
		var item id.ID
		var x amountCount
		err := row.Scan(&item, &x.amount, &x.lines)
		out[item] = append(out[item], x)
		return struct{}{}, err
	})
	if err != nil {
		return nil, fmt.Errorf("count amounts of run: %w", err)
	}
	return out, nil
}

// farLines are the lines of an item that are far from its median.
func farLines(ctx context.Context, q db.Q, project id.ID, r *Run, item id.ID, median money.Fen) ([]Outlier, error) {
	args := append(runArgs(project, r), item, median*farTimes, median, maxOutliers)
	rows, err := q.Query(ctx, `SELECT c.id, c.subject_id, c.item_id, i.name, c.amount FROM billing_charge c
		JOIN billing_item i ON i.project_id = c.project_id AND i.id = c.item_id
		WHERE c.project_id = ? AND c.id >= ? AND c.id <= ? AND c.run_id = ? AND c.hold <> 2 AND c.item_id = ?
		AND (c.amount > ? OR c.amount * 3 < ?) ORDER BY c.amount DESC, c.id LIMIT ?`, args...)
	out, err := db.Collect(rows, err, func(row db.Scanner) (Outlier, error) {
		o := Outlier{Median: median}
		return o, row.Scan(&o.Charge, &o.Room, &o.Item, &o.ItemName, &o.Amount)
	})
	if err != nil {
		return nil, fmt.Errorf("find outliers: %w", err)
	}
	return out, nil
}
