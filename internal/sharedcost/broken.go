package sharedcost

import (
	"context"
	"fmt"

	"linli/internal/kit/id"
)

// maxNamed bounds how much of one kind of damage is named.
const maxNamed = 100

// Broken names documents whose parts do not sum to their total, or, once
// released, whose charges do not. Ask it inside a db.Snapshot while others write.
func (s *Service) Broken(ctx context.Context, project id.ID) ([]string, error) {
	q := s.db.Reader(ctx)
	list, err := sums(ctx, q, project)
	if err != nil {
		return nil, fmt.Errorf("check shared costs: %w", err)
	}
	charged, err := s.billing.SharedSums(ctx, q, project)
	if err != nil {
		return nil, fmt.Errorf("check shared costs: %w", err)
	}
	out := []string{}
	for _, x := range list {
		owed := charged[x.run]
		if x.total != x.parts || x.state == Released && x.total != owed {
			out = append(out, fmt.Sprintf("公摊单 %s 总额 %s 元，各户合计 %s 元，应收合计 %s 元", x.id, x.total.Yuan(), x.parts.Yuan(), owed.Yuan()))
		}
	}
	return out[:min(len(out), maxNamed)], nil
}
