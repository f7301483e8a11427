package estate

import (
	"context"
	"strconv"
	"unicode/utf8"

	"linli/internal/audit"
	"linli/internal/estate/naming"
	"linli/internal/kit/actor"
	"linli/internal/kit/db"
	"linli/internal/kit/id"
)

func itoa(n int) string { return strconv.Itoa(n) }

// Building is a 楼栋.
type Building struct {
	ID      id.ID
	Name    string // 3栋
	Kind    string // a room kind, or empty
	Floors  int    // 0 when not known
	Version int
	key     string
	sort    string
}

// Unit is a 单元 of a building.
type Unit struct {
	ID       id.ID
	Building id.ID
	Name     string // 2单元
	key      string
	sort     string
}

// Check brings a building into our form. Errors: ErrName, ErrKind, ErrFloor.
func (b *Building) Check() error {
	b.Name, b.key = naming.BuildingName(b.Name), naming.BuildingKey(b.Name)
	if n := utf8.RuneCountInString(b.Name); n == 0 || n > naming.MaxName || b.key == "" {
		return ErrName.At("body.name", "要填写，最多 60 个字", b.Name)
	}
	if b.Kind != "" && !RoomKinds().has(b.Kind) {
		return ErrKind.At("body.kind", "不在可选范围内", b.Kind)
	}
	if b.Floors < 0 || b.Floors > MaxFloor {
		return ErrFloor.Say("总楼层要在 0–%d 之间", MaxFloor)
	}
	b.sort = naming.SortKey(b.key)
	return nil
}

// NewUnit is a unit of a building by its name and key, as naming spells them.
func NewUnit(unit, building id.ID, name, key string) *Unit {
	return &Unit{ID: unit, Building: building, Name: name, key: key, sort: naming.SortKey(key)}
}

// CreateBuilding makes a building inside tx. Errors: ErrName, ErrFloor, ErrBuilding.
func (s *Service) CreateBuilding(ctx context.Context, tx *db.Tx, who actor.Actor, project id.ID, b Building) (Building, error) {
	if err := b.Check(); err != nil {
		return Building{}, err
	}
	b.ID, b.Version = tx.NewID(), 1
	if err := insertBuilding(ctx, tx, project, &b); err != nil {
		return Building{}, err
	}
	s.audit.Record(tx, audit.Entry{Project: project, Who: who, Action: "estate.building_created", Kind: "building", Subject: b.ID,
		Summary: "新建楼栋 " + b.Name, After: b})
	return b, nil
}

// CreateUnit makes a unit of a building inside tx. Errors: ErrName, ErrUnit, ErrNoBuilding.
func (s *Service) CreateUnit(ctx context.Context, tx *db.Tx, who actor.Actor, project, building id.ID, name string) (Unit, error) {
	u := Unit{Building: building, Name: naming.UnitName(name), key: naming.UnitKey(name)}
	if n := utf8.RuneCountInString(u.Name); n == 0 || n > naming.MaxName || u.key == "" {
		return Unit{}, ErrName.At("body.name", "要填写，最多 60 个字", name)
	}
	if _, err := oneBuilding(ctx, tx, project, building); err != nil {
		return Unit{}, err
	}
	u.ID, u.sort = tx.NewID(), naming.SortKey(u.key)
	if err := insertUnit(ctx, tx, project, &u); err != nil {
		return Unit{}, err
	}
	s.audit.Record(tx, audit.Entry{Project: project, Who: who, Action: "estate.unit_created", Kind: "unit", Subject: u.ID,
		Summary: "新建单元 " + u.Name, After: u})
	return u, nil
}

// Buildings lists the buildings of a project in counting order.
func (s *Service) Buildings(ctx context.Context, q db.Q, project id.ID) ([]Building, error) {
	return buildings(ctx, q, project)
}

// Building reads one. Error: ErrNoBuilding.
func (s *Service) Building(ctx context.Context, q db.Q, project, building id.ID) (Building, error) {
	return oneBuilding(ctx, q, project, building)
}

// Units lists the units of a building, of all buildings when building is 0.
func (s *Service) Units(ctx context.Context, q db.Q, project, building id.ID) ([]Unit, error) {
	return units(ctx, q, project, building)
}
