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

// askDeposit holds an application against the deposit, which stays locked.
func (s *Service) askDeposit(ctx context.Context, tx *db.Tx, project id.ID, f *Refund, deposit id.ID) error {
	d, err := lockDeposit(ctx, tx, project, deposit)
	if err != nil {
		return err
	}
	free, err := d.free(ctx, tx, project)
	if err != nil {
		return err
	}
	if f.Amount > free {
		return ErrRefundMuch.Say("这笔押金还有 %s 元可退", free.Comma()).At("body.amount", "最多 "+free.Comma(), int64(f.Amount))
	}
	f.Deposit, f.Receipt, f.ReceiptNumber = d.ID, d.Receipt, d.Number
	f.Room, f.RoomLabel, f.Payer, f.PayerName = d.Room, d.RoomLabel, d.Person, d.PersonName
	return nil
}

// draftDeposit begins the red receipt of a deposit.
func (s *Service) draftDeposit(ctx context.Context, tx *db.Tx, project id.ID, f *Refund, red *Receipt) error {
	if err := lockDesks(ctx, tx, project, []id.ID{f.Room}); err != nil {
		return fmt.Errorf("lock household: %w", err)
	}
	d, err := lockDeposit(ctx, tx, project, f.Deposit)
	if err != nil {
		return err
	}
	if f.Amount > d.Held {
		return ErrRefundMuch.Say("这笔押金只剩 %s 元", d.Held.Comma())
	}
	red.Deposit, red.DepositID, red.DepositName, red.RedOf, red.RedOfNumber = -f.Amount, d.ID, d.Kind.Name(), d.Receipt, d.Number
	return nil
}

// payDeposit takes the amount off the deposit.
func (s *Service) payDeposit(ctx context.Context, tx *db.Tx, who actor.Actor, project id.ID, f *Refund, red *Receipt) error {
	d, err := lockDeposit(ctx, tx, project, f.Deposit)
	if err != nil {
		return err
	}
	before := d.facts()
	d.Held += red.Deposit
	d.Version++
	if err := updateDeposit(ctx, tx, project, &d); err != nil {
		return fmt.Errorf("write deposit: %w", err)
	}
	return s.enter(ctx, tx, who, project, &d, &DepositEntry{Kind: EntryRefunded, Amount: red.Deposit, Receipt: red.ID, Reason: f.Reason}, before)
}

// voidDeposit takes a deposit out of the books with its receipt.
func (s *Service) voidDeposit(ctx context.Context, tx *db.Tx, who actor.Actor, project id.ID, r *Receipt, reason string) error {
	if r.DepositID == 0 {
		return nil
	}
	d, err := lockDeposit(ctx, tx, project, r.DepositID)
	if err != nil {
		return err
	}
	free, err := d.free(ctx, tx, project)
	if err != nil {
		return err
	}
	if d.Version != 1 || free != d.Taken {
		return ErrDepositUsed
	}
	before := d.facts()
	d.Held, d.Version = 0, d.Version+1
	if err := updateDeposit(ctx, tx, project, &d); err != nil {
		return fmt.Errorf("write deposit: %w", err)
	}
	return s.enter(ctx, tx, who, project, &d, &DepositEntry{Kind: EntryVoided, Amount: -d.Taken, Number: r.Number, Receipt: r.ID, Reason: reason}, before)
}

// DepositFilter narrows the list of deposits; zero fields do not.
type DepositFilter struct {
	page.Request
	Kind DepositKind
	Room id.ID
	Held bool // something is left
	Text string
}

// Deposits lists deposits, newest first.
func (s *Service) Deposits(ctx context.Context, project id.ID, f DepositFilter) (page.List[Deposit], error) {
	var before id.ID
	if _, err := page.Decode(f.Cursor, &before); err != nil {
		return page.List[Deposit]{}, err
	}
	if f.Limit <= 0 {
		f.Limit = 50
	}
	rows, err := listDeposits(ctx, s.db.Reader(ctx), project, &f, before)
	if err != nil {
		return page.List[Deposit]{}, fmt.Errorf("list deposits: %w", err)
	}
	return page.Cut(rows, f.Limit, func(d Deposit) []any { return []any{d.ID} }), nil
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
	return d, nil
}

// DepositSum is what is held of one kind, by how long it has been held.
type DepositSum struct {
	Kind  DepositKind
	Count int
	Held  money.Fen
	Ages  [4]money.Fen // up to 90, 180, 365 days, and longer
}

// DepositSums adds up the deposits held today by kind and age.
func (s *Service) DepositSums(ctx context.Context, project id.ID) ([]DepositSum, error) {
	out, err := depositSums(ctx, s.db.Reader(ctx), project, clock.DateOf(s.db.Clock().Now()))
	if err != nil {
		return nil, fmt.Errorf("sum deposits: %w", err)
	}
	return out, nil
}
