package meter

import (
	"context"
	"fmt"
	"slices"

	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/id"
	"linli/internal/kit/supply"
)

// manyRooms bounds the placeholders of one statement; SQLite takes 32,766.
const manyRooms = 20_000

// sheetMeters lists meters after a place, one more than the page holds; rooms
// are in the order of their ids, nil means all.
func sheetMeters(ctx context.Context, q db.Q, project id.ID, f *SheetFilter, rooms []id.ID, room, meter id.ID) ([]Meter, error) {
	where, args := "m.project_id = ? AND m.kind = ? AND m.removed = 0 AND (m.room_id, m.id) > (?, ?)", []any{project, f.Kind, room, meter}
	const month = "EXISTS (SELECT 1 FROM meter_reading r WHERE r.project_id = m.project_id AND r.meter_id = m.id AND r.month = ? AND r.state "
	switch f.Shown {
	case Unread:
		where, args = where+" AND NOT "+month+"<> 'void')", append(args, f.Month)
	case Unreviewed:
		where, args = where+" AND "+month+"= 'review')", append(args, f.Month)
	}
	out := []Meter{}
	err := eachRooms(rooms, func(limit string, ids []any) error {
		if len(out) > f.Limit || len(ids) > 0 && ids[len(ids)-1].(id.ID) < room {
			return nil
		}
		all := append(append(slices.Clone(args), ids...), f.Limit+1-len(out))
		rows, err := q.Query(ctx, "SELECT "+meterColumns+" FROM meter_meter m WHERE "+where+limit+" ORDER BY m.room_id, m.id LIMIT ?", all...)
		list, err := db.Collect(rows, err, scanMeter)
		out = append(out, list...)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list meters: %w", err)
	}
	return out, nil
}

// eachRooms calls fn with the condition that m.room_id is one of the rooms, part
// by part; nil is one call without a condition.
func eachRooms(rooms []id.ID, fn func(limit string, ids []any) error) error {
	if rooms == nil {
		return fn("", nil)
	}
	for part := range slices.Chunk(rooms, manyRooms) {
		ids := make([]any, len(part))
		for i, r := range part {
			ids[i] = r
		}
		if err := fn(" AND m.room_id IN ("+db.In(len(ids))+")", ids); err != nil {
			return err
		}
	}
	return nil
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

func sheetCounts(ctx context.Context, q db.Q, project id.ID, kind supply.Kind, month clock.Month, rooms []id.ID) (SheetCounts, error) {
	var c SheetCounts
	err := eachRooms(rooms, func(limit string, ids []any) error {
		var part SheetCounts
		err := q.QueryRow(ctx, "SELECT COUNT(*) FROM meter_meter m WHERE m.project_id = ? AND m.kind = ? AND m.removed = 0"+limit,
			append([]any{project, kind}, ids...)...).Scan(&part.Meters)
		if err != nil {
			return fmt.Errorf("count meters: %w", err)
		}
		err = q.QueryRow(ctx, `SELECT COUNT(DISTINCT r.meter_id), COUNT(*) FILTER (WHERE r.state = 'review') FROM meter_reading r
			JOIN meter_meter m ON m.project_id = r.project_id AND m.id = r.meter_id
			WHERE r.project_id = ? AND r.kind = ? AND r.month = ? AND r.state <> 'void' AND m.removed = 0`+limit,
			append([]any{project, kind, month}, ids...)...).Scan(&part.Read, &part.Review)
		if err != nil {
			return fmt.Errorf("count readings: %w", err)
		}
		c.Meters, c.Read, c.Review = c.Meters+part.Meters, c.Read+part.Read, c.Review+part.Review
		return nil
	})
	return c, err
}
