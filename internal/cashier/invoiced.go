package cashier

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"linli/internal/kit/db"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
)

// Kept is a receipt and what of it was not given back, by charge; Free is
// without what somebody has asked to give back. A void, red or reversed receipt
// has kept nothing.
type Kept struct {
	Receipt Receipt
	Lines   map[id.ID]money.Fen
	Free    map[id.ID]money.Fen
}

// InvoiceGuard is the socket of whoever gives invoices: it refuses to take back
// what stands on one. rest is what would remain of each charge of the receipt;
// a charge that is missing would keep nothing.
type InvoiceGuard func(ctx context.Context, tx *db.Tx, project, receipt id.ID, rest map[id.ID]money.Fen) error

// GuardInvoices fills the socket while the house is built.
func (s *Service) GuardInvoices(f InvoiceGuard) { s.invoices = f }

func (s *Service) mayTakeBack(ctx context.Context, tx *db.Tx, project, receipt id.ID, rest map[id.ID]money.Fen) error {
	if s.invoices == nil {
		return nil
	}
	return s.invoices(ctx, tx, project, receipt, rest)
}

// mayTakePart asks the guard about lines that a red receipt would take back.
func (s *Service) mayTakePart(ctx context.Context, tx *db.Tx, project id.ID, r *Receipt, lines []Line) error {
	if len(lines) == 0 {
		return nil
	}
	kept, err := kept(ctx, tx, project, r)
	if err != nil {
		return err
	}
	for _, l := range lines {
		kept.Lines[l.Charge] += l.Amount // negative
	}
	return s.mayTakeBack(ctx, tx, project, r.ID, kept.Lines)
}

// LockKept reads receipts while nothing of them can be given back: their
// rooms, then they themselves are locked. Error: fault.ErrNotFound.
func (s *Service) LockKept(ctx context.Context, tx *db.Tx, project id.ID, receipts []id.ID) ([]Kept, error) {
	rooms := []id.ID{}
	for _, x := range receipts {
		r, err := s.oneReceipt(ctx, tx, project, x)
		if err != nil {
			return nil, err
		}
		rooms = append(rooms, r.rooms()...)
	}
	slices.Sort(rooms)
	if err := lockDesks(ctx, tx, project, slices.Compact(rooms)); err != nil {
		return nil, fmt.Errorf("lock households: %w", err)
	}
	if err := lockReceipts(ctx, tx, project, receipts); err != nil {
		return nil, fmt.Errorf("lock receipts: %w", err)
	}
	return s.Kept(ctx, tx, project, receipts)
}

// Kept reads what receipts have kept. Error: fault.ErrNotFound.
func (s *Service) Kept(ctx context.Context, q db.Q, project id.ID, receipts []id.ID) ([]Kept, error) {
	out := make([]Kept, 0, len(receipts))
	for _, x := range receipts {
		r, err := s.oneReceipt(ctx, q, project, x)
		if err != nil {
			return nil, err
		}
		k, err := kept(ctx, q, project, &r)
		if err != nil {
			return nil, err
		}
		open, err := openRefunds(ctx, q, project, ofReceipt, r.ID)
		if err != nil {
			return nil, fmt.Errorf("open refunds: %w", err)
		}
		k.Free = maps.Clone(k.Lines)
		for i := len(r.Lines) - 1; i >= 0 && open > 0; i-- { // the last line goes first
			part := min(open, k.Free[r.Lines[i].Charge])
			k.Free[r.Lines[i].Charge] -= part
			open -= part
		}
		out = append(out, k)
	}
	return out, nil
}

func kept(ctx context.Context, q db.Q, project id.ID, r *Receipt) (Kept, error) {
	k := Kept{Receipt: *r, Lines: map[id.ID]money.Fen{}}
	if r.Red() || r.State != StateValid || r.ReversedBy != 0 {
		return k, nil
	}
	got := r.moneyOf() // nobody gives an invoice for what was let go
	for i, l := range r.Lines {
		k.Lines[l.Charge] += got[i]
	}
	away, err := onTheWay(ctx, q, project, r.ID)
	if err != nil || r.Refunded == 0 && away == 0 {
		return k, err
	}
	gone, _, err := takenBack(ctx, q, project, r.ID)
	if err != nil {
		return k, fmt.Errorf("read red receipts: %w", err)
	}
	for charge, amount := range gone {
		k.Lines[charge] -= amount
	}
	if away == 0 {
		return k, nil
	}
	var red Receipt // as it will be when the channel has given back
	if err := r.takePart(&red, away, 0, gone); err != nil {
		return k, err
	}
	for _, l := range red.Lines {
		k.Lines[l.Charge] += l.Amount // negative
	}
	return k, nil
}
