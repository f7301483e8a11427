// Package payment keeps prepaid money (预存): wallets of a room and its payer,
// and the entries that moved them; and money that comes through payment
// channels: merchants, orders, what the channels say about them, and what may
// have to be given back. The callers post to the ledger.
// Floor 4. Uses: audit, ledger.
package payment

import (
	"embed"
	"io/fs"

	"linli/internal/audit"
	"linli/internal/kit/actor"
	"linli/internal/kit/crypt"
	"linli/internal/kit/db"
	"linli/internal/kit/fault"
	"linli/internal/kit/job"
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

// The rights of this room.
const (
	PermRead     actor.Permission = "payment.read"
	PermHandle   actor.Permission = "payment.handle"
	PermMerchant actor.Permission = "payment.merchant"
)

// What can go wrong with a wallet.
var (
	ErrBalance = fault.New(fault.Conflict, "prepaid_short", "预存余额不够，请刷新后按现有余额使用")
	ErrAmount  = fault.New(fault.Internal, "wallet_amount_invalid", "预存金额必须大于零")
)

// Deps are what the room stands on. Audit, Ring and Jobs are needed for
// channels only; Reachable is the address at which a channel finds this
// server, like https://wy.example.cn.
type Deps struct {
	DB        *db.DB
	Audit     *audit.Service
	Ring      *crypt.Ring
	Jobs      *job.Queue
	Reachable func() string
}

// Service is the room.
type Service struct {
	db        *db.DB
	audit     *audit.Service
	ring      *crypt.Ring
	jobs      *job.Queue
	reachable func() string
	settler   Settler
	channels  map[string]Channel
	notices   db.Group[arrived] // written together by those who come at once
}

// New builds the room.
func New(d Deps) *Service {
	s := &Service{db: d.DB, audit: d.Audit, ring: d.Ring, jobs: d.Jobs, reachable: d.Reachable, channels: map[string]Channel{}}
	if d.Jobs != nil {
		s.handleJobs(d.Jobs)
	}
	return s
}

// Plug fills the sockets while the house is built, before anything is asked.
func (s *Service) Plug(settler Settler, channels ...Channel) {
	s.settler = settler
	for _, c := range channels {
		s.channels[c.Key()] = c
	}
}
