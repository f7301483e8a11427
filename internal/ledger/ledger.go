// Package ledger keeps the books: one row per double-entry posting, balanced
// by construction, append-only, corrected by reversals; and the gapless number
// series of documents. Floor 1. Uses: nothing.
package ledger

import (
	"embed"
	"io/fs"

	"linli/internal/kit/db"
	"linli/internal/kit/fault"
)

//go:embed migrations/*.sql
var files embed.FS

// Migrations are the room's tables.
func Migrations() db.Migrations {
	sub, err := fs.Sub(files, "migrations")
	if err != nil {
		panic(err) // the folder is embedded above
	}
	return db.Migrations{Room: "ledger", FS: sub}
}

// ErrPosting says that a caller tried to post what no book can hold: an amount
// that is not positive, the same account on both sides, no project, document
// or date. It is a fault of the program, never of a person.
var ErrPosting = fault.New(fault.Internal, "posting_invalid", "记账内容不完整")

// Deps are what the room stands on.
type Deps struct {
	DB *db.DB
}

// Service is the room.
type Service struct {
	db *db.DB
}

// New builds the room.
func New(d Deps) *Service { return &Service{db: d.DB} }
