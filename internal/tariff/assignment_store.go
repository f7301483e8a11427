package tariff

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"

	"linli/internal/kit/db"
	"linli/internal/kit/fault"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
)

const assignmentColumns = "id, item_id, scope, scope_id, scope_kind, exempt, from_date, until_date, version, rule, quantity"

func scanAssignment(row db.Scanner) (Assignment, error) {
	var a Assignment
	var exempt int
	var rule string
	err := row.Scan(&a.ID, &a.Item, &a.Scope, &a.Target, &a.Kind, &exempt, &a.From, &a.Until, &a.Version, &rule, &a.Quantity)
	if a.Exempt = exempt == 1; err != nil {
		return a, err
	}
	a.Rule, err = DecodeRule(rule)
	return a, err
}

// ruleRow is the JSON of a rule's column; its keys never change.
type ruleRow struct {
	BuildingKind string     `json:"building_kind,omitempty"`
	Building     id.ID      `json:"building,omitempty"`
	Kind         string     `json:"kind,omitempty"`
	State        string     `json:"state,omitempty"`
	FloorFrom    int        `json:"floor_from,omitempty"`
	FloorTo      int        `json:"floor_to,omitempty"`
	AreaFrom     money.Area `json:"area_from,omitempty"`
	AreaUntil    money.Area `json:"area_until,omitempty"`
	Tag          id.ID      `json:"tag,omitempty"`
}

// EncodeRule writes a rule for a column; one without conditions is empty.
func EncodeRule(r Rule) (string, error) {
	if r == (Rule{}) {
		return "", nil
	}
	b, err := json.Marshal(ruleRow(r))
	if err != nil {
		return "", fmt.Errorf("encode rule: %w", err)
	}
	return string(b), nil
}

// DecodeRule reads what EncodeRule wrote.
func DecodeRule(text string) (Rule, error) {
	var r ruleRow
	if text == "" {
		return Rule(r), nil
	}
	if err := json.Unmarshal([]byte(text), &r); err != nil {
		return Rule(r), fmt.Errorf("decode rule: %w", err)
	}
	return Rule(r), nil
}

func insertAssignment(ctx context.Context, tx *db.Tx, project id.ID, a *Assignment) error {
	rule, err := EncodeRule(a.Rule)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `INSERT INTO billing_assignment (project_id, id, item_id, scope, scope_id, scope_kind, exempt, from_date,
		until_date, version, created_at, rule, quantity) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		project, a.ID, a.Item, a.Scope, a.Target, a.Kind, a.Exempt, a.From, a.Until, a.Version, tx.Now(), rule, a.Quantity)
	if err != nil {
		return fmt.Errorf("insert assignment: %w", err)
	}
	return nil
}

func updateAssignment(ctx context.Context, tx *db.Tx, project id.ID, a *Assignment) error {
	_, err := tx.Exec(ctx, "UPDATE billing_assignment SET until_date = ?, version = ? WHERE project_id = ? AND id = ?",
		a.Until, a.Version, project, a.ID)
	if err != nil {
		return fmt.Errorf("update assignment: %w", err)
	}
	return nil
}

func oneAssignment(ctx context.Context, q db.Q, project, assignment id.ID) (Assignment, error) {
	a, err := scanAssignment(q.QueryRow(ctx, "SELECT "+assignmentColumns+" FROM billing_assignment WHERE project_id = ? AND id = ?", project, assignment))
	if errors.Is(err, sql.ErrNoRows) {
		return a, fault.ErrNotFound
	}
	if err != nil {
		return a, fmt.Errorf("read assignment: %w", err)
	}
	return a, nil
}

func assignmentsOf(ctx context.Context, q db.Q, project, item id.ID) ([]Assignment, error) {
	return collectAssignments(ctx, q, "project_id = ? AND item_id = ? ORDER BY id", project, item)
}

// wideAssignments are all but those of single rooms, which are read by part.
func wideAssignments(ctx context.Context, q db.Q, project id.ID) ([]Assignment, error) {
	return collectAssignments(ctx, q, "project_id = ? AND scope IN ('project', 'kind', 'building', 'rule') ORDER BY id", project)
}

func roomAssignments(ctx context.Context, q db.Q, project, after, upto id.ID) ([]Assignment, error) {
	return collectAssignments(ctx, q, "project_id = ? AND scope = 'room' AND scope_id > ? AND scope_id <= ? ORDER BY scope_id, id", project, after, upto)
}

// itemsWithRooms are the items that any single room is assigned to.
func itemsWithRooms(ctx context.Context, q db.Q, project id.ID) (map[id.ID]bool, error) {
	rows, err := q.Query(ctx, "SELECT DISTINCT item_id FROM billing_assignment WHERE project_id = ? AND scope = 'room' AND exempt = 0", project)
	list, err := db.Collect(rows, err, func(row db.Scanner) (id.ID, error) {
		var x id.ID
		return x, row.Scan(&x)
	})
	if err != nil {
		return nil, fmt.Errorf("list items of rooms: %w", err)
	}
	out := map[id.ID]bool{}
	for _, x := range list {
		out[x] = true
	}
	return out, nil
}

func collectAssignments(ctx context.Context, q db.Q, where string, args ...any) ([]Assignment, error) {
	rows, err := q.Query(ctx, "SELECT "+assignmentColumns+" FROM billing_assignment WHERE "+where, args...)
	out, err := db.Collect(rows, err, scanAssignment)
	if err != nil {
		return nil, fmt.Errorf("list assignments: %w", err)
	}
	return out, nil
}

func lockAssignment(ctx context.Context, tx *db.Tx, project, assignment id.ID) (Assignment, error) {
	if err := tx.Lock(ctx, "SELECT id FROM billing_assignment WHERE project_id = ? AND id = ?", project, assignment); err != nil {
		return Assignment{}, err
	}
	return oneAssignment(ctx, tx, project, assignment)
}
