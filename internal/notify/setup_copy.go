package notify

import (
	"context"
	"fmt"

	"linli/internal/kit/db"
	"linli/internal/kit/id"
)

// CopySetup gives a new project the quiet hours, limits and texts of another
// one. Its accounts of SMS and mail stay there: they are somebody's money.
func (s *Service) CopySetup(ctx context.Context, tx *db.Tx, from, to id.ID) error {
	st, err := oneSetting(ctx, tx, from)
	if err == nil && st.Version != 0 {
		st.Version = 1
		err = putSetting(ctx, tx, to, &st)
	}
	if err != nil {
		return fmt.Errorf("copy message setting: %w", err)
	}
	texts, err := s.Templates(ctx, tx, from)
	if err != nil {
		return err
	}
	for _, t := range texts {
		if t.Version == 0 {
			continue
		}
		t.Version = 1
		if err := putTemplate(ctx, tx, to, &t); err != nil {
			return fmt.Errorf("copy text of messages: %w", err)
		}
	}
	return nil
}
