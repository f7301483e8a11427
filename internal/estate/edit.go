package estate

import (
	"context"

	"linli/internal/audit"
	"linli/internal/kit/actor"
	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/fault"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
)

// ProjectEdit changes the fields that are not nil.
type ProjectEdit struct {
	Version                    int
	Name, Kind, Address, State *string
	LandArea, BuiltArea        *money.Area
}

func assign[T any](to *T, from *T) {
	if from != nil {
		*to = *from
	}
}

// EditProject changes a project. Errors: ErrName, ErrKind, ErrArea,
// fault.ErrStale, fault.ErrNotFound.
func (s *Service) EditProject(ctx context.Context, tx *db.Tx, who actor.Actor, project id.ID, e ProjectEdit) (Project, error) {
	if err := lockProject(ctx, tx, project); err != nil {
		return Project{}, err
	}
	old, err := oneProject(ctx, tx, project)
	if err != nil {
		return Project{}, err
	}
	p := old
	p.Version = e.Version
	assign(&p.Name, e.Name)
	assign(&p.Kind, e.Kind)
	assign(&p.Address, e.Address)
	assign(&p.State, e.State)
	assign(&p.LandArea, e.LandArea)
	assign(&p.BuiltArea, e.BuiltArea)
	if err := p.check(); err != nil {
		return Project{}, err
	}
	if err := updateProject(ctx, tx, &p); err != nil {
		return Project{}, err
	}
	s.audit.Record(tx, audit.Entry{Project: project, Who: who, Action: "estate.project_changed", Kind: "project", Subject: project,
		Summary: "修改项目 " + p.Name, Before: old, After: p})
	return p, nil
}

// BuildingEdit changes the fields that are not nil.
type BuildingEdit struct {
	Version    int
	Name, Kind *string
	Floors     *int
}

// EditBuilding changes a building; a new name or height goes into all its
// rooms. Errors: as CreateBuilding, fault.ErrStale.
func (s *Service) EditBuilding(ctx context.Context, tx *db.Tx, who actor.Actor, project, building id.ID, e BuildingEdit) (Building, error) {
	old, err := oneBuilding(ctx, tx, project, building)
	if err != nil {
		return Building{}, err
	}
	b := old
	b.Version = e.Version
	assign(&b.Name, e.Name)
	assign(&b.Kind, e.Kind)
	assign(&b.Floors, e.Floors)
	if err := b.Check(); err != nil {
		return Building{}, err
	}
	if err := updateBuilding(ctx, tx, project, &b); err != nil {
		return Building{}, err
	}
	s.audit.Record(tx, audit.Entry{Project: project, Who: who, Action: "estate.building_changed", Kind: "building", Subject: building,
		Summary: "修改楼栋 " + b.Name, Before: old, After: b})
	if b.Name == old.Name && b.Floors == old.Floors {
		return b, nil
	}
	told := s.audit.Batch(tx, project, "楼栋 "+old.Name+" 改名 "+b.Name)
	if err := s.placeAgain(ctx, tx, project, &b, told); err != nil || b.Name == old.Name {
		return b, err
	}
	return b, told.Record(ctx, tx, audit.Entry{Project: project, Who: who, Action: "estate.rooms_placed", Kind: "building", Subject: building,
		Summary: "各房屋随楼栋 " + old.Name + " 改名 " + b.Name})
}

// placeAgain gives the rooms of a building their new labels, keys and order, and
// tells a batch, if there is one, of new labels.
func (s *Service) placeAgain(ctx context.Context, tx *db.Tx, project id.ID, b *Building, told *audit.Batch) error {
	us, err := units(ctx, tx, project, b.ID)
	if err != nil {
		return err
	}
	byID := map[id.ID]*Unit{}
	for i := range us {
		byID[us[i].ID] = &us[i]
	}
	rooms, err := buildingRooms(ctx, tx, project, b.ID)
	if err != nil {
		return err
	}
	for i := range rooms {
		r := &rooms[i]
		was := r.Label
		r.Place(b, byID[r.Unit])
		if err := s.storeRoom(ctx, tx, project, r); err != nil {
			return err
		}
		if told == nil || was == r.Label {
			continue
		}
		if err := told.Add(ctx, tx, audit.Part{Subject: r.ID, Kind: "room", Before: map[string]any{"RoomLabel": was}, After: map[string]any{"RoomLabel": r.Label}}); err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) storeRoom(ctx context.Context, tx *db.Tx, project id.ID, r *Room) error {
	n, err := updateRoom(ctx, tx, project, r)
	if err != nil {
		return err
	}
	if n == 0 {
		return fault.ErrStale
	}
	r.Version++
	if err := dropRoomTerms(ctx, tx, project, r.ID); err != nil {
		return err
	}
	return copyTerms(ctx, tx, project, r.terms())
}

// RoomEdit changes the fields that are not nil.
type RoomEdit struct {
	Version                   int
	Name, Layout, Kind, State *string
	Floor                     *int
	Area, InnerArea           *money.Area // ㎡ ×10⁻²
	Handover                  *clock.Date
}

// EditRoom changes a room. Errors: as CreateRooms, fault.ErrStale.
func (s *Service) EditRoom(ctx context.Context, tx *db.Tx, who actor.Actor, project, room id.ID, e RoomEdit) (Room, error) {
	if err := lockRoom(ctx, tx, project, room); err != nil {
		return Room{}, err
	}
	old, err := oneRoom(ctx, tx, project, room)
	if err != nil {
		return Room{}, err
	}
	r := old
	r.Version = e.Version
	assign(&r.Name, e.Name)
	assign(&r.Layout, e.Layout)
	assign(&r.Kind, e.Kind)
	assign(&r.State, e.State)
	assign(&r.Floor, e.Floor)
	assign(&r.Area, e.Area)
	assign(&r.InnerArea, e.InnerArea)
	assign(&r.Handover, e.Handover)
	if err := r.Check(); err != nil {
		return Room{}, err
	}
	where, err := readPlaces(ctx, tx, project)
	if err != nil {
		return Room{}, err
	}
	r.Place(where.buildings[r.Building], where.units[r.Unit])
	if err := s.storeRoom(ctx, tx, project, &r); err != nil {
		return Room{}, err
	}
	s.audit.Record(tx, audit.Entry{Project: project, Who: who, Action: "estate.room_changed", Kind: "room", Subject: room,
		Summary: "修改房屋 " + r.Label, Before: old, After: r})
	return r, nil
}
