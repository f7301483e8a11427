package analytics

import (
	"context"
	"fmt"

	"linli/internal/kit/id"
	"linli/internal/kit/money"
	"linli/internal/ledger"
)

// fullRate is 100 % in the unit of rates, 1/10000.
const fullRate = 10_000

// Public is what the common parts brought after their reasonable cost, and how
// much of it goes to the maintenance fund (公共收益; 民法典 282: the owners').
type Public struct {
	Period
	Income, Cost, Net money.Fen
	Rate              int64 // to the fund, in 1/10000; a decision of the owners or a rule of the city
	Fund, Rest        money.Fen
}

// Public adds up the common parts. A loss brings nothing to the fund.
// Errors: ErrPeriod, ErrDay, ErrRate.
func (s *Service) Public(ctx context.Context, project id.ID, p Period, fund int64) (Public, error) {
	if err := s.fill(&p); err != nil {
		return Public{}, err
	}
	if fund < 0 || fund > fullRate {
		return Public{}, ErrRate.At("query.rate", "0–10000", fund)
	}
	q := s.db.Reader(ctx)
	list, err := s.ledger.Totals(ctx, q, project, p.From.First(), p.end())
	if err != nil {
		return Public{}, fmt.Errorf("public income: %w", err)
	}
	categories, err := s.expense.Categories(ctx, q, project)
	if err != nil {
		return Public{}, fmt.Errorf("public income: %w", err)
	}
	comesIn := map[id.ID]bool{}
	for _, c := range categories {
		comesIn[c.ID] = c.Direction == "in"
	}
	out := Public{Period: p, Rate: fund}
	for _, t := range list {
		amount := t.Amount
		switch {
		case t.Debit == ledger.PublicFund:
			amount = -amount
		case t.Credit != ledger.PublicFund:
			continue
		}
		if comesIn[t.Item] {
			out.Income += amount
		} else {
			out.Cost -= amount
		}
	}
	out.Net = out.Income - out.Cost
	if out.Net > 0 {
		share, err := money.MulDiv(int64(out.Net), fund, fullRate, money.HalfUp)
		if err != nil {
			return out, fmt.Errorf("public income: %w", err)
		}
		out.Fund = money.Fen(share)
	}
	out.Rest = out.Net - out.Fund
	return out, nil
}
