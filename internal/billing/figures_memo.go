package billing

import (
	"context"
	"sync"

	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
)

// memoMost bounds the months that are remembered.
const memoMost = 2000

// chargedMonth is what was charged for a month of a whole project. It changes
// with runs, waivers and what is given back, and with hardly a payment, so it is remembered until one of
// them changes: to add up a month of 50,000 rooms takes half a second, to see
// whether anything changed a millisecond.
type chargedMonth struct {
	state chargeState
	due   money.Fen
	rooms int
}

// chargeState tells whether what was charged has changed: every release,
// withdrawal, decision on a line, move to another payer and advance makes or
// moves on a run, every approved waiver and what corrections gave back counts.
type chargeState struct {
	runs, released, versions, held, dropped int64
	amount                                  money.Fen
	newest                                  id.ID
	releasedAt, withdrawnAt                 int64
	waived, back                            money.Fen
}

type monthKey struct {
	project id.ID
	month   clock.Month
}

type chargedMonths struct {
	mu   sync.Mutex
	kept map[monthKey]chargedMonth
}

// charged gives what was charged for a month, from memory when nothing has
// changed since. The state is read first: what changes meanwhile makes the
// figure too new for it, and the next to ask adds up again.
func (s *Service) charged(ctx context.Context, q db.Q, project id.ID, month clock.Month, state chargeState) (chargedMonth, error) {
	key := monthKey{project, month}
	s.months.mu.Lock()
	known, ok := s.months.kept[key]
	s.months.mu.Unlock()
	if ok && known.state == state {
		return known, nil
	}
	var c Collection
	if err := c.add(ctx, q, project, month, nil); err != nil {
		return known, err
	}
	known = chargedMonth{state, c.Due, c.Rooms}
	s.months.mu.Lock()
	defer s.months.mu.Unlock()
	if s.months.kept == nil || len(s.months.kept) >= memoMost {
		s.months.kept = map[monthKey]chargedMonth{}
	}
	s.months.kept[key] = known
	return known, nil
}

// collections are those of whole months of a project: what was charged less
// what is open.
func (s *Service) collections(ctx context.Context, q db.Q, project id.ID, months []clock.Month) ([]Collection, error) {
	state, err := readChargeState(ctx, q, project)
	if err != nil {
		return nil, err
	}
	out := make([]Collection, len(months))
	for i, m := range months {
		known, err := s.charged(ctx, q, project, m, state)
		if err != nil {
			return nil, err
		}
		out[i] = Collection{Month: m, Due: known.due, Paid: known.due, Rooms: known.rooms, PaidRooms: known.rooms}
	}
	return out, lessOpen(ctx, q, project, out)
}
