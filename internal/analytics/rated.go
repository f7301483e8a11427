package analytics

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"linli/internal/invoice"
	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/id"
	"linli/internal/ledger"
)

// rateKey is a rate as addresses know it: 600, or 500s for a simple one.
func rateKey(rate int, simple bool) string {
	if simple {
		return strconv.Itoa(rate) + "s"
	}
	return strconv.Itoa(rate)
}

// rated are the fee items and days whose income vouchers part by a rate. From
// and until 0 are the days on which there are rates.
func (s *Service) rated(ctx context.Context, q db.Q, project id.ID, key string, from, until clock.Date) ([]ledger.Span, error) {
	digits, simple := strings.CutSuffix(key, "s")
	rate, err := strconv.Atoi(digits)
	if err != nil {
		return nil, fmt.Errorf("tax rate %q: %w", key, err)
	}
	kinds, err := s.Taxpayers(ctx, q, project)
	if err != nil {
		return nil, err
	}
	taxes, err := s.invoice.Taxes(ctx, q, project)
	if err != nil {
		return nil, fmt.Errorf("tax rates: %w", err)
	}
	if until == 0 {
		until = clock.DateOf(s.db.Clock().Now())
	}
	spans := []ledger.Span{}
	for _, item := range slices.Sorted(maps.Keys(taxes)) {
		list := taxes[item]
		ends := until
		for _, x := range list { // the newest first
			begins := max(from, x.From)
			if x.Rate == rate && x.Simple == simple {
				for m := begins.Month(); m <= ends.Month() && begins <= ends; m = m.Add(1) {
					kind := taxpayerOf(kinds, m)
					day := max(begins, m.First())
					if _, ok := invoice.TaxOn(list, day, kind.Kind == Small); ok && kind.Kind != Together {
						spans = joined(spans, ledger.Span{Item: item, From: day, Until: min(ends, m.Last())})
					}
				}
			}
			ends = min(ends, x.From.AddDays(-1))
		}
	}
	return spans, nil
}

// joined adds a span, to the last one where it goes on from it.
func joined(spans []ledger.Span, next ledger.Span) []ledger.Span {
	if n := len(spans) - 1; n >= 0 && spans[n].Item == next.Item && spans[n].Until.AddDays(1) == next.From {
		spans[n].Until = next.Until
		return spans
	}
	return append(spans, next)
}
