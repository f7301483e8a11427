package tariff

import (
	"context"
	"fmt"

	"linli/internal/estate"
	"linli/internal/kit/db"
	"linli/internal/kit/fault"
	"linli/internal/kit/id"
	"linli/internal/tariff/formula"
)

// RoomVars are what formulas know of a room.
func RoomVars(r *estate.BillingRoom) formula.Vars {
	v := formula.Vars{Known: formula.People | formula.Price | formula.Months, Area: r.Area, InnerArea: r.InnerArea,
		Floor: int64(r.Floor), Floors: int64(r.Floors), People: int64(r.People), Months: 1}
	if r.Known&estate.KnownArea != 0 {
		v.Known |= formula.Area
	}
	if r.Known&estate.KnownInner != 0 {
		v.Known |= formula.InnerArea
	}
	if r.Known&estate.KnownFloor != 0 {
		v.Known |= formula.Floor
	}
	if r.Floors > 0 {
		v.Known |= formula.Floors
	}
	return v
}

// varsOf are the attributes of one room as a run would see them.
func (s *Service) varsOf(ctx context.Context, q db.Q, project, room id.ID) (*formula.Vars, error) {
	var v formula.Vars
	found := false
	err := s.estate.StreamRooms(ctx, q, project, estate.RoomFilter{Rooms: []id.ID{room}}, func(r *estate.BillingRoom) error {
		v, found = RoomVars(r), true
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read room: %w", err)
	}
	if !found {
		return nil, fault.ErrNotFound
	}
	return &v, nil
}
