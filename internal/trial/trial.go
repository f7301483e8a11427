// Package trial shows a price before it is decided (调价试算): what every
// room would be charged with it and without it, computed as a run would, and
// nothing is stored.
// Floor 6. Uses: estate, tariff, billing.
package trial

import (
	"linli/internal/billing"
	"linli/internal/estate"
	"linli/internal/kit/db"
	"linli/internal/kit/export"
	"linli/internal/tariff"
)

// Deps are what the room stands on.
type Deps struct {
	DB      *db.DB
	Estate  *estate.Service
	Tariff  *tariff.Service
	Billing *billing.Service
}

// Service is the room. Safe for concurrent use.
type Service struct {
	db      *db.DB
	estate  *estate.Service
	tariff  *tariff.Service
	billing *billing.Service
}

// New builds the room.
func New(d Deps) *Service {
	return &Service{db: d.DB, estate: d.Estate, tariff: d.Tariff, billing: d.Billing}
}

// Exports are the lists of this room that can be taken out.
func (s *Service) Exports() []export.Offer { return []export.Offer{s.simulationOffer()} }
