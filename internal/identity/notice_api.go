package identity

import (
	"context"
	"time"

	"linli/internal/kit/actor"
	"linli/internal/kit/clock"
	"linli/internal/kit/id"
)

type noticeBody struct {
	ID        id.ID      `json:"id"`
	Title     string     `json:"title"`
	Body      string     `json:"body"`
	Until     clock.Date `json:"until" doc:"最后显示的一天"`
	Roles     []string   `json:"roles" nullable:"false" doc:"给哪些角色看，空为全体员工"`
	Projects  []id.ID    `json:"projects" nullable:"false" doc:"给哪些项目的员工看，空为全公司"`
	Ended     bool       `json:"ended" doc:"已提前撤下"`
	Author    string     `json:"author"`
	CreatedAt time.Time  `json:"created_at"`
}

func noticeOut(n Notice) noticeBody {
	return noticeBody{n.ID, n.Title, n.Body, n.Until, append([]string{}, n.Roles...), append([]id.ID{}, n.Projects...), n.Ended, n.Author, n.CreatedAt.In(clock.Shanghai())}
}

type noticeList struct {
	Body struct {
		Items []noticeBody `json:"items" nullable:"false"`
	}
}

func answerNotices(all []Notice, err error) (*noticeList, error) {
	if err != nil {
		return nil, err
	}
	out := &noticeList{}
	out.Body.Items = make([]noticeBody, len(all))
	for i, n := range all {
		out.Body.Items[i] = noticeOut(n)
	}
	return out, nil
}

func (s *Service) listNotices(ctx context.Context, who actor.Actor, in *struct {
	Project id.ID `query:"project_id" doc:"只要这个项目的和全公司的；不填为自己各项目的"`
}) (*noticeList, error) {
	return answerNotices(s.Notices(ctx, who, in.Project))
}

func (s *Service) listAllNotices(ctx context.Context, _ actor.Actor, _ *struct{}) (*noticeList, error) {
	return answerNotices(s.AllNotices(ctx))
}

type noticeInput struct {
	Body struct {
		Title    string     `json:"title" maxLength:"200" doc:"标题，最多 40 个字"`
		Body     string     `json:"body" maxLength:"4000" doc:"内容，最多 1000 个字"`
		Until    clock.Date `json:"until" doc:"最后显示的一天"`
		Roles    []string   `json:"roles" nullable:"false" maxItems:"100" doc:"给哪些角色看，空为全体员工"`
		Projects []id.ID    `json:"projects,omitempty" maxItems:"1000" doc:"给哪些项目的员工看，空为全公司"`
	}
}

func (s *Service) putNotice(ctx context.Context, who actor.Actor, in *noticeInput) (*struct{ Body noticeBody }, error) {
	b := in.Body
	n, err := s.PutNotice(ctx, who, Notice{Title: b.Title, Body: b.Body, Until: b.Until, Roles: b.Roles, Projects: b.Projects})
	if err != nil {
		return nil, err
	}
	return &struct{ Body noticeBody }{noticeOut(n)}, nil
}

func (s *Service) endNotice(ctx context.Context, who actor.Actor, in *struct {
	Notice id.ID `path:"notice"`
}) (*struct{}, error) {
	return nil, s.EndNotice(ctx, who, in.Notice)
}
