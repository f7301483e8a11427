package meter

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/id"
)

// someNumbers bounds the placeholders of one statement.
const someNumbers = 500

// eachNumbers calls fn with a condition on numbers, part by part.
func eachNumbers(project id.ID, numbers []string, fn func(in string, args []any) error) error {
	for part := range slices.Chunk(numbers, someNumbers) {
		args := []any{project}
		for _, n := range part {
			args = append(args, n)
		}
		if err := fn(" IN ("+db.In(len(part))+")", args); err != nil {
			return err
		}
	}
	return nil
}

func scanSample(row db.Scanner) (Sample, error) {
	var x Sample
	var at int64
	err := row.Scan(&x.Number, &at, &x.Value)
	x.At = db.Micro(at)
	return x, err
}

// daysOf are the samples that are kept of some numbers since a day.
func daysOf(ctx context.Context, q db.Q, project id.ID, numbers []string, since clock.Date) (map[dayKey]Sample, error) {
	out := map[dayKey]Sample{}
	err := eachNumbers(project, numbers, func(in string, args []any) error {
		rows, err := q.Query(ctx, "SELECT number, at, value FROM meter_signal_day WHERE project_id = ? AND number"+in+" AND day >= ?", append(args, since)...)
		list, err := db.Collect(rows, err, scanSample)
		for _, x := range list {
			out[dayKey{x.Number, clock.DateOf(x.At)}] = x
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read days of signals: %w", err)
	}
	return out, nil
}

// knownNumbers tells which of some numbers were heard of, and how many were of all.
func knownNumbers(ctx context.Context, q db.Q, project id.ID, numbers []string) (met map[string]bool, all int, err error) {
	met = map[string]bool{}
	err = eachNumbers(project, numbers, func(in string, args []any) error {
		rows, err := q.Query(ctx, "SELECT number FROM meter_signal WHERE project_id = ? AND number"+in, args...)
		list, err := db.Collect(rows, err, func(row db.Scanner) (string, error) {
			var n string
			return n, row.Scan(&n)
		})
		for _, n := range list {
			met[n] = true
		}
		return err
	})
	if err == nil && len(met) < len(numbers) {
		err = q.QueryRow(ctx, "SELECT COUNT(*) FROM meter_signal WHERE project_id = ?", project).Scan(&all)
	}
	if err != nil {
		return nil, 0, fmt.Errorf("read numbers of signals: %w", err)
	}
	return met, all, nil
}

// putSignals stores samples in the order of their keys; what is newer stays.
func putSignals(ctx context.Context, tx *db.Tx, project id.ID, list []Sample) error {
	newest := []Sample{} // of each number, which stand together
	for i := range list {
		if i+1 == len(list) || list[i+1].Number != list[i].Number {
			newest = append(newest, list[i])
		}
	}
	for part := range slices.Chunk(list, 100) {
		args := []any{}
		for i := range part {
			x := &part[i]
			args = append(args, project, x.Number, clock.DateOf(x.At), x.At, x.Value)
		}
		_, err := tx.Exec(ctx, "INSERT INTO meter_signal_day (project_id, number, day, at, value) VALUES (?, ?, ?, ?, ?)"+strings.Repeat(", (?, ?, ?, ?, ?)", len(part)-1)+
			" ON CONFLICT (project_id, number, day) DO UPDATE SET at = excluded.at, value = excluded.value WHERE excluded.at > meter_signal_day.at", args...)
		if err != nil {
			return fmt.Errorf("store days of signals: %w", err)
		}
	}
	for part := range slices.Chunk(newest, 100) {
		args := []any{}
		for i := range part {
			x := &part[i]
			args = append(args, project, x.Number, x.At, x.Value, tx.Now())
		}
		_, err := tx.Exec(ctx, "INSERT INTO meter_signal (project_id, number, at, value, first_at) VALUES (?, ?, ?, ?, ?)"+strings.Repeat(", (?, ?, ?, ?, ?)", len(part)-1)+
			" ON CONFLICT (project_id, number) DO UPDATE SET at = excluded.at, value = excluded.value WHERE excluded.at > meter_signal.at", args...)
		if err != nil {
			return fmt.Errorf("store signals: %w", err)
		}
	}
	return nil
}

// putRefused keeps the newest refused messages.
func putRefused(ctx context.Context, tx *db.Tx, project id.ID, list []Refused) error {
	if len(list) == 0 {
		return nil
	}
	for i, one := range tx.IDs(len(list)) {
		x := &list[i]
		_, err := tx.Exec(ctx, "INSERT INTO meter_refused (project_id, id, at, topic, payload, reason) VALUES (?, ?, ?, ?, ?, ?)", project, one, x.At, x.Topic, x.Payload, x.Reason)
		if err != nil {
			return fmt.Errorf("store refused message: %w", err)
		}
	}
	_, err := tx.Exec(ctx, `DELETE FROM meter_refused WHERE project_id = ? AND id NOT IN (SELECT id FROM meter_refused WHERE project_id = ? ORDER BY id DESC LIMIT ?)`,
		project, project, maxRefused)
	if err != nil {
		return fmt.Errorf("forget refused messages: %w", err)
	}
	return nil
}

func refusals(ctx context.Context, q db.Q, project id.ID) ([]Refused, error) {
	rows, err := q.Query(ctx, "SELECT at, topic, payload, reason FROM meter_refused WHERE project_id = ? ORDER BY id DESC LIMIT ?", project, maxRefused)
	out, err := db.Collect(rows, err, func(row db.Scanner) (Refused, error) {
		var x Refused
		var at int64
		err := row.Scan(&at, &x.Topic, &x.Payload, &x.Reason)
		x.At = db.Micro(at)
		return x, err
	})
	if err != nil {
		return nil, fmt.Errorf("list refused messages: %w", err)
	}
	return out, nil
}

func unknownNumbers(ctx context.Context, q db.Q, project id.ID, limit int) ([]Unknown, error) {
	rows, err := q.Query(ctx, `SELECT s.number, s.at, s.value, s.first_at FROM meter_signal s WHERE s.project_id = ?
		AND NOT EXISTS (SELECT 1 FROM meter_meter m WHERE m.project_id = s.project_id AND m.number = s.number AND m.removed = 0)
		ORDER BY s.at DESC, s.number LIMIT ?`, project, limit)
	out, err := db.Collect(rows, err, func(row db.Scanner) (Unknown, error) {
		var x Unknown
		var at, first int64
		err := row.Scan(&x.Number, &at, &x.Value, &first)
		x.At, x.First = db.Micro(at), db.Micro(first)
		return x, err
	})
	if err != nil {
		return nil, fmt.Errorf("list unknown numbers: %w", err)
	}
	return out, nil
}

// signalsUpTo are the newest samples of numbers up to the end of a day.
func signalsUpTo(ctx context.Context, q db.Q, project id.ID, numbers []string, until clock.Date) (map[string]Sample, error) {
	out := map[string]Sample{}
	err := eachNumbers(project, numbers, func(in string, args []any) error {
		rows, err := q.Query(ctx, `SELECT s.number, s.at, s.value FROM meter_signal_day s JOIN (SELECT number, MAX(day) AS day FROM meter_signal_day
			WHERE project_id = ? AND number`+in+` AND day <= ? GROUP BY number) n ON n.number = s.number AND n.day = s.day WHERE s.project_id = ?`, append(args, until, project)...)
		list, err := db.Collect(rows, err, scanSample)
		for _, x := range list {
			out[x.Number] = x
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read signals: %w", err)
	}
	return out, nil
}

// sharedNumbers are those of some numbers that several meters have that hang.
func sharedNumbers(ctx context.Context, q db.Q, project id.ID, numbers []string) (map[string]bool, error) {
	out := map[string]bool{}
	err := eachNumbers(project, numbers, func(in string, args []any) error {
		rows, err := q.Query(ctx, "SELECT number FROM meter_meter WHERE project_id = ? AND number"+in+" AND removed = 0 GROUP BY number HAVING COUNT(*) > 1", args...)
		list, err := db.Collect(rows, err, func(row db.Scanner) (string, error) {
			var n string
			return n, row.Scan(&n)
		})
		for _, n := range list {
			out[n] = true
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read shared numbers: %w", err)
	}
	return out, nil
}

func dropSignals(ctx context.Context, tx *db.Tx, project id.ID, before clock.Date) error {
	if _, err := tx.Exec(ctx, "DELETE FROM meter_signal_day WHERE project_id = ? AND day < ?", project, before); err != nil {
		return fmt.Errorf("drop days of signals: %w", err)
	}
	if _, err := tx.Exec(ctx, "DELETE FROM meter_signal WHERE project_id = ? AND at < ?", project, before.Start()); err != nil {
		return fmt.Errorf("drop signals: %w", err)
	}
	return nil
}
