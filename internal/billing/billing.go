// Package billing turns the plan of a month that tariff resolves into charges
// (应收): a run computes what every room owes for a month, people review it,
// release makes it owed and posts it, withdrawal takes it back. Each charge
// keeps what is needed to explain and recompute its amount years later.
// Floor 5. Uses: audit, ledger, estate, roster, meter, tariff.
package billing

import (
	"embed"
	"io/fs"

	"linli/internal/audit"
	"linli/internal/estate"
	"linli/internal/kit/actor"
	"linli/internal/kit/db"
	"linli/internal/kit/fault"
	"linli/internal/kit/job"
	"linli/internal/ledger"
	"linli/internal/meter"
	"linli/internal/tariff"
)

//go:embed migrations/*.sql
var files embed.FS

// Migrations are the room's tables.
func Migrations() db.Migrations {
	sub, err := fs.Sub(files, "migrations")
	if err != nil {
		panic(err) // the folder is embedded above
	}
	return db.Migrations{Room: "billing", FS: sub}
}

// The rights of this room.
const (
	PermRead                     = tariff.PermRead   // see items, runs and charges
	PermRun     actor.Permission = "billing.run"     // start and review runs
	PermRelease actor.Permission = "billing.release" // release and withdraw
)

// What callers are refused for.
var (
	ErrMonth        = fault.New(fault.Invalid, "month_invalid", "账期不对，最晚只能出到下个月")
	ErrPeriod       = fault.New(fault.Invalid, "period_invalid", "账期应写成 2026-11")
	ErrNothingDue   = fault.New(fault.Conflict, "nothing_due", "这个月没有要出的费用，请先设置费用项目、单价和收费范围")
	ErrNoRooms      = fault.New(fault.Conflict, "no_rooms", "这个项目还没有房屋，请先建房或导入")
	ErrRunning      = fault.New(fault.Conflict, "run_generating", "这个月正在出账，请等它完成")
	ErrRunState     = fault.New(fault.Conflict, "run_state", "这次出账现在不能这样做，请刷新后再看")
	ErrPaid         = fault.New(fault.Conflict, "run_paid", "这次出账里已有收款，不能撤回；有补差退过钱的先撤销补差单，再把收款退回（没交班的作废收据，已交班的红冲），然后撤回")
	ErrLineState    = fault.New(fault.Conflict, "line_state", "这条费用现在不能这样做，请刷新后再看")
	ErrAmount       = fault.New(fault.Invalid, "amount_invalid", "金额要大于 0，且不超过 1 亿元；不收请用「不收这条」")
	ErrReason       = fault.New(fault.Invalid, "reason_missing", "请写明原因，2–200 个字")
	ErrOverpaid     = fault.New(fault.Conflict, "charge_overpaid", "这笔费用的欠费已变，请刷新后再收")
	ErrNotOwed      = fault.New(fault.Conflict, "charge_not_owed", "这笔费用已不在欠费里，请刷新后再收")
	ErrNothingTaken = fault.New(fault.Conflict, "charge_not_paid", "这笔费用没有这么多已收金额可退回")
)

// Deps is what the room stands on. Jobs may be nil in programs that only read.
type Deps struct {
	DB        *db.DB
	Audit     *audit.Service
	Ledger    *ledger.Service
	Estate    *estate.Service
	Meter     *meter.Service
	Tariff    *tariff.Service
	Jobs      *job.Queue
	PartRooms int // rooms per part of a run, 0 means 5,000
	Workers   int // parts written at the same time on PostgreSQL, 0 means 2
}

// Service is the room. Safe for concurrent use.
type Service struct {
	db          *db.DB
	audit       *audit.Service
	ledger      *ledger.Service
	estate      *estate.Service
	meter       *meter.Service
	tariff      *tariff.Service
	jobs        *job.Queue
	partRooms   int
	workers     int
	lateLeft    LateLeft
	later       Later
	releaseTold ReleaseTold
	months      chargedMonths
	standings   standings
}

// New builds the room and names its job handlers.
func New(d Deps) *Service {
	s := &Service{db: d.DB, audit: d.Audit, ledger: d.Ledger, estate: d.Estate, meter: d.Meter, tariff: d.Tariff, jobs: d.Jobs, partRooms: d.PartRooms, workers: d.Workers}
	if s.partRooms <= 0 {
		s.partRooms = 5000
	}
	if s.workers <= 0 {
		s.workers = 2
	}
	if s.db.Engine() == db.SQLite {
		s.workers = 1 // one writer connection
	}
	if s.jobs != nil {
		s.handle(s.jobs)
	}
	return s
}
