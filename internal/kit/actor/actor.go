// Package actor says who does something: the person or job behind a command,
// with the permissions granted on projects. Kit.
package actor

import (
	"context"

	"linli/internal/kit/fault"
	"linli/internal/kit/id"
)

// Permission is one right, named room.action, e.g. "cashier.receive".
type Permission string

// Grant is a set of permissions on one project, or on all when Project is 0.
type Grant struct {
	Project     id.ID
	Role        string
	RoleName    string
	Permissions []Permission
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

// ErrForbidden is answered when a permission is missing.
var ErrForbidden = fault.New(fault.Forbidden, "forbidden", "您没有这项权限，可请管理员授权")

// System is the product acting by itself (jobs, demo, migration); it may do
// everything and is named in the audit log.
func System(name string) Actor { return Actor{Name: name, system: true} }

// IsSystem reports whether no person stands behind the command.
func (a Actor) IsSystem() bool { return a.system }

// Can reports whether the permission is held on the project; project 0 asks
// for a right on all projects.
func (a Actor) Can(p Permission, project id.ID) bool {
	if a.system {
		return true
	}
	for _, g := range a.Grants {
		if g.Project != 0 && g.Project != project {
			continue
		}
		for _, have := range g.Permissions {
			if have == p {
				return true
			}
		}
	}
	return false
}

// Sees reports whether any grant covers the project.
func (a Actor) Sees(project id.ID) bool {
	if a.system {
		return true
	}
	for _, g := range a.Grants {
		if g.Project == 0 || g.Project == project {
			return true
		}
	}
	return false
}

// Must is Can as an error.
func (a Actor) Must(p Permission, project id.ID) error {
	if !a.Can(p, project) {
		return ErrForbidden.At("permission", string(p), nil)
	}
	return nil
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
