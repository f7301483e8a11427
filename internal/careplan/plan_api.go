package careplan

import (
	"context"
	"net/http"

	"linli/internal/kit/actor"
	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/id"
	"linli/internal/kit/page"
	"linli/internal/kit/web"
)

// Routes registers the operations of the room.
func (s *Service) Routes(w *web.Server) {
	const in = "/projects/{project}"
	const plans, visits = in + "/care-plans", in + "/care-visits"
	route(w, web.Op{ID: "list-care-plans", Method: http.MethodGet, Path: plans, Permission: PermRead, Buildings: true, Summary: "列出关怀计划，新的在前"}, s.listPlansAPI)
	route(w, web.Op{ID: "create-care-plan", Method: http.MethodPost, Path: plans, Permission: PermSetting, Summary: "新建关怀计划：有一个标签的住户每几天走访一次"}, s.createPlanAPI)
	route(w, web.Op{ID: "edit-care-plan", Method: http.MethodPut, Path: plans + "/{care_plan}", Permission: PermSetting, Summary: "修改、结束或恢复关怀计划（整条提交），标签不能换"}, s.editPlanAPI)
	route(w, web.Op{ID: "list-care-due", Method: http.MethodGet, Path: in + "/care-due", Permission: PermRead, Buildings: true, Summary: "列出该走访的住户，逾期最久的在前"}, s.listDueAPI)
	route(w, web.Op{ID: "record-care-visit", Method: http.MethodPost, Path: plans + "/{care_plan}/visits", Permission: PermVisit, Buildings: true, Summary: "登记一次走访"}, s.recordAPI)
	route(w, web.Op{ID: "list-care-visits", Method: http.MethodGet, Path: visits, Permission: PermRead, Buildings: true, Summary: "列出走访记录，日期新的在前"}, s.listVisitsAPI)
	route(w, web.Op{ID: "withdraw-care-visit", Method: http.MethodPost, Path: visits + "/{care_visit}/withdraw", Permission: PermVisit, Buildings: true, Summary: "撤回登记错的走访：登记的人，当天"}, s.withdrawAPI)
}

func route[I, O any](w *web.Server, op web.Op, h func(context.Context, actor.Actor, *I) (*O, error)) {
	op.Tag = "careplan"
	web.Handle(w, op, h)
}

// PlanFields are what people fill in of a plan; exported because huma skips
// embedded unexported structs.
type PlanFields struct {
	Name   string     `json:"name" minLength:"1" maxLength:"30" doc:"计划名称，如 独居老人探访"`
	Days   int        `json:"days" minimum:"1" maximum:"366" doc:"每几天走访一次"`
	Todo   string     `json:"todo" minLength:"1" maxLength:"400" doc:"走访时做什么"`
	Begins clock.Date `json:"begins,omitempty" doc:"从哪天开始，新建时不填为今天，修改时不填为不变"`
}

type carePlanJSON struct {
	PlanFields
	ID      id.ID  `json:"id"`
	Tag     id.ID  `json:"tag_id"`
	TagName string `json:"tag_name"`
	TagKind string `json:"tag_kind" enum:"person,room" doc:"标签贴在住户还是房屋上"`
	State   string `json:"state" enum:"active,ended" doc:"进行中、已结束"`
	Version int    `json:"version" doc:"修改时原样带回"`
}

func toPlan(p *Plan) carePlanJSON {
	return carePlanJSON{PlanFields{p.Name, p.Days, p.Todo, p.Begins}, p.ID, p.Tag, p.TagName, p.TagKind, p.state(), p.Version}
}

type carePlansOut struct{ Body page.List[carePlanJSON] }

func (s *Service) listPlansAPI(ctx context.Context, _ actor.Actor, in *struct {
	Project id.ID `path:"project"`
	page.Request
	State string `query:"state" enum:"active,ended" doc:"空为全部"`
}) (*carePlansOut, error) {
	l, err := s.Plans(ctx, s.db.Reader(ctx), in.Project, in.State, in.Request)
	out := &carePlansOut{page.List[carePlanJSON]{Items: make([]carePlanJSON, len(l.Items)), Next: l.Next}}
	for i := range l.Items {
		out.Body.Items[i] = toPlan(&l.Items[i])
	}
	return out, err
}

type carePlanOut struct{ Body carePlanJSON }

func (s *Service) createPlanAPI(ctx context.Context, who actor.Actor, in *struct {
	Project id.ID `path:"project"`
	Body    struct {
		PlanFields
		Tag id.ID `json:"tag_id" doc:"哪个标签的住户；贴在房屋上的标签，走访这间房"`
	}
}) (*carePlanOut, error) {
	b := &in.Body
	p, err := s.Create(ctx, who, in.Project, Plan{Name: b.Name, Tag: b.Tag, Days: b.Days, Todo: b.Todo, Begins: b.Begins})
	return &carePlanOut{toPlan(&p)}, err
}

func (s *Service) editPlanAPI(ctx context.Context, who actor.Actor, in *struct {
	Project id.ID `path:"project"`
	Plan    id.ID `path:"care_plan"`
	Body    struct {
		PlanFields
		State   string `json:"state" enum:"active,ended" doc:"进行中、已结束"`
		Version int    `json:"version" doc:"读到的版本"`
	}
}) (*carePlanOut, error) {
	b := &in.Body
	p, err := s.Edit(ctx, who, in.Project, Plan{ID: in.Plan, Name: b.Name, Days: b.Days, Todo: b.Todo, Begins: b.Begins, Active: b.State == "active", Version: b.Version})
	return &carePlanOut{toPlan(&p)}, err
}

// planNames are all plans of a project, ended ones too, by id.
func (s *Service) planNames(ctx context.Context, q db.Q, project id.ID) (map[id.ID]string, error) {
	list, err := listPlans(ctx, q, project, "", 0, 0)
	out := make(map[id.ID]string, len(list))
	for _, p := range list {
		out[p.ID] = p.Name
	}
	return out, err
}
