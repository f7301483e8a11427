package billing

import (
	"context"
	"fmt"
	"sync"

	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
)

// DayPaid is what a day brought for the charges of one month, in fen; what an
// import says was paid before Linli came on the day of the import.
type DayPaid struct {
	Date   clock.Date
	Amount money.Fen
}

// Standing is how a whole project stands on a day: the month of the day and the
// one before, how they were paid day by day, and what is open by age. Late fees
// are in the ageing only. Whoever gets it changes nothing in it.
type Standing struct {
	This, Last         Collection
	ThisDays, LastDays []DayPaid
	Ageing             Ageing
}

// Standing reads it. The households behind the amounts can only be counted
// from every open charge, a second for 50,000 rooms, so the figures are
// remembered until a command changes what is due; to see whether one did takes
// a millisecond.
func (s *Service) Standing(ctx context.Context, q db.Q, project id.ID, today clock.Date) (*Standing, error) {
	if known, _, err := s.standings.known(ctx, q, project, today); err != nil || known != nil {
		return known, wrapStanding(today, err)
	}
	// One counts, the others wait for it and look again.
	turn := s.standings.turn(project)
	turn.Lock()
	defer turn.Unlock()
	known, state, err := s.standings.known(ctx, q, project, today)
	if err != nil || known != nil {
		return known, wrapStanding(today, err)
	}
	out, err := s.stand(ctx, q, project, today)
	if err != nil {
		return nil, wrapStanding(today, err)
	}
	s.standings.keep(project, kept{state, out})
	return out, nil
}

func wrapStanding(today clock.Date, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("standing on %s: %w", today, err)
}

func (s *Service) stand(ctx context.Context, q db.Q, project id.ID, today clock.Date) (*Standing, error) {
	month := today.Month()
	both, err := s.Collections(ctx, q, project, nil, month, month.Add(-1))
	if err != nil {
		return nil, err
	}
	out := &Standing{This: both[0], Last: both[1]}
	if out.ThisDays, out.LastDays, err = paidDays(ctx, q, project, month, month.Add(-1)); err != nil {
		return nil, err
	}
	out.Ageing, err = s.Ageing(ctx, q, project, nil, today)
	return out, err
}

// standingState tells whether anything that is due has changed: the runs and
// waivers, and how often commands added to the sums of days.
type standingState struct {
	today   clock.Date
	charged chargeState
	days    int64
	newest  clock.Date
	changes int64
}

type kept struct {
	state standingState
	value *Standing
}

type standings struct {
	mu    sync.Mutex
	kept  map[id.ID]kept
	turns map[id.ID]*sync.Mutex
}

// known is what is remembered of a project, nil when it no longer holds. The
// state is read before the figures: what changes between the two makes them
// too new for it, and the next to ask counts again.
func (s *standings) known(ctx context.Context, q db.Q, project id.ID, today clock.Date) (*Standing, standingState, error) {
	state := standingState{today: today}
	var err error
	if state.charged, err = readChargeState(ctx, q, project); err == nil {
		err = readDayState(ctx, q, project, &state)
	}
	if err != nil {
		return nil, state, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if k, ok := s.kept[project]; ok && k.state == state {
		return k.value, state, nil
	}
	return nil, state, nil
}

func (s *standings) keep(project id.ID, k kept) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.kept == nil || len(s.kept) >= memoMost {
		s.kept = map[id.ID]kept{}
	}
	s.kept[project] = k
}

func (s *standings) turn(project id.ID) *sync.Mutex {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.turns == nil {
		s.turns = map[id.ID]*sync.Mutex{}
	}
	if s.turns[project] == nil {
		s.turns[project] = &sync.Mutex{}
	}
	return s.turns[project]
}
