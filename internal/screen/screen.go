// Package screen answers the pages that look into several rooms at once: the
// household's page, the home page, the plan of a building, a room that changes
// hands, and the histories of records. It owns no
// table. Floor 10. Uses: audit, notify, ledger, estate, payment, dictionary, tariff, billing, latefee, correction, cashier, dunning, feebundle, careplan.
package screen

import (
	"linli/internal/audit"
	"linli/internal/billing"
	"linli/internal/careplan"
	"linli/internal/cashier"
	"linli/internal/correction"
	"linli/internal/dictionary"
	"linli/internal/dunning"
	"linli/internal/estate"
	"linli/internal/feebundle"
	"linli/internal/kit/db"
	"linli/internal/latefee"
	"linli/internal/notify"
	"linli/internal/payment"
	"linli/internal/tariff"
)

// Deps is what the pages look into; without Notify they show no messages, without
// Correct no corrections.
type Deps struct {
	DB      *db.DB
	Audit   *audit.Service
	Notify  *notify.Service
	Estate  *estate.Service
	Payment *payment.Service
	Words   *dictionary.Service
	Tariff  *tariff.Service
	Billing *billing.Service
	LateFee *latefee.Service
	Cashier *cashier.Service
	Bundles *feebundle.Service
	Care    *careplan.Service
	Dunning *dunning.Service
	Correct *correction.Service
}

// Service is the room.
type Service struct {
	db      *db.DB
	audit   *audit.Service
	notify  *notify.Service
	estate  *estate.Service
	payment *payment.Service
	words   *dictionary.Service
	tariff  *tariff.Service
	billing *billing.Service
	late    *latefee.Service
	cashier *cashier.Service
	bundles *feebundle.Service
	care    *careplan.Service
	dunning *dunning.Service
	correct *correction.Service
}

// New builds the room.
func New(d Deps) *Service {
	return &Service{db: d.DB, audit: d.Audit, notify: d.Notify, estate: d.Estate, payment: d.Payment, words: d.Words, tariff: d.Tariff, billing: d.Billing, late: d.LateFee, cashier: d.Cashier, bundles: d.Bundles, care: d.Care, dunning: d.Dunning, correct: d.Correct}
}
