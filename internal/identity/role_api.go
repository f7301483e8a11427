package identity

import (
	"context"

	"linli/internal/kit/actor"
	"linli/internal/kit/id"
)

type roleBody struct {
	ID          *id.ID             `json:"id" nullable:"true" doc:"自建角色的编号；空为现成角色，不能修改"`
	Role        string             `json:"role" doc:"角色的代号，授予时用"`
	Name        string             `json:"role_name"`
	Note        string             `json:"note" doc:"说明"`
	State       State              `json:"state" enum:"active,dismissed" doc:"停用的角色不再给任何权限"`
	Version     int64              `json:"version" doc:"修改时带回；现成角色为 0"`
	Holders     int                `json:"holders" doc:"有几个在用的账号持有它"`
	Permissions []actor.Permission `json:"permissions" nullable:"false"`
}

// seenRole is what the audit log keeps of a role.
type seenRole struct {
	Name        string             `json:"name"`
	Note        string             `json:"note"`
	State       State              `json:"state"`
	Permissions []actor.Permission `json:"permissions"`
}

func roleOut(r Role) roleBody {
	return roleBody{orNull(r.ID), r.Key, r.Name, r.Note, r.seen().State, r.Version, r.Holders, append([]actor.Permission{}, r.Permissions...)}
}

type roleList struct {
	Body struct {
		Items []roleBody `json:"items" nullable:"false"`
	}
}

func (s *Service) listRoles(ctx context.Context, _ actor.Actor, _ *struct{}) (*roleList, error) {
	roles, err := s.AllRoles(ctx, s.db.Reader(ctx))
	if err != nil {
		return nil, err
	}
	out := &roleList{}
	out.Body.Items = make([]roleBody, len(roles))
	for i, r := range roles {
		out.Body.Items[i] = roleOut(r)
	}
	return out, nil
}

type rightBody struct {
	Permission actor.Permission   `json:"permission"`
	Name       string             `json:"name"`
	Group      string             `json:"group" doc:"所属的一组"`
	Allows     string             `json:"allows" doc:"有了它能做什么"`
	Everywhere bool               `json:"everywhere" doc:"要授予“全部项目”才有效"`
	Needs      []actor.Permission `json:"needs" nullable:"false" doc:"还要有这些权限，它的页面才打得开"`
	Mine       bool               `json:"mine" doc:"您自己在全部项目上有它，可以授予别人"`
}

type rightList struct {
	Body struct {
		Items []rightBody `json:"items" nullable:"false"`
	}
}

func (s *Service) listRights(_ context.Context, who actor.Actor, _ *struct{}) (*rightList, error) {
	out := &rightList{}
	out.Body.Items = []rightBody{}
	for _, r := range s.Rights() {
		out.Body.Items = append(out.Body.Items, rightBody{r.Permission, r.Name, r.Group, r.Allows, r.Everywhere, append([]actor.Permission{}, r.Needs...), who.Can(r.Permission, 0)})
	}
	return out, nil
}

// RoleFields is exported because huma looks only into exported embedded parts.
type RoleFields struct {
	Name        string             `json:"name" maxLength:"100" doc:"角色名称"`
	Note        string             `json:"note,omitempty" maxLength:"500" doc:"说明，选填"`
	Permissions []actor.Permission `json:"permissions" nullable:"false" maxItems:"200" doc:"权限的代号，见 /rights"`
}

func (f RoleFields) input() RoleInput {
	return RoleInput(f)
}

type oneRole struct{ Body roleBody }

func answerRole(r Role, err error) (*oneRole, error) {
	if err != nil {
		return nil, err
	}
	return &oneRole{roleOut(r)}, nil
}

func (s *Service) createRole(ctx context.Context, who actor.Actor, in *struct{ Body RoleFields }) (*oneRole, error) {
	return answerRole(s.CreateRole(ctx, who, in.Body.input()))
}

type editRoleInput struct {
	Role id.ID `path:"role"`
	Body struct {
		RoleFields
		Version int64 `json:"version" minimum:"1" doc:"读到的版本"`
	}
}

func (s *Service) editRole(ctx context.Context, who actor.Actor, in *editRoleInput) (*oneRole, error) {
	return answerRole(s.EditRole(ctx, who, in.Role, in.Body.Version, in.Body.input()))
}

type retireRoleInput struct {
	Role id.ID `path:"role"`
	Body struct {
		Version int64 `json:"version" minimum:"1" doc:"读到的版本"`
	}
}

func (s *Service) retireRole(ctx context.Context, who actor.Actor, in *retireRoleInput) (*oneRole, error) {
	return answerRole(s.RetireRole(ctx, who, in.Role, in.Body.Version))
}
