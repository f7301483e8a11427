package dunning

import (
	"context"
	"fmt"

	"linli/internal/kit/db"
	"linli/internal/kit/id"
)

// CopySetup gives a new project the days on which another one reminds, and the
// words of its letters. Who is to be asked there and the bank account that takes
// the money are true of the other place only.
func (s *Service) CopySetup(ctx context.Context, tx *db.Tx, from, to id.ID) error {
	st, err := oneSetting(ctx, tx, from)
	if err == nil && st.Version != 0 {
		st.Version, st.Contact, st.Account = 1, "", ""
		err = putSetting(ctx, tx, to, &st)
	}
	if err != nil {
		return fmt.Errorf("copy words of letters: %w", err)
	}
	sc, err := oneSchedule(ctx, tx, from)
	if err == nil && sc.Version != 0 {
		sc.Version = 1
		err = putSchedule(ctx, tx, to, &sc)
	}
	if err != nil {
		return fmt.Errorf("copy reminder schedule: %w", err)
	}
	return nil
}
