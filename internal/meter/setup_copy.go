package meter

import (
	"context"
	"fmt"

	"linli/internal/kit/db"
	"linli/internal/kit/id"
)

// CopySetup gives a new project the rules by which another one finds readings
// unusual; without rules of its own both go by the usual ones. It gets the
// access to the platform as well, without the password and not in use.
func (s *Service) CopySetup(ctx context.Context, tx *db.Tx, from, to id.ID) error {
	p, err := onePlatform(ctx, tx, from)
	if err != nil {
		return err
	}
	if p.Version != 0 {
		p.Secret, p.Client, p.Active, p.Version = "", "", false, 1
		if err := putPlatform(ctx, tx, to, &p); err != nil {
			return fmt.Errorf("copy platform: %w", err)
		}
	}
	set, err := oneSetting(ctx, tx, from)
	if err != nil || set.Version == 0 {
		return err
	}
	set.Version = 0
	if err := storeSetting(ctx, tx, to, set); err != nil {
		return fmt.Errorf("copy setting of meters: %w", err)
	}
	return nil
}
