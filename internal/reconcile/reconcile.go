// Package reconcile holds what came and went through the payment channels
// against their bills of each day (对账): every line is kept once, differences
// are shown with what can be done about them, what was paid and not told is
// credited, and what the channels kept for their service becomes an expense. Its
// tables keep the names they had in payment's room.
// Floor 5. Uses: audit, ledger, payment.
package reconcile

import (
	"linli/internal/audit"
	"linli/internal/kit/actor"
	"linli/internal/kit/db"
	"linli/internal/kit/job"
	"linli/internal/ledger"
	"linli/internal/payment"
)

// PermReconcile fetches bills and deals with differences; whoever reads
// payments reads them.
const PermReconcile actor.Permission = "payment.reconcile"

// Deps are what the room stands on; without Jobs nothing is fetched.
type Deps struct {
	DB      *db.DB
	Audit   *audit.Service
	Ledger  *ledger.Service
	Payment *payment.Service
	Jobs    *job.Queue
}

// Service is the room.
type Service struct {
	db      *db.DB
	audit   *audit.Service
	ledger  *ledger.Service
	payment *payment.Service
	jobs    *job.Queue
}

// New builds the room.
func New(d Deps) *Service {
	s := &Service{db: d.DB, audit: d.Audit, ledger: d.Ledger, payment: d.Payment, jobs: d.Jobs}
	if d.Jobs != nil {
		s.handleJobs(d.Jobs)
	}
	return s
}
