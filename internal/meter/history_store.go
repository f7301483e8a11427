package meter

import (
	"context"
	"fmt"

	"linli/internal/kit/db"
	"linli/internal/kit/id"
)

// metersBeside are all that ever hung in the same room or place for the same.
func metersBeside(ctx context.Context, q db.Q, project id.ID, m *Meter) ([]Meter, error) {
	rows, err := q.Query(ctx, "SELECT "+meterColumns+" FROM meter_meter WHERE project_id = ? AND kind = ? AND room_id = ? AND place = ? AND band = ? ORDER BY id LIMIT 200",
		project, m.Kind, m.Room, m.Place, m.Band)
	out, err := db.Collect(rows, err, scanMeter)
	if err != nil {
		return nil, fmt.Errorf("list meters beside: %w", err)
	}
	return out, nil
}

// readingsOfAll are the readings of some meters, newest first.
func readingsOfAll(ctx context.Context, q db.Q, project id.ID, list []Meter) ([]Reading, error) {
	args := []any{project}
	for i := range list {
		args = append(args, list[i].ID)
	}
	rows, err := q.Query(ctx, "SELECT "+readingColumns+" FROM meter_reading r WHERE r.project_id = ? AND r.meter_id IN ("+db.In(len(list))+") ORDER BY r.id DESC LIMIT 240", args...)
	out, err := db.Collect(rows, err, scanReading)
	if err != nil {
		return nil, fmt.Errorf("list readings: %w", err)
	}
	return out, nil
}
