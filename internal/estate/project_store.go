package estate

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"linli/internal/kit/db"
	"linli/internal/kit/fault"
	"linli/internal/kit/id"
)

func insertProject(ctx context.Context, tx *db.Tx, p *Project) error {
	_, err := tx.Exec(ctx, `INSERT INTO estate_project (project_id, name, kind, address, land_area, built_area, state, rooms, version, created_at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, p.ID, p.Name, p.Kind, p.Address, p.LandArea, p.BuiltArea, p.State, p.Rooms, p.Version, tx.Now())
	if err != nil {
		return fmt.Errorf("insert project: %w", err)
	}
	return nil
}

const projectColumns = "project_id, name, kind, address, land_area, built_area, state, rooms, version"

func scanProject(row db.Scanner) (Project, error) {
	var p Project
	err := row.Scan(&p.ID, &p.Name, &p.Kind, &p.Address, &p.LandArea, &p.BuiltArea, &p.State, &p.Rooms, &p.Version)
	return p, err
}

func projects(ctx context.Context, q db.Q) ([]Project, error) {
	rows, err := q.Query(ctx, "SELECT "+projectColumns+" FROM estate_project ORDER BY name, project_id")
	out, err := db.Collect(rows, err, scanProject)
	if err != nil {
		return nil, fmt.Errorf("list projects: %w", err)
	}
	return out, nil
}

func oneProject(ctx context.Context, q db.Q, project id.ID) (Project, error) {
	p, err := scanProject(q.QueryRow(ctx, "SELECT "+projectColumns+" FROM estate_project WHERE project_id = ?", project))
	return found(p, err, "read project", fault.ErrNotFound)
}

// found turns "no rows" into the fault.
func found[T any](v T, err error, what string, missing *fault.Error) (T, error) {
	var zero T
	if errors.Is(err, sql.ErrNoRows) {
		return zero, missing
	}
	if err != nil {
		return zero, fmt.Errorf("%s: %w", what, err)
	}
	return v, nil
}

func updateProject(ctx context.Context, tx *db.Tx, p *Project) error {
	n, err := tx.Exec(ctx, `UPDATE estate_project SET name = ?, kind = ?, address = ?, land_area = ?, built_area = ?, state = ?, version = version + 1
		WHERE project_id = ? AND version = ?`, p.Name, p.Kind, p.Address, p.LandArea, p.BuiltArea, p.State, p.ID, p.Version)
	if err != nil {
		return fmt.Errorf("update project: %w", err)
	}
	if n == 0 {
		return fault.ErrStale
	}
	p.Version++
	return nil
}

func lockProject(ctx context.Context, tx *db.Tx, project id.ID) error {
	return tx.Lock(ctx, "SELECT project_id FROM estate_project WHERE project_id = ?", project)
}

func addRooms(ctx context.Context, tx *db.Tx, project id.ID, n int) error {
	if _, err := tx.Exec(ctx, "UPDATE estate_project SET rooms = rooms + ? WHERE project_id = ?", n, project); err != nil {
		return fmt.Errorf("count rooms: %w", err)
	}
	return nil
}
