package estate

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"linli/internal/kit/db"
	"linli/internal/kit/id"
)

// BulkTables are what bulk commands write, in the order in which rows may be deleted.
func BulkTables() []string {
	return []string{"estate_occupant", "estate_room", "estate_person", "estate_unit", "estate_building"}
}

// BulkStamp names the columns that tell that a row is still as it was made.
func BulkStamp(table string) []string {
	switch table {
	case "estate_occupant":
		return []string{"room_id", "person_id", "part", "since", "until", "payer", "share"}
	case "estate_unit":
		return []string{"building_id", "name"}
	}
	return []string{"version"}
}

// BulkRows reads rows of one of BulkTables as JSON arrays of some columns.
func (s *Service) BulkRows(ctx context.Context, q db.Q, table string, columns []string, project id.ID, ids []id.ID) (map[id.ID]string, error) {
	out := make(map[id.ID]string, len(ids))
	values, targets := make([]any, len(columns)), make([]any, len(columns)+1)
	var row id.ID
	targets[0] = &row
	for i := range values {
		targets[i+1] = &values[i]
	}
	for chunk := range slices.Chunk(ids, 500) {
		rows, err := q.Query(ctx, "SELECT id, "+strings.Join(columns, ", ")+" FROM "+table+" WHERE project_id = ? AND id IN ("+db.In(len(chunk))+")", idArgs(project, chunk)...)
		_, err = db.Collect(rows, err, func(r db.Scanner) (struct{}, error) {
			if err := r.Scan(targets...); err != nil {
				return struct{}{}, err
			}
			b, err := json.Marshal(values)
			out[row] = string(b)
			return struct{}{}, err
		})
		if err != nil {
			return nil, fmt.Errorf("read rows of %s: %w", table, err)
		}
	}
	return out, nil
}

// BulkName is what people call a row of one of BulkTables, or empty.
func (s *Service) BulkName(ctx context.Context, q db.Q, table string, project, row id.ID) (string, error) {
	query := "SELECT name FROM " + table + " WHERE project_id = ? AND id = ?"
	switch table {
	case "estate_room":
		query = "SELECT label FROM estate_room WHERE project_id = ? AND id = ?"
	case "estate_occupant":
		query = "SELECT r.label FROM estate_occupant o JOIN estate_room r ON r.project_id = o.project_id AND r.id = o.room_id WHERE o.project_id = ? AND o.id = ?"
	}
	rows, err := q.Query(ctx, query, project, row)
	list, err := db.Collect(rows, err, func(row db.Scanner) (s string, err error) { return s, row.Scan(&s) })
	if err != nil {
		return "", fmt.Errorf("name row: %w", err)
	}
	return strings.Join(list, ""), nil
}

// RestoreRow writes a row back as BulkRows has read it.
func (s *Service) RestoreRow(ctx context.Context, tx *db.Tx, table string, columns []string, project, row id.ID, was string) error {
	dec := json.NewDecoder(bytes.NewReader([]byte(was)))
	dec.UseNumber()
	var values []any
	if err := dec.Decode(&values); err != nil || len(values) != len(columns) {
		return fmt.Errorf("restore row: %w", errors.Join(err, fmt.Errorf("%d values", len(values))))
	}
	var set []string
	var args []any
	for i, c := range columns {
		if c == "project_id" || c == "id" {
			continue
		}
		v := values[i]
		if n, ok := v.(json.Number); ok {
			whole, err := n.Int64()
			if err != nil {
				return fmt.Errorf("restore row: %w", err)
			}
			v = whole
		}
		set, args = append(set, c+" = ?"), append(args, v)
	}
	_, err := tx.Exec(ctx, "UPDATE "+table+" SET "+strings.Join(set, ", ")+" WHERE project_id = ? AND id = ?", append(args, project, row)...)
	if err != nil {
		return fmt.Errorf("restore row: %w", err)
	}
	return nil
}

// DropRows deletes rows of BulkTables, their entries in the search index and
// their place in the number of rooms.
func (s *Service) DropRows(ctx context.Context, tx *db.Tx, project id.ID, fresh map[string][]id.ID) error {
	people, err := peopleByID(ctx, tx, project, fresh["estate_person"])
	if err != nil {
		return err
	}
	if err := dropTerms(ctx, tx, project, people); err != nil {
		return err
	}
	for chunk := range slices.Chunk(fresh["estate_room"], 500) {
		if _, err := tx.Exec(ctx, "DELETE FROM estate_term WHERE project_id = ? AND room_id <> 0 AND room_id IN ("+db.In(len(chunk))+")", idArgs(project, chunk)...); err != nil {
			return fmt.Errorf("drop terms: %w", err)
		}
	}
	for _, table := range BulkTables() {
		for chunk := range slices.Chunk(fresh[table], 500) {
			if _, err := tx.Exec(ctx, "DELETE FROM "+table+" WHERE project_id = ? AND id IN ("+db.In(len(chunk))+")", idArgs(project, chunk)...); err != nil {
				return fmt.Errorf("undo %s: %w", table, err)
			}
		}
	}
	return addRooms(ctx, tx, project, -len(fresh["estate_room"]))
}
