package cashier

import (
	"context"
	"fmt"
	"slices"

	"linli/internal/kit/actor"
	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/fault"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
)

// RefundHeld gives money back that was held, in part or whole.
const RefundHeld RefundKind = "deposit"

// Held is money that the counter takes for a purpose another room names
// (押金): a liability on the receipt, never revenue and nothing of what the
// household owes. That room keeps it and tells who gets it back.
type Held struct {
	ID            id.ID  // the keeper's own; receipts and applications carry it
	Name          string // on paper: 装修押金
	Room          id.ID
	RoomLabel     string
	Payer         id.ID // who gets it back, 0 when nobody is on file
	PayerName     string
	Receipt       id.ID // that took it
	ReceiptNumber string
	Left          money.Fen // not given back, and nothing else became of it
}

// Keeper is the socket of the room that keeps held money. The counter calls it
// inside the transaction of its receipt, so that both move or neither does.
type Keeper interface {
	// LockHeld reads held money and keeps others away from it.
	LockHeld(ctx context.Context, tx *db.Tx, project, held id.ID) (Held, error)
	// GiveBackHeld notes that the red receipt red gives an amount back.
	GiveBackHeld(ctx context.Context, tx *db.Tx, who actor.Actor, project, held id.ID, amount money.Fen, red id.ID, why string) error
	// RestoreHeld notes that a receipt that held money paid was taken back by the
	// red receipt red.
	RestoreHeld(ctx context.Context, tx *db.Tx, who actor.Actor, project, receipt id.ID, amount money.Fen, red id.ID, why string) error
	// VoidHeld notes that the receipt that took it is void, or refuses that.
	VoidHeld(ctx context.Context, tx *db.Tx, who actor.Actor, project, held id.ID, why string) error
}

// KeepHeld fills the socket while the house is built.
func (s *Service) KeepHeld(k Keeper) { s.keeper = k }

// TakeHeld takes money for the purpose h and gives the receipt, in the caller's
// transaction: the room is locked, a voucher stands on one receipt only. Of h
// it reads ID, Name, Room, and Payer, who is the room's payer when it is 0.
// Errors: ErrPays, ErrTendered, ErrPrepaidUse, ErrUnusual, estate.ErrNoRoom.
func (s *Service) TakeHeld(ctx context.Context, tx *db.Tx, who actor.Actor, project id.ID, h Held, pays []Pay, tendered money.Fen, confirmed bool) (Receipt, error) {
	t := Taking{Room: h.Room, Pays: slices.Clone(pays), Tendered: tendered, Confirmed: confirmed}
	if err := t.check(); err != nil {
		return Receipt{}, err
	}
	if t.sum(MethodPrepay) != 0 {
		return Receipt{}, ErrPrepaidUse.Say("押金不能用预存抵扣")
	}
	seat, err := s.lockSeat(ctx, tx, project, h.Room)
	if err != nil {
		return Receipt{}, err
	}
	day := clock.DateOf(tx.Now())
	if err := usedOnce(ctx, tx, project, &t, day); err != nil {
		return Receipt{}, err
	}
	if h.Payer == 0 {
		h.Payer, h.PayerName = seat.Payer, seat.PayerName
	}
	amount := t.sum()
	r := Receipt{ID: tx.NewID(), Room: seat.Room.ID, RoomLabel: seat.Room.Label, Payer: h.Payer, PayerName: h.PayerName, Policy: PolicyChosen, Amount: amount,
		OwedBefore: seat.Owed, OwedAfter: seat.Owed, PrepaidAfter: seat.Prepaid, Tendered: t.Tendered, Change: t.Tendered - t.sum(MethodCash),
		Cashier: who.Account, CashierName: who.Name, Date: day, At: tx.Now(), State: StateValid, Pays: t.Pays, Lines: []Line{},
		Deposit: amount, DepositID: h.ID, DepositName: h.Name}
	return r, s.book(ctx, tx, who, project, seat, &r)
}

// AskedBack is what of held money somebody has asked to give back and nobody
// has paid out or refused yet, in fen.
func (s *Service) AskedBack(ctx context.Context, q db.Q, project, held id.ID) (money.Fen, error) {
	sum, err := openRefunds(ctx, q, project, ofHeld, held)
	if err != nil {
		return 0, fmt.Errorf("open refunds: %w", err)
	}
	return sum, nil
}

// ReceiptNumbers are the numbers of receipts; one that is not there is left out.
func (s *Service) ReceiptNumbers(ctx context.Context, q db.Q, project id.ID, receipts []id.ID) (map[id.ID]string, error) {
	out, err := receiptNumbers(ctx, q, project, receipts)
	if err != nil {
		return nil, fmt.Errorf("numbers of receipts: %w", err)
	}
	return out, nil
}

func (s *Service) lockHeld(ctx context.Context, tx *db.Tx, project, held id.ID) (Held, error) {
	if s.keeper == nil {
		return Held{}, fault.ErrNotFound
	}
	return s.keeper.LockHeld(ctx, tx, project, held)
}

// askHeld holds an application against held money, which stays locked.
func (s *Service) askHeld(ctx context.Context, tx *db.Tx, project id.ID, f *Refund, held id.ID) error {
	h, err := s.lockHeld(ctx, tx, project, held)
	if err != nil {
		return err
	}
	open, err := s.AskedBack(ctx, tx, project, held)
	if err != nil {
		return err
	}
	if free := h.Left - open; f.Amount > free {
		return ErrRefundMuch.Say("这笔押金还有 %s 元可退", free.Comma()).At("body.amount", "最多 "+free.Comma(), int64(f.Amount))
	}
	f.Deposit, f.Receipt, f.ReceiptNumber = h.ID, h.Receipt, h.ReceiptNumber
	f.Room, f.RoomLabel, f.Payer, f.PayerName = h.Room, h.RoomLabel, h.Payer, h.PayerName
	return nil
}

// draftHeld begins the red receipt of held money.
func (s *Service) draftHeld(ctx context.Context, tx *db.Tx, project id.ID, f *Refund, red *Receipt) error {
	if err := lockDesks(ctx, tx, project, []id.ID{f.Room}); err != nil {
		return fmt.Errorf("lock household: %w", err)
	}
	h, err := s.lockHeld(ctx, tx, project, f.Deposit)
	if err != nil {
		return err
	}
	if f.Amount > h.Left {
		return ErrRefundMuch.Say("这笔押金只剩 %s 元", h.Left.Comma())
	}
	red.Deposit, red.DepositID, red.DepositName, red.RedOf, red.RedOfNumber = -f.Amount, h.ID, h.Name, h.Receipt, h.ReceiptNumber
	return nil
}

// voidHeld takes held money out of the books with its receipt.
func (s *Service) voidHeld(ctx context.Context, tx *db.Tx, who actor.Actor, project id.ID, r *Receipt, why string) error {
	if r.DepositID == 0 {
		return nil
	}
	if s.keeper == nil {
		return fault.ErrNotFound
	}
	return s.keeper.VoidHeld(ctx, tx, who, project, r.DepositID, why)
}
