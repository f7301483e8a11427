package app

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"syscall"
	"time"

	"linli/internal/audit"
	"linli/internal/kit/actor"
	"linli/internal/kit/bundle"
	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/fault"
	"linli/internal/kit/job"
)

// PermCare is the right to look after the installation: backups, the restore
// drill, jobs that gave up. It is asked on no project.
const PermCare actor.Permission = "care.manage"

// BackupPlan is when and where the server makes backups by itself.
type BackupPlan struct {
	Dir      string // empty: none are made
	Hour     int    // of the business day, 0–23
	Keep     int    // days
	Password string // empty: not sealed
}

// ErrNoPlan refuses what needs a folder for backups.
var ErrNoPlan = fault.New(fault.Conflict, "backup_off", "没有设置备份目录，请在启动参数里设置 LINLI_BACKUP_DIR")

// care looks after the installation while the server runs.
type care struct {
	c       Config
	db      *db.DB
	jobs    *job.Queue
	audit   *audit.Service
	log     *slog.Logger
	started time.Time
}

const (
	jobBackup = "care.backup"
	jobDrill  = "care.drill"
	// The newest results lie in the data folder as files and not in the
	// database, so that they are true also of a database that came from a backup.
	backupNote = "last-backup.json"
	drillNote  = "last-drill.json"
)

// Made is the result of the newest try to make a backup.
type Made struct {
	At      time.Time `json:"at"`
	File    string    `json:"file"`
	Sealed  bool      `json:"sealed"`
	Problem string    `json:"problem"` // why there is none
	Found   []string  `json:"found"`   // by the doctor, in the copy
}

// Drilled is the result of the newest restore drill.
type Drilled struct {
	At      time.Time `json:"at"`
	File    string    `json:"file"`
	MadeAt  time.Time `json:"made_at"` // of the backup
	Seconds int       `json:"seconds"`
	Problem string    `json:"problem"` // why it could not be restored
	Missing string    `json:"missing"` // why it was restored into a file only and not into PostgreSQL, and what to do
	Found   []string  `json:"found"`   // by the doctor, in what was restored
}

// OK reports whether the backup could be restored and nothing was broken.
func (d *Drilled) OK() bool { return d.Problem == "" && len(d.Found) == 0 }

func newCare(c Config, d *db.DB, jobs *job.Queue, log *audit.Service) *care {
	k := &care{c: c, db: d, jobs: jobs, audit: log, log: c.Log, started: d.Clock().Now()}
	jobs.Handle(jobBackup, k.backup)
	jobs.Handle(jobDrill, k.drill)
	return k
}

// backupName is a file that the server or `linli backup` made; only those are
// ever deleted.
var backupName = regexp.MustCompile(`^linli-(\d{8})-\d{6}\.backup$`)

// Stored is a backup in the folder.
type Stored struct {
	File string
	Size int64
	At   time.Time
}

// Backups lists the folder, newest first.
func Backups(dir string) ([]Stored, error) {
	list, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return []Stored{}, nil
	}
	if err != nil {
		return nil, fmt.Errorf("list backups: %w", err)
	}
	out := []Stored{}
	for _, e := range list {
		if !backupName.MatchString(e.Name()) {
			continue
		}
		at, err := time.ParseInLocation("linli-20060102-150405.backup", e.Name(), clock.Shanghai())
		if err != nil {
			continue
		}
		info, err := e.Info()
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("list backups: %w", err)
		}
		out = append(out, Stored{e.Name(), info.Size(), at})
	}
	slices.SortFunc(out, func(a, b Stored) int { return b.At.Compare(a.At) })
	return out, nil
}

// settling is how long a server runs before it thinks of backups: who has just
// started it wants to work.
const settling = 5 * time.Minute

// schedule asks for the backup of the day once its hour has come; a server
// that stood still then makes it when it is back.
func (k *care) schedule(ctx context.Context) error {
	now := k.db.Clock().Now().In(clock.Shanghai())
	if k.c.Backup.Dir == "" || now.Hour() < k.c.Backup.Hour || now.Sub(k.started) < settling {
		return nil
	}
	key := jobBackup + ":" + now.Format("20060102")
	known, err := k.jobs.Known(ctx, k.db.Reader(ctx), key)
	if err != nil || known {
		return err
	}
	return k.db.Write(ctx, func(tx *db.Tx) error { return k.jobs.Enqueue(ctx, tx, jobBackup, key, nil, 0) })
}

// ask queues a backup or a drill that somebody wants now.
func (k *care) ask(ctx context.Context, who actor.Actor, kind, summary string) error {
	if k.c.Backup.Dir == "" {
		return ErrNoPlan
	}
	return k.db.Write(ctx, func(tx *db.Tx) error {
		k.audit.Record(tx, audit.Entry{Who: who, Action: kind + "_asked", Kind: "care", Summary: summary})
		return k.jobs.Enqueue(ctx, tx, kind, kind, nil, 0)
	})
}

// backup is the job that makes one backup and forgets old ones.
func (k *care) backup(ctx context.Context, _ []byte) error {
	p := k.c.Backup
	note := Made{At: k.db.Clock().Now(), Sealed: p.Password != "", Found: []string{}}
	note.File = note.At.In(clock.Shanghai()).Format("linli-20060102-150405.backup")
	found, err := k.backupTo(ctx, filepath.Join(p.Dir, note.File))
	if ctx.Err() != nil {
		return ctx.Err()
	}
	for _, f := range found {
		note.Found = append(note.Found, f.String())
	}
	if err != nil {
		note.Problem = words(err)
		return errors.Join(err, writeNote(k.c.Dir, backupNote, note))
	}
	if err := writeNote(k.c.Dir, backupNote, note); err != nil {
		return err
	}
	return k.forget(note.At)
}

