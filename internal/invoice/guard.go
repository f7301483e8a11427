package invoice

import (
	"context"
	"fmt"

	"linli/internal/kit/db"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
)

// guard refuses to take back of a receipt what an invoice stands on; rest is
// what would remain of each charge. The counter has locked the receipt.
func (s *Service) guard(ctx context.Context, tx *db.Tx, project, receipt id.ID, rest map[id.ID]money.Fen) error {
	covered, err := liveCovers(ctx, tx, project, []id.ID{receipt})
	if err != nil {
		return fmt.Errorf("what is on invoices: %w", err)
	}
	for at, amount := range covered {
		if amount > rest[at.charge] {
			return s.standing(ctx, tx, project, receipt)
		}
	}
	return nil
}

// standing says what to do first.
func (s *Service) standing(ctx context.Context, q db.Q, project, receipt id.ID) error {
	list, err := liveOf(ctx, q, project, receipt)
	if err != nil {
		return fmt.Errorf("invoices of receipt: %w", err)
	}
	for _, v := range list {
		switch v.State {
		case Issued:
			return ErrInvoiced.Say("这张收据已开发票 %s，请财务先红冲发票", v.Number)
		case Issuing:
			return ErrInvoiced.Say("这张收据正在开发票，有了结果再办")
		}
	}
	return ErrInvoiced.Say("这张收据有开票申请在办，请先撤销申请")
}
