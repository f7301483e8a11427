package app

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"linli/internal/file"
	"linli/internal/kit/bundle"
	"linli/internal/kit/db"
	"linli/internal/kit/fault"
	"linli/internal/kit/id"
)

// What stands in the way of a backup or of bringing one back.
var (
	ErrNotEmpty = fault.New(fault.Internal, "restore_not_empty", "数据目录里已经有东西，恢复只写入空目录，请换一个 LINLI_DATA")
	ErrNoSpace  = fault.New(fault.Internal, "backup_no_space", "磁盘空间不够，没有留下半个文件；目标所在的盘要能放下数据库的两倍加上传文件")
	ErrNoBackup = fault.New(fault.Internal, "backup_unknown", "这个文件不是 linli 的备份")
)

// The entries of a backup; files/ holds the contents of uploads.
const (
	entryManifest = "manifest.json"
	entryKeys     = "keys.json"
	entryDB       = "linli.db"
	entryFiles    = "files"
)

// manifestFormat is raised when an older program could not read a backup.
const manifestFormat = 1

// Manifest is what a backup says of itself.
type Manifest struct {
	Format  int              `json:"format"`
	Version string           `json:"version"` // of the program that made it
	MadeAt  time.Time        `json:"made_at"`
	Schema  map[string]int64 `json:"schema"` // room → version of its tables
	Heads   []Head           `json:"audit_heads"`
	Files   int              `json:"files"`
}

// Head is the end of one audit chain; a copy outside proves later that the
// newest entries were not cut off.
type Head struct {
	Project id.ID  `json:"project"`
	Seq     int64  `json:"seq"`
	MAC     []byte `json:"mac"`
}

// Backup writes the installation of c as it stands at one moment into a new
// file: database, keys, uploads. It may run beside the server. The database in
// the file is SQLite's on either engine: one that is opened and looked at on the
// spot, and that can be restored on both. What the doctor finds in the copy is
// returned; the copy is made all the same, for what is broken must not be lost
// besides. Error: bundle.ErrExists.
func Backup(ctx context.Context, c Config, to, password string) (Manifest, []Finding, error) {
	a, err := Look(ctx, c)
	if err != nil {
		return Manifest{}, nil, fmt.Errorf("backup: %w", err)
	}
	defer a.Close()
	const tries = 3
	for try := 1; ; try++ {
		m, found, err := a.backupOnce(ctx, c, to, password)
		if !errors.Is(err, errMoved) || try == tries {
			return m, found, explain("backup", err)
		}
	}
}

// explain adds to an error what to do about it, where that is known.
func explain(operation string, err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, syscall.ENOSPC) || strings.Contains(err.Error(), "database or disk is full"):
		err = ErrNoSpace.Because(err)
	}
	return fmt.Errorf("%s: %w", operation, err)
}

// errMoved says that an upload was discarded between the copy of the database
// and that of its content.
var errMoved = errors.New("an upload was discarded meanwhile")

func (a *App) backupOnce(ctx context.Context, c Config, to, password string) (m Manifest, found []Finding, err error) {
	stage, err := os.MkdirTemp(filepath.Dir(to), ".linli-backup-*")
	if err != nil {
		return m, nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(stage)) }()
	keys, err := os.ReadFile(filepath.Join(c.Dir, entryKeys))
	if err != nil {
		return m, nil, err
	}
	if err := os.WriteFile(filepath.Join(stage, entryKeys), keys, 0o600); err != nil {
		return m, nil, err
	}
	if err := a.copyDB(ctx, c, stage); err != nil {
		return m, nil, err
	}
	contents, m, found, err := inspect(ctx, c, stage)
	if err != nil {
		return m, nil, err
	}
	err = bundle.Create(ctx, to, password, func(w *bundle.Writer) error {
		text, err := json.MarshalIndent(m, "", " ")
		if err != nil {
			return err
		}
		if _, err := w.Add(entryManifest, bytes.NewReader(text), int64(len(text))); err != nil {
			return err
		}
		for _, name := range []string{entryKeys, entryDB} {
			if _, err := w.AddFile(name, filepath.Join(stage, name)); err != nil {
				return err
			}
		}
		lost, err := a.packFiles(ctx, w, filepath.Join(c.Dir, entryFiles), contents)
		found = append(found, lost...)
		return err
	})
	return m, found, err
}

// copyDB writes the database as it stands at one moment into a SQLite file.
func (a *App) copyDB(ctx context.Context, c Config, stage string) (err error) {
	if a.DB.Engine() == db.SQLite {
		return a.DB.CopyTo(ctx, filepath.Join(stage, entryDB))
	}
	to, err := db.Open(ctx, db.Options{Dir: stage, Clock: c.Clock, Log: c.Log})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, to.Close()) }()
	if err := to.Migrate(ctx, Migrations()...); err != nil {
		return err
	}
	return to.Refill(ctx, a.DB)
}

// inspect opens the copy of the database like an installation of its own.
func inspect(ctx context.Context, c Config, stage string) (contents []string, m Manifest, found []Finding, err error) {
	c.Dir, c.DSN = stage, ""
	a, err := Look(ctx, c)
	if err != nil {
		return nil, m, nil, err
	}
	defer func() { err = errors.Join(err, a.Close()) }()
	if found, err = a.Doctor(ctx, Checks{Quick: true}); err != nil {
		return nil, m, nil, err
	}
	if contents, err = a.File.Contents(ctx); err != nil {
		return nil, m, nil, err
	}
	m = Manifest{Format: manifestFormat, Version: c.Version, MadeAt: a.DB.Clock().Now(), Files: len(contents), Schema: map[string]int64{}}
	for _, room := range Migrations() {
		if m.Schema[room.Room], err = a.DB.Stored(ctx, room); err != nil {
			return nil, m, nil, err
		}
	}
	m.Heads, err = a.heads(ctx)
	return contents, m, found, err
}

func (a *App) heads(ctx context.Context) ([]Head, error) {
	chains, err := a.Audit.Chains(ctx)
	if err != nil {
		return nil, err
	}
	out := make([]Head, len(chains))
	for i, project := range chains {
		out[i].Project = project
		if out[i].Seq, out[i].MAC, err = a.Audit.Head(ctx, project); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// packFiles adds the contents of uploads and names those that are lost.
func (a *App) packFiles(ctx context.Context, w *bundle.Writer, dir string, contents []string) ([]Finding, error) {
	var lost []Finding
	for _, sha := range contents {
		got, err := w.AddFile(path.Join(entryFiles, filepath.ToSlash(file.Rel(sha))), filepath.Join(dir, file.Rel(sha)))
		if errors.Is(err, fs.ErrNotExist) {
			named, err := a.File.Named(ctx, sha)
			if err != nil {
				return nil, err
			}
			if !named {
				return nil, errMoved
			}
			lost = append(lost, Finding{Room: "file", Text: "上传文件的内容找不到了，备份里也没有：" + sha})
			continue
		}
		if err != nil {
			return nil, err
		}
		if got != sha {
			lost = append(lost, Finding{Room: "file", Text: "上传文件的内容不是当初上传的：" + sha})
		}
	}
	return lost, nil
}

// unpack writes one entry of a backup below stage, durably.
func unpack(stage, name string, r io.Reader) error {
	target := filepath.Join(stage, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(target), 0o700); err != nil {
		return err
	}
	f, err := os.OpenFile(target, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(f, r)
	if err == nil {
		err = f.Sync()
	}
	return errors.Join(err, f.Close())
}
