package estate

import (
	"context"

	"linli/internal/kit/actor"
	"linli/internal/kit/db"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
)

type projectJSON struct {
	ID        id.ID      `json:"id"`
	Name      string     `json:"name" doc:"项目名称"`
	Kind      string     `json:"kind" enum:"residential,apartment,office" doc:"住宅小区、公寓或写字楼"`
	Address   string     `json:"address" doc:"详细地址"`
	LandArea  money.Area `json:"land_area" doc:"占地面积，百分之一平方米"`
	BuiltArea money.Area `json:"built_area" doc:"总建筑面积，百分之一平方米"`
	State     string     `json:"state" enum:"active,closed" doc:"在管或已撤出"`
	Rooms     int        `json:"rooms" doc:"房屋数"`
	Version   int        `json:"version" doc:"修改时原样带回"`
}

func toProject(p Project) projectJSON {
	return projectJSON(p)
}

type projectOut struct{ Body projectJSON }

type projectsOut struct {
	Body struct {
		Items []projectJSON `json:"items" nullable:"false"`
	}
}

func (s *Service) listProjectsAPI(ctx context.Context, who actor.Actor, _ *struct{}) (*projectsOut, error) {
	list, err := s.Projects(ctx, who)
	if err != nil {
		return nil, err
	}
	out := &projectsOut{}
	out.Body.Items = each(list, toProject)
	return out, nil
}

func each[A, B any](list []A, f func(A) B) []B {
	out := make([]B, len(list))
	for i, v := range list {
		out[i] = f(v)
	}
	return out
}

type createProjectIn struct {
	Body struct {
		Name      string     `json:"name" minLength:"1" maxLength:"60" doc:"项目名称"`
		Kind      string     `json:"kind" enum:"residential,apartment,office" doc:"住宅小区、公寓或写字楼"`
		Address   string     `json:"address,omitempty" maxLength:"200" doc:"详细地址"`
		LandArea  money.Area `json:"land_area,omitempty" minimum:"0" doc:"占地面积，百分之一平方米"`
		BuiltArea money.Area `json:"built_area,omitempty" minimum:"0" doc:"总建筑面积，百分之一平方米"`
	}
}

func (s *Service) createProjectAPI(ctx context.Context, who actor.Actor, in *createProjectIn) (*projectOut, error) {
	var p Project
	err := s.db.Write(ctx, func(tx *db.Tx) (err error) {
		b := in.Body
		p, err = s.CreateProject(ctx, tx, who, Project{Name: b.Name, Kind: b.Kind, Address: b.Address, LandArea: b.LandArea, BuiltArea: b.BuiltArea})
		return err
	})
	return &projectOut{toProject(p)}, err
}

type projectIn struct {
	Project id.ID `path:"project"`
}

func (s *Service) readProjectAPI(ctx context.Context, who actor.Actor, in *projectIn) (*projectOut, error) {
	p, err := s.Project(ctx, s.db.Reader(ctx), in.Project)
	return &projectOut{toProject(p.shownTo(who))}, err
}

type editProjectIn struct {
	Project id.ID `path:"project"`
	Body    struct {
		Version   int         `json:"version" doc:"读到的 version"`
		Name      *string     `json:"name,omitempty" maxLength:"60"`
		Kind      *string     `json:"kind,omitempty" enum:"residential,apartment,office"`
		Address   *string     `json:"address,omitempty" maxLength:"200"`
		State     *string     `json:"state,omitempty" enum:"active,closed"`
		LandArea  *money.Area `json:"land_area,omitempty" minimum:"0"`
		BuiltArea *money.Area `json:"built_area,omitempty" minimum:"0"`
	}
}

func (s *Service) editProjectAPI(ctx context.Context, who actor.Actor, in *editProjectIn) (*projectOut, error) {
	var p Project
	err := s.db.Write(ctx, func(tx *db.Tx) (err error) {
		b := in.Body
		p, err = s.EditProject(ctx, tx, who, in.Project, ProjectEdit{b.Version, b.Name, b.Kind, b.Address, b.State, b.LandArea, b.BuiltArea})
		return err
	})
	return &projectOut{toProject(p)}, err
}
