package identity

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"linli/internal/kit/actor"
	"linli/internal/kit/db"
	"linli/internal/kit/id"
)

// checkGrants orders the list, drops repetitions and refuses roles and
// projects that do not exist for who.
func (s *Service) checkGrants(ctx context.Context, who actor.Actor, grants []Grant) ([]Grant, error) {
	out := slices.Clone(grants)
	for i := range out {
		out[i].Buildings = slices.Compact(slices.Sorted(slices.Values(out[i].Buildings)))
	}
	slices.SortStableFunc(out, func(a, b Grant) int {
		return cmp.Or(cmp.Compare(a.Project, b.Project), cmp.Compare(a.Role, b.Role))
	})
	out = slices.CompactFunc(out, Grant.same)
	known, err := s.knownProjects(ctx, who)
	if err != nil {
		return nil, fmt.Errorf("check grants: %w", err)
	}
	book, err := s.book(ctx, s.db.Reader(ctx), out)
	if err != nil {
		return nil, fmt.Errorf("check grants: %w", err)
	}
	for _, g := range out {
		if r, ok := book[g.Role]; !ok || r.Retired {
			return nil, ErrRole.At("body.grants", ErrRole.Text, g.Role)
		}
		if s.projects != nil && !known[g.Project] {
			return nil, ErrProject.At("body.grants", ErrProject.Text, g.Project)
		}
	}
	if err := s.checkBuildings(ctx, out); err != nil {
		return nil, err
	}
	if out == nil {
		out = []Grant{}
	}
	return out, nil
}

// knownProjects are those that who may name, and 0 for all.
func (s *Service) knownProjects(ctx context.Context, who actor.Actor) (map[id.ID]bool, error) {
	known := map[id.ID]bool{0: true}
	if s.projects == nil {
		return known, nil
	}
	refs, err := s.projects(ctx, who)
	if err != nil {
		return nil, fmt.Errorf("list projects: %w", err)
	}
	for _, r := range refs {
		known[r.ID] = true
	}
	return known, nil
}

// checkBuildings refuses a limit that names no building, or one that is not in
// the project, and one role given twice with different limits: which of them
// holds would be a guess.
func (s *Service) checkBuildings(ctx context.Context, grants []Grant) error {
	for i, g := range grants {
		if i > 0 && grants[i-1].Project == g.Project && grants[i-1].Role == g.Role {
			return ErrGrantTwice.At("body.grants", ErrGrantTwice.Text, g.Role)
		}
		if !g.Limited {
			continue
		}
		if g.Project == 0 || len(g.Buildings) == 0 || len(g.Buildings) > maxBuildings {
			return ErrBuildings.At("body.grants", ErrBuildings.Text, nil)
		}
		if s.buildings == nil {
			continue
		}
		there, err := s.buildings(ctx, g.Project)
		if err != nil {
			return fmt.Errorf("check grants: %w", err)
		}
		for _, b := range g.Buildings {
			if _, ok := there[b]; !ok {
				return ErrBuildings.At("body.grants", "这个项目里没有这栋楼", b)
			}
		}
	}
	return nil
}

// PutGrants replaces all roles of an account. When they differ its sessions
// end: a session never changes what it may do (G29).
func (s *Service) PutGrants(ctx context.Context, who actor.Actor, account id.ID, version int64, grants []Grant) (Account, error) {
	grants, err := s.checkGrants(ctx, who, grants)
	if err != nil {
		return Account{}, err
	}
	limits, err := s.limitWords(ctx, grants)
	if err != nil {
		return Account{}, err
	}
	return s.change(ctx, who, account, version, func(tx *db.Tx, a *Account) error {
		if slices.EqualFunc(a.Grants, grants, Grant.same) {
			return nil
		}
		if err := s.mayGive(ctx, tx, who, grants); err != nil {
			return err
		}
		before := a.seen()
		a.Grants = grants
		if err := putGrants(ctx, tx, a.ID, grants); err != nil {
			return err
		}
		s.note(tx, who, "grants_changed", *a, before, a.seen(), "调整账号 %s（%s）的角色%s，该账号需要重新登录", a.Login, a.Name, limits)
		return endSessions(ctx, tx, a)
	})
}

// limitWords names the buildings that grants are limited to, for the log.
func (s *Service) limitWords(ctx context.Context, grants []Grant) (string, error) {
	var names []string
	for _, g := range grants {
		if !g.Limited || s.buildings == nil {
			continue
		}
		known, err := s.buildings(ctx, g.Project)
		if err != nil {
			return "", fmt.Errorf("name buildings: %w", err)
		}
		for _, b := range g.Buildings {
			if !slices.Contains(names, known[b]) {
				names = append(names, known[b])
			}
		}
	}
	if len(names) == 0 {
		return "", nil
	}
	return "，限于楼栋 " + strings.Join(names, "、"), nil
}

// mayGive refuses grants that give more than who holds himself, and roles that
// were retired meanwhile; it runs where grants and roles are locked.
func (s *Service) mayGive(ctx context.Context, tx *db.Tx, who actor.Actor, grants []Grant) error {
	book, err := s.book(ctx, tx, grants)
	if err != nil {
		return err
	}
	for _, g := range grants {
		if r, ok := book[g.Role]; !ok || r.Retired {
			return ErrRole.At("body.grants", ErrRole.Text, g.Role)
		}
	}
	p, err := s.within(ctx, tx, who, grants)
	if err == nil && p != "" {
		err = s.beyond(p)
	}
	return err
}

// rights turns stored grants into what an actor may do; a role that is retired
// or that this version of the product does not know gives nothing.
func (s *Service) rights(ctx context.Context, q db.Q, grants []Grant) ([]actor.Grant, error) {
	book, err := s.book(ctx, q, grants)
	if err != nil {
		return nil, err
	}
	out := make([]actor.Grant, 0, len(grants))
	for _, g := range grants {
		if r, ok := book[g.Role]; ok && !r.Retired {
			out = append(out, actor.Grant{Project: g.Project, Limited: g.Limited, Buildings: g.Buildings, Role: r.Key, RoleName: r.Name, Permissions: r.Permissions})
		}
	}
	return out, nil
}

// mustKeepAdmin refuses the edit that takes away the last administrator; had
// is how many there were before it. Such edits are serialised by lockAdmins.
func mustKeepAdmin(ctx context.Context, tx *db.Tx, had int) error {
	n, err := countAdmins(ctx, tx)
	if err != nil {
		return err
	}
	if n == 0 && had > 0 {
		return ErrLastAdmin
	}
	return nil
}
