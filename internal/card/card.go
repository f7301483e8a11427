// Package card holds what the counter took by card against the files of the
// acquirer whose terminals it uses (收单机构对账文件): only what differs is
// shown, each with what can be done about it.
// Floor 8. Uses: audit, payment, reconcile, cashier.
package card

import (
	"embed"
	"io/fs"

	"linli/internal/audit"
	"linli/internal/cashier"
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
	return db.Migrations{Room: "card", FS: sub}
}

// What is refused about files of the acquirer and their differences.
var (
	ErrFile   = fault.New(fault.Invalid, "card_file", "对账文件里有读不出的内容，整份没有导入，请按提示改好再传")
	ErrDone   = fault.New(fault.Conflict, "card_difference_done", "这处差异已经处理过了")
	ErrRemedy = fault.New(fault.Conflict, "card_difference_remedy", "这种差异不能这样处理")
	ErrNote   = fault.New(fault.Invalid, "card_difference_note", "请写明情况，1–200 个字")
)

// The kinds of subjects in the log.
const (
	kindFile       = "card_file"
	kindDifference = "card_difference"
)

// maxNote is how long a note may be, in characters.
const maxNote = 200

// Deps are what the room stands on.
type Deps struct {
	DB      *db.DB
	Audit   *audit.Service
	Cashier *cashier.Service
}

// Service reconciles cards.
type Service struct {
	db      *db.DB
	audit   *audit.Service
	cashier *cashier.Service
}

// New builds the room.
func New(d Deps) *Service {
	return &Service{db: d.DB, audit: d.Audit, cashier: d.Cashier}
}