func (k *care) backupTo(ctx context.Context, to string) ([]Finding, error) {
	if err := os.MkdirAll(filepath.Dir(to), 0o700); err != nil {
		return nil, fmt.Errorf("backup: %w", err)
	}
	_, found, err := Backup(ctx, k.c, to, k.c.Backup.Password)
	return found, err
}

// forget deletes backups older than the plan keeps them, but never the newest.
func (k *care) forget(now time.Time) error {
	list, err := Backups(k.c.Backup.Dir)
	if err != nil {
		return err
	}
	for i, b := range list {
		if i > 0 && now.Sub(b.At) > time.Duration(k.c.Backup.Keep)*24*time.Hour {
			if err := os.Remove(filepath.Join(k.c.Backup.Dir, b.File)); err != nil && !errors.Is(err, fs.ErrNotExist) {
				return fmt.Errorf("forget old backup: %w", err)
			}
		}
	}
	return nil
}

// drill is the job of the restore drill.
func (k *care) drill(ctx context.Context, _ []byte) error {
	_, err := Drill(ctx, k.c, "")
	return err
}

// Drill restores a backup, the newest of the folder when from is empty, into a
// scratch folder beside it, has the doctor look at all of it and takes the
// scratch away again; an installation on PostgreSQL is drilled with a scratch
// database on its server, too, when its account may make one. The result is noted in the data folder, also a bad one.
func Drill(ctx context.Context, c Config, from string) (Drilled, error) {
	note := Drilled{At: c.Clock.Now(), Found: []string{}}
	if from == "" {
		list, err := Backups(c.Backup.Dir)
		if err != nil {
			return note, err
		}
		if len(list) > 0 {
			from = filepath.Join(c.Backup.Dir, list[0].File)
		}
	}
	if from == "" {
		note.Problem = "还没有备份，先做一次备份"
		return note, writeNote(c.Dir, drillNote, note)
	}
	note.File = filepath.Base(from)
	m, found, missing, err := restoreAside(ctx, c, from)
	if ctx.Err() != nil {
		return note, ctx.Err()
	}
	note.Missing, note.MadeAt, note.Seconds = missing, m.MadeAt, int(c.Clock.Now().Sub(note.At)/time.Second)
	for _, f := range found {
		note.Found = append(note.Found, f.String())
	}
	if err != nil {
		note.Problem = words(err)
	}
	return note, writeNote(c.Dir, drillNote, note)
}

func restoreAside(ctx context.Context, c Config, from string) (m Manifest, found []Finding, missing string, err error) {
	scratch, err := os.MkdirTemp(filepath.Dir(from), ".linli-drill-*")
	if err != nil {
		return m, nil, "", fmt.Errorf("drill: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(scratch)) }()
	at := c
	at.Dir = scratch
	if c.DSN != "" {
		var drop func(context.Context) error
		if at.DSN, drop, err = db.Scratch(ctx, c.DSN); err != nil {
			missing = words(err) // and a file is better than no drill
		} else {
			defer func() { err = errors.Join(err, drop(context.WithoutCancel(ctx))) }()
		}
	}
	m, found, err = Restore(ctx, at, from, c.Backup.Password)
	return m, found, missing, err
}

// words is what a person reads of an error.
func words(err error) string {
	if f := fault.As(err); f != nil {
		return f.Text
	}
	return err.Error()
}

func writeNote(dir, name string, v any) error {
	b, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	f, err := os.CreateTemp(dir, "."+name+"-*")
	if err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	_, err = f.Write(b)
	err = errors.Join(err, f.Sync(), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), filepath.Join(dir, name))
	}
	if err != nil {
		return fmt.Errorf("write %s: %w", name, errors.Join(err, os.Remove(f.Name())))
	}
	return bundle.SyncDir(dir)
}

// readNote fills v when there is a note.
func readNote[T any](dir, name string) (*T, error) {
	b, err := os.ReadFile(filepath.Join(dir, name))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", name, err)
	}
	v := new(T)
	if err := json.Unmarshal(b, v); err != nil {
		return nil, fmt.Errorf("read %s: %w", name, err)
	}
	return v, nil
}

// Disk is the space on the disk of a folder, in bytes.
type Disk struct{ Free, Total int64 }

// diskOf asks the system; the parent stands in for a folder not yet made.
func diskOf(dir string) (Disk, error) {
	var s syscall.Statfs_t
	err := syscall.Statfs(dir, &s)
	if errors.Is(err, syscall.ENOENT) && filepath.Dir(dir) != dir {
		return diskOf(filepath.Dir(dir))
	}
	if err != nil {
		return Disk{}, fmt.Errorf("disk space of %s: %w", dir, err)
	}
	return Disk{int64(s.Bavail) * s.Bsize, int64(s.Blocks) * s.Bsize}, nil
}

// sameDisk reports whether two folders would be lost together.
func sameDisk(a, b string) bool {
	var x, y syscall.Stat_t
	return syscall.Stat(a, &x) == nil && syscall.Stat(b, &y) == nil && x.Dev == y.Dev
}

// low is when people are warned: below a tenth of the disk and below 2 GB.
func (d Disk) low() bool { return d.Free < 2<<30 && d.Free < d.Total/10 }
