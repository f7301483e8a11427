package tariff

import (
	"context"
	"fmt"

	"linli/internal/kit/db"
	"linli/internal/kit/id"
)

func insertPhoto(ctx context.Context, tx *db.Tx, project, discount id.ID, no int, photo id.ID) error {
	_, err := tx.Exec(ctx, "INSERT INTO billing_discount_photo (project_id, discount_id, no, file_id) VALUES (?, ?, ?, ?)", project, discount, no, photo)
	if db.IsUnique(err) {
		return ErrPhoto
	}
	if err != nil {
		return fmt.Errorf("insert photo of discount: %w", err)
	}
	return nil
}

// photosOf are the files of the pictures of some discounts, in their order.
func photosOf(ctx context.Context, q db.Q, project id.ID, discounts []id.ID) (map[id.ID][]id.ID, error) {
	out := map[id.ID][]id.ID{}
	if len(discounts) == 0 {
		return out, nil
	}
	args := []any{project}
	for _, d := range discounts {
		args = append(args, d)
	}
	rows, err := q.Query(ctx, "SELECT discount_id, file_id FROM billing_discount_photo WHERE project_id = ? AND discount_id IN ("+db.In(len(discounts))+
		") ORDER BY discount_id, no", args...)
	if err != nil {
		return nil, fmt.Errorf("read photos of discounts: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var discount, photo id.ID
		if err := rows.Scan(&discount, &photo); err != nil {
			return nil, fmt.Errorf("read photos of discounts: %w", err)
		}
		out[discount] = append(out[discount], photo)
	}
	return out, rows.Err()
}
