package bank

import (
	"context"
	"fmt"

	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
	"linli/internal/ledger"
)

// source is the account that money of a row came from when it was ours before
// it came to the bank; 0 for other states.
func (st State) source() ledger.Account {
	switch st {
	case StateCash:
		return ledger.Cash
	case StateSettled:
		return ledger.Clearing
	}
	return 0
}

// bring posts what was ours and is in the bank since the day of the statement; a
// closed month gets it today. Error: ErrShort when the account it comes from
// does not hold as much.
func (s *Service) bring(ctx context.Context, tx *db.Tx, project id.ID, b *Row, from ledger.Account) error {
	books, err := s.ledger.Balances(ctx, tx, project, 0)
	if err != nil {
		return err
	}
	if have := books[from]; have < b.Amount {
		return ErrShort.Say("科目 %d %s 账上只有 %s 元，不够这笔 %s 元，请先核对", from, from.Name(), have.Comma(), b.Amount.Comma())
	}
	today := clock.DateOf(tx.Now())
	date, err := s.ledger.OpenDay(ctx, tx, project, min(b.Date, today), today)
	if err != nil {
		return err
	}
	return s.ledger.Post(ctx, tx, project, []ledger.Posting{{DocKind: ledger.DocBankMoved, Doc: b.ID, Date: date, Debit: ledger.Bank, Credit: from, Amount: b.Amount}})
}

func (s *Service) bringBack(ctx context.Context, tx *db.Tx, project id.ID, b *Row, from ledger.Account) error {
	return s.ledger.Post(ctx, tx, project, []ledger.Posting{{DocKind: ledger.DocBankMovedBack, Doc: b.ID, Date: clock.DateOf(tx.Now()), Debit: from, Credit: ledger.Bank, Amount: b.Amount}})
}

// brokenMoved names rows of which the book has brought something else to the
// bank than they say.
func (s *Service) brokenMoved(ctx context.Context, q db.Q, project id.ID) ([]string, error) {
	net := map[State]map[id.ID]money.Fen{}
	for _, st := range []State{StateCash, StateSettled} {
		var err error
		if net[st], err = s.ledger.NetByDoc(ctx, q, project, st.source()); err != nil {
			return nil, err
		}
	}
	var out []string
	err := eachRow(ctx, q, project, func(b *Row) {
		for st, rows := range net {
			want := money.Fen(0)
			if b.State == st {
				want = b.Amount
			}
			if have := -rows[b.ID]; have != want {
				out = append(out, fmt.Sprintf("银行流水 %s %s %s 元（%s）是“%s”，科目 %d %s 账上转出 %s 元，应为 %s 元", b.Date, b.Payer, b.Amount.Yuan(), b.ID, b.State.words(),
					st.source(), st.source().Name(), have.Yuan(), want.Yuan()))
			}
		}
	})
	return out, err
}
