package feebundle

import (
	"context"
	"fmt"

	"linli/internal/kit/db"
	"linli/internal/kit/id"
	"linli/internal/tariff"
)

// OfRoom are the uses, not undone and not over, whose place a room is in today,
// newest first, with the bundles by id. Error: estate.ErrNoRoom.
func (s *Service) OfRoom(ctx context.Context, q db.Q, project, room id.ID) ([]Use, map[id.ID]Bundle, error) {
	if _, err := s.estate.Room(ctx, q, project, room); err != nil {
		return nil, nil, err
	}
	list, err := usesAt(ctx, q, project, room, s.today())
	if err != nil || len(list) == 0 {
		return nil, nil, err
	}
	scopes := make([]tariff.Assignment, len(list))
	for i := range list {
		if scopes[i] = list[i].Place.Assignment; scopes[i].Scope == tariff.ToRoom {
			scopes[i].Target = room // it is among the chosen ones
		}
	}
	reached, err := s.tariff.Reached(ctx, q, project, room, scopes)
	if err != nil {
		return nil, nil, err
	}
	bundles, err := allBundles(ctx, q, project)
	if err != nil {
		return nil, nil, fmt.Errorf("bundles of room: %w", err)
	}
	named := map[id.ID]Bundle{}
	for _, b := range bundles {
		named[b.ID] = b
	}
	var out []Use
	for i := range list {
		if reached[i] {
			out = append(out, list[i])
		}
	}
	return out, named, nil
}
