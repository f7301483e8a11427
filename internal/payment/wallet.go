package payment

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"linli/internal/kit/db"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
	"linli/internal/ledger"
)

// general is the purpose of money that may pay every kind of charge.
const general = ""

// purposeOf names the purpose of money that pays one fee item only (专用), or
// general for 0.
func purposeOf(item id.ID) string {
	if item == 0 {
		return general
	}
	return item.String()
}

// Wallet is the prepaid money of one payer for one room.
type Wallet struct {
	ID      id.ID
	Room    id.ID
	Payer   id.ID // 0 while the room has no payer on file
	Purpose string
	Balance money.Fen // never negative
}

// Item is the fee item that the money is set aside for, 0 when it may pay any.
func (w *Wallet) Item() id.ID {
	item, err := id.Parse(w.Purpose)
	if err != nil {
		return 0
	}
	return item
}

// Entry is one movement of a wallet; entries are never changed.
type Entry struct {
	ID      id.ID
	Wallet  id.ID
	Amount  money.Fen // positive in, negative out
	DocKind ledger.DocKind
	Doc     id.ID
	At      time.Time
}

// Credit puts amount (fen, above zero) into the wallet of room and payer, and
// makes the wallet when there is none.
func (s *Service) Credit(ctx context.Context, tx *db.Tx, project, room, payer id.ID, amount money.Fen, docKind ledger.DocKind, doc id.ID) error {
	return s.CreditFor(ctx, tx, project, room, payer, 0, amount, docKind, doc)
}

// CreditFor is Credit of money that may pay one fee item only (专用), any for 0.
func (s *Service) CreditFor(ctx context.Context, tx *db.Tx, project, room, payer, item id.ID, amount money.Fen, docKind ledger.DocKind, doc id.ID) error {
	if amount <= 0 {
		return ErrAmount.Because(fmt.Errorf("credit %d fen", amount))
	}
	wallet, err := creditWallet(ctx, tx, project, room, payer, purposeOf(item), amount)
	if err == nil {
		err = insertEntry(ctx, tx, project, wallet, amount, docKind, doc)
	}
	if err != nil {
		return fmt.Errorf("credit wallet: %w", err)
	}
	return nil
}

// Spend takes amount (fen, above zero) from the payer's wallets for the rooms,
// in the order of the rooms, all or nothing: to be given back, first of what
// may pay anything, then of what was set aside. Money that came in while a room
// had no payer on file counts as the payer's. Error: ErrBalance.
func (s *Service) Spend(ctx context.Context, tx *db.Tx, project, payer id.ID, rooms []id.ID, amount money.Fen, docKind ledger.DocKind, doc id.ID) error {
	return s.take(ctx, tx, project, payer, rooms, amount, docKind, doc, func(*Wallet) bool { return true })
}

// SpendOn is Spend for charges of one fee item, only of money that was set aside
// for it; with item 0 only of money that may pay anything. Error: ErrBalance.
func (s *Service) SpendOn(ctx context.Context, tx *db.Tx, project, payer id.ID, rooms []id.ID, item id.ID, amount money.Fen, docKind ledger.DocKind, doc id.ID) error {
	return s.take(ctx, tx, project, payer, rooms, amount, docKind, doc, func(w *Wallet) bool { return w.Purpose == purposeOf(item) })
}

func (s *Service) take(ctx context.Context, tx *db.Tx, project, payer id.ID, rooms []id.ID, amount money.Fen, docKind ledger.DocKind, doc id.ID, may func(*Wallet) bool) error {
	if amount <= 0 {
		return ErrAmount.Because(fmt.Errorf("spend %d fen", amount))
	}
	if err := lockWallets(ctx, tx, project, payer, rooms); err != nil {
		return fmt.Errorf("spend: %w", err)
	}
	wallets, err := walletsOf(ctx, tx, project, payer, rooms)
	if err != nil {
		return fmt.Errorf("spend: %w", err)
	}
	slices.SortStableFunc(wallets, func(a, b Wallet) int {
		return cmp.Or(boolOrder(a.Purpose != general, b.Purpose != general), slices.Index(rooms, a.Room)-slices.Index(rooms, b.Room))
	})
	left := amount
	for i := range wallets {
		if w := &wallets[i]; may(w) {
			part := min(left, w.Balance)
			if err := s.move(ctx, tx, project, w.ID, -part, docKind, doc); err != nil {
				return fmt.Errorf("spend: %w", err)
			}
			left -= part
		}
	}
	if left > 0 {
		return ErrBalance.Say("预存余额只有 %s 元，请刷新后按现有余额使用", (amount - left).Comma())
	}
	return nil
}

// boolOrder puts false before true.
func boolOrder(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return 1
	}
	return -1
}

