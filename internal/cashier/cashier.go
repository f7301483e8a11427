// Package cashier is the counter: it takes money for what a household owes,
// gives receipts with gapless numbers, prints them, and makes receipts void.
// Floor 7. Uses: audit, ledger, estate, payment, billing, latefee.
package cashier

import (
	"context"
	"embed"
	"io/fs"

	"linli/internal/audit"
	"linli/internal/billing"
	"linli/internal/cashier/paper"
	"linli/internal/estate"
	"linli/internal/kit/actor"
	"linli/internal/kit/db"
	"linli/internal/kit/fault"
	"linli/internal/kit/id"
	"linli/internal/latefee"
	"linli/internal/ledger"
	"linli/internal/payment"
)

//go:embed migrations/*.sql
var files embed.FS

// Migrations are the room's tables.
func Migrations() db.Migrations {
	sub, err := fs.Sub(files, "migrations")
	if err != nil {
		panic(err) // the folder is embedded above
	}
	return db.Migrations{Room: "cashier", FS: sub}
}

// The rights of this room.
const (
	PermRead    actor.Permission = "cashier.read"
	PermReceive actor.Permission = "cashier.receive"
	PermVoid    actor.Permission = "cashier.void"
)

// What the counter refuses.
var (
	ErrOwedChanged = fault.New(fault.Conflict, "owed_changed", "这户的欠费刚有变动，请刷新后再收")
	ErrChargeGone  = fault.New(fault.Conflict, "charge_not_open", "所选费用已缴清或已撤回，请刷新后再收")
	ErrUnusual     = fault.New(fault.Invalid, "amount_unusual", "金额比应收多很多，请核对后确认")
	ErrPays        = fault.New(fault.Invalid, "pays_invalid", "请填写收款方式和金额")
	ErrTendered    = fault.New(fault.Invalid, "tendered_short", "实收现金不够")
	ErrPrepaidUse  = fault.New(fault.Invalid, "prepaid_use", "预存只能用来抵扣欠费")
	ErrVoided      = fault.New(fault.Conflict, "receipt_voided", "这张收据已经作废")
	ErrPrepaidGone = fault.New(fault.Conflict, "prepaid_spent", "这张收据存入的预存已被用掉，不能作废")
	ErrReason      = fault.New(fault.Invalid, "reason_missing", "请写明作废的原因")
)

// Deps are what the counter stands on. Company is the name printed on
// receipts; nil or an empty name prints none. Proof is the page that shows whether
// a receipt is genuine, as its paper says by a QR code; nil or empty prints none.
type Deps struct {
	DB      *db.DB
	Audit   *audit.Service
	Ledger  *ledger.Service
	Estate  *estate.Service
	Payment *payment.Service
	Billing *billing.Service
	LateFee *latefee.Service
	Company func(ctx context.Context) (string, error)
	Proof   func(project, receipt id.ID) string
}

// Service is the counter.
type Service struct {
	db      *db.DB
	audit   *audit.Service
	ledger  *ledger.Service
	estate  *estate.Service
	payment *payment.Service
	billing *billing.Service
	late    *latefee.Service
	company func(ctx context.Context) (string, error)
	proof   func(project, receipt id.ID) string
	layout  *paper.Layout

	invoices InvoiceGuard
	keeper   Keeper
	ender    Ender
	shifts   Shifts
	slips    Slips
	told     func(ctx context.Context, tx *db.Tx, project id.ID, list []*Receipt) error
}

// TellReceipts fills the socket of who hears of new, red and void receipts in their transaction.
func (s *Service) TellReceipts(t func(ctx context.Context, tx *db.Tx, project id.ID, list []*Receipt) error) {
	s.told = t
}

// New builds the counter and lets latefee know when charges were paid.
func New(d Deps) *Service {
	s := &Service{db: d.DB, audit: d.Audit, ledger: d.Ledger, estate: d.Estate, payment: d.Payment, billing: d.Billing, late: d.LateFee,
		company: d.Company, proof: d.Proof, layout: paper.New(),
		told: func(context.Context, *db.Tx, id.ID, []*Receipt) error { return nil }}
	s.late.TellPayments(s.Payments)
	return s
}
