package estate

import (
	"context"
	"slices"

	"linli/internal/kit/actor"
	"linli/internal/kit/db"
	"linli/internal/kit/id"
)

type buildingJSON struct {
	ID      id.ID  `json:"id"`
	Name    string `json:"name" doc:"楼栋名称，如 3栋"`
	Kind    string `json:"kind" doc:"房屋类型，可空"`
	Floors  int    `json:"floors" doc:"总楼层，0 为未登记"`
	Version int    `json:"version" doc:"修改时原样带回"`
}

func toBuilding(b Building) buildingJSON {
	return buildingJSON{b.ID, b.Name, b.Kind, b.Floors, b.Version}
}

type unitJSON struct {
	ID       id.ID  `json:"id"`
	Building id.ID  `json:"building_id"`
	Name     string `json:"name" doc:"单元名称，如 2单元"`
}

func toUnit(u Unit) unitJSON { return unitJSON{u.ID, u.Building, u.Name} }

type buildingOut struct{ Body buildingJSON }

type buildingsOut struct {
	Body struct {
		Items []buildingJSON `json:"items" nullable:"false"`
	}
}

func (s *Service) listBuildingsAPI(ctx context.Context, who actor.Actor, in *projectIn) (*buildingsOut, error) {
	list, err := s.Buildings(ctx, s.db.Reader(ctx), in.Project)
	within := who.Within(PermRead, in.Project)
	list = slices.DeleteFunc(list, func(b Building) bool { return !within.Has(b.ID) })
	out := &buildingsOut{}
	out.Body.Items = each(list, toBuilding)
	return out, err
}

type createBuildingIn struct {
	Project id.ID `path:"project"`
	Body    struct {
		Name   string `json:"name" minLength:"1" maxLength:"60" doc:"楼栋名称或编号，如 3栋、3、A座"`
		Kind   string `json:"kind,omitempty" enum:"home,flat,shop,office,storage,other" doc:"房屋类型"`
		Floors int    `json:"floors,omitempty" minimum:"0" maximum:"300" doc:"总楼层"`
	}
}

func (s *Service) createBuildingAPI(ctx context.Context, who actor.Actor, in *createBuildingIn) (*buildingOut, error) {
	var b Building
	err := s.db.Write(ctx, func(tx *db.Tx) (err error) {
		b, err = s.CreateBuilding(ctx, tx, who, in.Project, Building{Name: in.Body.Name, Kind: in.Body.Kind, Floors: in.Body.Floors})
		return err
	})
	return &buildingOut{toBuilding(b)}, err
}

type buildingIn struct {
	Project  id.ID `path:"project"`
	Building id.ID `path:"building"`
}

type editBuildingIn struct {
	Project  id.ID `path:"project"`
	Building id.ID `path:"building"`
	Body     struct {
		Version int     `json:"version" doc:"读到的 version"`
		Name    *string `json:"name,omitempty" maxLength:"60"`
		Kind    *string `json:"kind,omitempty" enum:"home,flat,shop,office,storage,other"`
		Floors  *int    `json:"floors,omitempty" minimum:"0" maximum:"300"`
	}
}

func (s *Service) editBuildingAPI(ctx context.Context, who actor.Actor, in *editBuildingIn) (*buildingOut, error) {
	var b Building
	err := s.db.Write(ctx, func(tx *db.Tx) (err error) {
		b, err = s.EditBuilding(ctx, tx, who, in.Project, in.Building, BuildingEdit{in.Body.Version, in.Body.Name, in.Body.Kind, in.Body.Floors})
		return err
	})
	return &buildingOut{toBuilding(b)}, err
}

type unitsOut struct {
	Body struct {
		Items []unitJSON `json:"items" nullable:"false"`
	}
}

func (s *Service) listUnitsAPI(ctx context.Context, who actor.Actor, in *buildingIn) (*unitsOut, error) {
	q := s.db.Reader(ctx)
	if !who.Within(PermRead, in.Project).Has(in.Building) {
		return nil, ErrNoBuilding
	}
	if _, err := s.Building(ctx, q, in.Project, in.Building); err != nil {
		return nil, err
	}
	list, err := s.Units(ctx, q, in.Project, in.Building)
	out := &unitsOut{}
	out.Body.Items = each(list, toUnit)
	return out, err
}

type createUnitIn struct {
	Project  id.ID `path:"project"`
	Building id.ID `path:"building"`
	Body     struct {
		Name string `json:"name" minLength:"1" maxLength:"60" doc:"单元名称或编号，如 2单元、2"`
	}
}

type unitOut struct{ Body unitJSON }

func (s *Service) createUnitAPI(ctx context.Context, who actor.Actor, in *createUnitIn) (*unitOut, error) {
	if !who.Within(PermWrite, in.Project).Has(in.Building) {
		return nil, ErrNoBuilding
	}
	var u Unit
	err := s.db.Write(ctx, func(tx *db.Tx) (err error) {
		u, err = s.CreateUnit(ctx, tx, who, in.Project, in.Building, in.Body.Name)
		return err
	})
	return &unitOut{toUnit(u)}, err
}
