package app

import (
	"context"
	"errors"

	"linli/internal/identity"
	"linli/internal/kit/actor"
	"linli/internal/kit/fault"
	"linli/internal/kit/id"
)

// company is the name on paper.
func (a *App) company(ctx context.Context) (string, error) {
	return a.Identity.Company(ctx, a.DB.Reader(ctx))
}

// exists tells the edge whether there is such a project.
func (a *App) exists(ctx context.Context, project id.ID) (bool, error) {
	_, err := a.Estate.Project(ctx, a.DB.Reader(ctx), project)
	if errors.Is(err, fault.ErrNotFound) {
		return false, nil
	}
	return err == nil, err
}

// projects tells identity which projects a person may choose.
func (a *App) projects(ctx context.Context, who actor.Actor) ([]identity.ProjectRef, error) {
	list, err := a.Estate.Projects(ctx, who)
	if err != nil {
		return nil, err
	}
	out := make([]identity.ProjectRef, len(list))
	for i, p := range list {
		out[i] = identity.ProjectRef{ID: p.ID, Name: p.Name, Kind: p.Kind}
	}
	return out, nil
}

// projectNames tells the log what the projects are called that a person sees.
func (a *App) projectNames(ctx context.Context, who actor.Actor) (map[id.ID]string, error) {
	list, err := a.Estate.Projects(ctx, who)
	out := make(map[id.ID]string, len(list))
	for _, p := range list {
		out[p.ID] = p.Name
	}
	return out, err
}

// buildings tells identity which buildings a grant may be limited to.
func (a *App) buildings(ctx context.Context, project id.ID) (map[id.ID]string, error) {
	list, err := a.Estate.Buildings(ctx, a.DB.Reader(ctx), project)
	if err != nil {
		return nil, err
	}
	out := make(map[id.ID]string, len(list))
	for _, b := range list {
		out[b.ID] = b.Name
	}
	return out, nil
}
