// Package actor says who does something: the person or job behind a command,
// with the permissions granted on projects or on buildings of one. Kit.
package actor

import (
	"context"
	"slices"

	"linli/internal/kit/fault"
	"linli/internal/kit/id"
)

// Permission is one right, named room.action, e.g. "cashier.receive".
type Permission string

// Grant is a set of permissions on one project, or on all when Project is 0.
// A limited one holds for its buildings only; without any it gives nothing.
type Grant struct {
	Project     id.ID
	Limited     bool // of one project, never of all
	Buildings   []id.ID
	Role        string
	RoleName    string
	Permissions []Permission
}

// covers reports whether the grant is about a project or a part of it.
func (g *Grant) covers(project id.ID) bool {
	if g.Limited {
		return g.Project != 0 && g.Project == project
	}
	return g.Project == 0 || g.Project == project
}

// of reports whether the grant gives a permission on a project, in whatever
// part of it.
func (g *Grant) of(p Permission, project id.ID) bool {
	return g.covers(project) && slices.Contains(g.Permissions, p)
}

// Actor is who acts. The zero Actor may do nothing.
type Actor struct {
	Account id.ID // 0 for the system itself
	Name    string
	Session string // digest of the session token, for the audit log
	Address string // network address of the client
	Grants  []Grant
	system  bool
}

// What is answered when a permission is missing, or is held for some buildings
// of the project only where the whole project is needed.
var (
	ErrForbidden = fault.New(fault.Forbidden, "forbidden", "您没有这项权限，可请管理员授权")
	ErrBuildings = fault.New(fault.Forbidden, "building_scope", "您的权限只限于部分楼栋，这个功能需要整个项目的权限")
)

// System is the product acting by itself (jobs, demo, migration); it may do
// everything and is named in the audit log.
func System(name string) Actor { return Actor{Name: name, system: true} }

// IsSystem reports whether no person stands behind the command.
func (a Actor) IsSystem() bool { return a.system }

// Can reports whether the permission is held on the whole project; project 0
// asks for a right on all projects. What is limited to buildings does not
// count: whoever honours buildings asks Within.
func (a Actor) Can(p Permission, project id.ID) bool {
	if a.system {
		return true
	}
	return slices.ContainsFunc(a.Grants, func(g Grant) bool { return !g.Limited && g.of(p, project) })
}

// Within is where in a project a permission is held: nil is all of it, else the
// buildings, none when it is not held at all.
func (a Actor) Within(p Permission, project id.ID) Buildings {
	if a.Can(p, project) {
		return nil
	}
	out := Buildings{}
	for _, g := range a.Grants {
		if g.Limited && g.of(p, project) {
			out = append(out, g.Buildings...)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// Somewhere reports whether the permission is held on the project or on some
// buildings of it.
func (a Actor) Somewhere(p Permission, project id.ID) bool {
	return a.system || slices.ContainsFunc(a.Grants, func(g Grant) bool { return g.of(p, project) })
}

// Sees reports whether any grant covers the project or a part of it.
func (a Actor) Sees(project id.ID) bool {
	return a.system || slices.ContainsFunc(a.Grants, func(g Grant) bool { return g.covers(project) })
}

// SeesWhole reports whether any grant covers the project as a whole.
func (a Actor) SeesWhole(project id.ID) bool {
	return a.system || slices.ContainsFunc(a.Grants, func(g Grant) bool { return !g.Limited && g.covers(project) })
}

// Limit is the actor in one project with what he may do there only within
// buildings. It never widens, and what he holds in other projects is not his
// here.
func (a Actor) Limit(project id.ID, within Buildings) Actor {
	if within.Whole() || a.system {
		return a
	}
	out := a
	out.Grants = nil
	for _, g := range a.Grants {
		if !g.covers(project) {
			continue
		}
		kept := within
		if g.Limited {
			kept = slices.DeleteFunc(slices.Clone(within), func(b id.ID) bool { return !slices.Contains(g.Buildings, b) })
		}
		if len(kept) > 0 {
			g.Project, g.Limited, g.Buildings = project, true, kept
			out.Grants = append(out.Grants, g)
		}
	}
	return out
}

// Must is Can as an error.
func (a Actor) Must(p Permission, project id.ID) error {
	if a.Can(p, project) {
		return nil
	}
	if a.Somewhere(p, project) {
		return ErrBuildings
	}
	return ErrForbidden.At("permission", string(p), nil)
}

// Buildings are those that something is limited to; nil is no limit, an empty
// list is nothing.
type Buildings []id.ID

// Whole reports whether there is no limit.
func (b Buildings) Whole() bool { return b == nil }

// Has reports whether a building is within the limit.
func (b Buildings) Has(building id.ID) bool { return b == nil || slices.Contains(b, building) }

// Covers reports whether all of another limit lies within this one.
func (b Buildings) Covers(other Buildings) bool {
	if b == nil || other == nil {
		return b == nil
	}
	return !slices.ContainsFunc(other, func(x id.ID) bool { return !slices.Contains(b, x) })
}

type key struct{}

// With puts the actor into a request's context; only the edge does.
func With(ctx context.Context, a Actor) context.Context {
	return context.WithValue(ctx, key{}, a)
}

// From is the actor of a request, or the zero Actor.
func From(ctx context.Context) Actor {
	a, _ := ctx.Value(key{}).(Actor)
	return a
}
