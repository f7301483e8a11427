package identity

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strings"

	"linli/internal/kit/actor"
	"linli/internal/kit/id"
)

// Missing says in words which right somebody lacks and who of the project, or
// of all projects, has it: the sentence of a refusal.
func (s *Service) Missing(ctx context.Context, who actor.Actor, p actor.Permission, project id.ID) string {
	name := s.rightName(p)
	people, err := s.whoCan(ctx, who, p, project)
	if err != nil {
		s.log.LogAttrs(ctx, slog.LevelWarn, "find who can", slog.Any("error", err))
	}
	if len(people) == 0 {
		return fmt.Sprintf("您没有“%s”的权限，可请系统管理员授权", name)
	}
	return fmt.Sprintf("您没有“%s”的权限，可请%s处理", name, strings.Join(people, "或"))
}

func (s *Service) whoCan(ctx context.Context, who actor.Actor, p actor.Permission, project id.ID) ([]string, error) {
	q := s.db.Reader(ctx)
	own, err := listRoleRows(ctx, q)
	if err != nil {
		return nil, err
	}
	names, keys := map[string]string{}, []string{}
	for _, r := range append(s.Roles(), own...) {
		if !r.Retired && slices.Contains(r.Permissions, p) {
			names[r.Key], keys = r.Name, append(keys, r.Key)
		}
	}
	if len(keys) == 0 {
		return nil, nil
	}
	found, err := holders(ctx, q, keys, project, who.Account)
	out := make([]string, len(found))
	for i, h := range found {
		out[i] = fmt.Sprintf("%s（%s）", h.name, names[h.role])
	}
	return out, err
}
