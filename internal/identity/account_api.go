package identity

import (
	"context"
	"time"

	"linli/internal/kit/actor"
	"linli/internal/kit/clock"
	"linli/internal/kit/id"
	"linli/internal/kit/page"
)

type accountGrant struct {
	Project *id.ID `json:"project_id" nullable:"true" doc:"空（null）为全部项目"`
	Role    string `json:"role" maxLength:"60" doc:"角色的代号，见 /roles"`
	// Buildings is left out of what is not limited, so that entries of the log
	// from before there were limits read the same.
	Buildings *[]id.ID `json:"building_ids,omitempty" nullable:"false" maxItems:"200" doc:"只限于这个项目的这些楼栋；不填为整个项目"`
}

type accountBody struct {
	ID         id.ID          `json:"id"`
	Login      string         `json:"login"`
	Name       string         `json:"name"`
	State      State          `json:"state" enum:"active,dismissed"`
	Version    int64          `json:"version" doc:"修改时带回"`
	CreatedAt  time.Time      `json:"created_at"`
	SignedInAt *time.Time     `json:"signed_in_at" doc:"最近一次登录"`
	TOTP       bool           `json:"totp" doc:"已绑定动态验证码"`
	Grants     []accountGrant `json:"grants" nullable:"false"`
}

type oneAccount struct{ Body accountBody }

func accountOut(a Account) accountBody {
	zone := clock.Shanghai()
	out := accountBody{ID: a.ID, Login: a.Login, Name: a.Name, State: a.State, Version: a.Version, CreatedAt: a.CreatedAt.In(zone), TOTP: a.TOTP, Grants: grantsOut(a.Grants)}
	if !a.SignedInAt.IsZero() {
		at := a.SignedInAt.In(zone)
		out.SignedInAt = &at
	}
	return out
}

func answerAccount(a Account, err error) (*oneAccount, error) {
	if err != nil {
		return nil, err
	}
	return &oneAccount{accountOut(a)}, nil
}

// grantsIn takes only null for all projects: an empty or zero id is a slip that
// must not give a role everywhere.
func grantsIn(in []accountGrant) ([]Grant, error) {
	out := make([]Grant, len(in))
	for i, g := range in {
		out[i].Role = g.Role
		if g.Buildings != nil {
			out[i].Limited, out[i].Buildings = true, *g.Buildings
		}
		if g.Project == nil {
			continue
		}
		if out[i].Project = *g.Project; out[i].Project == 0 {
			return nil, ErrProject.At("body.grants", ErrProject.Text, nil)
		}
	}
	return out, nil
}

// seen is what the audit log keeps of an account: no hash.
type seen struct {
	Login  string         `json:"login"`
	Name   string         `json:"name"`
	State  State          `json:"state"`
	Grants []accountGrant `json:"grants"`
}

func (a Account) seen() seen { return seen{a.Login, a.Name, a.State, grantsOut(a.Grants)} }

func grantsOut(grants []Grant) []accountGrant {
	out := []accountGrant{}
	for _, g := range grants {
		x := accountGrant{Project: orNull(g.Project), Role: g.Role}
		if g.Limited {
			list := append([]id.ID{}, g.Buildings...)
			x.Buildings = &list
		}
		out = append(out, x)
	}
	return out
}

type accountsInput struct {
	page.Request
	Text  string `query:"q" maxLength:"60" doc:"登录名或姓名的一部分"`
	State State  `query:"state" enum:"active,dismissed" doc:"只看这种状态的"`
	// Whoever holds a role on all projects works in this one, too.
	Project id.ID  `query:"project_id" doc:"只看在这个项目有角色的，角色给了全部项目的也算"`
	Role    string `query:"role" maxLength:"60" doc:"只看有这个角色的，角色的代号见 /roles"`
}

func (in *accountsInput) filter() AccountFilter {
	return AccountFilter{Request: in.Request, Text: in.Text, State: in.State, Project: in.Project, Role: in.Role}
}

