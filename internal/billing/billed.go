package billing

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/id"
)

// Billed is what a run has charged a room, or a payment ahead.
type Billed struct {
	Charge
	Ahead bool // charged before its time, at the price of that day
}

// BilledBetween lists what released runs and payments ahead have charged rooms
// with after < id ≤ upto for months from one to another, both included, by
// room, item, month and the payers' order. What is held or dropped is among it; late fees,
// shared costs, imports, single charges and what was taken back are not.
func (s *Service) BilledBetween(ctx context.Context, q db.Q, project, after, upto id.ID, from, until clock.Month) ([]Billed, error) {
	out, err := billedBetween(ctx, q, project, after, upto, from, until)
	if err != nil {
		return nil, fmt.Errorf("charges of runs: %w", err)
	}
	return out, nil
}

// Later tells what documents have changed of charges after their release, in
// words, by charge. Whoever writes such documents fills it.
type Later func(ctx context.Context, q db.Q, project id.ID, charges []id.ID) (map[id.ID][]string, error)

// TellLater plugs in who knows it; it is called once, before the service is used.
func (s *Service) TellLater(l Later) { s.later = l }

// addLater puts it behind what was computed at first.
func (s *Service) addLater(ctx context.Context, q db.Q, project id.ID, list map[id.ID]Explanation) error {
	if s.later == nil || len(list) == 0 {
		return nil
	}
	lines, err := s.later(ctx, q, project, slices.Collect(maps.Keys(list)))
	if err != nil {
		return fmt.Errorf("later documents of charges: %w", err)
	}
	for charge, more := range lines {
		e := list[charge]
		e.Lines = append(e.Lines, more...)
		list[charge] = e
	}
	return nil
}
