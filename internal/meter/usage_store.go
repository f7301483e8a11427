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

// usageRow is a meter with one of its readings of the months, or none.
type usageRow struct {
	meter   Meter
	month   clock.Month
	reading id.ID
	read    Read
	state   State
}

// usagesOf reads meters and their readings of the months in one statement.
func usagesOf(ctx context.Context, q db.Q, project id.ID, kind supply.Kind, since, month clock.Month, after, upto id.ID) (map[id.ID]*Usage, error) {
	rows, err := q.Query(ctx, `SELECT m.id, m.room_id, m.number, m.band, m.multiplier, m.used_before, m.installed, m.removed,
			COALESCE(r.id, 0), COALESCE(r.previous, 0), COALESCE(r.value, 0), COALESCE(r.usage, 0), COALESCE(r.rolled, 0), COALESCE(r.estimated, 0),
			COALESCE(r.state, ''), COALESCE(r.month, 0)
		FROM meter_meter m LEFT JOIN meter_reading r ON r.project_id = m.project_id AND r.meter_id = m.id AND r.month >= ? AND r.month <= ? AND r.state <> 'void'
		WHERE m.project_id = ? AND m.kind = ? AND m.room_id > ? AND m.room_id <= ? ORDER BY m.room_id, m.id, r.id`, since, month, project, kind, after, upto)
	list, err := db.Collect(rows, err, func(row db.Scanner) (usageRow, error) {
		var x usageRow
		var rolled, estimated int
		m, r := &x.meter, &x.read
		err := row.Scan(&m.ID, &m.Room, &m.Number, &m.Band, &m.Multiplier, &m.UsedBefore, &m.Installed, &m.Removed, &x.reading, &r.Previous, &r.Value,
			&r.Usage, &rolled, &estimated, &x.state, &x.month)
		r.Rolled, r.Estimated, r.Number, r.Band, r.Multiplier = rolled == 1, estimated == 1, m.Number, m.Band, m.Multiplier
		return x, err
	})
	if err != nil {
		return nil, fmt.Errorf("usage of rooms: %w", err)
	}
	out := map[id.ID]*Usage{}
	for i := range list {
		u := out[list[i].meter.Room]
		if u == nil {
			u = &Usage{Room: list[i].meter.Room}
			out[u.Room] = u
		}
		last := i == len(list)-1 || list[i+1].meter.ID != list[i].meter.ID
		u.add(&list[i], month, last)
	}
	return out, nil
}

// add counts a row; the last one of a meter, whose readings come in their order,
// tells whether it was read in the month.
func (u *Usage) add(x *usageRow, month clock.Month, last bool) {
	if last && x.meter.UsedBefore != 0 && x.meter.Installed.Month() <= month {
		u.years = append(u.years, yearly{x.meter.Installed.Month(), x.meter.UsedBefore})
	}
	if last && x.month != month && x.meter.Removed == 0 && x.meter.Installed.Month() <= month {
		u.Missing = true
	}
	if x.reading == 0 {
		return
	}
	u.Review = u.Review || x.state == Review
	u.IDs = append(u.IDs, x.reading)
	u.Reads = append(u.Reads, x.read)
	i := slices.IndexFunc(u.Bands, func(b supply.BandUse) bool { return b.Band == x.read.Band })
	if i < 0 {
		i = len(u.Bands)
		u.Bands = append(u.Bands, supply.BandUse{Band: x.read.Band})
	}
	u.Bands[i].Qty += x.read.Usage
}