func (s *Service) listAccounts(ctx context.Context, _ actor.Actor, in *accountsInput) (*struct{ Body page.List[accountBody] }, error) {
	l, err := s.Accounts(ctx, in.filter())
	if err != nil {
		return nil, err
	}
	out := &struct{ Body page.List[accountBody] }{page.List[accountBody]{Items: []accountBody{}, Next: l.Next}}
	for _, a := range l.Items {
		out.Body.Items = append(out.Body.Items, accountOut(a))
	}
	return out, nil
}

type newAccountInput struct {
	Body struct {
		Login    string         `json:"login" maxLength:"200" doc:"登录名，3 到 32 位字母、数字或下划线"`
		Name     string         `json:"name" maxLength:"200" doc:"姓名"`
		Password string         `json:"password" maxLength:"1000" doc:"初始密码，至少 10 位"`
		Given    bool           `json:"change_password,omitempty" doc:"本人登录后要先换成自己的密码"`
		Grants   []accountGrant `json:"grants" nullable:"false" maxItems:"200" doc:"角色"`
	}
}

func (s *Service) createAccount(ctx context.Context, who actor.Actor, in *newAccountInput) (*oneAccount, error) {
	b := in.Body
	grants, err := grantsIn(b.Grants)
	if err != nil {
		return nil, err
	}
	account, err := s.CreateAccount(ctx, who, NewAccount{Login: b.Login, Name: b.Name, Password: b.Password, Given: b.Given, Grants: grants})
	if err != nil {
		return nil, err
	}
	return answerAccount(s.Account(ctx, s.db.Reader(ctx), account))
}

type accountInput struct {
	Account id.ID `path:"account"`
}

func (s *Service) readAccount(ctx context.Context, _ actor.Actor, in *accountInput) (*oneAccount, error) {
	return answerAccount(s.Account(ctx, s.db.Reader(ctx), in.Account))
}

type renameInput struct {
	Account id.ID `path:"account"`
	Body    struct {
		Name    string `json:"name" maxLength:"200" doc:"姓名"`
		Version int64  `json:"version" minimum:"1" doc:"读到的版本"`
	}
}

func (s *Service) renameAccount(ctx context.Context, who actor.Actor, in *renameInput) (*oneAccount, error) {
	return answerAccount(s.Rename(ctx, who, in.Account, in.Body.Version, in.Body.Name))
}

type grantsInput struct {
	Account id.ID `path:"account"`
	Body    struct {
		Grants  []accountGrant `json:"grants" nullable:"false" maxItems:"200" doc:"全部角色，替换原来的"`
		Version int64          `json:"version" minimum:"1" doc:"读到的版本"`
	}
}

func (s *Service) putGrants(ctx context.Context, who actor.Actor, in *grantsInput) (*oneAccount, error) {
	grants, err := grantsIn(in.Body.Grants)
	if err != nil {
		return nil, err
	}
	return answerAccount(s.PutGrants(ctx, who, in.Account, in.Body.Version, grants))
}

type resetInput struct {
	Account id.ID `path:"account"`
	Body    struct {
		Password string `json:"password" maxLength:"1000" doc:"新密码，至少 10 位"`
		Given    bool   `json:"change_password,omitempty" doc:"本人登录后要先换成自己的密码"`
	}
}

func (s *Service) resetPassword(ctx context.Context, who actor.Actor, in *resetInput) (*struct{}, error) {
	return nil, s.ResetPassword(ctx, who, in.Account, in.Body.Password, in.Body.Given)
}

func (s *Service) dismissAccount(ctx context.Context, who actor.Actor, in *accountInput) (*oneAccount, error) {
	return answerAccount(s.Dismiss(ctx, who, in.Account))
}

func (s *Service) reinstateAccount(ctx context.Context, who actor.Actor, in *accountInput) (*oneAccount, error) {
	return answerAccount(s.Reinstate(ctx, who, in.Account))
}
