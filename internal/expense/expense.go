// Package expense keeps what the property company spends (支出), and what comes
// in and goes out for the common parts (公共收益, money of the owners): entered by
// one person, approved by another, posted to the book on approval, taken back by
// a reversing document. Floor 4. Uses: audit, file, ledger.
package expense

import (
	"embed"
	"io/fs"

	"linli/internal/audit"
	"linli/internal/file"
	"linli/internal/kit/actor"
	"linli/internal/kit/db"
	"linli/internal/kit/fault"
	"linli/internal/ledger"
)

//go:embed migrations/*.sql
var files embed.FS

// Migrations are the room's tables.
func Migrations() db.Migrations {
	sub, err := fs.Sub(files, "migrations")
	if err != nil {
		panic(err) // the folder is embedded above
	}
	return db.Migrations{Room: "expense", FS: sub}
}

// The rights of this room.
const (
	PermRead    actor.Permission = "expense.read"    // see expenses
	PermWrite   actor.Permission = "expense.write"   // enter expenses
	PermApprove actor.Permission = "expense.approve" // approve what others entered, take back, keep the categories
)

// What callers are refused for.
var (
	ErrExpense  = fault.New(fault.Invalid, "expense_invalid", "支出填写不完整，请按提示修改")
	ErrState    = fault.New(fault.Conflict, "expense_state", "这张单据现在不能这样做，请刷新后再看")
	ErrOwn      = fault.New(fault.Conflict, "expense_own", "不能批自己录的单据，请换一位有权限的同事")
	ErrNotAsker = fault.New(fault.Conflict, "expense_not_asker", "只有录入的人可以撤回")
	ErrReason   = fault.New(fault.Invalid, "expense_reason", "请写明原因，1–200 个字")
	ErrCategory = fault.New(fault.Invalid, "category_invalid", "类别填写不完整，请按提示修改")
	ErrTaken    = fault.New(fault.Conflict, "category_taken", "已有同名的类别，请换个名字")
	ErrFile     = fault.New(fault.Invalid, "expense_file", "附件不能用，请传图片、PDF、OFD 或表格")
)

// Deps is what the room stands on.
type Deps struct {
	DB     *db.DB
	Audit  *audit.Service
	Files  *file.Service
	Ledger *ledger.Service
}

// Service is the room. Safe for concurrent use.
type Service struct {
	db     *db.DB
	audit  *audit.Service
	files  *file.Service
	ledger *ledger.Service
}

// New builds the room.
func New(d Deps) *Service {
	return &Service{db: d.DB, audit: d.Audit, files: d.Files, ledger: d.Ledger}
}
