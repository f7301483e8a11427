package careplan

import (
	"context"
	"time"

	"linli/internal/kit/actor"
	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/id"
	"linli/internal/kit/page"
	"linli/internal/kit/web"
)

type careVisitJSON struct {
	ID         id.ID      `json:"id"`
	Plan       id.ID      `json:"plan_id"`
	PlanName   string     `json:"plan_name"`
	Subject    id.ID      `json:"subject_id" doc:"走访的住户；标签贴在房屋上时为房屋"`
	Name       string     `json:"name" doc:"走访的住户，标签贴在房屋上时为空"`
	Room       id.ID      `json:"room_id"`
	Label      string     `json:"room_label" doc:"走访时住在哪里"`
	Day        clock.Date `json:"day" doc:"走访的日期"`
	Result     string     `json:"result" enum:"fine,follow,missed" doc:"一切正常、需要跟进、没见到人"`
	ResultName string     `json:"result_name"`
	Note       string     `json:"note"`
	By         string     `json:"by" doc:"谁登记的"`
	At         time.Time  `json:"at"`
	Withdrawn  bool       `json:"withdrawn" doc:"登记错了，已撤回"`
	Reason     string     `json:"reason" doc:"为什么撤回"`
	Own        bool       `json:"can_withdraw" doc:"现在可以由本人撤回"`
}

// visits names the plans, people and rooms of one page of visits.
func (s *Service) visits(ctx context.Context, q db.Q, who actor.Actor, project id.ID, list []Visit) ([]careVisitJSON, error) {
	plans, err := s.planNames(ctx, q, project)
	if err != nil {
		return nil, err
	}
	rooms, people := make([]id.ID, len(list)), make([]id.ID, len(list))
	for i := range list {
		rooms[i], people[i] = list[i].Room, list[i].Subject
	}
	labels, err := s.estate.Labels(ctx, q, project, rooms)
	if err != nil {
		return nil, err
	}
	names, err := s.estate.PersonNames(ctx, q, project, people)
	out := make([]careVisitJSON, len(list))
	for i := range list {
		v := &list[i]
		out[i] = careVisitJSON{v.ID, v.Plan, plans[v.Plan], v.Subject, names[v.Subject], v.Room, labels[v.Room], v.Day, string(v.Result), v.Result.Name(), v.Note,
			v.ByName, v.At.In(clock.Shanghai()), !v.Withdrawn.IsZero(), v.Reason, v.own(who, s.db.Clock().Now())}
	}
	return out, err
}

type careVisitOut struct{ Body careVisitJSON }

func (s *Service) visitAnswer(ctx context.Context, who actor.Actor, project id.ID, v Visit, err error) (*careVisitOut, error) {
	if err != nil {
		return nil, err
	}
	rows, err := s.visits(ctx, s.db.Reader(ctx), who, project, []Visit{v})
	if err != nil {
		return nil, err
	}
	return &careVisitOut{rows[0]}, nil
}

func (s *Service) recordAPI(ctx context.Context, who actor.Actor, in *struct {
	Project id.ID `path:"project"`
	Plan    id.ID `path:"care_plan"`
	Body    struct {
		Subject id.ID      `json:"subject_id" doc:"走访谁：到期走访里的 subject_id"`
		Day     clock.Date `json:"day,omitempty" doc:"走访的日期，不填为今天，不能晚于今天"`
		Result  string     `json:"result" enum:"fine,follow,missed" doc:"一切正常、需要跟进、没见到人"`
		Note    string     `json:"note,omitempty" maxLength:"400" doc:"情况；需要跟进时要写明"`
	}
}) (*careVisitOut, error) {
	b := &in.Body
	v, err := s.Record(ctx, who, in.Project, Visit{Plan: in.Plan, Subject: b.Subject, Day: b.Day, Result: Result(b.Result), Note: b.Note})
	return s.visitAnswer(ctx, who, in.Project, v, err)
}

func (s *Service) withdrawAPI(ctx context.Context, who actor.Actor, in *struct {
	Project id.ID `path:"project"`
	Visit   id.ID `path:"care_visit"`
	Body    struct {
		Reason string `json:"reason" minLength:"2" maxLength:"200" doc:"为什么撤回"`
	}
}) (*careVisitOut, error) {
	v, err := s.Withdraw(ctx, who, in.Project, in.Visit, in.Body.Reason)
	return s.visitAnswer(ctx, who, in.Project, v, err)
}

type careVisitsIn struct {
	Project id.ID `path:"project"`
	page.Request
	Plan     id.ID    `query:"plan_id" doc:"只看一个计划"`
	Subject  id.ID    `query:"subject_id" doc:"只看一个住户，或标签贴在房屋上时一间房"`
	Room     id.ID    `query:"room_id" doc:"只看一间房的"`
	Building id.ID    `query:"building_id" doc:"只看一栋楼"`
	By       id.ID    `query:"by_id" doc:"只看一个人登记的"`
	Result   string   `query:"result" enum:"fine,follow,missed,withdrawn" doc:"一切正常、需要跟进、没见到人（都不含已撤回的）、已撤回"`
	From     web.Date `query:"from" doc:"走访日期起，含"`
	Until    web.Date `query:"until" doc:"走访日期止，含"`
	Text     string   `query:"q" maxLength:"40" doc:"姓名（拼音也行）或房号"`
	Count    bool     `query:"count" doc:"true 时给出全部结果的合计，和都有谁登记过走访"`
}

type careVisitSumJSON struct {
	Count     int `json:"count" doc:"多少次"`
	Fine      int `json:"fine" doc:"其中一切正常多少次"`
	Follow    int `json:"follow" doc:"其中需要跟进多少次"`
	Missed    int `json:"missed" doc:"其中没见到人多少次"`
	Withdrawn int `json:"withdrawn" doc:"其中已撤回多少次"`
}

type careVisitorJSON struct {
	ID   id.ID  `json:"id"`
	Name string `json:"name"`
}

type careVisitsOut struct {
	Body struct {
		page.List[careVisitJSON]
		Totals   *careVisitSumJSON `json:"totals,omitempty" doc:"全部结果的合计，count=true 时才有"`
		Visitors []careVisitorJSON `json:"visitors,omitempty" doc:"都有谁登记过走访，不受筛选影响，count=true 时才有"`
	}
}

func (s *Service) listVisitsAPI(ctx context.Context, who actor.Actor, in *careVisitsIn) (*careVisitsOut, error) {
	q, out := s.db.Reader(ctx), &careVisitsOut{}
	l, err := s.Visits(ctx, q, in.Project, VisitFilter{Request: in.Request, Plan: in.Plan, Subject: in.Subject, Room: in.Room, Building: in.Building, By: in.By,
		Result: Result(in.Result), From: in.From.Date, Until: in.Until.Date, Text: in.Text, Count: in.Count, Within: who.Within(PermRead, in.Project)})
	if err != nil {
		return nil, err
	}
	out.Body.Next = l.Next
	if in.Count {
		sum := careVisitSumJSON(l.Sum)
		out.Body.Totals = &sum
	}
	for _, x := range l.Visitors {
		out.Body.Visitors = append(out.Body.Visitors, careVisitorJSON(x))
	}
	out.Body.Items, err = s.visits(ctx, q, who, in.Project, l.Items)
	return out, err
}
