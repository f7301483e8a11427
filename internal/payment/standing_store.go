package payment

import (
	"context"
	"fmt"

	"linli/internal/kit/db"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
)

// Standing is what lies with us of one payer, over all rooms.
type Standing struct {
	Prepaid    money.Fen
	Held       money.Fen // set aside for refunds under way
	Orders     int       // that a payer may still pay
	Candidates int       // money nobody has decided about
}

// StandingOf reads it.
func (s *Service) StandingOf(ctx context.Context, q db.Q, project, payer id.ID) (Standing, error) {
	var st Standing
	err := q.QueryRow(ctx, `SELECT
		(SELECT CAST(COALESCE(SUM(balance), 0) AS BIGINT) FROM payment_wallet WHERE project_id = ? AND payer_id = ? AND purpose <> ?),
		(SELECT CAST(COALESCE(SUM(balance), 0) AS BIGINT) FROM payment_wallet WHERE project_id = ? AND payer_id = ? AND purpose = ?),
		(SELECT COUNT(*) FROM payment_order WHERE project_id = ? AND payer_id = ? AND state IN ('created', 'waiting')),
		(SELECT COUNT(*) FROM payment_candidate WHERE project_id = ? AND payer_id = ? AND state = 'open')`,
		project, payer, heldForRefund, project, payer, heldForRefund, project, payer, project, payer).Scan(&st.Prepaid, &st.Held, &st.Orders, &st.Candidates)
	if err != nil {
		return st, fmt.Errorf("read standing of payer: %w", err)
	}
	return st, nil
}