// Undo moves back what a document moved, as the document (asKind, asDoc).
// Money that was spent since cannot be taken back: ErrBalance.
func (s *Service) Undo(ctx context.Context, tx *db.Tx, project id.ID, kind ledger.DocKind, doc id.ID, asKind ledger.DocKind, asDoc id.ID) error {
	moved, err := movedBy(ctx, tx, project, kind, doc)
	if err != nil {
		return fmt.Errorf("undo wallet entries: %w", err)
	}
	for _, m := range moved {
		if err := s.move(ctx, tx, project, m.wallet, -m.amount, asKind, asDoc); err != nil {
			return fmt.Errorf("undo wallet entries: %w", err)
		}
	}
	return nil
}

func (s *Service) move(ctx context.Context, tx *db.Tx, project, wallet id.ID, amount money.Fen, docKind ledger.DocKind, doc id.ID) error {
	if amount == 0 {
		return nil
	}
	ok, err := moveWallet(ctx, tx, project, wallet, amount)
	if err != nil {
		return err
	}
	if !ok {
		return ErrBalance
	}
	return insertEntry(ctx, tx, project, wallet, amount, docKind, doc)
}

// Balance is the payer's prepaid money for the rooms together, in fen.
func (s *Service) Balance(ctx context.Context, q db.Q, project, payer id.ID, rooms []id.ID) (money.Fen, error) {
	wallets, err := s.Wallets(ctx, q, project, payer, rooms)
	if err != nil {
		return 0, err
	}
	var sum money.Fen
	for _, w := range wallets {
		sum += w.Balance
	}
	return sum, nil
}

// Wallets are the payer's wallets for the rooms.
func (s *Service) Wallets(ctx context.Context, q db.Q, project, payer id.ID, rooms []id.ID) ([]Wallet, error) {
	wallets, err := walletsOf(ctx, q, project, payer, rooms)
	if err != nil {
		return nil, fmt.Errorf("wallets: %w", err)
	}
	return wallets, nil
}

// WalletsIn are the wallets that the rooms have, whoever pays for them, but for
// what is set aside for refunds.
func (s *Service) WalletsIn(ctx context.Context, q db.Q, project id.ID, rooms []id.ID) (Wallets, error) {
	out, err := walletsIn(ctx, q, project, rooms)
	if err != nil {
		return nil, fmt.Errorf("wallets of rooms: %w", err)
	}
	return out, nil
}

// PrepaidRooms are the rooms that have prepaid money, whatever it may pay, in the
// order of ids.
func (s *Service) PrepaidRooms(ctx context.Context, q db.Q, project id.ID) ([]id.ID, error) {
	out, err := prepaidRooms(ctx, q, project)
	if err != nil {
		return nil, fmt.Errorf("prepaid rooms: %w", err)
	}
	return out, nil
}

// Wallets are some wallets of a project.
type Wallets []Wallet

// Of is what a payer has in them for the rooms, in fen; money that came in
// while a room had no payer on file counts as the payer's.
func (l Wallets) Of(payer id.ID, rooms []id.ID) money.Fen {
	var sum money.Fen
	for _, w := range l {
		if (w.Payer == payer || w.Payer == 0) && slices.Contains(rooms, w.Room) {
			sum += w.Balance
		}
	}
	return sum
}

// Aside is what of Of was set aside for single fee items, by item.
func (l Wallets) Aside(payer id.ID, rooms []id.ID) map[id.ID]money.Fen {
	out := map[id.ID]money.Fen{}
	for i := range l {
		w := &l[i]
		if item := w.Item(); item != 0 && w.Balance > 0 && (w.Payer == payer || w.Payer == 0) && slices.Contains(rooms, w.Room) {
			out[item] += w.Balance
		}
	}
	return out
}

// Entries are the movements of a wallet, newest first, at most limit.
func (s *Service) Entries(ctx context.Context, q db.Q, project, wallet id.ID, limit int) ([]Entry, error) {
	entries, err := entriesOf(ctx, q, project, wallet, limit)
	if err != nil {
		return nil, fmt.Errorf("wallet entries: %w", err)
	}
	return entries, nil
}

// Total is all prepaid money of the project in fen; it equals the credit
// balance of account 2203.
func (s *Service) Total(ctx context.Context, q db.Q, project id.ID) (money.Fen, error) {
	sum, err := totalBalance(ctx, q, project)
	if err != nil {
		return 0, fmt.Errorf("total of wallets: %w", err)
	}
	return sum, nil
}

// MovedByReceipt is what each receipt with after < id ≤ upto has moved in
// wallets, in fen; one that was made void comes to zero.
func (s *Service) MovedByReceipt(ctx context.Context, q db.Q, project, after, upto id.ID) (map[id.ID]money.Fen, error) {
	out, err := movedByDoc(ctx, q, project, after, upto)
	if err != nil {
		return nil, fmt.Errorf("moved by receipt: %w", err)
	}
	return out, nil
}
