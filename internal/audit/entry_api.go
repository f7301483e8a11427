package audit

import (
	"context"
	"encoding/json"
	"time"

	"linli/internal/kit/actor"
	"linli/internal/kit/clock"
	"linli/internal/kit/id"
	"linli/internal/kit/page"
)

// AuditFilter is exported because huma reads no parameters from an embedded
// unexported struct.
type AuditFilter struct {
	page.Request
	Text    string    `query:"q" maxLength:"60" doc:"写在说明、姓名或网络地址里的字；多个词用空格隔开，要全部出现"`
	Account id.ID     `query:"account_id" doc:"谁做的"`
	Action  string    `query:"action" maxLength:"60" doc:"动作，如 billing.released"`
	Kind    string    `query:"kind" maxLength:"60" doc:"对象的种类，如 run、account"`
	Subject id.ID     `query:"subject_id" doc:"对象的编号"`
	Person  id.ID     `query:"person_id" doc:"涉及谁的个人信息"`
	Since   time.Time `query:"since" doc:"从什么时候起（含）"`
	Until   time.Time `query:"until" doc:"到什么时候止（不含）"`
}

func (f AuditFilter) rules() Filter {
	return Filter{Request: f.Request, Text: f.Text, Account: f.Account, Action: f.Action, Kind: f.Kind, Subject: f.Subject,
		Person: f.Person, Since: f.Since, Until: f.Until}
}

type auditRow struct {
	Seq     int64           `json:"seq" doc:"在这个项目日志里的序号，从 1 起，不间断"`
	At      time.Time       `json:"at"`
	Account id.ID           `json:"account_id" doc:"空为系统自身或未登录的访客"`
	Name    string          `json:"account_name"`
	Address string          `json:"address" doc:"网络地址"`
	Session string          `json:"session" doc:"登录会话的摘要"`
	Action  string          `json:"action"`
	Kind    string          `json:"kind"`
	Subject id.ID           `json:"subject_id"`
	Person  id.ID           `json:"person_id"`
	Summary string          `json:"summary"`
	Before  json.RawMessage `json:"before,omitempty" doc:"改之前，JSON"`
	After   json.RawMessage `json:"after,omitempty" doc:"改之后，JSON"`
}

type auditPage struct {
	page.List[auditRow]
	LookedTo *time.Time `json:"looked_to,omitempty" doc:"按文字查找时，这一页只找到这个时间为止，更早的在后面的页"`
}

type auditList struct{ Body auditPage }

func (s *Service) listInstallation(ctx context.Context, _ actor.Actor, in *AuditFilter) (*auditList, error) {
	return s.listChain(ctx, 0, in.rules())
}

func (s *Service) listProject(ctx context.Context, _ actor.Actor, in *struct {
	Project id.ID `path:"project"`
	AuditFilter
}) (*auditList, error) {
	return s.listChain(ctx, in.Project, in.rules())
}

func (s *Service) listChain(ctx context.Context, project id.ID, f Filter) (*auditList, error) {
	l, err := s.Search(ctx, project, f)
	if err != nil {
		return nil, err
	}
	out := &auditList{auditPage{List: page.List[auditRow]{Items: make([]auditRow, len(l.Items)), Next: l.Next}}}
	zone := clock.Shanghai()
	if !l.LookedTo.IsZero() {
		to := l.LookedTo.In(zone)
		out.Body.LookedTo = &to
	}
	for i, r := range l.Items {
		out.Body.Items[i] = auditRow{
			Seq: r.Seq, At: r.At.In(zone), Account: r.Account, Name: r.Name, Address: r.Address, Session: r.Session,
			Action: r.Action, Kind: r.Kind, Subject: r.Subject, Person: r.Person, Summary: r.Summary,
			Before: json.RawMessage(r.Before), After: json.RawMessage(r.After),
		}
	}
	return out, nil
}

type doerJSON struct {
	ID   id.ID  `json:"id"`
	Name string `json:"name"`
}

type choicesOut struct {
	Body struct {
		People  []doerJSON `json:"people" nullable:"false" doc:"日志里出现过的员工"`
		Kinds   []string   `json:"kinds" nullable:"false" doc:"日志里出现过的对象种类"`
		Actions []string   `json:"actions" nullable:"false" doc:"日志里出现过的动作"`
	}
}

func (s *Service) installationChoices(ctx context.Context, _ actor.Actor, _ *struct{}) (*choicesOut, error) {
	return s.choicesOf(ctx, 0)
}

func (s *Service) projectChoices(ctx context.Context, _ actor.Actor, in *struct {
	Project id.ID `path:"project"`
}) (*choicesOut, error) {
	return s.choicesOf(ctx, in.Project)
}

func (s *Service) choicesOf(ctx context.Context, project id.ID) (*choicesOut, error) {
	c, err := s.Choices(ctx, project)
	if err != nil {
		return nil, err
	}
	out := &choicesOut{}
	out.Body.Kinds, out.Body.Actions = c.Kinds, c.Actions
	out.Body.People = make([]doerJSON, len(c.Doers))
	for i, d := range c.Doers {
		out.Body.People[i] = doerJSON{d.Account, d.Name}
	}
	return out, nil
}
