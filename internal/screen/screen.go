// Package screen answers the pages that look into several rooms at once: the
// household's page, the home page, the plan of a building, and a room that
// changes hands. It owns no
// table. Floor 9. Uses: audit, ledger, estate, payment, dictionary, tariff, billing, cashier.
package screen

import (
	"linli/internal/audit"
	"linli/internal/billing"
	"linli/internal/cashier"
	"linli/internal/dictionary"
	"linli/internal/estate"
	"linli/internal/kit/db"
	"linli/internal/payment"
)

// Deps is what the pages look into.
type Deps struct {
	DB      *db.DB
	Audit   *audit.Service
	Estate  *estate.Service
	Payment *payment.Service
	Words   *dictionary.Service
	Billing *billing.Service
	Cashier *cashier.Service
}

// Service is the room.
type Service struct {
	db      *db.DB
	audit   *audit.Service
	estate  *estate.Service
	payment *payment.Service
	words   *dictionary.Service
	billing *billing.Service
	cashier *cashier.Service
}

// New builds the room.
func New(d Deps) *Service {
	return &Service{db: d.DB, audit: d.Audit, estate: d.Estate, payment: d.Payment, words: d.Words, billing: d.Billing, cashier: d.Cashier}
}
