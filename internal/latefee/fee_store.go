package latefee

import (
	"context"
	"database/sql"
	"fmt"
	"slices"

	"linli/internal/kit/db"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
	"linli/internal/latefee/penalty"
)

// chunk bounds the number of placeholders of one statement.
const chunk = 500

func withIDs(project id.ID, ids []id.ID) []any {
	args := make([]any, 0, len(ids)+1)
	args = append(args, project)
	for _, x := range ids {
		args = append(args, x)
	}
	return args
}

func lateWaived(ctx context.Context, q db.Q, project id.ID, ids []id.ID) (map[id.ID]money.Fen, error) {
	out := map[id.ID]money.Fen{}
	for list := range slices.Chunk(ids, chunk) {
		rows, err := q.Query(ctx, `SELECT charge_id, CAST(SUM(amount) AS BIGINT) FROM billing_waiver WHERE project_id = ? AND charge_id IN (`+db.In(len(list))+`)
			AND kind = 'late' AND state = 'approved' GROUP BY charge_id`, withIDs(project, list)...)
		if err := sums(rows, err, out); err != nil {
			return nil, fmt.Errorf("list waivers of late fees: %w", err)
		}
	}
	return out, nil
}

// sums reads amounts by charge.
func sums(rows *sql.Rows, err error, out map[id.ID]money.Fen) error {
	_, err = db.Collect(rows, err, func(row db.Scanner) (struct{}, error) {
		var charge id.ID
		var sum money.Fen
		err := row.Scan(&charge, &sum)
		out[charge] += sum
		return struct{}{}, err
	})
	return err
}

// waivedPrincipal adds what was waived of principals to their payments.
func waivedPrincipal(ctx context.Context, q db.Q, project id.ID, ids []id.ID, paid map[id.ID][]penalty.Paid) error {
	for list := range slices.Chunk(ids, chunk) {
		rows, err := q.Query(ctx, `SELECT charge_id, decided_on, amount FROM billing_waiver WHERE project_id = ? AND charge_id IN (`+db.In(len(list))+`)
			AND kind = 'charge' AND state = 'approved' ORDER BY id`, withIDs(project, list)...)
		_, err = db.Collect(rows, err, func(row db.Scanner) (struct{}, error) {
			var charge id.ID
			var p penalty.Paid
			err := row.Scan(&charge, &p.On, &p.Amount)
			paid[charge] = append(paid[charge], p)
			return struct{}{}, err
		})
		if err != nil {
			return fmt.Errorf("list waivers of charges: %w", err)
		}
	}
	return nil
}
