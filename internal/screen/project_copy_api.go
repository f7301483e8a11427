package screen

import (
	"context"

	"linli/internal/estate"
	"linli/internal/kit/actor"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
	"linli/internal/kit/web"
)

func (s *Service) copyRoutes(w *web.Server) {
	web.Handle(w, web.Op{ID: "copy-project", Method: "POST", Path: "/project-copies", Summary: "新建项目并套用另一个项目的费用项目、价格、规则、标签、关怀计划、自定义字段和设置；不含房屋、住户和账",
		Tag: "screen", Permission: estate.PermProject, Status: 201}, s.copyProjectAPI)
}

type copyProjectIn struct {
	Body struct {
		From      id.ID      `json:"from_project_id" doc:"套用哪个项目"`
		Name      string     `json:"name" minLength:"1" maxLength:"60" doc:"新项目的名称"`
		Kind      string     `json:"kind" enum:"residential,apartment,office" doc:"住宅小区、公寓或写字楼"`
		Address   string     `json:"address,omitempty" maxLength:"200" doc:"详细地址"`
		LandArea  money.Area `json:"land_area,omitempty" minimum:"0" doc:"占地面积，百分之一平方米"`
		BuiltArea money.Area `json:"built_area,omitempty" minimum:"0" doc:"总建筑面积，百分之一平方米"`
	}
}

type projectCopyJSON struct {
	ID      id.ID  `json:"id" doc:"新项目"`
	Name    string `json:"name"`
	From    string `json:"from" doc:"套用的项目"`
	Items   int    `json:"items" doc:"套用了几个费用项目"`
	Rates   int    `json:"rates" doc:"几条价格"`
	Scopes  int    `json:"scopes" doc:"几条收费范围"`
	Left    int    `json:"left" doc:"几条收费范围按楼栋或房屋指定，没有套用"`
	Bundles int    `json:"bundles" doc:"几个费用套餐"`
	Tags    int    `json:"tags" doc:"几个标签"`
	Care    int    `json:"care_plans" doc:"几个关怀计划"`
	Fields  int    `json:"fields" doc:"几个自定义字段"`
}

func (s *Service) copyProjectAPI(ctx context.Context, who actor.Actor, in *copyProjectIn) (*struct{ Body projectCopyJSON }, error) {
	b := &in.Body
	c, err := s.CopyProject(ctx, who, b.From, estate.Project{Name: b.Name, Kind: b.Kind, Address: b.Address, LandArea: b.LandArea, BuiltArea: b.BuiltArea})
	if err != nil {
		return nil, err
	}
	return &struct{ Body projectCopyJSON }{projectCopyJSON{c.Project.ID, c.Project.Name, c.From, c.Items, c.Rates, c.Scopes, c.Left, c.Bundles, c.Tags, c.Care, c.Fields}}, nil
}
