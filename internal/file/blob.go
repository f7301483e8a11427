package file

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"time"

	"linli/internal/kit/actor"
	"linli/internal/kit/db"
	"linli/internal/kit/fault"
	"linli/internal/kit/id"
	"linli/internal/kit/sheet"
)

const keepDraft = 24 * time.Hour

var shaText = regexp.MustCompile(`^[0-9a-f]{64}$`)

// Put writes the content to disk and returns when a power cut cannot take it
// away any more: file and folder are synced. Call it before the transaction
// that adds the row. limit is in bytes; more is ErrTooLarge, nothing is
// ErrEmpty, and neither leaves anything behind.
func (s *Service) Put(r io.Reader, limit int64) (Content, error) {
	drafts := filepath.Join(s.dir, "tmp")
	if err := makeDir(drafts); err != nil {
		return Content{}, fmt.Errorf("put file: %w", err)
	}
	f, err := os.CreateTemp(drafts, "put-")
	if err != nil {
		return Content{}, fmt.Errorf("put file: %w", err)
	}
	defer os.Remove(f.Name()) // gone after the rename
	c, err := fill(f, r, limit)
	if err != nil {
		return Content{}, fmt.Errorf("put file: %w", err)
	}
	dir := filepath.Dir(s.path(c.SHA256))
	if err := makeDir(dir); err != nil {
		return Content{}, fmt.Errorf("put file: %w", err)
	}
	if err := os.Rename(f.Name(), s.path(c.SHA256)); err != nil {
		return Content{}, fmt.Errorf("put file: %w", err)
	}
	if err := syncDir(dir); err != nil {
		return Content{}, fmt.Errorf("put file: %w", err)
	}
	return c, nil
}

func fill(f *os.File, r io.Reader, limit int64) (c Content, err error) {
	defer func() { err = errors.Join(err, f.Close()) }()
	h := sha256.New()
	n, err := io.Copy(io.MultiWriter(f, h), io.LimitReader(r, limit+1))
	switch {
	case err != nil:
		return Content{}, err
	case n > limit:
		return Content{}, ErrTooLarge.Say("文件超过 %s，请拆小后再传", size(limit))
	case n == 0:
		return Content{}, ErrEmpty
	}
	if err := f.Sync(); err != nil {
		return Content{}, err
	}
	return Content{SHA256: hex.EncodeToString(h.Sum(nil)), Size: n}, nil
}

func size(bytes int64) string {
	if bytes >= 1<<20 {
		return fmt.Sprintf("%d MB", bytes>>20)
	}
	if bytes >= 1<<10 {
		return fmt.Sprintf("%d KB", bytes>>10)
	}
	return fmt.Sprintf("%d 字节", bytes)
}

// makeDir creates a folder and those above it, and makes each name durable in
// its parent; also when another upload has just created it.
func makeDir(dir string) error {
	parent := filepath.Dir(dir)
	if _, err := os.Stat(parent); errors.Is(err, fs.ErrNotExist) && parent != dir {
		if err := makeDir(parent); err != nil {
			return err
		}
	}
	if err := os.Mkdir(dir, 0o750); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return syncDir(parent)
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// Add names a content that Put has returned as an upload of the project.
func (s *Service) Add(ctx context.Context, tx *db.Tx, project id.ID, c Content, name, kind string, who actor.Actor) (id.ID, error) {
	if !shaText.MatchString(c.SHA256) {
		return 0, fmt.Errorf("add file: %q is not a digest", c.SHA256)
	}
	b := Blob{Project: project, ID: tx.NewID(), SHA256: c.SHA256, Name: sheet.PlainName(name), Size: c.Size, Kind: kind,
		CreatedBy: who.Account, CreatedAt: tx.Now()}
	if err := insertBlob(ctx, tx, b); err != nil {
		return 0, fmt.Errorf("add file: %w", err)
	}
	return b.ID, nil
}

// Find reads what is known of an upload; fault.ErrNotFound when the project
// has none of that id.
func (s *Service) Find(ctx context.Context, q db.Q, project, file id.ID) (Blob, error) {
	b, err := findBlob(ctx, q, project, file)
	if err != nil {
		return Blob{}, fmt.Errorf("find file: %w", err)
	}
	return b, nil
}

// Open opens the content of an upload for reading; the caller closes it.
// ErrLost when the folder does not hold what the row promises.
func (s *Service) Open(ctx context.Context, project, file id.ID) (*os.File, Blob, error) {
	b, err := s.Find(ctx, s.db.Reader(ctx), project, file)
	if err != nil {
		return nil, Blob{}, err
	}
	f, err := os.Open(s.path(b.SHA256))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, Blob{}, fmt.Errorf("open file %d: %w", int64(file), ErrLost.Because(err))
	}
	if err != nil {
		return nil, Blob{}, fmt.Errorf("open file %d: %w", int64(file), err)
	}
	st, err := f.Stat()
	if err == nil && st.Size() != b.Size {
		err = ErrLost.Because(fmt.Errorf("%d bytes on disk, %d promised", st.Size(), b.Size))
	}
	if err != nil {
		return nil, Blob{}, fmt.Errorf("open file %d: %w", int64(file), errors.Join(err, f.Close()))
	}
	return f, b, nil
}

