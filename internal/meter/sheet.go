package meter

import (
	"context"
	"fmt"

	"linli/internal/estate"
	"linli/internal/kit/actor"
	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/id"
	"linli/internal/kit/page"
	"linli/internal/kit/supply"
)

// Shown narrows a reading list.
type Shown string

// What a reading list may show; empty is everything.
const (
	Unread     Shown = "unread"
	Unreviewed Shown = "review"
)

// SheetFilter chooses the meters of a reading list 抄表单.
type SheetFilter struct {
	page.Request
	Month    clock.Month
	Kind     supply.Kind
	Building id.ID
	Shown    Shown
	Within   actor.Buildings // without the common parts
}

// SheetRow is one meter with its last reading up to the month, nil when there
// is none, and when that is of the month the one before it.
type SheetRow struct {
	Meter  Meter
	Last   *Reading
	Before *Reading
}

// SheetCounts are of the whole kind and month, as far as one may see.
type SheetCounts struct {
	Meters, Read, Review int
}

// Sheet lists the meters to be read, by room.
func (s *Service) Sheet(ctx context.Context, q db.Q, project id.ID, f SheetFilter) (page.List[SheetRow], error) {
	var room, meter id.ID
	if ok, err := page.Decode(f.Cursor, &room, &meter); err != nil {
		return page.List[SheetRow]{}, err
	} else if !ok {
		room = -1
	}
	rooms, err := s.sheetRooms(ctx, q, project, f.Building, f.Within)
	if err != nil {
		return page.List[SheetRow]{}, fmt.Errorf("rooms of reading list: %w", err)
	}
	meters, err := sheetMeters(ctx, q, project, &f, rooms, room, meter)
	if err != nil {
		return page.List[SheetRow]{}, err
	}
	last, err := lastOf(ctx, q, project, f.Month, meters)
	if err != nil {
		return page.List[SheetRow]{}, err
	}
	var read []Meter
	for i := range meters {
		if r := last[meters[i].ID]; r != nil && r.Month == f.Month {
			read = append(read, meters[i])
		}
	}
	before, err := lastOf(ctx, q, project, f.Month.Add(-1), read)
	if err != nil {
		return page.List[SheetRow]{}, err
	}
	rows := make([]SheetRow, len(meters))
	for i := range meters {
		rows[i] = SheetRow{meters[i], last[meters[i].ID], before[meters[i].ID]}
	}
	return page.Cut(rows, f.Limit, func(r SheetRow) []any { return []any{r.Meter.Room, r.Meter.ID} }), nil
}

// spot is a building, also by name, and a floor.
type spot struct {
	building id.ID
	name     string
	floor    int
}

// spots are where the rooms of some meters are.
func (s *Service) spots(ctx context.Context, q db.Q, project id.ID, meters []Meter) (map[id.ID]spot, error) {
	out, rooms := map[id.ID]spot{}, []id.ID{}
	for i := range meters {
		if meters[i].Room != 0 {
			rooms = append(rooms, meters[i].Room)
		}
	}
	if len(rooms) == 0 {
		return out, nil
	}
	list, err := s.estate.Buildings(ctx, q, project)
	if err != nil {
		return nil, err
	}
	names := map[id.ID]string{}
	for i := range list {
		names[list[i].ID] = list[i].Name
	}
	err = s.estate.StreamRooms(ctx, q, project, estate.RoomFilter{Rooms: rooms}, func(r *estate.BillingRoom) error {
		out[r.ID] = spot{r.Building, names[r.Building], r.Floor}
		return nil
	})
	return out, err
}

// Counts says how far the reading of a month is, within a limit to buildings.
func (s *Service) Counts(ctx context.Context, q db.Q, project id.ID, kind supply.Kind, month clock.Month, within actor.Buildings) (SheetCounts, error) {
	rooms, err := s.sheetRooms(ctx, q, project, 0, within)
	if err != nil {
		return SheetCounts{}, fmt.Errorf("rooms of reading list: %w", err)
	}
	return sheetCounts(ctx, q, project, kind, month, rooms)
}

// OfRoom lists the meters of a room, those taken down among them.
func (s *Service) OfRoom(ctx context.Context, q db.Q, project, room id.ID) ([]Meter, error) {
	return metersOfRoom(ctx, q, project, room)
}

// One reads a meter. Error: fault.ErrNotFound.
func (s *Service) One(ctx context.Context, q db.Q, project, meter id.ID) (Meter, error) {
	return oneMeter(ctx, q, project, meter)
}
