// Package file keeps what people upload: the content once per SHA-256 in a
// folder, durable before the row that names it, and one row per upload in its
// project. Floor 1. Uses: nothing.
package file

import (
	"embed"
	"io/fs"
	"path/filepath"
	"time"

	"linli/internal/kit/db"
	"linli/internal/kit/fault"
	"linli/internal/kit/id"
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
// files in the data folder; it is created when needed.
type Deps struct {
	DB  *db.DB
	Dir string
}

// Service keeps files. Safe for concurrent use.
type Service struct {
	db  *db.DB
	dir string
}

// New makes the room; it touches no disk.
func New(d Deps) *Service { return &Service{db: d.DB, dir: d.Dir} }

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
