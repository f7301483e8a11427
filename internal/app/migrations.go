package app

import (
	"linli/internal/adjust"
	"linli/internal/analytics"
	"linli/internal/audit"
	"linli/internal/bank"
	"linli/internal/billing"
	"linli/internal/card"
	"linli/internal/careplan"
	"linli/internal/cashier"
	"linli/internal/correction"
	"linli/internal/deposit"
	"linli/internal/dictionary"
	"linli/internal/dunning"
	"linli/internal/estate"
	"linli/internal/expense"
	"linli/internal/feebundle"
	"linli/internal/file"
	"linli/internal/identity"
	"linli/internal/invoice"
	"linli/internal/kit/db"
	"linli/internal/kit/job"
	"linli/internal/kit/web"
	"linli/internal/latefee"
	"linli/internal/ledger"
	"linli/internal/meter"
	"linli/internal/notify"
	"linli/internal/paycode"
	"linli/internal/payment"
	"linli/internal/termination"
)

// Migrations are the tables of the whole house, bottom-up.
func Migrations() []db.Migrations {
	return []db.Migrations{job.Migrations(), web.Migrations(), audit.Migrations(), file.Migrations(), ledger.Migrations(), notify.Migrations(), identity.Migrations(),
		estate.Migrations(), payment.Migrations(), meter.Migrations(), expense.Migrations(), dictionary.Migrations(), billing.Migrations(), latefee.Migrations(), adjust.Migrations(), correction.Migrations(), cashier.Migrations(), dunning.Migrations(), invoice.Migrations(), paycode.Migrations(), deposit.Migrations(), bank.Migrations(), card.Migrations(), termination.Migrations(), feebundle.Migrations(), careplan.Migrations(), analytics.Migrations()}
}
