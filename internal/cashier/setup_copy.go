package cashier

import (
	"context"
	"fmt"

	"linli/internal/kit/db"
	"linli/internal/kit/id"
)

// CopySetup gives a new project the rules of another one's counter and the
// looks of its receipts. What is true of one place only stays there: the end of
// its contract, who receives the money, the telephone.
func (s *Service) CopySetup(ctx context.Context, tx *db.Tx, from, to id.ID) error {
	st, err := oneSetting(ctx, tx, from)
	if err != nil {
		return fmt.Errorf("copy counter setting: %w", err)
	}
	if st.Version != 0 {
		st.Version, st.AheadUntil = 1, 0
		if err := putSetting(ctx, tx, to, &st); err != nil {
			return fmt.Errorf("copy counter setting: %w", err)
		}
	}
	ps, err := onePrintSetting(ctx, tx, from)
	if err != nil {
		return fmt.Errorf("copy print setting: %w", err)
	}
	if ps.Version != 0 {
		ps.Version, ps.Header, ps.Phone = 1, "", ""
		if err := putPrintSetting(ctx, tx, to, &ps); err != nil {
			return fmt.Errorf("copy print setting: %w", err)
		}
	}
	return s.ledger.CopyPrefixes(ctx, tx, from, to)
}
