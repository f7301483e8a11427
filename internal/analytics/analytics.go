// Package analytics answers what the books say: income, expense and profit,
// rates of collection, ageing, balances, as of any day; makes
// vouchers of the book, and closes months. It reads sums that the rooms below
// keep with their documents; its own is only how the company of a project is
// paid, 包干制 or 酬金制, and how vouchers part the tax. Floor 9. Uses: audit, ledger, estate, expense, tariff, billing, invoice.
package analytics

import (
	"embed"
	"io/fs"

	"linli/internal/audit"
	"linli/internal/billing"
	"linli/internal/estate"
	"linli/internal/expense"
	"linli/internal/invoice"
	"linli/internal/kit/actor"
	"linli/internal/kit/db"
	"linli/internal/kit/fault"
	"linli/internal/ledger"
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
	return db.Migrations{Room: "analytics", FS: sub}
}

// The rights of this room.
const (
	PermRead   actor.Permission = "analytics.read"   // see the reports
	PermClose  actor.Permission = "analytics.close"  // close months
	PermReopen actor.Permission = "analytics.reopen" // open a closed month again
)

// What callers are refused for.
var (
	ErrPeriod  = fault.New(fault.Invalid, "report_period", "请选择不超过 36 个月的期间，截止月不早于起始月")
	ErrDay     = fault.New(fault.Invalid, "report_day", "截至日期不能晚于今天")
	ErrReason  = fault.New(fault.Invalid, "reopen_reason", "请写明反结账的原因，2–200 个字")
	ErrRate    = fault.New(fault.Invalid, "fund_rate", "补充维修资金的比例应在 0 到 100% 之间")
	ErrWaiting = fault.New(fault.Conflict, "month_waiting", "这个月还有没办完的事，办完再月结")
)

// Deps is what the room stands on.
type Deps struct {
	DB      *db.DB
	Audit   *audit.Service
	Ledger  *ledger.Service
	Estate  *estate.Service
	Expense *expense.Service
	Tariff  *tariff.Service
	Billing *billing.Service
	Invoice *invoice.Service
}

// Service is the room. Safe for concurrent use.
type Service struct {
	db      *db.DB
	audit   *audit.Service
	ledger  *ledger.Service
	estate  *estate.Service
	expense *expense.Service
	tariff  *tariff.Service
	billing *billing.Service
	invoice *invoice.Service
}

// New builds the room.
func New(d Deps) *Service {
	return &Service{db: d.DB, audit: d.Audit, ledger: d.Ledger, estate: d.Estate, expense: d.Expense, tariff: d.Tariff, billing: d.Billing, invoice: d.Invoice}
}
