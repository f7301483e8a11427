package billing

import (
	"context"
	"fmt"

	"linli/internal/kit/db"
	"linli/internal/kit/id"
)

// insertSingle stores one charge as a released run of its own, because a charge
// is visible by the state of its run.
func insertSingle(ctx context.Context, tx *db.Tx, project id.ID, run *Run, c *Charge) error {
	// It is its own source, so that it stands beside what a run charges.
	_, err := tx.Exec(ctx, `INSERT INTO billing_charge (project_id, id, run_id, part, item_id, source_kind, source_id, subject_id, payer_id, month,
		segment, rate_id, quantity, price, factor, amount, due_date, detail) VALUES (?, ?, ?, 1, ?, ?, ?, ?, ?, ?, 0, 0, 0, 0, ?, ?, ?, ?)`,
		project, c.ID, run.ID, c.Item, sourceSingle, c.ID, c.Subject, c.Payer, c.Month, c.Factor, c.Amount, c.Due, c.detail)
	if err != nil {
		return fmt.Errorf("insert charge: %w", err)
	}
	return insertWhole(ctx, tx, project, run, "single")
}

// redden ends the life of a charge. Without again it stays in its place as
// decided not to be charged, so that no run makes it anew.
func redden(ctx context.Context, tx *db.Tx, project id.ID, c *Charge, again bool) error {
	if err := buryCharge(ctx, tx, project, c.ID); err != nil {
		return err
	}
	live := 1
	if again {
		live = 0
	}
	if _, err := tx.Exec(ctx, "UPDATE billing_charge SET live = ?, detail = ? WHERE project_id = ? AND id = ?", live, c.detail, project, c.ID); err != nil {
		return fmt.Errorf("redden charge: %w", err)
	}
	return nil
}
