// Package series shows how far the numbers of every kind of document have come,
// and changes what they begin with. The numbers themselves are the ledger's.
// Floor 8. Uses: audit, ledger, cashier.
package series

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

// Deps are what the room stands on.
type Deps struct {
	DB     *db.DB
	Audit  *audit.Service
	Ledger *ledger.Service
}

// Service is the room.
type Service struct {
	db     *db.DB
	audit  *audit.Service
	ledger *ledger.Service
}

// New builds the room.
func New(d Deps) *Service { return &Service{db: d.DB, audit: d.Audit, ledger: d.Ledger} }

// ErrYear is answered for a year whose prefix nobody can set yet or any more.
var ErrYear = fault.New(fault.Invalid, "series_year", "只能改今年或明年的字头")

// inUse are the series in the order of the page: receipts (red ones have
// the same numbers), shifts, deductions from deposits, letters, single charges
// and what takes charges back, corrections, what gives months paid ahead back, deposits given
// back against arrears, waivers, expenses and what takes them back.
func inUse() []string {
	return []string{"SJ", "RJ", "YK", "CJ", "DS", "YH", "BC", "TF", "YT", "JM", "ZC", "ZH"}
}

// SetPrefix says what the numbers of a kind of document begin with from a year
// on that has none yet; numbers given before keep theirs. Errors:
// fault.ErrNotFound, ErrYear, ledger.ErrPrefix, ErrPrefixTaken, ErrPrefixUsed.
func (s *Service) SetPrefix(ctx context.Context, who actor.Actor, project id.ID, p ledger.Prefix) error {
	if !slices.Contains(inUse(), p.Series) {
		return fault.ErrNotFound
	}
	err := s.db.Write(ctx, func(tx *db.Tx) error {
		if year := clock.DateOf(tx.Now()).Year(); p.Year != year && p.Year != year+1 {
			return ErrYear.At("body.year", ErrYear.Text, p.Year)
		}
		before, err := s.ledger.SetPrefix(ctx, tx, project, inUse(), p)
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
