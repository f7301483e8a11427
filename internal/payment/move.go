package payment

import (
	"context"
	"fmt"

	"linli/internal/kit/db"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
	"linli/internal/ledger"
)

// Move gives all prepaid money (fen) that from has for a room to another
// payer, as the document (kind, doc); Undo takes it back. The book does not
// change: both sides are prepaid money of the room. It answers how much moved.
func (s *Service) Move(ctx context.Context, tx *db.Tx, project, room, from, to id.ID, kind ledger.DocKind, doc id.ID) (money.Fen, error) {
	if err := lockWallets(ctx, tx, project, from, []id.ID{room}); err != nil {
		return 0, fmt.Errorf("move wallet: %w", err)
	}
	wallets, err := walletsOf(ctx, tx, project, from, []id.ID{room})
	if err != nil {
		return 0, fmt.Errorf("move wallet: %w", err)
	}
	var sum money.Fen
	for _, w := range wallets {
		if w.Payer != from || w.Balance == 0 {
			continue
		}
		if err := s.move(ctx, tx, project, w.ID, -w.Balance, kind, doc); err != nil {
			return 0, fmt.Errorf("move wallet: %w", err)
		}
		into, err := creditWallet(ctx, tx, project, room, to, w.Purpose, w.Balance)
		if err == nil {
			err = insertEntry(ctx, tx, project, into, w.Balance, kind, doc)
		}
		if err != nil {
			return 0, fmt.Errorf("move wallet: %w", err)
		}
		sum += w.Balance
	}
	return sum, nil
}

// Owned is what exactly this payer has for the room; money of a room without
// payer on file is not counted.
func (s *Service) Owned(ctx context.Context, q db.Q, project, room, payer id.ID) (money.Fen, error) {
	wallets, err := s.Wallets(ctx, q, project, payer, []id.ID{room})
	var sum money.Fen
	for _, w := range wallets {
		if w.Payer == payer {
			sum += w.Balance
		}
	}
	return sum, err
}
