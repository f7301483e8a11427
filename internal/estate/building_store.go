package estate

import (
	"context"
	"fmt"

	"linli/internal/kit/db"
	"linli/internal/kit/fault"
	"linli/internal/kit/id"
)

const buildingColumns = "id, name, kind, floors, version, key, sort_key"

func scanBuilding(row db.Scanner) (Building, error) {
	var b Building
	err := row.Scan(&b.ID, &b.Name, &b.Kind, &b.Floors, &b.Version, &b.key, &b.sort)
	return b, err
}

func insertBuilding(ctx context.Context, tx *db.Tx, project id.ID, b *Building) error {
	_, err := tx.Exec(ctx, `INSERT INTO estate_building (project_id, id, name, key, kind, floors, sort_key, version, created_at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`, project, b.ID, b.Name, b.key, b.Kind, b.Floors, b.sort, b.Version, tx.Now())
	if db.IsUnique(err) {
		return ErrBuilding.Say("这个项目里已有%s", b.Name)
	}
	if err != nil {
		return fmt.Errorf("insert building: %w", err)
	}
	return nil
}

func updateBuilding(ctx context.Context, tx *db.Tx, project id.ID, b *Building) error {
	n, err := tx.Exec(ctx, `UPDATE estate_building SET name = ?, key = ?, kind = ?, floors = ?, sort_key = ?, version = version + 1
		WHERE project_id = ? AND id = ? AND version = ?`, b.Name, b.key, b.Kind, b.Floors, b.sort, project, b.ID, b.Version)
	if db.IsUnique(err) {
		return ErrBuilding.Say("这个项目里已有%s", b.Name)
	}
	if err != nil {
		return fmt.Errorf("update building: %w", err)
	}
	if n == 0 {
		return fault.ErrStale
	}
	b.Version++
	return nil
}

func buildings(ctx context.Context, q db.Q, project id.ID) ([]Building, error) {
	rows, err := q.Query(ctx, "SELECT "+buildingColumns+" FROM estate_building WHERE project_id = ? ORDER BY sort_key, id", project)
	out, err := db.Collect(rows, err, scanBuilding)
	if err != nil {
		return nil, fmt.Errorf("list buildings: %w", err)
	}
	return out, nil
}

func oneBuilding(ctx context.Context, q db.Q, project, building id.ID) (Building, error) {
	b, err := scanBuilding(q.QueryRow(ctx, "SELECT "+buildingColumns+" FROM estate_building WHERE project_id = ? AND id = ?", project, building))
	return found(b, err, "read building", ErrNoBuilding)
}

func insertUnit(ctx context.Context, tx *db.Tx, project id.ID, u *Unit) error {
	_, err := tx.Exec(ctx, "INSERT INTO estate_unit (project_id, id, building_id, name, key, sort_key) VALUES (?, ?, ?, ?, ?, ?)",
		project, u.ID, u.Building, u.Name, u.key, u.sort)
	if db.IsUnique(err) {
		return ErrUnit.Say("这栋楼里已有%s", u.Name)
	}
	if err != nil {
		return fmt.Errorf("insert unit: %w", err)
	}
	return nil
}

func units(ctx context.Context, q db.Q, project, building id.ID) ([]Unit, error) {
	where, args := "project_id = ?", []any{project}
	if building != 0 {
		where, args = where+" AND building_id = ?", append(args, building)
	}
	rows, err := q.Query(ctx, "SELECT id, building_id, name, key, sort_key FROM estate_unit WHERE "+where+" ORDER BY sort_key, id", args...)
	out, err := db.Collect(rows, err, func(row db.Scanner) (Unit, error) {
		var u Unit
		err := row.Scan(&u.ID, &u.Building, &u.Name, &u.key, &u.sort)
		return u, err
	})
	if err != nil {
		return nil, fmt.Errorf("list units: %w", err)
	}
	return out, nil
}
