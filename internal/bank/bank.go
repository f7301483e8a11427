// Package bank reads statements of the company's bank account, guesses whose
// money a row is, and lets a clerk take it at the counter, look into it later,
// send it back or put it aside. What is looked into stands in the book as owed
// to somebody unknown (待查款项). Its table keeps the name it had in the counter's
// room.
// Floor 8. Uses: audit, ledger, estate, cashier.
package bank

import (
	"embed"
	"io/fs"

	"linli/internal/audit"
	"linli/internal/cashier"
	"linli/internal/estate"
	"linli/internal/kit/actor"
	"linli/internal/kit/db"
	"linli/internal/kit/fault"
	"linli/internal/ledger"
)

//go:embed migrations/*.sql
var files embed.FS

// Migrations are the changes to the room's table since it left the counter's.
func Migrations() db.Migrations {
	sub, err := fs.Sub(files, "migrations")
	if err != nil {
		panic(err) // the folder is embedded above
	}
	return db.Migrations{Room: "bank", FS: sub}
}

// Perm is the right to work with statements of the bank.
const Perm actor.Permission = "cashier.bank"

// What is refused about statements of the bank.
var (
	ErrFile  = fault.New(fault.Invalid, "bank_file", "银行流水里有读不出的内容，整份没有导入，请按提示改好再传")
	ErrDone  = fault.New(fault.Conflict, "bank_row_done", "这笔流水已经处理过了")
	ErrNote  = fault.New(fault.Invalid, "bank_note", "请写明情况，1–200 个字")
	ErrBack  = fault.New(fault.Conflict, "bank_row_returned", "这笔钱已退回，退错了请先撤回")
	ErrDay   = fault.New(fault.Invalid, "bank_return_day", "退回日期在入账日期和今天之间")
	ErrShort = fault.New(fault.Conflict, "bank_short", "账上没有这么多，请先核对")
	ErrIdle  = fault.New(fault.Conflict, "bank_row_open", "这笔流水还没有处理过，不用撤回")
)

// Limits of what people type, in characters.
const (
	maxReason    = 200
	maxReference = 60 // of a payment at the counter
)

// Deps are what the room stands on.
type Deps struct {
	DB      *db.DB
	Audit   *audit.Service
	Ledger  *ledger.Service
	Estate  *estate.Service
	Cashier *cashier.Service
}

// Service works with statements.
type Service struct {
	db      *db.DB
	audit   *audit.Service
	ledger  *ledger.Service
	estate  *estate.Service
	cashier *cashier.Service
}

// New builds the room.
func New(d Deps) *Service {
	s := &Service{db: d.DB, audit: d.Audit, ledger: d.Ledger, estate: d.Estate, cashier: d.Cashier}
	s.cashier.TellSlips(s)
	return s
}
