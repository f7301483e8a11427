package meter

import (
	"context"
	"slices"

	"linli/internal/kit/db"
	"linli/internal/kit/id"
)

// History is a meter with those that hung before and after it in the same
// place, oldest first, and all they showed, newest first.
type History struct {
	Meters   []Meter
	Readings []Reading
}

// History reads where a meter comes from and what became of it. Error:
// fault.ErrNotFound.
func (s *Service) History(ctx context.Context, q db.Q, project, meter id.ID) (History, error) {
	m, err := oneMeter(ctx, q, project, meter)
	if err != nil {
		return History{}, err
	}
	near, err := metersBeside(ctx, q, project, &m)
	if err != nil {
		return History{}, err
	}
	h := History{Meters: chain(near, m)}
	h.Readings, err = readingsOfAll(ctx, q, project, h.Meters)
	return h, err
}

// chain follows replacements from one meter in both directions.
func chain(list []Meter, from Meter) []Meter {
	byID, next := map[id.ID]Meter{}, map[id.ID]Meter{}
	for _, m := range list {
		byID[m.ID] = m
		if m.Replaces != 0 {
			next[m.Replaces] = m
		}
	}
	out := []Meter{from}
	for before, ok := byID[from.Replaces]; ok && len(out) <= len(list); before, ok = byID[before.Replaces] {
		out = append(out, before)
	}
	slices.Reverse(out)
	for after, ok := next[from.ID]; ok && len(out) <= len(list); after, ok = next[after.ID] {
		out = append(out, after)
	}
	return out
}
