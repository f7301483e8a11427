package cashier

import (
	"context"
	"fmt"

	"linli/internal/kit/actor"
	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
	"linli/internal/kit/page"
)

// Filter narrows the list of receipts; zero fields do not.
type Filter struct {
	page.Request
	Room    id.ID // receipts that touch this room
	Cashier id.ID
	From    clock.Date // inclusive
	Until   clock.Date // inclusive
	State   State
	Method  Method // paid in part or whole by this method
	Item    id.ID  // paid for this fee item
	Shift   id.ID
	Text    string          // part of the number, the room or the payer's name
	Within  actor.Buildings // leaves out of a page what tells of rooms outside; totals do not know it
}

// Totals are of the whole result, not of one page.
type Totals struct {
	Count  int       // all receipts of the filter
	Valid  int       // without the void ones
	Amount money.Fen // of the valid ones
}

// MethodSum is what came in by one method.
type MethodSum struct {
	Method   Method
	Receipts int
	Amount   money.Fen
}

// Takings are the sums of a day at the counter, valid receipts only.
type Takings struct {
	Date         clock.Date
	Receipts     int
	Income       money.Fen // without prepaid money used
	ToPrepay     money.Fen // part of Income that went into wallets
	Methods      []MethodSum
	Voided       int
	VoidedIncome money.Fen
}

// Receipts lists receipts with their lines and pays, newest first.
func (s *Service) Receipts(ctx context.Context, project id.ID, f Filter) (page.List[Receipt], error) {
	q := s.db.Reader(ctx)
	list, err := page.Newest(&f.Request, func(r Receipt) id.ID { return r.ID }, func(before id.ID) ([]Receipt, error) {
		return listReceipts(ctx, q, project, &f, before)
	})
	if err != nil {
		return list, fmt.Errorf("list receipts: %w", err)
	}
	if err := fillReceipts(ctx, q, project, list.Items); err != nil {
		return page.List[Receipt]{}, fmt.Errorf("list receipts: %w", err)
	}
	if err := s.markShifts(ctx, q, project, list.Items); err != nil {
		return page.List[Receipt]{}, err
	}
	list.Items, err = s.keepWithin(ctx, q, project, list.Items, f.Within)
	return list, err
}

// Totals counts and sums every receipt of the filter.
func (s *Service) Totals(ctx context.Context, project id.ID, f Filter) (Totals, error) {
	t, err := sumReceipts(ctx, s.db.Reader(ctx), project, &f)
	if err != nil {
		return t, fmt.Errorf("sum receipts: %w", err)
	}
	return t, nil
}

// Receipt reads one, whole. Error: fault.ErrNotFound.
func (s *Service) Receipt(ctx context.Context, q db.Q, project, receipt id.ID) (Receipt, error) {
	return s.oneReceipt(ctx, q, project, receipt)
}

// Takings sums one day by method; cashier 0 means everyone, date 0 means today.
func (s *Service) Takings(ctx context.Context, project, cashier id.ID, date clock.Date) (Takings, error) {
	if date == 0 {
		date = clock.DateOf(s.db.Clock().Now())
	}
	t, err := takings(ctx, s.db.Reader(ctx), project, &Filter{Cashier: cashier, From: date, Until: date})
	if err != nil {
		return t, fmt.Errorf("sum takings: %w", err)
	}
	t.Date = date
	return t, nil
}
