// Package adjust writes the documents by which a person makes one room owe an
// amount that no run charges (单笔收费), and takes a released charge back (应收红冲):
// each with a reason and a number of its own in the series of the year; the
// charges themselves are billing's.
// Floor 6. Uses: audit, ledger, estate, billing.
package adjust

import (
	"embed"
	"io/fs"

	"linli/internal/audit"
	"linli/internal/billing"
	"linli/internal/estate"
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
	return db.Migrations{Room: "adjust", FS: sub}
}

// PermCharge makes one room owe an amount of an item that is charged once;
// other items, and taking back, are for who may release bills.
const PermCharge actor.Permission = "adjust.charge"

// What is refused.
var (
	ErrReason = fault.New(fault.Invalid, "adjust_reason", "请写明原因，2–200 个字")
	ErrProof  = fault.New(fault.Invalid, "adjust_proof", "依据最多 200 个字")
	ErrItem   = fault.New(fault.Forbidden, "adjust_item", "这项费用由出账收取，补收要由能发布账单的同事来做；您可以收一次性的费用")
)

// Deps are what the room stands on.
type Deps struct {
	DB      *db.DB
	Audit   *audit.Service
	Ledger  *ledger.Service
	Estate  *estate.Service
	Billing *billing.Service
}

// Service is the room. Safe for concurrent use.
type Service struct {
	db      *db.DB
	audit   *audit.Service
	ledger  *ledger.Service
	estate  *estate.Service
	billing *billing.Service
}

// New builds the room.
func New(d Deps) *Service {
	return &Service{db: d.DB, audit: d.Audit, ledger: d.Ledger, estate: d.Estate, billing: d.Billing}
}
