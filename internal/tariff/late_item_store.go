package tariff

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"linli/internal/kit/db"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
)

func lateItem(ctx context.Context, q db.Q, project id.ID) (id.ID, error) {
	var item id.ID
	err := q.QueryRow(ctx, "SELECT id FROM billing_item WHERE project_id = ? AND state = 'late'", project).Scan(&item)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return 0, fmt.Errorf("read item of late fees: %w", err)
	}
	return item, nil
}

// ensureLateItem makes the item that late fees are charged under; it never
// takes part in a run and stands in no list of fee items.
func ensureLateItem(ctx context.Context, tx *db.Tx, project id.ID) error {
	if item, err := lateItem(ctx, tx, project); err != nil || item != 0 {
		return err
	}
	i := Item{ID: tx.NewID(), Name: LateItemName, Basis: Fixed, Cycle: "month", Advance: true, StartMonth: 1, From: 19000101, Unit: money.OneFen, FirstMonth: Actual}
	if err := insertItem(ctx, tx, project, &i); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, "UPDATE billing_item SET state = 'late', used = 1 WHERE project_id = ? AND id = ?", project, i.ID); err != nil {
		return fmt.Errorf("mark item of late fees: %w", err)
	}
	return nil
}
