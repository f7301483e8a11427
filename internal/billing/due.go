package billing

import (
	"context"
	"fmt"
	"slices"

	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
	"linli/internal/ledger"
)

// DueKey is what charges are added up by for reports.
type DueKey struct {
	Item  id.ID
	Late  bool // a late fee
	Month clock.Month
	Due   clock.Date
}

// DueSum is what was charged, waived and really paid of one key, in fen.
type DueSum struct {
	DueKey
	Amount, Waived, Paid money.Fen
}

// Owed is what is left of it.
func (s *DueSum) Owed() money.Fen { return s.Amount - s.Waived - s.Paid }

// DueSums adds up the charges that were owed or paid at the end of a day, late
// fees included. For a day that is past the caller hands in what was paid for
// each charge after it. Source: domain 1.7.
func (s *Service) DueSums(ctx context.Context, q db.Q, project id.ID, on clock.Date, after map[id.ID]money.Fen) ([]DueSum, error) {
	sums := map[DueKey]*DueSum{}
	of := func(k DueKey) *DueSum {
		if sums[k] == nil {
			sums[k] = &DueSum{DueKey: k}
		}
		return sums[k]
	}
	list, err := dueSums(ctx, q, project, on)
	if err != nil {
		return nil, fmt.Errorf("sum charges: %w", err)
	}
	for _, x := range list {
		*of(x.DueKey) = x
	}
	if on < clock.DateOf(s.db.Clock().Now()) {
		if err := s.dueThen(ctx, q, project, on, after, of); err != nil {
			return nil, fmt.Errorf("charges as of %s: %w", on, err)
		}
	}
	out := make([]DueSum, 0, len(sums))
	for _, x := range sums {
		out = append(out, *x)
	}
	return out, nil
}

// dueThen takes back what happened after a day: payments, waivers, single
// lines released, and charges that have ended since.
func (s *Service) dueThen(ctx context.Context, q db.Q, project id.ID, on clock.Date, after map[id.ID]money.Fen, of func(DueKey) *DueSum) error {
	end := on.AddDays(1).Start()
	docs, err := s.ledger.DocsAfter(ctx, q, project, on, ledger.DocCharge, ledger.DocChargeVoided)
	if err != nil {
		return err
	}
	made, ended := map[id.ID]bool{}, map[id.ID]bool{}
	for _, d := range docs {
		made[d.Doc] = made[d.Doc] || d.Kind == ledger.DocCharge
		ended[d.Doc] = ended[d.Doc] || d.Kind == ledger.DocChargeVoided
	}
	ids := make([]id.ID, 0, len(after)+len(made)+len(ended))
	for _, m := range []map[id.ID]bool{made, ended} {
		for c := range m {
			ids = append(ids, c)
		}
	}
	for c := range after {
		ids = append(ids, c)
	}
	slices.Sort(ids)
	waived, err := waivedAfter(ctx, q, project, on)
	if err != nil {
		return err
	}
	for c := range waived {
		ids = append(ids, c)
	}
	slices.Sort(ids)
	for part := range slices.Chunk(slices.Compact(ids), maxRooms) {
		rows, err := dueCharges(ctx, q, project, part)
		if err != nil {
			return err
		}
		for _, c := range rows {
			if !c.released.Before(end) || made[c.id] && ended[c.id] {
				continue // it was not there on that day
			}
			x := of(c.DueKey)
			switch {
			case made[c.id]:
				x.Amount -= c.Amount
				x.Waived -= c.Waived
				x.Paid -= c.Paid
				continue
			case ended[c.id]:
				x.Amount += c.Amount
			}
			x.Paid -= after[c.id]
			x.Waived -= waived[c.id]
		}
	}
	return nil
}
