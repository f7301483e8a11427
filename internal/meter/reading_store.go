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
)

const readingColumns = `r.id, r.meter_id, r.room_id, r.kind, r.month, r.date, r.value, r.previous, r.usage, r.carry, r.rolled, r.estimated, r.final,
	r.state, r.mean, r.run_id, r.reader, r.decided_by, r.note, r.photo_id, r.import_id, r.remote, r.created_at`

func scanReading(row db.Scanner) (Reading, error) {
	var r Reading
	var rolled, estimated, final, remote int
	var at int64
	err := row.Scan(&r.ID, &r.Meter, &r.Room, &r.Kind, &r.Month, &r.Date, &r.Value, &r.Previous, &r.Usage, &r.Carry, &rolled, &estimated, &final,
		&r.State, &r.Mean, &r.Run, &r.Reader, &r.DecidedBy, &r.Note, &r.Photo, &r.Import, &remote, &at)
	r.Rolled, r.Estimated, r.Final, r.At = rolled == 1, estimated == 1, final == 1, db.Micro(at)
	r.Remote = remote == 1
	return r, err
}

func bit(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

// insertReadings stores new readings. Error: ErrPhoto.
func insertReadings(ctx context.Context, tx *db.Tx, project id.ID, list ...Reading) error {
	err := tx.CopyShared(ctx, "meter_reading", []db.Shared{{Column: "project_id", Value: int64(project)}, {Column: "run_id", Value: 0}},
		[]string{"id", "meter_id", "room_id", "kind", "month", "date", "value", "previous", "usage", "carry", "rolled", "estimated", "final", "state", "mean",
			"reader", "decided_by", "note", "photo_id", "import_id", "remote", "created_at"}, len(list), func(i int, dst []any) error {
			r := &list[i]
			copy(dst, []any{int64(r.ID), int64(r.Meter), int64(r.Room), string(r.Kind), int64(r.Month), int64(r.Date), int64(r.Value), int64(r.Previous),
				int64(r.Usage), int64(r.Carry), bit(r.Rolled), bit(r.Estimated), bit(r.Final), string(r.State), int64(r.Mean), r.Reader, "", r.Note,
				int64(r.Photo), int64(r.Import), bit(r.Remote), r.At.UnixMicro()})
			return nil
		})
	if db.IsUnique(err) {
		return ErrPhoto
	}
	if err != nil {
		return fmt.Errorf("insert readings: %w", err)
	}
	return nil
}

func setState(ctx context.Context, tx *db.Tx, project, reading id.ID, to State, by, note string) error {
	n, err := tx.Exec(ctx, "UPDATE meter_reading SET state = ?, decided_by = ?, note = ? WHERE project_id = ? AND id = ? AND run_id = 0", to, by, note, project, reading)
	if err != nil {
		return fmt.Errorf("set state of reading: %w", err)
	}
	if n == 0 {
		return ErrBilled
	}
	return nil
}

func oneReading(ctx context.Context, q db.Q, project, reading id.ID) (Reading, error) {
	r, err := scanReading(q.QueryRow(ctx, "SELECT "+readingColumns+" FROM meter_reading r WHERE r.project_id = ? AND r.id = ?", project, reading))
	if errors.Is(err, sql.ErrNoRows) {
		return r, fault.ErrNotFound
	}
	if err != nil {
		return r, fmt.Errorf("read reading: %w", err)
	}
	return r, nil
}

// lastReadings are the newest readings of a meter that count, newest first.
func lastReadings(ctx context.Context, q db.Q, project, meter id.ID, n int) ([]Reading, error) {
	rows, err := q.Query(ctx, "SELECT "+readingColumns+` FROM meter_reading r WHERE r.project_id = ? AND r.meter_id = ? AND r.state <> 'void'
		ORDER BY r.id DESC LIMIT ?`, project, meter, n)
	out, err := db.Collect(rows, err, scanReading)
	if err != nil {
		return nil, fmt.Errorf("list readings: %w", err)
	}
	return out, nil
}

// account is the condition that finds the readings of the same account: those
// of the room and kind whatever the meter, or of the common meter itself.
func account(m *Meter) (where string, arg id.ID) {
	if m.Room == 0 {
		return "r.meter_id = ?", m.ID
	}
	return "r.room_id = ?", m.Room
}

func monthBilled(ctx context.Context, q db.Q, project id.ID, m *Meter, month clock.Month) (bool, error) {
	where, arg := account(m)
	var billed bool
	err := q.QueryRow(ctx, `SELECT EXISTS (SELECT 1 FROM meter_reading r WHERE r.project_id = ? AND r.kind = ? AND r.month = ? AND `+where+
		` AND r.run_id <> 0 AND r.state <> 'void')`, project, m.Kind, month, arg).Scan(&billed)
	if err != nil {
		return false, fmt.Errorf("look for billed usage: %w", err)
	}
	return billed, nil
}

func oneSetting(ctx context.Context, q db.Q, project id.ID) (Setting, error) {
	set := usual()
	err := q.QueryRow(ctx, "SELECT factor, periods, version FROM meter_setting WHERE project_id = ?", project).Scan(&set.Factor, &set.Periods, &set.Version)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return set, fmt.Errorf("read setting of meters: %w", err)
	}
	return set, nil
}

func storeSetting(ctx context.Context, tx *db.Tx, project id.ID, set Setting) error {
	var n int64
	var err error
	if set.Version == 0 {
		n, err = tx.Exec(ctx, `INSERT INTO meter_setting (project_id, factor, periods, version) VALUES (?, ?, ?, 1)
			ON CONFLICT (project_id) DO NOTHING`, project, set.Factor, set.Periods)
	} else {
		n, err = tx.Exec(ctx, "UPDATE meter_setting SET factor = ?, periods = ?, version = version + 1 WHERE project_id = ? AND version = ?",
			set.Factor, set.Periods, project, set.Version)
	}
	if err != nil {
		return fmt.Errorf("store setting of meters: %w", err)
	}
	if n == 0 {
		return fault.ErrStale
	}
	return nil
}

func readingsOf(ctx context.Context, q db.Q, project, meter id.ID) ([]Reading, error) {
	rows, err := q.Query(ctx, "SELECT "+readingColumns+" FROM meter_reading r WHERE r.project_id = ? AND r.meter_id = ? ORDER BY r.id DESC LIMIT 240", project, meter)
	out, err := db.Collect(rows, err, scanReading)
	if err != nil {
		return nil, fmt.Errorf("list readings: %w", err)
	}
	return out, nil
}

// eachReading goes through the readings that count, meter by meter, oldest first.
func eachReading(ctx context.Context, q db.Q, project id.ID, fn func(*Meter, *Reading) error) error {
	rows, err := q.Query(ctx, "SELECT m.id, m.kind, m.number, m.digits, m.multiplier, m.start_value, m.replaces, "+`r.id, r.month, r.value, r.previous, r.usage, r.carry, r.rolled
		FROM meter_reading r JOIN meter_meter m ON m.project_id = r.project_id AND m.id = r.meter_id
		WHERE r.project_id = ? AND r.state <> 'void' ORDER BY r.meter_id, r.id`, project)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var m Meter
		var r Reading
		var rolled int
		if err := rows.Scan(&m.ID, &m.Kind, &m.Number, &m.Digits, &m.Multiplier, &m.Start, &m.Replaces, &r.ID, &r.Month, &r.Value, &r.Previous, &r.Usage, &r.Carry, &rolled); err != nil {
			return err
		}
		r.Rolled = rolled == 1
		if err := fn(&m, &r); err != nil {
			return err
		}
	}
	return rows.Err()
}
