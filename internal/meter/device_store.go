package meter

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/fault"
	"linli/internal/kit/id"
	"linli/internal/kit/supply"
)

const meterColumns = "id, room_id, place, kind, band, number, digits, multiplier, start_value, used_before, installed, removed, replaces"

func meterFields(m *Meter) []any {
	return []any{&m.ID, &m.Room, &m.Place, &m.Kind, &m.Band, &m.Number, &m.Digits, &m.Multiplier, &m.Start, &m.UsedBefore, &m.Installed, &m.Removed, &m.Replaces}
}

func scanMeter(row db.Scanner) (Meter, error) {
	var m Meter
	return m, row.Scan(meterFields(&m)...)
}

func insertMeters(ctx context.Context, tx *db.Tx, project id.ID, list []Meter) error {
	now := tx.Now().UnixMicro()
	err := tx.Copy(ctx, "meter_meter", []string{"project_id", "id", "room_id", "place", "kind", "band", "number", "digits", "multiplier", "start_value",
		"used_before", "installed", "removed", "replaces", "created_at"}, len(list), func(i int, dst []any) error {
		m := &list[i]
		copy(dst, []any{int64(project), int64(m.ID), int64(m.Room), m.Place, string(m.Kind), string(m.Band), m.Number, int64(m.Digits),
			int64(m.Multiplier), int64(m.Start), int64(m.UsedBefore), int64(m.Installed), int64(m.Removed), int64(m.Replaces), now})
		return nil
	})
	if db.IsUnique(err) {
		return ErrNumber
	}
	if err != nil {
		return fmt.Errorf("insert meters: %w", err)
	}
	return nil
}

func updateMeter(ctx context.Context, tx *db.Tx, project id.ID, m *Meter) error {
	_, err := tx.Exec(ctx, "UPDATE meter_meter SET number = ?, digits = ?, multiplier = ?, start_value = ?, used_before = ? WHERE project_id = ? AND id = ?",
		m.Number, m.Digits, m.Multiplier, m.Start, m.UsedBefore, project, m.ID)
	if db.IsUnique(err) {
		return ErrNumber
	}
	if err != nil {
		return fmt.Errorf("update meter: %w", err)
	}
	return nil
}

func lockMeter(ctx context.Context, tx *db.Tx, project, meter id.ID) (Meter, error) {
	if err := tx.Lock(ctx, "SELECT id FROM meter_meter WHERE project_id = ? AND id = ?", project, meter); err != nil {
		return Meter{}, err
	}
	return oneMeter(ctx, tx, project, meter)
}

func oneMeter(ctx context.Context, q db.Q, project, meter id.ID) (Meter, error) {
	m, err := scanMeter(q.QueryRow(ctx, "SELECT "+meterColumns+" FROM meter_meter WHERE project_id = ? AND id = ?", project, meter))
	if errors.Is(err, sql.ErrNoRows) {
		return m, fault.ErrNotFound
	}
	if err != nil {
		return m, fmt.Errorf("read meter: %w", err)
	}
	return m, nil
}

func markRemoved(ctx context.Context, tx *db.Tx, project, meter id.ID, on clock.Date) error {
	if _, err := tx.Exec(ctx, "UPDATE meter_meter SET removed = ? WHERE project_id = ? AND id = ?", on, project, meter); err != nil {
		return fmt.Errorf("remove meter: %w", err)
	}
	return nil
}

func roomsWithMeter(ctx context.Context, q db.Q, project id.ID, kind supply.Kind, band supply.Band) (map[id.ID]bool, error) {
	rows, err := q.Query(ctx, "SELECT DISTINCT room_id FROM meter_meter WHERE project_id = ? AND kind = ? AND band = ? AND removed = 0", project, kind, band)
	list, err := db.Collect(rows, err, func(row db.Scanner) (id.ID, error) {
		var x id.ID
		return x, row.Scan(&x)
	})
	if err != nil {
		return nil, fmt.Errorf("list rooms with meter: %w", err)
	}
	out := map[id.ID]bool{}
	for _, x := range list {
		out[x] = true
	}
	return out, nil
}

func metersOfRoom(ctx context.Context, q db.Q, project, room id.ID) ([]Meter, error) {
	rows, err := q.Query(ctx, "SELECT "+meterColumns+" FROM meter_meter WHERE project_id = ? AND room_id = ? ORDER BY kind, id", project, room)
	out, err := db.Collect(rows, err, scanMeter)
	if err != nil {
		return nil, fmt.Errorf("list meters of room: %w", err)
	}
	return out, nil
}
