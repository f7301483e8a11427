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
	"path/filepath"
	"regexp"
	"slices"

	"linli/internal/kit/bundle"
	"linli/internal/kit/db"
	"linli/internal/kit/flock"
)

// entryText is what may be in a backup.
var entryText = regexp.MustCompile(`^(manifest\.json|keys\.json|linli\.db|files/[0-9a-f]{2}/[0-9a-f]{64})$`)

const lockFile = "lock"

// Restore brings a backup of either engine into the empty data folder of c (and
// into its empty PostgreSQL, when it names one), up to date with this program,
// and has the doctor look at it. Nothing appears in the folder before all of it
// has been read and proved whole. Errors: ErrNotEmpty, ErrNoBackup,
// db.ErrNewer, and those of bundle.Read.
func Restore(ctx context.Context, c Config, from, password string) (m Manifest, found []Finding, err error) {
	if err := vacant(ctx, c); err != nil {
		return m, nil, fmt.Errorf("restore: %w", err)
	}
	if err := os.MkdirAll(c.Dir, 0o700); err != nil {
		return m, nil, fmt.Errorf("restore: %w", err)
	}
	there, err := os.ReadDir(c.Dir)
	if err != nil {
		return m, nil, fmt.Errorf("restore: %w", err)
	}
	// A server that could not start has left its lock and nothing else.
	there = slices.DeleteFunc(there, func(e os.DirEntry) bool { return e.Name() == lockFile })
	if len(there) > 0 {
		return m, nil, ErrNotEmpty.Say("数据目录 %s 里已经有 %s 等 %d 项，恢复只写入空目录，请换一个 LINLI_DATA", c.Dir, there[0].Name(), len(there))
	}
	unlock, err := flock.Lock(filepath.Join(c.Dir, lockFile))
	if err != nil {
		return m, nil, fmt.Errorf("restore: %w", err)
	}
	defer unlock()
	defer func() {
		if err != nil {
			err = explain("restore", errors.Join(err, os.Remove(filepath.Join(c.Dir, lockFile))))
		}
	}()
	stage, err := os.MkdirTemp(c.Dir, ".restore-*")
	if err != nil {
		return m, nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(stage)) }()
	if m, err = readBackup(ctx, from, password, stage); err != nil {
		return m, nil, err
	}
	if found, err = examineStage(ctx, c, stage, &m); err != nil {
		return m, nil, err
	}
	return m, found, settle(stage, c.Dir)
}

// readBackup unpacks into stage; the manifest comes first, so that a backup
// of a newer program is refused before anything large is read.
func readBackup(ctx context.Context, from, password, stage string) (m Manifest, err error) {
	have := map[string]bool{}
	err = bundle.Read(ctx, from, password, func(name string, r io.Reader) error {
		if !entryText.MatchString(name) || (len(have) == 0) != (name == entryManifest) {
			return ErrNoBackup.Because(fmt.Errorf("entry %q", name))
		}
		have[name] = true
		if name != entryManifest {
			return unpack(stage, name, r)
		}
		var b bytes.Buffer
		if _, err := io.Copy(&b, io.LimitReader(r, 64<<20)); err != nil {
			return err
		}
		if err := json.Unmarshal(b.Bytes(), &m); err != nil {
			return ErrNoBackup.Because(err)
		}
		return m.known()
	})
	if err == nil && (!have[entryKeys] || !have[entryDB]) {
		err = ErrNoBackup
	}
	return m, err
}

// known refuses what a newer program has written.
func (m *Manifest) known() error {
	newer := func(what string, at int64) error {
		return db.ErrNewer.Say("备份来自更新的版本 %s（%s 为 %d），请用那个版本或更新的版本恢复", m.Version, what, at)
	}
	if m.Format != manifestFormat {
		return newer("格式", int64(m.Format))
	}
	rooms := map[string]int64{}
	for _, room := range Migrations() {
		newest, err := room.Newest()
		if err != nil {
			return err
		}
		rooms[room.Room] = newest
	}
	for room, at := range m.Schema {
		if newest, ok := rooms[room]; !ok || at > newest {
			return newer(room, at)
		}
	}
	return nil
}

// vacant refuses a PostgreSQL that holds something already.
func vacant(ctx context.Context, c Config) (err error) {
	if c.DSN == "" {
		return nil
	}
	d, err := db.Open(ctx, db.Options{DSN: c.DSN, Clock: c.Clock, Log: c.Log, ReadOnly: true})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, d.Close()) }()
	empty, err := d.Empty(ctx)
	if err == nil && !empty {
		err = ErrNotEmpty.Say("LINLI_DB 指向的数据库里已经有数据，恢复只写入空的数据库，请新建一个")
	}
	return err
}

// examineStage brings the unpacked database up to date and to its place, when
// that is PostgreSQL, and looks at all of it.
func examineStage(ctx context.Context, c Config, stage string, m *Manifest) (found []Finding, err error) {
	dsn := c.DSN
	c.Dir, c.DSN = stage, ""
	if dsn != "" {
		if err := moveOver(ctx, c, dsn); err != nil {
			return nil, err
		}
		c.DSN = dsn
	}
	a, err := New(ctx, c)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, a.Close()) }()
	if found, err = a.Doctor(ctx, Checks{}); err != nil {
		return nil, err
	}
	heads, err := a.heads(ctx)
	if err != nil {
		return nil, err
	}
	have := map[string]bool{}
	for _, h := range heads {
		have[fmt.Sprint(h)] = true
	}
	for _, h := range m.Heads {
		if !have[fmt.Sprint(h)] {
			found = append(found, Finding{Room: "audit", Text: fmt.Sprintf("项目 %s 的操作日志结尾与备份清单（第 %d 条）不符", h.Project, h.Seq)})
		}
	}
	return found, nil
}

// moveOver brings the unpacked database into a PostgreSQL and leaves it nowhere
// else.
func moveOver(ctx context.Context, c Config, dsn string) (err error) {
	from, err := db.Open(ctx, db.Options{Dir: c.Dir, Clock: c.Clock, Log: c.Log})
	if err != nil {
		return err
	}
	defer func() {
		if err = errors.Join(err, from.Close()); err == nil {
			err = os.Remove(filepath.Join(c.Dir, entryDB))
		}
	}()
	if err := from.Migrate(ctx, Migrations()...); err != nil {
		return err
	}
	to, err := db.Open(ctx, db.Options{DSN: dsn, Clock: c.Clock, Log: c.Log})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, to.Close()) }()
	if err := to.Migrate(ctx, Migrations()...); err != nil {
		return err
	}
	return to.Refill(ctx, from)
}

// settle moves what was unpacked to its place, the database last: without it a
// folder is no installation.
func settle(stage, dir string) error {
	err := filepath.WalkDir(stage, func(path string, e fs.DirEntry, err error) error {
		if err == nil && e.IsDir() {
			err = bundle.SyncDir(path)
		}
		return err
	})
	if err != nil {
		return err
	}
	list, err := os.ReadDir(stage)
	if err != nil {
		return err
	}
	move := func(name string) error { return os.Rename(filepath.Join(stage, name), filepath.Join(dir, name)) }
	for _, e := range list {
		if e.Name() != entryDB {
			if err := move(e.Name()); err != nil {
				return err
			}
		}
	}
	if err := bundle.SyncDir(dir); err != nil {
		return err
	}
	if slices.ContainsFunc(list, func(e fs.DirEntry) bool { return e.Name() == entryDB }) {
		if err := move(entryDB); err != nil {
			return err
		}
	}
	return bundle.SyncDir(dir)
}
