package billing

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"

	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
)

// DueKey is what charges are added up by for reports.
type DueKey struct {
	Item  id.ID
	Late  bool // a late fee
	Month clock.Month
	Due   clock.Date
}

func (c *Charge) dueKey() DueKey { return DueKey{c.Item, c.Late != 0, c.Month, c.Due} }

// DueSum is what was charged, waived and really paid of one key, in fen. What a
// correction gave back counts as waived, and is not paid.
type DueSum struct {
	DueKey
	Amount, Waived, Paid money.Fen
}

// Owed is what is left of it.
func (s *DueSum) Owed() money.Fen { return s.Amount - s.Waived - s.Paid }

// DueSums adds up the charges that were owed or paid at the end of a day, late
// fees included. It reads the sums of days that every command keeps beside the
// charges, never the charges. Source: domain 1.7.
func (s *Service) DueSums(ctx context.Context, q db.Q, project id.ID, on clock.Date) ([]DueSum, error) {
	out, err := dueSums(ctx, q, project, on)
	if err != nil {
		return nil, fmt.Errorf("sum charges as of %s: %w", on, err)
	}
	return out, nil
}

// Collected is what was paid from one day to another, both included, for months
// before one, late fees left out, in fen. Money given back counts against it on
// the day it went back.
func (s *Service) Collected(ctx context.Context, q db.Q, project id.ID, from, until clock.Date, before clock.Month) (money.Fen, error) {
	sum, err := collected(ctx, q, project, from, until, before)
	if err != nil {
		return 0, fmt.Errorf("collected arrears: %w", err)
	}
	return sum, nil
}

// dueStep is by how much the sums of one key change, in fen: paid is money
// since Linli, carried what an import says was paid before.
type dueStep struct{ amount, waived, carried, paid money.Fen }

// dueSteps are what one command changes.
type dueSteps map[DueKey]dueStep

func (d dueSteps) add(k DueKey, s dueStep) {
	x := d[k]
	d[k] = dueStep{x.amount + s.amount, x.waived + s.waived, x.carried + s.carried, x.paid + s.paid}
}

func (s dueStep) times(n money.Fen) dueStep {
	return dueStep{n * s.amount, n * s.waived, n * s.carried, n * s.paid}
}

// keep adds the steps, with the sign, to the sums of the day of tx.
func (d dueSteps) keep(tx *db.Tx, project id.ID, sign money.Fen) { d.keepOn(tx, project, 0, sign) }

// keepOn adds the steps to the sums of a day, 0 being that of tx. What a
// transaction changes is written once and behind everything else, also behind
// the head of the audit log, so that no command holds a day and waits for more.
func (d dueSteps) keepOn(tx *db.Tx, project id.ID, on clock.Date, sign money.Fen) {
	if len(d) == 0 {
		return
	}
	tx.BeforeCommit(func(_ context.Context, tx *db.Tx) error {
		all := tx.Note(dueKept{}, func() any { return &dueWaiting{} }).(*dueWaiting)
		if all.steps == nil {
			all.steps = map[dueDay]dueSteps{}
			// Twice to the end of the queue: the log goes there once.
			tx.BeforeCommit(func(_ context.Context, tx *db.Tx) error {
				tx.BeforeCommit(all.write)
				return nil
			})
		}
		day := dueDay{project, cmp.Or(on, clock.DateOf(tx.Now()))}
		if all.steps[day] == nil {
			all.steps[day] = dueSteps{}
		}
		for k, s := range d {
			all.steps[day].add(k, s.times(sign))
		}
		return nil
	})
}

// dueWaiting are the steps of a transaction that is about to commit.
type dueWaiting struct{ steps map[dueDay]dueSteps }

type dueDay struct {
	project id.ID
	day     clock.Date
}

type dueKept struct{}

func (w *dueWaiting) write(ctx context.Context, tx *db.Tx) error {
	steps := w.steps
	w.steps = nil
	days := slices.Collect(maps.Keys(steps))
	slices.SortFunc(days, func(a, b dueDay) int { return cmp.Or(cmp.Compare(a.project, b.project), cmp.Compare(a.day, b.day)) })
	for _, d := range days {
		if err := addDues(ctx, tx, d.project, d.day, steps[d]); err != nil {
			return fmt.Errorf("add to what is due by day: %w", err)
		}
	}
	return nil
}

// keys are in one order everywhere, so that two commands never wait for each
// other's rows crosswise. Late fees have an item of their own. What comes to
// nothing is written, too: the rooms behind it have changed.
func (d dueSteps) keys() []DueKey {
	out := slices.Collect(maps.Keys(d))
	slices.SortFunc(out, func(a, b DueKey) int {
		return cmp.Or(cmp.Compare(a.Item, b.Item), cmp.Compare(a.Month, b.Month), cmp.Compare(a.Due, b.Due))
	})
	return out
}
