package file

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"linli/internal/kit/db"
	"linli/internal/kit/fault"
	"linli/internal/kit/id"
)

const blobColumns = "project_id, id, sha256, name, size, kind, created_by, created_at"

func insertBlob(ctx context.Context, tx *db.Tx, b Blob) error {
	_, err := tx.Exec(ctx, "INSERT INTO file_blob ("+blobColumns+") VALUES ("+db.In(8)+")",
		b.Project, b.ID, b.SHA256, b.Name, b.Size, b.Kind, b.CreatedBy, b.CreatedAt)
	return err
}

func scanBlob(row db.Scanner) (Blob, error) {
	var b Blob
	var at int64
	err := row.Scan(&b.Project, &b.ID, &b.SHA256, &b.Name, &b.Size, &b.Kind, &b.CreatedBy, &at)
	b.CreatedAt = db.Micro(at)
	return b, err
}

func findBlob(ctx context.Context, q db.Q, project, file id.ID) (Blob, error) {
	b, err := scanBlob(q.QueryRow(ctx, "SELECT "+blobColumns+" FROM file_blob WHERE project_id = ? AND id = ?", project, file))
	if errors.Is(err, sql.ErrNoRows) {
		return Blob{}, fault.ErrNotFound
	}
	return b, err
}

func listBlobs(ctx context.Context, q db.Q, project id.ID) ([]Blob, error) {
	rows, err := q.Query(ctx, "SELECT "+blobColumns+" FROM file_blob WHERE project_id = ? ORDER BY id", project)
	return db.Collect(rows, err, scanBlob)
}

// deleteBlob removes an upload and returns the digest of its content, empty
// when there was none.
func deleteBlob(ctx context.Context, tx *db.Tx, project, file id.ID) (string, error) {
	b, err := findBlob(ctx, tx, project, file)
	if errors.Is(err, fault.ErrNotFound) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	_, err = tx.Exec(ctx, "DELETE FROM file_blob WHERE project_id = ? AND id = ?", project, file)
	return b.SHA256, err
}

func olderBlobs(ctx context.Context, q db.Q, kind string, before time.Time) ([]Blob, error) {
	rows, err := q.Query(ctx, "SELECT "+blobColumns+" FROM file_blob WHERE kind = ? AND created_at < ?", kind, before)
	return db.Collect(rows, err, scanBlob)
}

func countContent(ctx context.Context, q db.Q, sha string) (int, error) {
	var n int
	err := q.QueryRow(ctx, "SELECT COUNT(*) FROM file_blob WHERE sha256 = ?", sha).Scan(&n)
	return n, err
}

func listContents(ctx context.Context, q db.Q) ([]string, error) {
	rows, err := q.Query(ctx, "SELECT DISTINCT sha256 FROM file_blob ORDER BY sha256")
	return db.Collect(rows, err, func(row db.Scanner) (sha string, err error) { return sha, row.Scan(&sha) })
}
