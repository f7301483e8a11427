// Package invoice gives 数电发票 for money that was received: titles of payers,
// dated tax of fee items, applications against receipts, and the way to the
// provider and back, where an outcome that nobody knows is asked again and
// never guessed. What stands on an invoice is not taken back before a red one.
// Floor 8. Uses: audit, file, ledger, estate, tariff, billing, cashier.
package invoice

import (
	"embed"
	"io/fs"

	"linli/internal/audit"
	"linli/internal/billing"
	"linli/internal/cashier"
	"linli/internal/estate"
	"linli/internal/file"
	"linli/internal/kit/actor"
	"linli/internal/kit/crypt"
	"linli/internal/kit/db"
	"linli/internal/kit/fault"
	"linli/internal/kit/job"
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
	return db.Migrations{Room: "invoice", FS: sub}
}

// The rights of this room.
const (
	PermRead    actor.Permission = "invoice.read"    // see invoices
	PermAsk     actor.Permission = "invoice.ask"     // ask for invoices, keep titles
	PermIssue   actor.Permission = "invoice.issue"   // issue what was asked for, reverse it
	PermSetting actor.Permission = "invoice.setting" // seller, provider, tax of items
)

// What is refused.
var (
	ErrSeller   = fault.New(fault.Invalid, "invoice_seller_invalid", "开票设置填写不完整，请按提示修改")
	ErrOff      = fault.New(fault.Conflict, "invoice_off", "本项目还没有接入开票平台，请先在开票设置里填写")
	ErrTitle    = fault.New(fault.Invalid, "invoice_title_invalid", "抬头填写不完整，请按提示修改")
	ErrTax      = fault.New(fault.Invalid, "invoice_tax_invalid", "税率填写不完整，请按提示修改")
	ErrNoTax    = fault.New(fault.Conflict, "invoice_tax_missing", "有的费用项目还没有设税率，请财务在开票设置里设好后再申请")
	ErrAsk      = fault.New(fault.Invalid, "invoice_ask_invalid", "开票申请填写不完整，请按提示修改")
	ErrPayers   = fault.New(fault.Conflict, "invoice_payers_differ", "一张发票只能开同一位缴费人的收据，请分开申请")
	ErrNothing  = fault.New(fault.Conflict, "invoice_nothing_left", "所选收据没有可以开票的金额，可能已开过、退过款，或是押金和预存")
	ErrChanged  = fault.New(fault.Conflict, "invoice_amount_changed", "可开金额刚有变动，请刷新后再申请")
	ErrState    = fault.New(fault.Conflict, "invoice_state", "这张发票现在不能这样做，请刷新后再看")
	ErrReason   = fault.New(fault.Invalid, "invoice_reason", "请写明原因，1–200 个字")
	ErrInvoiced = fault.New(fault.Conflict, "receipt_invoiced", "这张收据已开发票，请先红冲发票")
	ErrNoFile   = fault.New(fault.NotFound, "invoice_file_missing", "版式文件还没有取到，请稍后再打开")
)

// Deps are what the room stands on.
type Deps struct {
	DB      *db.DB
	Audit   *audit.Service
	Files   *file.Service
	Ledger  *ledger.Service
	Estate  *estate.Service
	Tariff  *tariff.Service
	Billing *billing.Service
	Cashier *cashier.Service
	Ring    *crypt.Ring
	Jobs    *job.Queue
}

// Service is the room.
type Service struct {
	db       *db.DB
	audit    *audit.Service
	files    *file.Service
	ledger   *ledger.Service
	estate   *estate.Service
	tariff   *tariff.Service
	billing  *billing.Service
	cashier  *cashier.Service
	ring     *crypt.Ring
	jobs     *job.Queue
	provider Provider
}

// New builds the room, names its jobs and lets the counter know what may not
// be taken back.
func New(d Deps) *Service {
	s := &Service{db: d.DB, audit: d.Audit, files: d.Files, ledger: d.Ledger, estate: d.Estate, tariff: d.Tariff, billing: d.Billing, cashier: d.Cashier, ring: d.Ring, jobs: d.Jobs}
	s.handleJobs(d.Jobs)
	s.cashier.GuardInvoices(s.guard)
	return s
}

// Plug fills the socket while the house is built, before anything is asked.
func (s *Service) Plug(p Provider) { s.provider = p }
