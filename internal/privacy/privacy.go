// Package privacy is what somebody may ask about his own data: to be forgotten
// 注销个人信息 (个人信息保护法 47). Nobody is forgotten who still lives here, owes, or
// has money lying here; what the law has kept (receipts, invoices, vouchers, the log)
// stays and is only stored. It owns no table: each room wipes its own.
// Floor 9. Uses: audit, roster, notify, estate, payment, billing, latefee, cashier, dunning, careplan, invoice, deposit.
package privacy

import (
	"linli/internal/audit"
	"linli/internal/billing"
	"linli/internal/careplan"
	"linli/internal/cashier"
	"linli/internal/deposit"
	"linli/internal/dunning"
	"linli/internal/estate"
	"linli/internal/invoice"
	"linli/internal/kit/actor"
	"linli/internal/kit/db"
	"linli/internal/kit/fault"
	"linli/internal/latefee"
	"linli/internal/notify"
	"linli/internal/payment"
	"linli/internal/roster"
)

// PermErase is the right to have somebody forgotten.
const PermErase actor.Permission = "privacy.erase"

// What is refused.
var (
	ErrTied   = fault.New(fault.Conflict, "privacy_tied", "还有没办完的事，办完才能注销")
	ErrName   = fault.New(fault.Invalid, "privacy_name", "抄写的姓名和登记的不一样，没有注销")
	ErrReason = fault.New(fault.Invalid, "privacy_reason", "请写明谁来申请、怎样核对的身份，2–200 个字")
)

// Deps are what the room stands on.
type Deps struct {
	DB      *db.DB
	Audit   *audit.Service
	Notify  *notify.Service
	Estate  *estate.Service
	Roster  *roster.Service
	Payment *payment.Service
	Billing *billing.Service
	LateFee *latefee.Service
	Cashier *cashier.Service
	Dunning *dunning.Service
	Care    *careplan.Service
	Invoice *invoice.Service
	Deposit *deposit.Service
}

// Service is the room. Safe for concurrent use.
type Service struct{ Deps }

// New builds the room.
func New(d Deps) *Service { return &Service{d} }
