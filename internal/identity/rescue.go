package identity

import (
	"context"
	"fmt"

	"linli/internal/kit/actor"
	"linli/internal/kit/fault"
)

// Rescue opens an account again for whoever works at the server itself: with a
// password that its person replaces first, without a second factor, without a
// lock. It is the way back in when nobody is left who could do it on a page.
// Errors: fault.ErrNotFound, ErrDismissed, ErrPassword.
func (s *Service) Rescue(ctx context.Context, who actor.Actor, login, password string) (Account, error) {
	a, err := findLogin(ctx, s.db.Reader(ctx), foldLogin(login))
	if err != nil {
		return a, fmt.Errorf("rescue account: %w", err)
	}
	if a.ID == 0 {
		return a, fault.ErrNotFound
	}
	if a.State != Active {
		return a, ErrDismissed
	}
	if err := s.ResetPassword(ctx, who, a.ID, password, true); err != nil || !a.TOTP {
		return a, err
	}
	return s.ResetTOTP(ctx, who, a.ID)
}
