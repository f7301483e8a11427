package deposit

import (
	"context"
	"fmt"

	"linli/internal/kit/actor"
	"linli/internal/kit/clock"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
	"linli/internal/kit/page"
)

// Filter narrows the list of deposits; zero fields do not.
type Filter struct {
	page.Request
	Kind   Kind
	Room   id.ID
	Held   bool // something is left
	Text   string
	Within actor.Buildings // leaves out rooms outside
}

// Deposits lists deposits, newest first.
func (s *Service) Deposits(ctx context.Context, project id.ID, f Filter) (page.List[Deposit], error) {
	q := s.db.Reader(ctx)
	rooms, err := s.estate.RoomsWithin(ctx, q, project, f.Within)
	if err != nil {
		return page.List[Deposit]{}, fmt.Errorf("list deposits: %w", err)
	}
	list, err := page.Newest(&f.Request, func(d Deposit) id.ID { return d.ID }, func(before id.ID) ([]Deposit, error) {
		return listDeposits(ctx, q, project, &f, rooms, before)
	})
	if err != nil {
		return list, fmt.Errorf("list deposits: %w", err)
	}
	return list, nil
}

// Deposit reads one with its movements. Error: fault.ErrNotFound.
func (s *Service) Deposit(ctx context.Context, project, deposit id.ID) (Deposit, error) {
	q := s.db.Reader(ctx)
	d, err := oneDeposit(ctx, q, project, deposit)
	if err != nil {
		return d, err
	}
	if d.Entries, err = depositEntries(ctx, q, project, deposit); err != nil {
		return d, fmt.Errorf("read deposit: %w", err)
	}
	var receipts []id.ID
	for _, e := range d.Entries {
		if e.Receipt != 0 {
			receipts = append(receipts, e.Receipt)
		}
	}
	numbers, err := s.cashier.ReceiptNumbers(ctx, q, project, receipts)
	if err != nil {
		return d, err
	}
	for i := range d.Entries {
		if n := numbers[d.Entries[i].Receipt]; n != "" {
			d.Entries[i].Number = n
		}
	}
	return d, nil
}

// Sum is what is held of one kind, by how long it has been held.
type Sum struct {
	Kind  Kind
	Count int
	Held  money.Fen
	Ages  [4]money.Fen // up to 90, 180, 365 days, and longer
}

// Sums adds up the deposits held today by kind and age.
func (s *Service) Sums(ctx context.Context, project id.ID) ([]Sum, error) {
	out, err := depositSums(ctx, s.db.Reader(ctx), project, clock.DateOf(s.db.Clock().Now()))
	if err != nil {
		return nil, fmt.Errorf("sum deposits: %w", err)
	}
	return out, nil
}
