package file

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"

	"linli/internal/kit/db"
	"linli/internal/kit/id"
)

// Discard forgets an upload inside tx, and once that is durable removes its
// content, unless another upload has the same. For files that hold personal
// data and have served their purpose. An upload that is gone is no error.
func (s *Service) Discard(ctx context.Context, tx *db.Tx, project, file id.ID) error {
	sha, err := deleteBlob(ctx, tx, project, file)
	if err != nil {
		return fmt.Errorf("discard file: %w", err)
	}
	if sha != "" {
		tx.AfterCommit(func() { s.unlink(context.WithoutCancel(ctx), sha) })
	}
	return nil
}

// Expire discards every upload of a kind made before an instant.
func (s *Service) Expire(ctx context.Context, kind string, before time.Time) error {
	old, err := olderBlobs(ctx, s.db.Reader(ctx), kind, before)
	if err != nil {
		return fmt.Errorf("expire files: %w", err)
	}
	for _, b := range old {
		err := s.db.Write(ctx, func(tx *db.Tx) error { return s.Discard(ctx, tx, b.Project, b.ID) })
		if err != nil {
			return err
		}
	}
	return nil
}

// unlink removes a content that no upload names. Failing leaves a file that
// nobody can reach; the next Discard of the same content tries again.
func (s *Service) unlink(ctx context.Context, sha string) {
	if n, err := countContent(ctx, s.db.Reader(ctx), sha); err != nil || n > 0 {
		return
	}
	if err := os.Remove(s.path(sha)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return
	}
}
