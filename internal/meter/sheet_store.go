package meter

import (
	"context"
	"fmt"

	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/id"
)

func sheetMeters(ctx context.Context, q db.Q, project id.ID, f *SheetFilter, rooms []id.ID, room, meter id.ID) ([]Meter, error) {
	where, args := "m.project_id = ? AND m.kind = ? AND m.removed = 0 AND (m.room_id, m.id) > (?, ?)", []any{project, f.Kind, room, meter}
	if rooms != nil {
		where += " AND m.room_id IN (" + db.In(len(rooms)) + ")"
		for _, r := range rooms {
			args = append(args, r)
		}
	}
	const month = "EXISTS (SELECT 1 FROM meter_reading r WHERE r.project_id = m.project_id AND r.meter_id = m.id AND r.month = ? AND r.state "
	switch f.Shown {
	case Unread:
		where, args = where+" AND NOT "+month+"<> 'void')", append(args, f.Month)
	case Unreviewed:
		where, args = where+" AND "+month+"= 'review')", append(args, f.Month)
	}
	rows, err := q.Query(ctx, "SELECT "+meterColumns+" FROM meter_meter m WHERE "+where+" ORDER BY m.room_id, m.id LIMIT ?", append(args, f.Limit+1)...)
	out, err := db.Collect(rows, err, scanMeter)
	if err != nil {
		return nil, fmt.Errorf("list meters: %w", err)
	}
	return out, nil
}

// lastOf are the last readings of meters up to a month.
func lastOf(ctx context.Context, q db.Q, project id.ID, month clock.Month, meters []Meter) (map[id.ID]*Reading, error) {
	out := map[id.ID]*Reading{}
	if len(meters) == 0 {
		return out, nil
	}
	args := []any{project, project}
	for i := range meters {
		args = append(args, meters[i].ID)
	}
	rows, err := q.Query(ctx, "SELECT "+readingColumns+` FROM meter_reading r WHERE r.project_id = ? AND r.id IN (SELECT MAX(x.id) FROM meter_reading x
		WHERE x.project_id = ? AND x.meter_id IN (`+db.In(len(meters))+") AND x.month <= ? AND x.state <> 'void' GROUP BY x.meter_id)", append(args, month)...)
	list, err := db.Collect(rows, err, scanReading)
	if err != nil {
		return nil, fmt.Errorf("last readings: %w", err)
	}
	for i := range list {
		out[list[i].Meter] = &list[i]
	}
	return out, nil
}

func sheetCounts(ctx context.Context, q db.Q, project id.ID, kind Kind, month clock.Month) (SheetCounts, error) {
	var c SheetCounts
	err := q.QueryRow(ctx, "SELECT COUNT(*) FROM meter_meter WHERE project_id = ? AND kind = ? AND removed = 0", project, kind).Scan(&c.Meters)
	if err != nil {
		return c, fmt.Errorf("count meters: %w", err)
	}
	err = q.QueryRow(ctx, `SELECT COUNT(DISTINCT r.meter_id), COUNT(*) FILTER (WHERE r.state = 'review') FROM meter_reading r
		JOIN meter_meter m ON m.project_id = r.project_id AND m.id = r.meter_id
		WHERE r.project_id = ? AND r.kind = ? AND r.month = ? AND r.state <> 'void' AND m.removed = 0`, project, kind, month).Scan(&c.Read, &c.Review)
	if err != nil {
		return c, fmt.Errorf("count readings: %w", err)
	}
	return c, nil
}
