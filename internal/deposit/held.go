package deposit

import (
	"context"
	"fmt"

	"linli/internal/cashier"
	"linli/internal/kit/actor"
	"linli/internal/kit/db"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
)

// LockHeld is what the counter asks before it gives back.
func (s *Service) LockHeld(ctx context.Context, tx *db.Tx, project, deposit id.ID) (cashier.Held, error) {
	d, err := lockDeposit(ctx, tx, project, deposit)
	if err != nil {
		return cashier.Held{}, err
	}
	open, err := settling(ctx, tx, project, deposit)
	return cashier.Held{ID: d.ID, Name: d.Kind.Name(), Room: d.Room, RoomLabel: d.RoomLabel, Payer: d.Person, PayerName: d.PersonName,
		Receipt: d.Receipt, ReceiptNumber: d.Number, Left: d.Held - open}, err
}

// GiveBackHeld takes what a red receipt gives back off the deposit.
func (s *Service) GiveBackHeld(ctx context.Context, tx *db.Tx, who actor.Actor, project, deposit id.ID, amount money.Fen, red id.ID, why string) error {
	d, err := lockDeposit(ctx, tx, project, deposit)
	if err != nil {
		return err
	}
	return s.shift(ctx, tx, who, project, &d, &Entry{Kind: EntryRefunded, Amount: -amount, Receipt: red, Reason: why})
}

// VoidHeld takes a deposit out of the books with its receipt. Error: ErrUsed.
func (s *Service) VoidHeld(ctx context.Context, tx *db.Tx, who actor.Actor, project, deposit id.ID, why string) error {
	d, err := lockDeposit(ctx, tx, project, deposit)
	if err != nil {
		return err
	}
	free, err := s.free(ctx, tx, project, &d)
	if err != nil {
		return err
	}
	if d.Version != 1 || free != d.Taken {
		return ErrUsed
	}
	before := d.facts()
	d.Held, d.Version = 0, d.Version+1
	if err := updateDeposit(ctx, tx, project, &d); err != nil {
		return fmt.Errorf("write deposit: %w", err)
	}
	return s.enter(ctx, tx, who, project, &d, &Entry{Kind: EntryVoided, Amount: -d.Taken, Number: d.Number, Receipt: d.Receipt, Reason: why}, before)
}
