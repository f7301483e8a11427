package billing

import (
	"context"
	"fmt"

	"linli/internal/kit/db"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
)

// addWaived settles a part of a charge without money, credited of it because it
// was computed too high, and adds to what was given back; the CHECK of the table
// is the net under the caller's checks.
func addWaived(ctx context.Context, tx *db.Tx, project, charge id.ID, amount, credited, returned money.Fen) error {
	n, err := tx.Exec(ctx, `UPDATE billing_charge SET paid = paid + ?, waived = waived + ?, credited = credited + ?, returned = returned + ?
		WHERE project_id = ? AND id = ? AND live = 1 AND hold = 0`, amount, amount, credited, returned, project, charge)
	if err != nil {
		return fmt.Errorf("waive charge: %w", err)
	}
	if n != 1 {
		return ErrNotOwed
	}
	return nil
}

// lockedCharge locks a charge and its run, as lockCharges does, and reads it.
func lockedCharge(ctx context.Context, tx *db.Tx, project, charge id.ID) (Charge, error) {
	if err := lockCharges(ctx, tx, project, []id.ID{charge}); err != nil {
		return Charge{}, err
	}
	return oneCharge(ctx, tx, project, charge)
}

// settledCharges reads what of each charge, by an index of those that have any.
func settledCharges(ctx context.Context, q db.Q, project id.ID, indexed, what string) (map[id.ID]money.Fen, error) {
	rows, err := q.Query(ctx, "SELECT id, "+what+" FROM billing_charge WHERE project_id = ? AND "+indexed+" > 0 AND "+what+" <> 0", project)
	out := map[id.ID]money.Fen{}
	_, err = db.Collect(rows, err, func(row db.Scanner) (struct{}, error) {
		var charge id.ID
		var sum money.Fen
		err := row.Scan(&charge, &sum)
		out[charge] = sum
		return struct{}{}, err
	})
	if err != nil {
		return nil, fmt.Errorf("list what is settled without money: %w", err)
	}
	return out, nil
}
