// Package audit is the log of who changed what, and who was refused what: one
// chain of entries per project and one for the installation (project 0), each
// entry sealed by an HMAC over itself and the one before it, written in the
// transaction of the change. Floor 1. Uses: nothing.
package audit

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"

	"linli/internal/kit/actor"
	"linli/internal/kit/db"
	"linli/internal/kit/id"
)

//go:embed migrations/*.sql
var files embed.FS

// Migrations are the tables of the log.
func Migrations() db.Migrations {
	sub, err := fs.Sub(files, "migrations")
	if err != nil {
		panic(err) // the folder is embedded above
	}
	return db.Migrations{Room: "audit", FS: sub}
}

// The rights of this room. Who reads the log of a project with a grant on all
// projects also reads that of the installation; taking that out as a file is a
// right of its own.
const (
	PermRead   actor.Permission = "audit.read"
	PermExport actor.Permission = "audit.export"
)

// errNoKey stops every change: a chain without a key proves nothing.
var errNoKey = errors.New("audit: no key")

// Deps is what the log stands on. Key seals the chain; it is kept outside the
// database, 32 random bytes. Log may be nil. Projects names the projects that
// somebody sees where an entry has only their ids; it may be nil.
type Deps struct {
	DB       *db.DB
	Key      []byte
	Log      *slog.Logger
	Projects func(ctx context.Context, who actor.Actor) (map[id.ID]string, error)
}

// Service writes, reads and checks the log. Safe for concurrent use.
type Service struct {
	db      *db.DB
	key     []byte
	log     *slog.Logger
	names   func(ctx context.Context, who actor.Actor) (map[id.ID]string, error)
	anonyms limiter
	step    int // entries one statement of a search looks through
}

// New makes the log.
func New(d Deps) *Service {
	if d.Log == nil {
		d.Log = slog.New(slog.DiscardHandler)
	}
	return &Service{db: d.DB, key: d.Key, log: d.Log, names: d.Projects, step: searchStep}
}

// Broken is the first place where a chain does not hold.
type Broken struct {
	Project id.ID
	Seq     int64
	Reason  string
}

func (b *Broken) Error() string {
	return fmt.Sprintf("audit log of project %d is broken at entry %d: %s", int64(b.Project), b.Seq, b.Reason)
}
