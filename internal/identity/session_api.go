package identity

import (
	"context"
	"net/http"
	"slices"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"linli/internal/kit/actor"
	"linli/internal/kit/clock"
	"linli/internal/kit/id"
	"linli/internal/kit/web"
)

// Transport knows whether a request came by TLS. It is exported because huma
// looks only into exported parts of an input.
type Transport struct{ tls bool }

// Resolve reads the connection of the request.
func (t *Transport) Resolve(ctx huma.Context) []error {
	t.tls = web.OverTLS(ctx.Context())
	return nil
}

// cookie carries a session to a browser; without remember it goes when the
// browser closes. The zero Session takes the cookie away.
func (s *Service) cookie(x Session, tls bool) string {
	c := http.Cookie{Name: web.CookieName, Value: x.Token, Path: "/", HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: tls || s.secure}
	switch {
	case x.Token == "":
		c.MaxAge = -1
	case x.Remember:
		c.MaxAge = int(x.Expires.Sub(s.db.Clock().Now()) / time.Second)
	}
	return c.String()
}

type signInInput struct {
	Transport
	Body struct {
		Login    string `json:"login" maxLength:"200" doc:"登录名"`
		Password string `json:"password" maxLength:"1000" doc:"密码"`
		Code     string `json:"code,omitempty" maxLength:"40" doc:"动态验证码或恢复码；答复 login_code_needed 时要补上再登录"`
		Remember bool   `json:"remember,omitempty" doc:"在这台电脑上保持登录 30 天；否则 12 小时不用即失效"`
		Bearer   bool   `json:"bearer,omitempty" doc:"程序用：在答复里也给出 token，以后放在 Authorization: Bearer 里"`
	}
}

type begunSession struct {
	SetCookie string `header:"Set-Cookie"`
	Body      struct {
		Account id.ID     `json:"account_id"`
		Expires time.Time `json:"expires_at" doc:"最晚到这个时间失效"`
		Token   string    `json:"token,omitempty" doc:"只在 bearer 为 true 时给出"`
	}
}

func (s *Service) begun(x Session, tls, bearer bool) *begunSession {
	out := &begunSession{SetCookie: s.cookie(x, tls)}
	out.Body.Account, out.Body.Expires = x.Account, x.Expires.In(clock.Shanghai())
	if bearer {
		out.Body.Token = x.Token
	}
	return out
}

func (s *Service) signIn(ctx context.Context, who actor.Actor, in *signInInput) (*begunSession, error) {
	x, err := s.SignIn(ctx, who, Credentials{Login: in.Body.Login, Password: in.Body.Password, Code: in.Body.Code, Remember: in.Body.Remember})
	if err != nil {
		return nil, err
	}
	return s.begun(x, in.tls, in.Body.Bearer), nil
}

type passwordInput struct {
	Transport
	Body struct {
		Old      string `json:"old" maxLength:"1000" doc:"原密码"`
		Password string `json:"password" maxLength:"1000" doc:"新密码，至少 10 位"`
		Bearer   bool   `json:"bearer,omitempty" doc:"程序用：在答复里也给出新的 token"`
	}
}

func (s *Service) changePassword(ctx context.Context, who actor.Actor, in *passwordInput) (*begunSession, error) {
	x, err := s.ChangePassword(ctx, who, in.Body.Old, in.Body.Password)
	if err != nil {
		return nil, err
	}
	return s.begun(x, in.tls, in.Body.Bearer), nil
}

type endedSession struct {
	SetCookie string `header:"Set-Cookie"`
}

func (s *Service) signOut(ctx context.Context, who actor.Actor, in *struct{ Transport }) (*endedSession, error) {
	if err := s.SignOut(ctx, who); err != nil {
		return nil, err
	}
	return &endedSession{s.cookie(Session{}, in.tls)}, nil
}

type sessionAccount struct {
	ID    id.ID  `json:"id"`
	Name  string `json:"name"`
	Login string `json:"login"`
	TOTP  bool   `json:"totp" doc:"已绑定动态验证码"`
	Codes int    `json:"recovery_left" doc:"还没用过的恢复码个数"`
}

type sessionRole struct {
	Project  *id.ID `json:"project_id" nullable:"true" doc:"空为全部项目"`
	Role     string `json:"role"`
	RoleName string `json:"role_name"`
}

type sessionGrant struct {
	Project     *id.ID             `json:"project_id" nullable:"true" doc:"空为全部项目"`
	Permissions []actor.Permission `json:"permissions" nullable:"false"`
	Buildings   *[]id.ID           `json:"building_ids,omitempty" nullable:"false" doc:"只限于这些楼栋；没有则为整个项目"`
}

type sessionProject struct {
	ID   id.ID  `json:"id"`
	Name string `json:"name"`
	Kind string `json:"kind"`
}

type sessionBody struct {
	Account     sessionAccount     `json:"account"`
	Company     string             `json:"company" doc:"公司名称"`
	Due         string             `json:"due" enum:",given,password,totp" doc:"要先做完才能用系统：given 换掉别人给的密码，password 密码到期要换，totp 绑定动态验证码"`
	MinLength   int                `json:"password_min" doc:"密码至少几位"`
	Roles       []sessionRole      `json:"roles" nullable:"false"`
	Permissions []actor.Permission `json:"permissions" nullable:"false" doc:"在任何一个项目上、或在其中部分楼栋上有的权限"`
	Grants      []sessionGrant     `json:"grants" nullable:"false" doc:"每个项目上有哪些权限"`
	Projects    []sessionProject   `json:"projects" nullable:"false" doc:"看得到的项目"`
}

func (s *Service) readSession(ctx context.Context, who actor.Actor, _ *struct{}) (*struct{ Body sessionBody }, error) {
	q := s.db.Reader(ctx)
	a, err := s.Account(ctx, q, who.Account)
	if err != nil {
		return nil, err
	}
	left, err := s.RecoveryLeft(ctx, q, a.ID)
	if err != nil {
		return nil, err
	}
	out := &struct{ Body sessionBody }{sessionBody{
		Account: sessionAccount{a.ID, a.Name, a.Login, a.TOTP, left}, Roles: []sessionRole{}, Permissions: []actor.Permission{},
		Grants: []sessionGrant{}, Projects: []sessionProject{},
	}}
	b := &out.Body
	if b.Company, err = s.Company(ctx, q); err != nil {
		return nil, err
	}
	policy, err := s.Policy(ctx, q)
	if err != nil {
		return nil, err
	}
	b.Due, b.MinLength = policy.due(a, s.db.Clock().Now()), policy.MinLength
	for _, g := range who.Grants {
		b.Roles = append(b.Roles, sessionRole{orNull(g.Project), g.Role, g.RoleName})
		held := sessionGrant{Project: orNull(g.Project), Permissions: append([]actor.Permission{}, g.Permissions...)}
		if g.Limited {
			list := append([]id.ID{}, g.Buildings...)
			held.Buildings = &list
		}
		b.Grants = append(b.Grants, held)
		b.Permissions = append(b.Permissions, g.Permissions...)
	}
	slices.Sort(b.Permissions)
	b.Permissions = slices.Compact(b.Permissions)
	if s.projects == nil {
		return out, nil
	}
	refs, err := s.projects(ctx, who)
	for _, r := range refs {
		b.Projects = append(b.Projects, sessionProject(r))
	}
	return out, err
}

func orNull(project id.ID) *id.ID {
	if project == 0 {
		return nil
	}
	return &project
}
