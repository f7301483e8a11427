package estate

import (
	"context"
	"fmt"
	"strings"

	"linli/internal/kit/db"
	"linli/internal/kit/fault"
	"linli/internal/kit/id"
)

const fieldQuery = "SELECT id, kind, name, type, choices, required, sort, state, version FROM estate_field WHERE project_id = ?"

func scanField(row db.Scanner) (Field, error) {
	var f Field
	var choices, state string
	var required int
	err := row.Scan(&f.ID, &f.Kind, &f.Name, &f.Type, &choices, &required, &f.Sort, &state, &f.Version)
	f.Required, f.Active, f.Choices = required == 1, state == "active", []string{}
	if choices != "" {
		f.Choices = strings.Split(choices, "\n")
	}
	return f, err
}

func fields(ctx context.Context, q db.Q, project id.ID, kind string) ([]Field, error) {
	query, args := fieldQuery, []any{project}
	if kind != "" {
		query, args = query+" AND kind = ?", append(args, kind)
	}
	rows, err := q.Query(ctx, query+" ORDER BY kind, state, sort, id", args...)
	out, err := db.Collect(rows, err, scanField)
	if err != nil {
		return nil, fmt.Errorf("list fields: %w", err)
	}
	return out, nil
}

func oneField(ctx context.Context, q db.Q, project, field id.ID) (Field, error) {
	f, err := scanField(q.QueryRow(ctx, fieldQuery+" AND id = ?", project, field))
	return found(f, err, "read field", fault.ErrNotFound)
}

func lockField(ctx context.Context, tx *db.Tx, project, field id.ID) (Field, error) {
	if err := tx.Lock(ctx, "SELECT id FROM estate_field WHERE project_id = ? AND id = ?", project, field); err != nil {
		return Field{}, err
	}
	return oneField(ctx, tx, project, field)
}

func insertField(ctx context.Context, tx *db.Tx, project id.ID, f *Field) error {
	_, err := tx.Exec(ctx, `INSERT INTO estate_field (project_id, id, kind, name, type, choices, required, sort, state, version, created_at)
		VALUES (`+db.In(11)+")", project, f.ID, f.Kind, f.Name, f.Type, strings.Join(f.Choices, "\n"), f.Required, f.Sort, tagState(f.Active), f.Version, tx.Now())
	return fieldError(err, f, "insert field")
}

func updateField(ctx context.Context, tx *db.Tx, project id.ID, f *Field) error {
	_, err := tx.Exec(ctx, "UPDATE estate_field SET name = ?, choices = ?, required = ?, sort = ?, state = ?, version = ? WHERE project_id = ? AND id = ?",
		f.Name, strings.Join(f.Choices, "\n"), f.Required, f.Sort, tagState(f.Active), f.Version, project, f.ID)
	return fieldError(err, f, "update field")
}

func fieldError(err error, f *Field, op string) error {
	if db.IsUnique(err) {
		return ErrFieldTaken.Say("已有字段 %s", f.Name)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", op, err)
	}
	return nil
}

func valueUsed(ctx context.Context, q db.Q, project, field id.ID, text string) (bool, error) {
	var used bool
	err := q.QueryRow(ctx, "SELECT EXISTS (SELECT 1 FROM estate_value WHERE project_id = ? AND field_id = ? AND value = ?)", project, field, text).Scan(&used)
	if err != nil {
		return false, fmt.Errorf("look for value: %w", err)
	}
	return used, nil
}

func valuesOf(ctx context.Context, q db.Q, project, subject id.ID) (map[id.ID]string, error) {
	out := map[id.ID]string{}
	rows, err := q.Query(ctx, "SELECT field_id, value FROM estate_value WHERE project_id = ? AND subject_id = ?", project, subject)
	_, err = db.Collect(rows, err, func(row db.Scanner) (struct{}, error) {
		var field id.ID
		var text string
		err := row.Scan(&field, &text)
		out[field] = text
		return struct{}{}, err
	})
	if err != nil {
		return nil, fmt.Errorf("read values: %w", err)
	}
	return out, nil
}

// cellsOf are what records say in fields, by record and field.
func cellsOf(ctx context.Context, q db.Q, project id.ID, subjects []id.ID) (map[[2]id.ID]string, error) {
	out := map[[2]id.ID]string{}
	return out, db.EachOfIDs(ctx, q, "SELECT subject_id, field_id, value FROM estate_value WHERE project_id = ? AND subject_id IN (", project, subjects, ")", func(row db.Scanner) error {
		var at [2]id.ID
		var text string
		err := row.Scan(&at[0], &at[1], &text)
		out[at] = text
		return err
	})
}

func putValue(ctx context.Context, tx *db.Tx, project, field, subject id.ID, text string) error {
	var err error
	if text == "" {
		_, err = tx.Exec(ctx, "DELETE FROM estate_value WHERE project_id = ? AND field_id = ? AND subject_id = ?", project, field, subject)
	} else {
		_, err = tx.Exec(ctx, `INSERT INTO estate_value (project_id, field_id, subject_id, value) VALUES (?, ?, ?, ?)
			ON CONFLICT (project_id, field_id, subject_id) DO UPDATE SET value = excluded.value`, project, field, subject, text)
	}
	if err != nil {
		return fmt.Errorf("put value: %w", err)
	}
	return nil
}

func lockSubject(ctx context.Context, tx *db.Tx, project id.ID, kind string, subject id.ID) error {
	if kind == TagRoom {
		return lockRoom(ctx, tx, project, subject)
	}
	return lockPerson(ctx, tx, project, subject)
}

// says is the condition that a record says exactly this in a field.
func (f *FieldFilter) says(column string, project id.ID) (string, []any) {
	if f.Field == 0 {
		return "", nil
	}
	return " AND " + column + " IN (SELECT subject_id FROM estate_value WHERE project_id = ? AND field_id = ? AND value = ?)", []any{project, f.Field, f.Text}
}