// Verify reads every content of a project and joins an error for each upload
// whose content is lost or is not what was uploaded.
func (s *Service) Verify(ctx context.Context, project id.ID) error {
	blobs, err := listBlobs(ctx, s.db.Reader(ctx), project)
	if err != nil {
		return fmt.Errorf("verify files: %w", err)
	}
	var found error
	for _, b := range blobs {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err := s.verifyOne(b); err != nil {
			found = errors.Join(found, fmt.Errorf("file %d (%s) of project %d: %w", int64(b.ID), b.Name, int64(project), err))
		}
	}
	return found
}

// Broken names every upload of a project whose content is lost or is not what
// was uploaded, as a sentence for the operator; none is what should be. An
// upload that is discarded meanwhile is not lost.
func (s *Service) Broken(ctx context.Context, project id.ID) ([]string, error) {
	q := s.db.Reader(ctx)
	blobs, err := listBlobs(ctx, q, project)
	if err != nil {
		return nil, fmt.Errorf("verify files: %w", err)
	}
	out := []string{}
	for _, b := range blobs {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		wrong := s.verifyOne(b)
		if wrong == nil {
			continue
		}
		if _, err := findBlob(ctx, q, project, b.ID); errors.Is(err, fault.ErrNotFound) {
			continue
		}
		what := "的内容不是当初上传的"
		if errors.Is(wrong, fs.ErrNotExist) {
			what = "的内容找不到了"
		}
		out = append(out, fmt.Sprintf("文件 %s（%s）%s：%s", b.ID, b.Name, what, s.path(b.SHA256)))
	}
	return out, nil
}

// Contents lists the digests of all contents that uploads name, each once.
func (s *Service) Contents(ctx context.Context) ([]string, error) {
	out, err := listContents(ctx, s.db.Reader(ctx))
	if err != nil {
		return nil, fmt.Errorf("list contents: %w", err)
	}
	return out, nil
}

// Named reports whether any upload names a content.
func (s *Service) Named(ctx context.Context, sha string) (bool, error) {
	n, err := countContent(ctx, s.db.Reader(ctx), sha)
	if err != nil {
		return false, fmt.Errorf("count uploads: %w", err)
	}
	return n > 0, nil
}

// Rel is where the content of a digest lies below the folder of contents.
func Rel(sha string) string { return filepath.Join(sha[:2], sha) }

func (s *Service) verifyOne(b Blob) error {
	f, err := os.Open(s.path(b.SHA256))
	if err != nil {
		return err
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return err
	}
	if got := hex.EncodeToString(h.Sum(nil)); got != b.SHA256 {
		return fmt.Errorf("content has digest %s, uploaded was %s", got, b.SHA256)
	}
	return nil
}

// Sweep removes drafts that a crash has left in the folder for a day.
func (s *Service) Sweep() error {
	drafts := filepath.Join(s.dir, "tmp")
	list, err := os.ReadDir(drafts)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("sweep files: %w", err)
	}
	var found error
	for _, e := range list {
		st, err := e.Info()
		if err != nil || s.db.Clock().Now().Sub(st.ModTime()) < keepDraft {
			continue
		}
		found = errors.Join(found, os.Remove(filepath.Join(drafts, e.Name())))
	}
	return found
}
