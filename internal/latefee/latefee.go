// Package latefee says what being late costs (违约金) and gives up what is owed
// (减免): terms by fee item and prime rates, the late fee of every charge by a day
// out of its payments, and waivers that a second person approves. What money is
// taken for becomes a charge, which is billing's. Its tables, rights and acts keep
// the name of billing, where they were made.
// Floor 6. Uses: audit, ledger, estate, tariff, billing.
package latefee

import (
	"linli/internal/audit"
	"linli/internal/billing"
	"linli/internal/estate"
	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/ledger"
	"linli/internal/tariff"
)

// Deps are what the room stands on.
type Deps struct {
	DB      *db.DB
	Audit   *audit.Service
	Ledger  *ledger.Service
	Estate  *estate.Service
	Tariff  *tariff.Service
	Billing *billing.Service
}

// Service is the room. Safe for concurrent use.
type Service struct {
	db       *db.DB
	audit    *audit.Service
	ledger   *ledger.Service
	estate   *estate.Service
	tariff   *tariff.Service
	billing  *billing.Service
	payments Payments
}

// New builds the room and lets billing know what being late costs.
func New(d Deps) *Service {
	s := &Service{db: d.DB, audit: d.Audit, ledger: d.Ledger, estate: d.Estate, tariff: d.Tariff, billing: d.Billing}
	s.billing.TellLate(s.Left)
	return s
}

func (s *Service) today() clock.Date { return clock.DateOf(s.db.Clock().Now()) }
