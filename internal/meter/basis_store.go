package meter

import (
	"context"
	"fmt"
	"slices"

	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
	"linli/internal/kit/supply"
)

// account names whose usage is added up: a room's registers of a band, or one
// common meter.
type accountKey struct {
	room, meter id.ID
	band        supply.Band
}

func accountOf(m *Meter) accountKey {
	if m.Room == 0 {
		return accountKey{meter: m.ID, band: m.Band}
	}
	return accountKey{room: m.Room, band: m.Band}
}

// monthly is what an account used in a month, and whether any of it is charged.
type monthly struct {
	month  clock.Month
	qty    money.Qty
	billed bool
}

// perQuery is how many meters or rooms one statement asks for.
const perQuery = 500

// newestTwo are the newest readings that count of each of some meters, newest
// first. CROSS JOIN, here and below, has SQLite begin with the few meters.
func newestTwo(ctx context.Context, q db.Q, project id.ID, meters []Meter) (map[id.ID][]Reading, error) {
	out := make(map[id.ID][]Reading, len(meters))
	for chunk := range slices.Chunk(meters, perQuery) {
		in, args := db.Among("m.id", idsOf(chunk))
		rows, err := q.Query(ctx, "SELECT "+readingColumns+` FROM meter_meter m CROSS JOIN meter_reading r
			WHERE m.project_id = ? AND `+in+` AND r.project_id = m.project_id AND r.meter_id = m.id AND r.state <> 'void' AND r.id >= COALESCE((
				SELECT x.id FROM meter_reading x WHERE x.project_id = m.project_id AND x.meter_id = m.id AND x.state <> 'void' ORDER BY x.id DESC LIMIT 1 OFFSET 1), 0)
			ORDER BY r.meter_id, r.id DESC`, append([]any{project}, args...)...)
		list, err := db.Collect(rows, err, scanReading)
		if err != nil {
			return nil, fmt.Errorf("newest readings: %w", err)
		}
		for i := range list {
			out[list[i].Meter] = append(out[list[i].Meter], list[i])
		}
	}
	return out, nil
}

func idsOf(meters []Meter) []id.ID {
	out := make([]id.ID, len(meters))
	for i := range meters {
		out[i] = meters[i].ID
	}
	return out
}

// usageByMonth is what the accounts of some meters of a kind used in a month and
// in up to n months before it, newest first. A register has one reading a month,
// and one more where it was taken down, so that n + 3 of each are enough.
func usageByMonth(ctx context.Context, q db.Q, project id.ID, kind supply.Kind, month clock.Month, n int, meters []Meter) (map[accountKey][]monthly, error) {
	rooms, common := []id.ID{}, []id.ID{}
	for i := range meters {
		if m := &meters[i]; m.Room != 0 {
			rooms = append(rooms, m.Room)
		} else {
			common = append(common, m.ID)
		}
	}
	out := make(map[accountKey][]monthly, len(meters))
	for column, list := range map[string][]id.ID{"m.room_id": rooms, "m.id": common} {
		slices.Sort(list)
		for chunk := range slices.Chunk(slices.Compact(list), perQuery) {
			in, args := db.Among(column, chunk)
			if err := addUsage(ctx, q, in, append(append([]any{project, kind}, args...), month, month, n+2), out); err != nil {
				return nil, err
			}
		}
	}
	return out, nil
}

func addUsage(ctx context.Context, q db.Q, in string, args []any, out map[accountKey][]monthly) error {
	rows, err := q.Query(ctx, `SELECT m.room_id, CASE WHEN m.room_id = 0 THEN m.id ELSE 0 END, m.band, r.month, CAST(SUM(r.usage) AS BIGINT), MAX(r.run_id)
		FROM meter_meter m CROSS JOIN meter_reading r
		WHERE m.project_id = ? AND m.kind = ? AND `+in+` AND r.project_id = m.project_id AND r.meter_id = m.id AND r.state <> 'void' AND r.month <= ? AND r.id >= COALESCE((
			SELECT x.id FROM meter_reading x WHERE x.project_id = m.project_id AND x.meter_id = m.id AND x.state <> 'void' AND x.month <= ? ORDER BY x.id DESC LIMIT 1 OFFSET ?), 0)
		GROUP BY 1, 2, 3, 4 ORDER BY 4 DESC`, args...)
	if err != nil {
		return fmt.Errorf("usage by month: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var at accountKey
		var u monthly
		var run id.ID
		if err := rows.Scan(&at.room, &at.meter, &at.band, &u.month, &u.qty, &run); err != nil {
			return fmt.Errorf("usage by month: %w", err)
		}
		u.billed = run != 0
		out[at] = append(out[at], u)
	}
	return rows.Err()
}

// lastSeen is the newest reading of a meter that is no estimate, nil when there
// is none.
func lastSeen(ctx context.Context, q db.Q, project, meter id.ID) (*Reading, error) {
	rows, err := q.Query(ctx, "SELECT "+readingColumns+` FROM meter_reading r WHERE r.project_id = ? AND r.meter_id = ? AND r.state <> 'void'
		AND r.estimated = 0 ORDER BY r.id DESC LIMIT 1`, project, meter)
	list, err := db.Collect(rows, err, scanReading)
	if err != nil {
		return nil, fmt.Errorf("read last reading: %w", err)
	}
	if len(list) == 0 {
		return nil, nil
	}
	return &list[0], nil
}
