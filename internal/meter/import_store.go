package meter

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"

	"linli/internal/kit/db"
	"linli/internal/kit/id"
)

// hungMeters are some that hang, of every kind, behind an id.
func hungMeters(ctx context.Context, q db.Q, project, after id.ID, limit int) ([]Meter, error) {
	rows, err := q.Query(ctx, "SELECT "+meterColumns+" FROM meter_meter WHERE project_id = ? AND id > ? AND removed = 0 ORDER BY id LIMIT ?", project, after, limit)
	out, err := db.Collect(rows, err, scanMeter)
	if err != nil {
		return nil, fmt.Errorf("list meters that hang: %w", err)
	}
	return out, nil
}

// metersOf reads meters, ascending.
func metersOf(ctx context.Context, q db.Q, project id.ID, ids []id.ID) ([]Meter, error) {
	out := make([]Meter, 0, len(ids))
	for chunk := range slices.Chunk(ids, 500) {
		args := []any{project}
		for _, x := range chunk {
			args = append(args, x)
		}
		rows, err := q.Query(ctx, "SELECT "+meterColumns+" FROM meter_meter WHERE project_id = ? AND id IN ("+db.In(len(chunk))+") ORDER BY id", args...)
		list, err := db.Collect(rows, err, scanMeter)
		if err != nil {
			return nil, fmt.Errorf("read meters: %w", err)
		}
		out = append(out, list...)
	}
	return out, nil
}

// lockMeters locks meters in the order of their ids, which the caller keeps.
func lockMeters(ctx context.Context, tx *db.Tx, project id.ID, ids []id.ID) error {
	for chunk := range slices.Chunk(ids, 500) {
		args := []any{project}
		for _, x := range chunk {
			args = append(args, x)
		}
		if err := tx.Lock(ctx, "SELECT id FROM meter_meter WHERE project_id = ? AND id IN ("+db.In(len(chunk))+") ORDER BY id", args...); err != nil {
			return fmt.Errorf("lock meters: %w", err)
		}
	}
	return nil
}

// countCharged counts the readings that somebody was charged for.
func countCharged(ctx context.Context, q db.Q, project id.ID) (n int64, err error) {
	if err = q.QueryRow(ctx, "SELECT COUNT(*) FROM meter_reading WHERE project_id = ? AND run_id <> 0", project).Scan(&n); err != nil {
		err = fmt.Errorf("count charged readings: %w", err)
	}
	return n, err
}

// beginMeters stores what meters began with, of those whose first reading told.
func beginMeters(ctx context.Context, tx *db.Tx, project id.ID, list []foundReading) error {
	args := []any{}
	for i := range list {
		if f := &list[i]; f.begins {
			args = append(args, f.reading.Meter, f.meter.Start)
		}
	}
	for part := range slices.Chunk(args, 2*perQuery) {
		_, err := tx.Exec(ctx, "WITH told (meter, start) AS (VALUES "+strings.TrimSuffix(strings.Repeat("(CAST(? AS BIGINT), CAST(? AS BIGINT)), ", len(part)/2), ", ")+
			") UPDATE meter_meter SET start_value = told.start FROM told WHERE project_id = ? AND id = told.meter", append(slices.Clone(part), project)...)
		if err != nil {
			return fmt.Errorf("begin meters: %w", err)
		}
	}
	return nil
}

const ofImport = "r.project_id = ? AND r.import_id = ? AND r.state <> 'void'"

// undoReadings makes the readings of an import void, all of them or none.
func undoReadings(ctx context.Context, tx *db.Tx, project, im id.ID, by, note string) (int64, error) {
	err := tx.Lock(ctx, "SELECT id FROM meter_meter WHERE project_id = ? AND id IN (SELECT r.meter_id FROM meter_reading r WHERE "+ofImport+") ORDER BY id", project, project, im)
	if err != nil {
		return 0, fmt.Errorf("lock meters: %w", err)
	}
	var number string
	err = tx.QueryRow(ctx, "SELECT m.number FROM meter_reading r JOIN meter_meter m ON m.project_id = r.project_id AND m.id = r.meter_id WHERE "+ofImport+
		" AND r.run_id <> 0 ORDER BY r.id LIMIT 1", project, im).Scan(&number)
	if err == nil {
		return 0, ErrImportBilled.Say("表 %s 等的读数已出账，不能整批撤销；先撤回出账，再撤销导入", number)
	}
	if !errors.Is(err, sql.ErrNoRows) {
		return 0, fmt.Errorf("look for charged readings: %w", err)
	}
	err = tx.QueryRow(ctx, "SELECT m.number FROM meter_reading r JOIN meter_meter m ON m.project_id = r.project_id AND m.id = r.meter_id WHERE "+ofImport+
		` AND EXISTS (SELECT 1 FROM meter_reading x WHERE x.project_id = r.project_id AND x.meter_id = r.meter_id AND x.id > r.id AND x.state <> 'void')
		ORDER BY r.id LIMIT 1`, project, im).Scan(&number)
	if err == nil {
		return 0, ErrImportUsed.Say("表 %s 在导入以后又抄过，不能整批撤销；可以到抄表页逐块改", number)
	}
	if !errors.Is(err, sql.ErrNoRows) {
		return 0, fmt.Errorf("look for later readings: %w", err)
	}
	n, err := tx.Exec(ctx, "UPDATE meter_reading SET state = 'void', decided_by = ?, note = ? WHERE project_id = ? AND import_id = ? AND state <> 'void' AND run_id = 0",
		by, note, project, im)
	if err != nil {
		return 0, fmt.Errorf("undo readings: %w", err)
	}
	return n, nil
}
