package cashier

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
)

// ItemSum is what was paid for one fee item.
type ItemSum struct {
	Item   string
	Amount money.Fen
}

// PaidFor sums what valid receipts of the days from…until paid for the rooms,
// by item, largest first, and counts those that were not taken back. Money put
// into wallets is not in it.
func (s *Service) PaidFor(ctx context.Context, q db.Q, project id.ID, rooms []id.ID, from, until clock.Date) (items []ItemSum, receipts int, err error) {
	if len(rooms) == 0 {
		return []ItemSum{}, 0, nil
	}
	items, receipts, err = paidFor(ctx, q, project, rooms, from, until)
	if err != nil {
		return nil, 0, fmt.Errorf("paid for rooms: %w", err)
	}
	return items, receipts, nil
}

// DaySum is what one day brought in.
type DaySum struct {
	Date   clock.Date
	Amount money.Fen
}

// PaidByDay sums, day by day, what valid receipts paid for charges of a month,
// whenever they were paid, without late fees; of some rooms, or with nil of all.
func (s *Service) PaidByDay(ctx context.Context, q db.Q, project id.ID, among []id.ID, month clock.Month) ([]DaySum, error) {
	late, err := s.billing.LateItem(ctx, q, project)
	if err != nil {
		return nil, err
	}
	sums := map[clock.Date]money.Fen{}
	add := func(some []id.ID) error {
		list, err := paidByDay(ctx, q, project, late, month, some)
		for _, d := range list {
			sums[d.Date] += d.Amount
		}
		return err
	}
	if among == nil {
		err = add(nil)
	}
	for part := range slices.Chunk(among, 20_000) { // what one statement takes
		err = errors.Join(err, add(part))
	}
	if err != nil {
		return nil, fmt.Errorf("paid by day: %w", err)
	}
	out := []DaySum{}
	for _, day := range slices.Sorted(maps.Keys(sums)) {
		out = append(out, DaySum{day, sums[day]})
	}
	return out, nil
}
