package billing

import (
	"context"
	"fmt"

	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
)

// ReleaseTold is told of a run in the transaction that makes its charges owed.
type ReleaseTold func(ctx context.Context, tx *db.Tx, project, run id.ID) error

// TellRelease plugs in who tells the payers; it is called once, before the
// service is used.
func (s *Service) TellRelease(t ReleaseTold) { s.releaseTold = t }

// releasing is the step that ends a release, told of in the same transaction.
func (s *Service) releasing() step {
	st := posting(Releasing, "released", Released)
	done := st.done
	st.done = func(ctx context.Context, tx *db.Tx, project id.ID, r *Run) error {
		if err := done(ctx, tx, project, r); err != nil || s.releaseTold == nil {
			return err
		}
		return s.releaseTold(ctx, tx, project, r.ID)
	}
	return st
}

// ByPayer narrows what payers owe; zero fields do not.
type ByPayer struct {
	Run   id.ID
	Due   clock.Date // only what falls due on this day
	Payer id.ID      // only this one
	Rooms []id.ID    // only what is owed for these; reads them alone, however large the run
	After id.ID      // payers behind this one, in the order of ids
	Limit int
	Draft bool // what is not released yet, or held back, instead
}

// PayerOwes is what one payer has left to pay of it.
type PayerOwes struct {
	Payer  id.ID
	Room   id.ID // the first of them
	Rooms  int
	Due    clock.Date // the earliest
	Month  clock.Month
	Amount money.Fen
}

// OwedByPayer sums what known payers owe, in the order of their ids.
func (s *Service) OwedByPayer(ctx context.Context, q db.Q, project id.ID, o ByPayer) ([]PayerOwes, error) {
	list, err := owedByPayer(ctx, q, project, &o)
	if err != nil {
		return nil, fmt.Errorf("owed by payer: %w", err)
	}
	return list, nil
}
