package file

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"

	"linli/internal/kit/actor"
	"linli/internal/kit/db"
	"linli/internal/kit/fault"
	"linli/internal/kit/id"
	"linli/internal/kit/page"
)

const exportColumns = "id, kind, name, query, clear, reason, state, rows, file_id, size, failure, created_by, created_name, created_at, done_at, buildings"

func insertExport(ctx context.Context, tx *db.Tx, project id.ID, e *Export) error {
	_, err := tx.Exec(ctx, "INSERT INTO file_export (project_id, "+exportColumns+") VALUES ("+db.In(17)+")", project, e.ID, e.Kind, e.Name, e.Query, e.Clear,
		e.Reason, e.State, e.Rows, e.File, e.Size, e.Failure, e.By, e.ByName, e.At, e.DoneAt, joined(e.Within))
	if err != nil {
		return fmt.Errorf("insert export: %w", err)
	}
	return nil
}

func updateExport(ctx context.Context, tx *db.Tx, project id.ID, e *Export) error {
	_, err := tx.Exec(ctx, "UPDATE file_export SET state = ?, rows = ?, file_id = ?, size = ?, failure = ?, done_at = ?, buildings = ? WHERE project_id = ? AND id = ?",
		e.State, e.Rows, e.File, e.Size, e.Failure, e.DoneAt, joined(e.Within), project, e.ID)
	if err != nil {
		return fmt.Errorf("update export: %w", err)
	}
	return nil
}

func lockExport(ctx context.Context, tx *db.Tx, project, export id.ID) error {
	return tx.Lock(ctx, "SELECT id FROM file_export WHERE project_id = ? AND id = ?", project, export)
}

func scanExport(row db.Scanner) (Export, error) {
	var e Export
	var clear int
	var at, done int64
	var buildings string
	err := row.Scan(&e.ID, &e.Kind, &e.Name, &e.Query, &clear, &e.Reason, &e.State, &e.Rows, &e.File, &e.Size, &e.Failure, &e.By, &e.ByName, &at, &done, &buildings)
	if err == nil {
		e.Within, err = parted(buildings)
	}
	e.Clear, e.At, e.DoneAt = clear == 1, db.Micro(at), db.Micro(done)
	return e, err
}

func joined(within actor.Buildings) string {
	texts := make([]string, len(within))
	for i, b := range within {
		texts[i] = b.String()
	}
	return strings.Join(texts, ",")
}

func parted(text string) (actor.Buildings, error) {
	var out actor.Buildings
	for part := range strings.SplitSeq(text, ",") {
		if part == "" {
			continue
		}
		b, err := id.Parse(part)
		if err != nil {
			return nil, fmt.Errorf("read buildings: %w", err)
		}
		out = append(out, b)
	}
	return out, nil
}

func oneExport(ctx context.Context, q db.Q, project, export id.ID) (Export, error) {
	e, err := scanExport(q.QueryRow(ctx, "SELECT "+exportColumns+" FROM file_export WHERE project_id = ? AND id = ?", project, export))
	if errors.Is(err, sql.ErrNoRows) {
		return Export{}, fault.ErrNotFound
	}
	if err != nil {
		return Export{}, fmt.Errorf("read export: %w", err)
	}
	return e, nil
}

func listExports(ctx context.Context, q db.Q, project, account id.ID, r page.Request) (page.List[Export], error) {
	var last id.ID
	where, args := "project_id = ? AND created_by = ?", []any{project, account}
	if ok, err := page.Decode(r.Cursor, &last); err != nil {
		return page.List[Export]{}, err
	} else if ok {
		where, args = where+" AND id < ?", append(args, last)
	}
	if r.Limit <= 0 {
		r.Limit = 50
	}
	rows, err := q.Query(ctx, "SELECT "+exportColumns+" FROM file_export WHERE "+where+" ORDER BY id DESC LIMIT ?", append(args, r.Limit+1)...)
	list, err := db.Collect(rows, err, scanExport)
	if err != nil {
		return page.List[Export]{}, fmt.Errorf("list exports: %w", err)
	}
	return page.Cut(list, r.Limit, func(e Export) []any { return []any{e.ID} }), nil
}
