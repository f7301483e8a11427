package cashier

import (
	"context"
	"fmt"
	"slices"

	"linli/internal/audit"
	"linli/internal/kit/actor"
	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/fault"
	"linli/internal/kit/id"
	"linli/internal/ledger"
)

// ErrSeriesYear is answered for a year whose prefix nobody can set yet or any more.
var ErrSeriesYear = fault.New(fault.Invalid, "series_year", "只能改今年或明年的字头")

// seriesInUse are the series in the order of the page: receipts (red ones have
// the same numbers), shifts, deductions from deposits, letters, single charges
// and what takes charges back, waivers, expenses and what takes them back.
func seriesInUse() []string {
	return []string{series, shiftSeries, "YK", "CJ", "DS", "YH", "JM", "ZC", "ZH"}
}

// SetPrefix says what the numbers of a kind of document begin with from a year
// on that has none yet; numbers given before keep theirs. Errors:
// fault.ErrNotFound, ErrSeriesYear, ledger.ErrPrefix, ErrPrefixTaken, ErrPrefixUsed.
func (s *Service) SetPrefix(ctx context.Context, who actor.Actor, project id.ID, p ledger.Prefix) error {
	if !slices.Contains(seriesInUse(), p.Series) {
		return fault.ErrNotFound
	}
	err := s.db.Write(ctx, func(tx *db.Tx) error {
		if year := clock.DateOf(tx.Now()).Year(); p.Year != year && p.Year != year+1 {
			return ErrSeriesYear.At("body.year", ErrSeriesYear.Text, p.Year)
		}
		before, err := s.ledger.SetPrefix(ctx, tx, project, seriesInUse(), p)
		if err != nil || before == p.Text {
			return err
		}
		s.audit.Record(tx, audit.Entry{Project: project, Who: who, Action: "cashier.series_changed", Kind: "series", Subject: project,
			Summary: fmt.Sprintf("%d 年起%s单据的字头由 %s 改为 %s", p.Year, p.Series, before, p.Text),
			Before:  map[string]any{"prefix": before}, After: map[string]any{"series": p.Series, "year": p.Year, "prefix": p.Text}})
		return nil
	})
	if err != nil {
		return fmt.Errorf("set prefix: %w", err)
	}
	return nil
}
