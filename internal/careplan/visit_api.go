package careplan

import (
	"context"
	"time"

	"linli/internal/kit/actor"
	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/id"
	"linli/internal/kit/page"
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
	Plan    id.ID `query:"plan_id" doc:"只看一个计划"`
	Subject id.ID `query:"subject_id" doc:"只看一个住户，或标签贴在房屋上时一间房"`
	Room    id.ID `query:"room_id" doc:"只看一间房的"`
}

type careVisitsOut struct{ Body page.List[careVisitJSON] }

func (s *Service) listVisitsAPI(ctx context.Context, who actor.Actor, in *careVisitsIn) (*careVisitsOut, error) {
	q := s.db.Reader(ctx)
	l, err := s.Visits(ctx, q, in.Project, VisitFilter{in.Request, in.Plan, in.Subject, in.Room, who.Within(PermRead, in.Project)})
	if err != nil {
		return nil, err
	}
	rows, err := s.visits(ctx, q, who, in.Project, l.Items)
	return &careVisitsOut{page.List[careVisitJSON]{Items: rows, Next: l.Next}}, err
}
