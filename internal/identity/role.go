package identity

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"linli/internal/audit"
	"linli/internal/kit/actor"
	"linli/internal/kit/db"
	"linli/internal/kit/fault"
	"linli/internal/kit/id"
)

// What people are told about roles.
var (
	ErrRoleName    = fault.New(fault.Invalid, "role_name_invalid", "角色名称要填写，最多 20 个字")
	ErrRoleTaken   = fault.New(fault.Conflict, "role_name_taken", "已有叫这个名称的角色，请换一个")
	ErrRoleEmpty   = fault.New(fault.Invalid, "role_empty", "至少勾选一项权限")
	ErrRight       = fault.New(fault.Invalid, "permission_unknown", "没有这项权限")
	ErrBeyond      = fault.New(fault.Forbidden, "beyond_own_rights", "不能授予自己没有的权限")
	ErrOutranked   = fault.New(fault.Forbidden, "account_outranks", "这个账号的权限比您多，请系统管理员处理")
	ErrRoleHeld    = fault.New(fault.Conflict, "role_held", "还有人在用这个角色，请先给他们换角色")
	ErrRoleRetired = fault.New(fault.Conflict, "role_retired", "这个角色已停用")
)

// Right is one permission in words, for those who compose roles.
type Right struct {
	Permission actor.Permission
	Name       string             // Chinese, a verb and its object
	Group      string             // Chinese, the heading it stands under
	Allows     string             // Chinese sentence: what one can do with it
	Everywhere bool               // is asked on all projects: a grant on one gives nothing
	Needs      []actor.Permission // without which its pages stay shut
}

// RoleInput is what a role of own making consists of.
type RoleInput struct {
	Name        string
	Note        string
	Permissions []actor.Permission
}

// roleKey is what grants call a role of own making.
func roleKey(role id.ID) string { return "r" + role.String() }

// Rights lists every permission of the product in the order of its groups.
func (s *Service) Rights() []Right { return slices.Clone(s.rightList) }

// rightName is a permission in words.
func (s *Service) rightName(p actor.Permission) string {
	for _, r := range s.rightList {
		if r.Permission == p {
			return r.Name
		}
	}
	return string(p)
}

// AllRoles lists the ready-made roles and after them those of own making,
// retired ones too, with how many active accounts hold each.
func (s *Service) AllRoles(ctx context.Context, q db.Q) ([]Role, error) {
	own, err := listRoleRows(ctx, q)
	if err != nil {
		return nil, fmt.Errorf("list roles: %w", err)
	}
	held, err := countHolders(ctx, q)
	if err != nil {
		return nil, fmt.Errorf("list roles: %w", err)
	}
	out := append(s.Roles(), own...)
	for i := range out {
		out[i].Holders = held[out[i].Key]
	}
	return out, nil
}

// book finds the roles that grants name. Roles of own making are read each
// time, so that what an edit takes away is gone with the next request.
func (s *Service) book(ctx context.Context, q db.Q, grants []Grant) (map[string]Role, error) {
	var own []id.ID
	out := map[string]Role{}
	for _, g := range grants {
		if r, ok := s.roles[g.Role]; ok {
			out[g.Role] = r
		} else if role, err := id.Parse(strings.TrimPrefix(g.Role, "r")); err == nil && roleKey(role) == g.Role {
			own = append(own, role)
		}
	}
	if len(own) == 0 {
		return out, nil
	}
	rows, err := roleRows(ctx, q, own)
	for _, r := range rows {
		out[r.Key] = r
	}
	return out, err
}

// within reports whether who himself holds everything that the grants give,
// and else names the first right that he lacks.
func (s *Service) within(ctx context.Context, q db.Q, who actor.Actor, grants []Grant) (lacks actor.Permission, err error) {
	if who.IsSystem() {
		return "", nil
	}
	book, err := s.book(ctx, q, grants)
	if err != nil {
		return "", err
	}
	for _, g := range grants {
		for _, p := range book[g.Role].Permissions {
			if !who.Can(p, g.Project) {
				return p, nil
			}
		}
	}
	return "", nil
}

// checkRole refuses names and permissions that a role cannot have, and those
// that who does not hold everywhere himself: a role may be granted anywhere.
func (s *Service) checkRole(who actor.Actor, in RoleInput) (RoleInput, error) {
	name, err := checkText(in.Name, 20, ErrRoleName.At("body.name", ErrRoleName.Text, nil))
	if err != nil {
		return in, err
	}
	note := strings.TrimSpace(in.Note)
	if utf8.RuneCountInString(note) > 200 {
		return in, ErrRoleName.At("body.note", "说明最多 200 个字", nil)
	}
	if len(in.Permissions) == 0 {
		return in, ErrRoleEmpty.At("body.permissions", ErrRoleEmpty.Text, nil)
	}
	var sorted []actor.Permission
	for _, r := range s.rightList {
		if slices.Contains(in.Permissions, r.Permission) {
			sorted = append(sorted, r.Permission)
		}
	}
	for _, p := range in.Permissions {
		if !slices.Contains(sorted, p) {
			return in, ErrRight.At("body.permissions", ErrRight.Text, string(p))
		}
		if !who.Can(p, 0) {
			return in, s.beyond(p)
		}
	}
	for _, key := range s.keys {
		if s.roles[key].Name == name {
			return in, ErrRoleTaken.At("body.name", ErrRoleTaken.Text, name)
		}
	}
	return RoleInput{Name: name, Note: note, Permissions: sorted}, nil
}

