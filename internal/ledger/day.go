package ledger

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
)

// Total is what postings of one kind of document moved between two accounts
// for one item, in fen, on a day or in a month.
type Total struct {
	Month    clock.Month
	DocKind  DocKind
	Debit    Account
	Credit   Account
	Item     id.ID
	Amount   money.Fen
	Postings int64
}

// sums gathers what one call posts by day, so that reports need not read every
// posting again.
type sums map[dayKey]*daySum

type dayKey struct {
	date          clock.Date
	kind          DocKind
	debit, credit Account
	item          id.ID
}

type daySum struct {
	amount money.Fen
	rows   int64
}

func (s sums) add(p *Posting) {
	k := dayKey{p.Date, p.DocKind, p.Debit, p.Credit, p.Item}
	x := s[k]
	if x == nil {
		x = &daySum{}
		s[k] = x
	}
	x.amount += p.Amount
	x.rows++
}

// keys are in one order everywhere, so that two commands never wait for each
// other's days crosswise.
func (s sums) keys() []dayKey {
	out := make([]dayKey, 0, len(s))
	for k := range s {
		out = append(out, k)
	}
	slices.SortFunc(out, func(a, b dayKey) int {
		return cmp.Or(cmp.Compare(a.date, b.date), cmp.Compare(a.kind, b.kind), cmp.Compare(a.debit, b.debit), cmp.Compare(a.credit, b.credit),
			cmp.Compare(a.item, b.item))
	})
	return out
}

// settle refuses what stands in a closed month and adds the rest to its days
// at the end of the transaction. Error: ErrMonthClosed.
func (s sums) settle(ctx context.Context, tx *db.Tx, project id.ID) error {
	if err := s.guard(ctx, tx, project); err != nil {
		return err
	}
	tx.BeforeCommit(func(ctx context.Context, tx *db.Tx) error {
		if err := addDays(ctx, tx, project, s); err != nil {
			return fmt.Errorf("add to days of the book: %w", err)
		}
		return nil
	})
	return nil
}

// Totals adds up what was posted from one day to another, both included, month
// by month. It reads sums of days, never postings.
func (s *Service) Totals(ctx context.Context, q db.Q, project id.ID, from, until clock.Date) ([]Total, error) {
	out, err := totals(ctx, q, project, from, until)
	if err != nil {
		return nil, fmt.Errorf("totals of the book: %w", err)
	}
	return out, nil
}

// BalancesWithout is Balances of all days but for some kinds of documents; it
// reads every posting.
func (s *Service) BalancesWithout(ctx context.Context, q db.Q, project id.ID, kinds ...DocKind) (map[Account]money.Fen, error) {
	m, err := balances(ctx, q, project, 0, kinds...)
	if err != nil {
		return nil, fmt.Errorf("balances: %w", err)
	}
	return m, nil
}
