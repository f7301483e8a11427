package bench

import (
	"context"

	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/id"
)

// payMost marks nineteen of twenty charges of past months as paid.
func payMost(ctx context.Context, d *db.DB, projects []id.ID, month clock.Month) error {
	for _, p := range projects {
		err := d.Write(ctx, func(tx *db.Tx) error {
			_, err := tx.Exec(ctx, "UPDATE billing_charge SET paid = amount WHERE project_id = ? AND month < ? AND id % 20 <> 0", p, month)
			return err
		})
		if err != nil {
			return err
		}
	}
	if d.Engine() == db.Postgres {
		return d.Write(ctx, func(tx *db.Tx) error { _, err := tx.Exec(ctx, "ANALYZE"); return err })
	}
	return nil
}

func countHouse(ctx context.Context, d *db.DB) (rooms, charges, open int64, err error) {
	err = d.Reader(ctx).QueryRow(ctx, `SELECT (SELECT COUNT(*) FROM estate_room), COUNT(*), COUNT(*) FILTER (WHERE paid < amount)
		FROM billing_charge`).Scan(&rooms, &charges, &open)
	return rooms, charges, open, err
}

// somewhere is the nth room of a project, counted round, and its building.
func somewhere(ctx context.Context, d *db.DB, project id.ID, n int) (room, building id.ID, err error) {
	q := d.Reader(ctx)
	var rooms int
	if err := q.QueryRow(ctx, "SELECT rooms FROM estate_project WHERE project_id = ?", project).Scan(&rooms); err != nil {
		return 0, 0, err
	}
	err = q.QueryRow(ctx, "SELECT id, building_id FROM estate_room WHERE project_id = ? ORDER BY id LIMIT 1 OFFSET ?", project, n%rooms).Scan(&room, &building)
	return room, building, err
}

// replay runs statements one after another and reads every value.
func replay(ctx context.Context, d *db.DB, sent []statement) error {
	q := d.Reader(ctx)
	for _, s := range sent {
		rows, err := q.Query(ctx, s.query, s.args...)
		if err != nil {
			return err
		}
		columns, err := rows.Columns()
		if err != nil {
			rows.Close()
			return err
		}
		values, into := make([]any, len(columns)), make([]any, len(columns))
		for i := range values {
			into[i] = &values[i]
		}
		for rows.Next() {
			if err := rows.Scan(into...); err != nil {
				rows.Close()
				return err
			}
		}
		if err := rows.Err(); err != nil {
			return err
		}
	}
	return nil
}
