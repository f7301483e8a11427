// Package billing turns fee items, dated prices and assignments into charges
// (应收): a run computes what every room owes for a month, people review it,
// release makes it owed and posts it, withdrawal takes it back. Each charge
// keeps what is needed to explain and recompute its amount years later.
// Floor 5. Uses: audit, ledger, estate, roster, meter.
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
	PermRead    actor.Permission = "billing.read"    // see items, runs and charges
	PermItem    actor.Permission = "billing.item"    // change items, prices and assignments
	PermRun     actor.Permission = "billing.run"     // start and review runs
	PermRelease actor.Permission = "billing.release" // release and withdraw
)

// What callers are refused for.
var (
	ErrItem         = fault.New(fault.Invalid, "item_invalid", "费用项目填写不完整，请按提示修改")
	ErrItemName     = fault.New(fault.Conflict, "item_name_taken", "已有同名的费用项目，请换个名称，或停用原来的")
	ErrItemUsed     = fault.New(fault.Conflict, "item_used", "这项费用已出过账，计算方式不能再改；请停用后新建一项")
	ErrItemRetired  = fault.New(fault.Conflict, "item_retired", "这项费用已停用，请先启用")
	ErrFormula      = fault.New(fault.Invalid, "formula_invalid", "公式写得不对")
	ErrRate         = fault.New(fault.Invalid, "rate_invalid", "单价填写不完整，请按提示修改")
	ErrAssignment   = fault.New(fault.Invalid, "assignment_invalid", "收费范围填写不完整，请按提示修改")
	ErrMonth        = fault.New(fault.Invalid, "month_invalid", "账期不对，最晚只能出到下个月")
	ErrPeriod       = fault.New(fault.Invalid, "period_invalid", "账期应写成 2026-11")
	ErrNothingDue   = fault.New(fault.Conflict, "nothing_due", "这个月没有要出的费用，请先设置费用项目、单价和收费范围")
	ErrNoRooms      = fault.New(fault.Conflict, "no_rooms", "这个项目还没有房屋，请先建房或导入")
	ErrRunning      = fault.New(fault.Conflict, "run_generating", "这个月正在出账，请等它完成")
	ErrRunState     = fault.New(fault.Conflict, "run_state", "这次出账现在不能这样做，请刷新后再看")
	ErrPaid         = fault.New(fault.Conflict, "run_paid", "这次出账里已有收款，不能撤回；先把收款退回（没交班的作废收据，已交班的红冲），再撤回")
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
	jobs        *job.Queue
	partRooms   int
	workers     int
	payments    Payments
	releaseTold ReleaseTold
	months      chargedMonths
}

// New builds the room and names its job handlers.
func New(d Deps) *Service {
	s := &Service{db: d.DB, audit: d.Audit, ledger: d.Ledger, estate: d.Estate, meter: d.Meter, jobs: d.Jobs, partRooms: d.PartRooms, workers: d.Workers}
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
