package careplan

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"linli/internal/kit/db"
	"linli/internal/kit/fault"
	"linli/internal/kit/id"
)

const planColumns = "id, name, tag_id, days, todo, begins, state, version"

func scanPlan(row db.Scanner) (Plan, error) {
	var p Plan
	var state string
	err := row.Scan(&p.ID, &p.Name, &p.Tag, &p.Days, &p.Todo, &p.Begins, &state, &p.Version)
	p.Active = state == "active"
	return p, err
}

func (p *Plan) state() string {
	if p.Active {
		return "active"
	}
	return "ended"
}

func insertPlan(ctx context.Context, tx *db.Tx, project id.ID, p *Plan) error {
	_, err := tx.Exec(ctx, "INSERT INTO careplan_plan (project_id, "+planColumns+", created_at) VALUES ("+db.In(10)+")",
		project, p.ID, p.Name, p.Tag, p.Days, p.Todo, p.Begins, p.state(), p.Version, tx.Now())
	return taken(err, "insert care plan")
}

func updatePlan(ctx context.Context, tx *db.Tx, project id.ID, p *Plan) error {
	_, err := tx.Exec(ctx, "UPDATE careplan_plan SET name = ?, days = ?, todo = ?, begins = ?, state = ?, version = ? WHERE project_id = ? AND id = ?",
		p.Name, p.Days, p.Todo, p.Begins, p.state(), p.Version, project, p.ID)
	return taken(err, "update care plan")
}

func taken(err error, op string) error {
	switch {
	case err == nil:
		return nil
	case db.IsUnique(err):
		return ErrName
	}
	return fmt.Errorf("%s: %w", op, err)
}

func lockPlan(ctx context.Context, tx *db.Tx, project, plan id.ID) error {
	return tx.Lock(ctx, "SELECT id FROM careplan_plan WHERE project_id = ? AND id = ?", project, plan)
}

func onePlan(ctx context.Context, q db.Q, project, plan id.ID) (Plan, error) {
	p, err := scanPlan(q.QueryRow(ctx, "SELECT "+planColumns+" FROM careplan_plan WHERE project_id = ? AND id = ?", project, plan))
	if errors.Is(err, sql.ErrNoRows) {
		return p, fault.ErrNotFound
	}
	if err != nil {
		return p, fmt.Errorf("read care plan: %w", err)
	}
	return p, nil
}

// listPlans reads plans, newest first; what is zero does not narrow.
func listPlans(ctx context.Context, q db.Q, project id.ID, state string, before id.ID, limit int) ([]Plan, error) {
	where, args := "project_id = ?", []any{project}
	if state != "" {
		where, args = where+" AND state = ?", append(args, state)
	}
	if before != 0 {
		where, args = where+" AND id < ?", append(args, before)
	}
	where += " ORDER BY id DESC"
	if limit != 0 {
		where, args = where+" LIMIT ?", append(args, limit)
	}
	rows, err := q.Query(ctx, "SELECT "+planColumns+" FROM careplan_plan WHERE "+where, args...)
	out, err := db.Collect(rows, err, scanPlan)
	if err != nil {
		return nil, fmt.Errorf("list care plans: %w", err)
	}
	return out, nil
}
