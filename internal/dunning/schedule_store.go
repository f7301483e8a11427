package dunning

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"

	"linli/internal/kit/db"
	"linli/internal/kit/id"
)

func oneSchedule(ctx context.Context, q db.Q, project id.ID) (Schedule, error) {
	var sc Schedule
	var steps string
	err := q.QueryRow(ctx, "SELECT push, steps, inbox, inbox_hours, paid_away, version FROM dunning_schedule WHERE project_id = ?", project).
		Scan(&sc.Push, &steps, &sc.Inbox, &sc.InboxHours, &sc.PaidAway, &sc.Version)
	if errors.Is(err, sql.ErrNoRows) {
		return usualSchedule(), nil
	}
	if err != nil {
		return sc, err
	}
	return sc, json.Unmarshal([]byte(steps), &sc.Steps)
}

func putSchedule(ctx context.Context, tx *db.Tx, project id.ID, sc *Schedule) error {
	steps, err := json.Marshal(sc.Steps)
	if err != nil {
		return fmt.Errorf("write steps: %w", err)
	}
	_, err = tx.Exec(ctx, `INSERT INTO dunning_schedule (project_id, push, steps, inbox, inbox_hours, paid_away, version) VALUES (?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (project_id) DO UPDATE SET push = excluded.push, steps = excluded.steps, inbox = excluded.inbox, inbox_hours = excluded.inbox_hours,
		paid_away = excluded.paid_away, version = excluded.version`, project, sc.Push, string(steps), sc.Inbox, sc.InboxHours, sc.PaidAway, sc.Version)
	return err
}