// addBefore reads what was used since the accumulator began.
func addBefore(ctx context.Context, q db.Q, project id.ID, kind supply.Kind, since, from clock.Month, after, upto id.ID, into map[id.ID]*Usage) error {
	rows, err := q.Query(ctx, `SELECT room_id, CAST(SUM(usage) AS BIGINT) FROM meter_reading WHERE project_id = ? AND kind = ? AND month >= ? AND month < ?
		AND room_id > ? AND room_id <= ? AND state <> 'void' GROUP BY room_id`, project, kind, from, since, after, upto)
	if err != nil {
		return fmt.Errorf("usage before: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var room id.ID
		var qty money.Qty
		if err := rows.Scan(&room, &qty); err != nil {
			return fmt.Errorf("usage before: %w", err)
		}
		if u := into[room]; u != nil {
			u.years = append(u.years, yearly{from, qty})
		}
	}
	return rows.Err()
}

func anyRead(ctx context.Context, q db.Q, project id.ID, kind supply.Kind, month clock.Month) (bool, error) {
	var any bool
	err := q.QueryRow(ctx, "SELECT EXISTS (SELECT 1 FROM meter_reading WHERE project_id = ? AND kind = ? AND month = ? AND room_id > 0 AND state <> 'void')",
		project, kind, month).Scan(&any)
	if err != nil {
		return false, fmt.Errorf("look for readings: %w", err)
	}
	return any, nil
}

func meterUsage(ctx context.Context, q db.Q, project id.ID, month clock.Month, meters []id.ID) (map[id.ID]money.Qty, error) {
	out := map[id.ID]money.Qty{}
	if len(meters) == 0 {
		return out, nil
	}
	args := []any{project, month}
	for _, m := range meters {
		args = append(args, m)
	}
	rows, err := q.Query(ctx, `SELECT meter_id, CAST(SUM(usage) AS BIGINT) FROM meter_reading WHERE project_id = ? AND month = ? AND meter_id IN (`+
		db.In(len(meters))+`) AND state <> 'void' GROUP BY meter_id HAVING COUNT(*) FILTER (WHERE state = 'review') = 0`, args...)
	if err != nil {
		return nil, fmt.Errorf("usage of meters: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var meter id.ID
		var qty money.Qty
		if err := rows.Scan(&meter, &qty); err != nil {
			return nil, fmt.Errorf("usage of meters: %w", err)
		}
		out[meter] = qty
	}
	return out, rows.Err()
}

// chargeReadings marks readings that nobody has marked yet; those another fee of
// the same meter was charged by keep the mark of its run.
func chargeReadings(ctx context.Context, tx *db.Tx, project, run id.ID, readings []id.ID) error {
	slices.Sort(readings)
	for list := range slices.Chunk(slices.Compact(readings), 500) {
		args := []any{run, project}
		for _, x := range list {
			args = append(args, x)
		}
		n, err := tx.Exec(ctx, "UPDATE meter_reading SET run_id = CASE WHEN run_id = 0 THEN ? ELSE run_id END WHERE project_id = ? AND id IN ("+db.In(len(list))+
			") AND state IN ('ok', 'confirmed')", args...)
		if err != nil {
			return fmt.Errorf("mark readings: %w", err)
		}
		if n != int64(len(list)) {
			return ErrMoved
		}
	}
	return nil
}

func holdReadings(ctx context.Context, tx *db.Tx, project, run, room id.ID, kind supply.Kind, since, month clock.Month) error {
	_, err := tx.Exec(ctx, "UPDATE meter_reading SET run_id = ? WHERE project_id = ? AND kind = ? AND month >= ? AND month <= ? AND room_id = ? AND run_id = 0 AND state IN ('ok', 'confirmed')",
		run, project, kind, since, month, room)
	if err != nil {
		return fmt.Errorf("hold readings: %w", err)
	}
	return nil
}

func freeReadings(ctx context.Context, tx *db.Tx, project, run, after, upto id.ID, kind supply.Kind) error {
	where, args := "project_id = ? AND run_id = ? AND run_id <> 0 AND room_id > ? AND room_id <= ?", []any{project, run, after, upto}
	if kind != "" {
		where, args = where+" AND kind = ?", append(args, kind)
	}
	_, err := tx.Exec(ctx, "UPDATE meter_reading SET run_id = 0 WHERE "+where, args...)
	if err != nil {
		return fmt.Errorf("free readings: %w", err)
	}
	return nil
}