func (s *Service) beyond(p actor.Permission) error {
	return ErrBeyond.Say("您自己没有“%s”的权限，不能授予别人", s.rightName(p))
}

func (r Role) seen() seenRole {
	state := Active
	if r.Retired {
		state = Dismissed
	}
	return seenRole{r.Name, r.Note, state, r.Permissions}
}

func (s *Service) noteRole(tx *db.Tx, who actor.Actor, action string, r Role, before, after any, summary string) {
	s.audit.Record(tx, audit.Entry{Who: who, Action: "identity." + action, Kind: "role", Subject: r.ID, Summary: summary, Before: before, After: after})
}

// CreateRole makes a role of own making. Errors: ErrRoleName, ErrRoleEmpty,
// ErrRight, ErrRoleTaken, ErrBeyond.
func (s *Service) CreateRole(ctx context.Context, who actor.Actor, in RoleInput) (Role, error) {
	if err := who.Must(PermManage, 0); err != nil {
		return Role{}, err
	}
	in, err := s.checkRole(who, in)
	if err != nil {
		return Role{}, err
	}
	var r Role
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		role := tx.NewID()
		r = Role{ID: role, Key: roleKey(role), Name: in.Name, Note: in.Note, Permissions: in.Permissions, Version: 1}
		if err := insertRole(ctx, tx, r); err != nil {
			return roleTaken(err, in.Name)
		}
		s.noteRole(tx, who, "role_created", r, nil, r.seen(), "新建角色 "+r.Name)
		return nil
	})
	if err != nil {
		return Role{}, fmt.Errorf("create role: %w", err)
	}
	return r, nil
}

func roleTaken(err error, name string) error {
	if db.IsUnique(err) {
		return ErrRoleTaken.At("body.name", ErrRoleTaken.Text, name)
	}
	return err
}

// changeRole runs one edit of a role on its locked row; who must hold all that
// the role gives now. It is serialised with the granting of roles.
func (s *Service) changeRole(ctx context.Context, who actor.Actor, role id.ID, version int64, edit func(tx *db.Tx, r *Role) error) (Role, error) {
	if err := who.Must(PermManage, 0); err != nil {
		return Role{}, err
	}
	var r Role
	err := s.db.Write(ctx, func(tx *db.Tx) error {
		if err := lockAdmins(ctx, tx); err != nil {
			return err
		}
		rows, err := roleRows(ctx, tx, []id.ID{role})
		if err != nil {
			return err
		}
		if len(rows) == 0 {
			return fault.ErrNotFound
		}
		if r = rows[0]; r.Version != version {
			return fault.ErrStale
		}
		if r.Retired {
			return ErrRoleRetired
		}
		if p, err := s.within(ctx, tx, who, []Grant{{Role: r.Key}}); err != nil {
			return err
		} else if p != "" {
			return s.beyond(p)
		}
		if err := edit(tx, &r); err != nil {
			return err
		}
		r.Version++
		return saveRole(ctx, tx, r)
	})
	if err != nil {
		return Role{}, fmt.Errorf("change role: %w", roleTaken(err, r.Name))
	}
	return r, nil
}

// EditRole replaces name, note and permissions of a role; whoever holds it has
// the new rights with the next request.
func (s *Service) EditRole(ctx context.Context, who actor.Actor, role id.ID, version int64, in RoleInput) (Role, error) {
	in, err := s.checkRole(who, in)
	if err != nil {
		return Role{}, err
	}
	return s.changeRole(ctx, who, role, version, func(tx *db.Tx, r *Role) error {
		before := r.seen()
		r.Name, r.Note, r.Permissions = in.Name, in.Note, in.Permissions
		s.noteRole(tx, who, "role_changed", *r, before, r.seen(), "修改角色 "+r.Name)
		return nil
	})
}

// RetireRole takes a role that nobody active holds out of use; from then on it
// gives nothing. ErrRoleHeld says how many hold it.
func (s *Service) RetireRole(ctx context.Context, who actor.Actor, role id.ID, version int64) (Role, error) {
	return s.changeRole(ctx, who, role, version, func(tx *db.Tx, r *Role) error {
		held, err := countHolders(ctx, tx)
		if err != nil {
			return err
		}
		if n := held[r.Key]; n > 0 {
			return ErrRoleHeld.Say("还有 %d 人在用角色“%s”，请先在员工账号里给他们换角色", n, r.Name)
		}
		before := r.seen()
		r.Retired = true
		s.noteRole(tx, who, "role_retired", *r, before, r.seen(), "停用角色 "+r.Name)
		return nil
	})
}
