package bank

import (
	"context"
	"errors"
	"fmt"

	"linli/internal/audit"
	"linli/internal/kit/actor"
	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
	"linli/internal/ledger"
)

// book puts the money of a row on the account of what nobody knows: it lies in
// the bank since the day of the statement, and is owed to somebody. A closed
// month gets it today.
func (s *Service) book(ctx context.Context, tx *db.Tx, project id.ID, b *Row) error {
	if b.Booked {
		return nil
	}
	today := clock.DateOf(tx.Now())
	date, err := s.ledger.OpenDay(ctx, tx, project, min(b.Date, today), today)
	if err != nil {
		return err
	}
	b.Booked = true
	return s.ledger.Post(ctx, tx, project, []ledger.Posting{{DocKind: ledger.DocBankHeld, Doc: b.ID, Date: date, Debit: ledger.Bank, Credit: ledger.Suspense, Amount: b.Amount}})
}

// unbook takes it off again. A receipt that takes the money posts it as money of
// the bank itself, so that nothing comes twice.
func (s *Service) unbook(ctx context.Context, tx *db.Tx, project id.ID, b *Row, kind ledger.DocKind, date clock.Date) error {
	if !b.Booked {
		return nil
	}
	b.Booked = false
	return s.ledger.Post(ctx, tx, project, []ledger.Posting{{DocKind: kind, Doc: b.ID, Date: date, Debit: ledger.Suspense, Credit: ledger.Bank, Amount: b.Amount}})
}

// Return notes that the money of a row was sent back to who paid it, on a day
// between its coming and today; the bank account has it no more. Errors: ErrDone,
// ErrBack, ErrNote, ErrDay, fault.ErrNotFound.
func (s *Service) Return(ctx context.Context, who actor.Actor, project, row id.ID, on clock.Date, note string) (Row, error) {
	note, err := noted(note)
	if err != nil {
		return Row{}, err
	}
	var b Row
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		var err error
		if b, err = lockRow(ctx, tx, project, row); err != nil {
			return err
		}
		if err := s.free(ctx, tx, project, &b); err != nil {
			return err
		}
		today := clock.DateOf(tx.Now())
		if on < min(b.Date, today) || on > today {
			return ErrDay.At("body.on", fmt.Sprintf("%s 到 %s", min(b.Date, today), today), on.String())
		}
		date, err := s.ledger.OpenDay(ctx, tx, project, on, today)
		if err != nil {
			return err
		}
		if err := s.book(ctx, tx, project, &b); err != nil {
			return err
		}
		if err := s.unbook(ctx, tx, project, &b, ledger.DocBankReturned, date); err != nil {
			return err
		}
		b.State, b.Note = StateReturned, fmt.Sprintf("%s 退回：%s", on, note)
		return s.close(ctx, tx, who, project, &b, b.Note)
	})
	if err != nil {
		return Row{}, fmt.Errorf("return bank row: %w", err)
	}
	return b, nil
}

// Reopen takes back what was done with a row, so that it waits again as after
// its import. Errors: ErrIdle, ErrDone, fault.ErrNotFound.
func (s *Service) Reopen(ctx context.Context, who actor.Actor, project, row id.ID) (Row, error) {
	var b Row
	err := s.db.Write(ctx, func(tx *db.Tx) error {
		var err error
		if b, err = lockRow(ctx, tx, project, row); err != nil {
			return err
		}
		switch b.State {
		case StateOpen:
			return ErrIdle
		case StateReceived:
			if err := s.lost(ctx, tx, project, &b); err != nil {
				return err
			}
		case StateCash, StateSettled:
			if err := s.bringBack(ctx, tx, project, &b, b.State.source()); err != nil {
				return err
			}
		}
		if err := s.unbook(ctx, tx, project, &b, ledger.DocBankFreed, clock.DateOf(tx.Now())); err != nil {
			return err
		}
		what := "撤回“" + b.State.words() + "”，重新待确认"
		b.State, b.Note = StateOpen, ""
		return s.close(ctx, tx, who, project, &b, what)
	})
	if err != nil {
		return Row{}, fmt.Errorf("reopen bank row: %w", err)
	}
	return b, nil
}

// Suspended is what is held together: how many rows, how much in fen, and since
// when the oldest, 0 without.
type Suspended struct {
	Rows   int64
	Amount money.Fen
	Since  clock.Date
}

// Suspended adds up what is held.
func (s *Service) Suspended(ctx context.Context, project id.ID) (Suspended, error) {
	sum, err := heldSum(ctx, s.db.Reader(ctx), project)
	if err != nil {
		return sum, fmt.Errorf("sum held bank rows: %w", err)
	}
	return sum, nil
}

// bookedAtOnce is how many rows of before are one transaction.
const bookedAtOnce = 200

// BookHeld books the money of rows that were held before such money stood in
// the book, once: each row keeps that it is booked.
func (s *Service) BookHeld(ctx context.Context) error {
	projects, err := unbookedProjects(ctx, s.db.Reader(ctx))
	if err != nil {
		return fmt.Errorf("look for held bank rows: %w", err)
	}
	var failed error
	for _, p := range projects {
		for more := true; more; {
			err := s.db.Write(ctx, func(tx *db.Tx) error {
				var err error
				more, err = s.bookSome(ctx, tx, p)
				return err
			})
			if err != nil {
				failed, more = errors.Join(failed, fmt.Errorf("book held bank rows of project %s: %w", p, err)), false
			}
		}
	}
	return failed
}

// bookSome tells whether there may be more.
func (s *Service) bookSome(ctx context.Context, tx *db.Tx, project id.ID) (bool, error) {
	list, err := lockUnbooked(ctx, tx, project, bookedAtOnce)
	if err != nil || len(list) == 0 {
		return false, err
	}
	var sum money.Fen
	for i := range list {
		b := &list[i]
		if err := s.book(ctx, tx, project, b); err != nil {
			return false, err
		}
		if err := updateRow(ctx, tx, project, b); err != nil {
			return false, fmt.Errorf("write bank row: %w", err)
		}
		sum += b.Amount
	}
	s.audit.Record(tx, audit.Entry{Project: project, Who: actor.System("升级"), Action: "cashier.bank_held_booked", Kind: kindHeld, Subject: list[0].ID,
		Summary: fmt.Sprintf("升级前登记待查的银行流水 %d 笔 %s 元补记到%s", len(list), sum.Comma(), ledger.Suspense.Name()), After: map[string]any{"rows": len(list), "amount": sum}})
	return len(list) == bookedAtOnce, nil
}

// brokenSuspense holds the account of what nobody knows against the rows: each
// that is booked stands there with its amount, and nothing else does.
func (s *Service) brokenSuspense(ctx context.Context, q db.Q, project id.ID, rows map[id.ID]Row) ([]string, error) {
	net, err := s.ledger.NetByDoc(ctx, q, project, ledger.Suspense)
	if err != nil {
		return nil, err
	}
	var out []string
	for doc, b := range rows {
		if have := -net[doc]; have != b.Amount {
			out = append(out, fmt.Sprintf("银行流水 %s %s %s 元（%s）待查，科目 %d %s 账上是 %s 元", b.Date, b.Payer, b.Amount.Yuan(), doc, ledger.Suspense, ledger.Suspense.Name(), have.Yuan()))
		}
		delete(net, doc)
	}
	for doc, sum := range net {
		if sum != 0 {
			out = append(out, fmt.Sprintf("科目 %d %s 账上有 %s 元属于银行流水 %s，那笔流水不在待查", ledger.Suspense, ledger.Suspense.Name(), (-sum).Yuan(), doc))
		}
	}
	return out, nil
}
