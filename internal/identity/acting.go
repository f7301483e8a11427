package identity

import (
	"context"
	"fmt"

	"linli/internal/kit/actor"
	"linli/internal/kit/id"
)

// Acting is an account with the rights it has now, for what is done later in
// its name: a long export. An account that is no longer active has none.
// Error: fault.ErrNotFound.
func (s *Service) Acting(ctx context.Context, account id.ID) (actor.Actor, error) {
	q := s.db.Reader(ctx)
	a, err := findAccount(ctx, q, account)
	if err != nil {
		return actor.Actor{}, fmt.Errorf("act for account: %w", err)
	}
	who := actor.Actor{Account: a.ID, Name: a.Name}
	if a.State == Active {
		if who.Grants, err = s.rights(ctx, q, a.Grants); err != nil {
			return actor.Actor{}, fmt.Errorf("act for account: %w", err)
		}
	}
	return who, nil
}
