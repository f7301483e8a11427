// Package termination gives back what was paid for months that will not be
// served, because the contract has ended or the room was sold (提前终止退费): a
// document with a number of its own that says by which policy and how the amount
// came about, and that a second person approves. The money goes back by the
// counter's refunds, the months are taken back by documents of adjust.
// Floor 8. Uses: audit, ledger, estate, billing, latefee, adjust, cashier.
package termination

import (
	"context"
	"embed"
	"io/fs"

	"linli/internal/adjust"
	"linli/internal/audit"
	"linli/internal/billing"
	"linli/internal/cashier"
	"linli/internal/estate"
	"linli/internal/kit/db"
	"linli/internal/kit/fault"
	"linli/internal/latefee"
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
	return db.Migrations{Room: "termination", FS: sub}
}

// What is refused.
var (
	ErrAsk     = fault.New(fault.Invalid, "termination_invalid", "退费申请填写不完整，请按提示修改")
	ErrNone    = fault.New(fault.Conflict, "termination_none", "这间房没有一次付清、还没到期的几个月，不用这样退")
	ErrUnpaid  = fault.New(fault.Conflict, "termination_unpaid", "这几个月还没有全部付清，或有减免、补差退过钱，不能一起退；没付的月份可以红冲，补差单可以先撤销")
	ErrNothing = fault.New(fault.Conflict, "termination_nothing", "按这个办法没有可退的金额")
	ErrChanged = fault.New(fault.Conflict, "termination_changed", "这几个月的费用或收款刚有变动，请按现在的数据重新计算")
	ErrOpen    = fault.New(fault.Conflict, "termination_open", "这几个月已有一张退费申请在办")
	ErrSpread  = fault.New(fault.Conflict, "termination_spread", "这几个月分几张收据付的，不能一起退，请按收据部分退款")
	ErrState   = fault.New(fault.Conflict, "termination_state", "这张退费单现在不能这样做，请刷新后再看")
	ErrOwn     = fault.New(fault.Conflict, "termination_own", "不能批自己提出的申请，请换一位有权限的同事")
	ErrNotMine = fault.New(fault.Conflict, "termination_not_asker", "只有提出申请的人可以撤回")
	ErrOnWay   = fault.New(fault.Conflict, "termination_on_way", "这张退费单的钱正由收款渠道退回，等有了结果再看")
	ErrPartly  = fault.New(fault.Conflict, "termination_partly", "这张退费单已经付出一部分，不能再撤回")
)

// Deps are what the room stands on.
type Deps struct {
	DB      *db.DB
	Audit   *audit.Service
	Ledger  *ledger.Service
	Estate  *estate.Service
	Billing *billing.Service
	LateFee *latefee.Service // gives up what stays open of months
	Adjust  *adjust.Service
	Cashier *cashier.Service
	Company func(ctx context.Context) (string, error) // named on paper; nil names none
}

// Service is the room. Safe for concurrent use.
type Service struct {
	db      *db.DB
	audit   *audit.Service
	ledger  *ledger.Service
	estate  *estate.Service
	billing *billing.Service
	late    *latefee.Service
	adjust  *adjust.Service
	cashier *cashier.Service
	company func(ctx context.Context) (string, error)
}

// New builds the room and fills the counter's socket for ended months.
func New(d Deps) *Service {
	s := &Service{db: d.DB, audit: d.Audit, ledger: d.Ledger, estate: d.Estate, billing: d.Billing, late: d.LateFee, adjust: d.Adjust, cashier: d.Cashier, company: d.Company}
	s.cashier.EndMonths(s)
	return s
}

// series numbers approved documents (提前终止退费单): TF2026-000001.
const series = "TF"

// kind is what the log calls a document.
const kind = "termination"
