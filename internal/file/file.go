// Package file keeps what people upload: the content once per SHA-256 in a
// folder, durable before the row that names it, and one row per upload in its
// project; and the download centre, where the lists of all rooms leave as
// tables. Floor 1. Uses: nothing.
package file

import (
	"context"
	"embed"
	"io/fs"
	"path/filepath"
	"sync"
	"time"

	"linli/internal/kit/actor"
	"linli/internal/kit/db"
	"linli/internal/kit/export"
	"linli/internal/kit/fault"
	"linli/internal/kit/id"
	"linli/internal/kit/job"
)

//go:embed migrations/*.sql
var files embed.FS

// Migrations are the tables of uploaded files.
func Migrations() db.Migrations {
	sub, err := fs.Sub(files, "migrations")
	if err != nil {
		panic(err) // the folder is embedded above
	}
	return db.Migrations{Room: "file", FS: sub}
}

// What people are told about an upload.
var (
	ErrTooLarge = fault.New(fault.Invalid, "file_too_large", "文件太大，请拆小后再传")
	ErrEmpty    = fault.New(fault.Invalid, "file_empty", "文件是空的，请检查后重新选择")
	ErrLost     = fault.New(fault.Internal, "file_lost", "文件的内容找不到了或已损坏，请联系管理员从备份恢复")
)

// Deps is what the room stands on. Dir is the folder of the contents, usually
// files in the data folder; it is created when needed. Jobs, Actor and Record
// serve the download centre and may be missing where nothing is exported:
// Actor is an account with the rights it has now, Record writes to the audit
// log.
type Deps struct {
	DB     *db.DB
	Dir    string
	Jobs   *job.Queue
	Actor  func(ctx context.Context, account id.ID) (actor.Actor, error)
	Record func(tx *db.Tx, n Note)
}

// Service keeps files. Safe for concurrent use.
type Service struct {
	db       *db.DB
	dir      string
	jobs     *job.Queue
	actor    func(ctx context.Context, account id.ID) (actor.Actor, error)
	record   func(tx *db.Tx, n Note)
	offers   map[string]export.Offer
	progress sync.Map   // export → rows written so far, of this process
	drawing  sync.Mutex // one picture at a time: decoding one takes memory
}

// New makes the room and registers its jobs; it touches no disk.
func New(d Deps) *Service {
	s := &Service{db: d.DB, dir: d.Dir, jobs: d.Jobs, actor: d.Actor, record: d.Record, offers: map[string]export.Offer{}}
	s.handleJobs()
	return s
}

// Content is what Put has made durable.
type Content struct {
	SHA256 string // 64 lower-case hex digits
	Size   int64  // bytes
}

// Blob is one upload.
type Blob struct {
	Project   id.ID
	ID        id.ID
	SHA256    string
	Name      string // as the uploader called it, without folders
	Size      int64  // bytes
	Kind      string // what it is for: roster, photo …
	CreatedBy id.ID
	CreatedAt time.Time
}

func (s *Service) path(sha string) string { return filepath.Join(s.dir, Rel(sha)) }
