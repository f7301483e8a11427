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
	Account id.ID     `query:"account_id" doc:"谁做的"`
	Action  string    `query:"action" maxLength:"60" doc:"动作，如 billing.released"`
	Kind    string    `query:"kind" maxLength:"60" doc:"对象的种类，如 run、account"`
	Subject id.ID     `query:"subject_id" doc:"对象的编号"`
	Person  id.ID     `query:"person_id" doc:"涉及谁的个人信息"`
	Since   time.Time `query:"since" doc:"从什么时候起（含）"`
	Until   time.Time `query:"until" doc:"到什么时候止（不含）"`
}

func (f AuditFilter) rules() Filter {
	return Filter{Request: f.Request, Account: f.Account, Action: f.Action, Kind: f.Kind, Subject: f.Subject,
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

type auditList struct {
	Body page.List[auditRow]
}

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
	l, err := s.Entries(ctx, project, f)
	if err != nil {
		return nil, err
	}
	out := &auditList{page.List[auditRow]{Items: make([]auditRow, len(l.Items)), Next: l.Next}}
	zone := clock.Shanghai()
	for i, r := range l.Items {
		out.Body.Items[i] = auditRow{
			Seq: r.Seq, At: r.At.In(zone), Account: r.Account, Name: r.Name, Address: r.Address, Session: r.Session,
			Action: r.Action, Kind: r.Kind, Subject: r.Subject, Person: r.Person, Summary: r.Summary,
			Before: json.RawMessage(r.Before), After: json.RawMessage(r.After),
		}
	}
	return out, nil
}
