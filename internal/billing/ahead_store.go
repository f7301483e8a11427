package billing

import (
	"context"
	"fmt"

	"linli/internal/kit/db"
	"linli/internal/kit/id"
)

func markWithdrawn(ctx context.Context, tx *db.Tx, project, run id.ID) error {
	if _, err := tx.Exec(ctx, "UPDATE billing_part SET withdrawn = 1 WHERE project_id = ? AND run_id = ?", project, run); err != nil {
		return fmt.Errorf("mark parts: %w", err)
	}
	return nil
}

// chargesOfRun are the charges of a small run by month, item and id.
func chargesOfRun(ctx context.Context, q db.Q, project id.ID, r *Run) ([]Charge, error) {
	rows, err := q.Query(ctx, "SELECT "+chargeColumns+chargeTables+` WHERE c.project_id = ? AND c.id >= ? AND c.id <= ? AND c.run_id = ?
		ORDER BY c.month, c.item_id, c.id`, project, r.First, r.Last, r.ID)
	out, err := db.Collect(rows, err, scanCharge)
	if err != nil {
		return nil, fmt.Errorf("list charges of run: %w", err)
	}
	return out, nil
}
