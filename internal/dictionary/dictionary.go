// Package dictionary keeps the words that a project offers where one of them is
// usually written (字典): layouts, reasons. They begin ready-made and become the
// company's own. Floor 4. Uses: audit, estate.
package dictionary

import (
	"embed"
	"io/fs"

	"linli/internal/audit"
	"linli/internal/kit/db"
)

//go:embed migrations/*.sql
var files embed.FS

// Migrations are the room's tables.
func Migrations() db.Migrations {
	sub, err := fs.Sub(files, "migrations")
	if err != nil {
		panic(err) // the folder is embedded above
	}
	return db.Migrations{Room: "dictionary", FS: sub}
}

// Deps is what the room stands on.
type Deps struct {
	DB    *db.DB
	Audit *audit.Service
}

// Service is the room. Safe for concurrent use.
type Service struct {
	db    *db.DB
	audit *audit.Service
}

// New builds the room.
func New(d Deps) *Service { return &Service{db: d.DB, audit: d.Audit} }
