// Package payment keeps prepaid money (预存): wallets of a room and its payer,
// and the entries that moved them. The callers post to the ledger.
// Floor 4. Uses: ledger.
package payment

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
	return db.Migrations{Room: "payment", FS: sub}
}

// What can go wrong with a wallet.
var (
	ErrBalance = fault.New(fault.Conflict, "prepaid_short", "预存余额不够，请刷新后按现有余额使用")
	ErrAmount  = fault.New(fault.Internal, "wallet_amount_invalid", "预存金额必须大于零")
)

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
