package roster

import (
	"context"
	"slices"
	"strings"
	"time"

	"linli/internal/estate"
	"linli/internal/kit/actor"
	"linli/internal/kit/db"
	"linli/internal/kit/id"
	"linli/internal/kit/page"
	"linli/internal/kit/search"
)

// VehicleFilter narrows the list of vehicles; what is empty does not.
type VehicleFilter struct {
	page.Request
	Text   string // the beginning or a part of a plate, a part of the owner's name, a room in any usual spelling
	Room   id.ID
	Within actor.Buildings // vehicles without a room are for those without a limit
}

// ListedVehicle is a vehicle as the newest import of its plate tells it.
type ListedVehicle struct {
	ID id.ID
	Vehicle
	Room      id.ID // 0 when the sheet named none
	RoomLabel string
	At        time.Time // of the import
}

// Vehicles lists the vehicles that imports have kept, one for each plate, by
// plate. A project has a few thousand, so all are read for a page: what is newest
// of a plate is known only then.
func (s *Service) Vehicles(ctx context.Context, q db.Q, project id.ID, f VehicleFilter) (page.List[ListedVehicle], error) {
	none := page.List[ListedVehicle]{Items: []ListedVehicle{}}
	var last string
	if _, err := page.Decode(f.Cursor, &last); err != nil {
		return none, err
	}
	if f.Room != 0 {
		if some, err := hasVehicles(ctx, q, project, f.Room); err != nil || !some {
			return none, err
		}
	}
	list, err := keptVehicles(ctx, q, project)
	if err != nil {
		return none, err
	}
	list = newest(list)
	wanted, err := s.wanted(ctx, q, project, f)
	if err != nil {
		return none, err
	}
	list = slices.DeleteFunc(list, func(v ListedVehicle) bool { return v.Plate <= last || !wanted(&v) })
	slices.SortFunc(list, func(a, b ListedVehicle) int { return strings.Compare(a.Plate, b.Plate) })
	l := page.Cut(list[:min(len(list), f.Limit+1)], f.Limit, func(v ListedVehicle) []any { return []any{v.Plate} })
	var rooms []id.ID
	for i := range l.Items {
		rooms = append(rooms, l.Items[i].Room)
	}
	labels, err := s.estate.Labels(ctx, q, project, rooms)
	for i := range l.Items {
		l.Items[i].RoomLabel = labels[l.Items[i].Room]
	}
	return l, err
}

// newest keeps the last of each plate of a list in the order of time.
func newest(list []ListedVehicle) []ListedVehicle {
	seen := make(map[string]int, len(list))
	for i := range list {
		seen[list[i].Plate] = i
	}
	out := make([]ListedVehicle, 0, len(seen))
	for i := range list {
		if seen[list[i].Plate] == i {
			out = append(out, list[i])
		}
	}
	return out
}

// wanted is the condition of a filter.
func (s *Service) wanted(ctx context.Context, q db.Q, project id.ID, f VehicleFilter) (func(*ListedVehicle) bool, error) {
	var inside map[id.ID]bool
	if !f.Within.Whole() {
		rooms, err := s.estate.RoomsWithin(ctx, q, project, f.Within)
		if err != nil {
			return nil, err
		}
		inside = make(map[id.ID]bool, len(rooms))
		for _, r := range rooms {
			inside[r] = true
		}
	}
	named := map[id.ID]bool{}
	text, number := search.Fold(f.Text), squeezed(f.Text)
	if text != "" {
		rooms, err := s.estate.RoomList(ctx, q, project, estate.RoomListFilter{Request: page.Request{Limit: allRooms}, Text: f.Text, Within: f.Within})
		if err != nil {
			return nil, err
		}
		for _, r := range rooms.Items {
			named[r.ID] = true
		}
	}
	return func(v *ListedVehicle) bool {
		if inside != nil && !inside[v.Room] || f.Room != 0 && v.Room != f.Room {
			return false
		}
		return text == "" || number != "" && strings.Contains(v.Plate, number) || strings.Contains(search.Fold(v.Owner), text) || v.Room != 0 && named[v.Room]
	}, nil
}

// allRooms is more than any project has.
const allRooms = 1 << 24

// squeezed is the text as a part of a plate; empty when it is written like a
// room, 3-2-1502, which read without its lines would be a number of a plate.
func squeezed(text string) string {
	p := plateText(text)
	if p != "" && p[0] <= '9' && strings.Contains(text, "-") {
		return ""
	}
	return p
}

// kindText is the type of a vehicle in words; MicroCommunity writes numbers.
func kindText(kind string) string {
	switch kind {
	case "9901":
		return "家用小汽车"
	case "9902":
		return "客车"
	case "9903":
		return "货车"
	}
	return kind
}
