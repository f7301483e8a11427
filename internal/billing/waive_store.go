package billing

import (
	"context"
	"fmt"

	"linli/internal/kit/db"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
)

// addWaived settles a part of a charge without money, credited of it because it
// was computed too high; the CHECK of the table is the net under the caller's
// checks.
func addWaived(ctx context.Context, tx *db.Tx, project, charge id.ID, amount, credited money.Fen) error {
	n, err := tx.Exec(ctx, "UPDATE billing_charge SET paid = paid + ?, waived = waived + ?, credited = credited + ? WHERE project_id = ? AND id = ? AND live = 1 AND hold = 0",
		amount, amount, credited, project, charge)
	if err != nil {
		return fmt.Errorf("waive charge: %w", err)
	}
	if n != 1 {
		return ErrNotOwed
	}
	return nil
}

func settledCharges(ctx context.Context, q db.Q, project id.ID, what string) (map[id.ID]money.Fen, error) {
	rows, err := q.Query(ctx, "SELECT id, "+what+" FROM billing_charge WHERE project_id = ? AND waived > 0 AND "+what+" <> 0", project)
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
