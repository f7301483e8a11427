// Package correction charges the difference (补差) when the ground of months
// that are charged already is put right afterwards: an area that was wrong, a
// price entered late, heads, quantities, discounts. What is more becomes a new
// charge, what is less is taken off what is still owed or becomes prepaid; the
// charges and receipts of before stay as they are.
// Floor 6. Uses: audit, ledger, estate, tariff, payment, billing.
package correction

import (
	"embed"
	"io/fs"

	"linli/internal/audit"
	"linli/internal/billing"
	"linli/internal/estate"
	"linli/internal/kit/db"
	"linli/internal/kit/fault"
	"linli/internal/kit/job"
	"linli/internal/ledger"
	"linli/internal/payment"
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
	return db.Migrations{Room: "correction", FS: sub}
}

// What is refused.
var (
	ErrReason = fault.New(fault.Invalid, "correction_reason", "请写明原因，2–200 个字")
	ErrProof  = fault.New(fault.Invalid, "correction_proof", "依据最多 200 个字")
	ErrMonths = fault.New(fault.Invalid, "correction_months", "账期从早到晚，最多 36 个月，最晚到下个月")
	ErrNone   = fault.New(fault.Invalid, "correction_none", "请选择要补差的账期")
	ErrRooms  = fault.New(fault.Invalid, "correction_rooms", "请选择 1–500 间要补差的房屋")
	ErrEmpty  = fault.New(fault.Conflict, "correction_empty", "这一批一间也没有办成，没有补差单可撤销；改好后重新办理")
	ErrBusy   = fault.New(fault.Conflict, "correction_busy", "这一批还在办理，办完再撤销")
	ErrMoved  = fault.New(fault.Conflict, "correction_moved", "差额变了，可能刚补过差，或资料又改了，请刷新后再看")
	ErrPaid   = fault.New(fault.Conflict, "correction_paid", "补收的费用已有收款或减免，不能撤销；先把收款退回，再撤销")
	ErrSpent  = fault.New(fault.Conflict, "correction_spent", "转入预存的钱已经用掉，不能撤销")
	ErrVoided = fault.New(fault.Conflict, "correction_voided", "这张补差单已经撤销")
)

// Deps are what the room stands on.
type Deps struct {
	DB      *db.DB
	Audit   *audit.Service
	Ledger  *ledger.Service
	Estate  *estate.Service
	Tariff  *tariff.Service
	Payment *payment.Service
	Billing *billing.Service
	Jobs    *job.Queue // correct many rooms
}

// Service is the room. Safe for concurrent use.
type Service struct {
	db      *db.DB
	audit   *audit.Service
	ledger  *ledger.Service
	estate  *estate.Service
	tariff  *tariff.Service
	payment *payment.Service
	billing *billing.Service
	jobs    *job.Queue
}

// New builds the room and tells billing where later documents are kept.
func New(d Deps) *Service {
	s := &Service{db: d.DB, audit: d.Audit, ledger: d.Ledger, estate: d.Estate, tariff: d.Tariff, payment: d.Payment, billing: d.Billing, jobs: d.Jobs}
	s.billing.TellLater(s.Later)
	s.handleJobs()
	return s
}
