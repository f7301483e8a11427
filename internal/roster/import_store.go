package roster

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"

	"linli/internal/kit/db"
	"linli/internal/kit/fault"
	"linli/internal/kit/id"
	"linli/internal/kit/page"
)

const importColumns = "id, kind, file_id, file_name, hash, state, rows, report, errors, hidden, created_by, created_name, created_at, applied_at, failed_from, failure, undone_name, undone_at"

func scanImport(row db.Scanner) (Import, error) {
	var im Import
	var report string
	var at, applied, undone int64
	err := row.Scan(&im.ID, &im.Kind, &im.File, &im.FileName, &im.Hash, &im.State, &im.Rows, &report, &im.Errors, &im.Hidden, &im.By, &im.ByName, &at, &applied,
		&im.FailedFrom, &im.Failure, &im.UndoneBy, &undone)
	if err != nil {
		return im, err
	}
	im.At, im.AppliedAt, im.UndoneAt = db.Micro(at), db.Micro(applied), db.Micro(undone)
	if err := json.Unmarshal([]byte(report), &im.Report); err != nil {
		return im, fmt.Errorf("read report: %w", err)
	}
	return im, nil
}

func insertImport(ctx context.Context, tx *db.Tx, project id.ID, im *Import) error {
	report, err := json.Marshal(im.Report)
	if err != nil {
		return fmt.Errorf("write report: %w", err)
	}
	_, err = tx.Exec(ctx, "INSERT INTO estate_import (project_id, "+importColumns+") VALUES (?, "+db.In(18)+")", project, im.ID, im.Kind, im.File, im.FileName,
		im.Hash, im.State, im.Rows, string(report), im.Errors, im.Hidden, im.By, im.ByName, im.At, im.AppliedAt, im.FailedFrom, im.Failure, im.UndoneBy, im.UndoneAt)
	if err != nil {
		return fmt.Errorf("insert import: %w", err)
	}
	return nil
}

func updateImport(ctx context.Context, tx *db.Tx, project id.ID, im *Import) error {
	report, err := json.Marshal(im.Report)
	if err != nil {
		return fmt.Errorf("write report: %w", err)
	}
	_, err = tx.Exec(ctx, "UPDATE estate_import SET state = ?, rows = ?, report = ?, errors = ?, hidden = ?, applied_at = ?, failed_from = ?, failure = ?, undone_name = ?, undone_at = ? WHERE project_id = ? AND id = ?",
		im.State, im.Rows, string(report), im.Errors, im.Hidden, im.AppliedAt, im.FailedFrom, im.Failure, im.UndoneBy, im.UndoneAt, project, im.ID)
	if err != nil {
		return fmt.Errorf("update import: %w", err)
	}
	return nil
}

func oneImport(ctx context.Context, q db.Q, project, imp id.ID) (Import, error) {
	im, err := scanImport(q.QueryRow(ctx, "SELECT "+importColumns+" FROM estate_import WHERE project_id = ? AND id = ?", project, imp))
	return found(im, err, "read import", fault.ErrNotFound)
}

func lockImport(ctx context.Context, tx *db.Tx, project, imp id.ID) error {
	return tx.Lock(ctx, "SELECT id FROM estate_import WHERE project_id = ? AND id = ?", project, imp)
}

// openImport finds the import of a file that is not finished, or nil.
func openImport(ctx context.Context, q db.Q, project id.ID, kind, hash string) (*Import, error) {
	im, err := scanImport(q.QueryRow(ctx, "SELECT "+importColumns+` FROM estate_import
		WHERE project_id = ? AND kind = ? AND hash = ? AND state IN ('checking', 'ready', 'applying')`, project, kind, hash))
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("find import: %w", err)
	}
	return &im, nil
}

// listImports lists those of some kinds, or of all without any.
func listImports(ctx context.Context, q db.Q, project id.ID, r page.Request, kinds ...string) (page.List[Import], error) {
	var last id.ID
	where, args := "project_id = ?", []any{project}
	if len(kinds) > 0 {
		where += " AND kind IN (" + db.In(len(kinds)) + ")"
		for _, k := range kinds {
			args = append(args, k)
		}
	}
	if ok, err := page.Decode(r.Cursor, &last); err != nil {
		return page.List[Import]{}, err
	} else if ok {
		where, args = where+" AND id < ?", append(args, last)
	}
	rows, err := q.Query(ctx, "SELECT "+importColumns+" FROM estate_import WHERE "+where+" ORDER BY id DESC LIMIT ?", append(args, r.Limit+1)...)
	list, err := db.Collect(rows, err, scanImport)
	if err != nil {
		return page.List[Import]{}, fmt.Errorf("list imports: %w", err)
	}
	return page.Cut(list, r.Limit, func(im Import) []any { return []any{im.ID} }), nil
}

// replaceErrors stores the error list of an import in place of an older one.
func replaceErrors(ctx context.Context, tx *db.Tx, project, imp id.ID, list *errorList) error {
	if list.err != nil {
		return list.err
	}
	if _, err := tx.Exec(ctx, "DELETE FROM estate_import_error WHERE project_id = ? AND import_id = ?", project, imp); err != nil {
		return fmt.Errorf("replace errors: %w", err)
	}
	return tx.Copy(ctx, "estate_import_error", []string{"project_id", "import_id", "no", "row", "cell", "title", "value", "message"}, list.len(), func(i int, dst []any) error {
		e, err := list.at(i)
		copy(dst, []any{int64(project), int64(imp), int64(i + 1), int64(e.Row), e.Cell, e.Title, e.Value, visible(e.Message)})
		return err
	})
}

const errorColumns = "no, row, cell, title, value, message"

type numbered struct {
	no int64
	RowError
}

func scanError(row db.Scanner) (numbered, error) {
	var e numbered
	err := row.Scan(&e.no, &e.Row, &e.Cell, &e.Title, &e.Value, &e.Message)
	return e, err
}

func listErrors(ctx context.Context, q db.Q, project, imp id.ID, r page.Request) (page.List[RowError], error) {
	var last int64
	if _, err := page.Decode(r.Cursor, &last); err != nil {
		return page.List[RowError]{}, err
	}
	rows, err := q.Query(ctx, "SELECT "+errorColumns+" FROM estate_import_error WHERE project_id = ? AND import_id = ? AND no > ? ORDER BY no LIMIT ?",
		project, imp, last, r.Limit+1)
	list, err := db.Collect(rows, err, scanError)
	if err != nil {
		return page.List[RowError]{}, fmt.Errorf("list errors: %w", err)
	}
	cut := page.Cut(list, r.Limit, func(e numbered) []any { return []any{e.no} })
	return page.List[RowError]{Items: each(cut.Items, func(e numbered) RowError { return e.RowError }), Next: cut.Next}, nil
}

func eachError(ctx context.Context, q db.Q, project, imp id.ID, fn func(RowError) error) error {
	rows, err := q.Query(ctx, "SELECT "+errorColumns+" FROM estate_import_error WHERE project_id = ? AND import_id = ? ORDER BY no", project, imp)
	if err != nil {
		return fmt.Errorf("read errors: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		e, err := scanError(rows)
		if err != nil {
			return fmt.Errorf("read errors: %w", err)
		}
		if err := fn(e.RowError); err != nil {
			return err
		}
	}
	return rows.Err()
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
