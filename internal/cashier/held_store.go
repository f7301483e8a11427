package cashier

import (
	"context"
	"slices"

	"linli/internal/kit/db"
	"linli/internal/kit/id"
)

func receiptNumbers(ctx context.Context, q db.Q, project id.ID, receipts []id.ID) (map[id.ID]string, error) {
	out := map[id.ID]string{}
	for part := range slices.Chunk(receipts, idChunk) {
		rows, err := q.Query(ctx, "SELECT id, number FROM cashier_receipt WHERE project_id = ? AND id IN ("+db.In(len(part))+")", args([]any{project}, part)...)
		_, err = db.Collect(rows, err, func(row db.Scanner) (struct{}, error) {
			var receipt id.ID
			var number string
			err := row.Scan(&receipt, &number)
			out[receipt] = number
			return struct{}{}, err
		})
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}
