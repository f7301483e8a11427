package cashier

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"linli/internal/audit"
	"linli/internal/billing"
	"linli/internal/kit/actor"
	"linli/internal/kit/db"
	"linli/internal/kit/id"
	"linli/internal/ledger"
)

// booking is a drafted receipt with the household whose it is.
type booking struct {
	who     actor.Actor
	seat    *Seat
	receipt *Receipt
}

// book makes a draft true.
func (s *Service) book(ctx context.Context, tx *db.Tx, who actor.Actor, project id.ID, seat *Seat, r *Receipt) error {
	return s.bookAll(ctx, tx, project, []booking{{who, seat, r}})
}

// bookAll makes drafts true, all in the statements that one would take. They
// are drafts of different households, so that none changes what another saw.
func (s *Service) bookAll(ctx context.Context, tx *db.Tx, project id.ID, list []booking) error {
	for _, b := range list {
		if err := s.chargeLate(ctx, tx, b.who, project, b.seat, b.receipt); err != nil {
			return err
		}
	}
	var paid []billing.Settlement
	var postings []ledger.Posting
	for _, b := range list {
		for _, x := range settlements(b.receipt.Lines) {
			x.On = b.receipt.Date
			paid = append(paid, x)
		}
		postings = append(postings, b.receipt.postings()...)
	}
	settled, err := s.billing.Settle(ctx, tx, project, paid)
	if err != nil {
		return err
	}
	if err := s.explainLines(ctx, tx, project, list, settled); err != nil {
		return err
	}
	for _, b := range list {
		if err := s.moveWallets(ctx, tx, project, b.seat, b.receipt); err != nil {
			return err
		}
	}
	if err := s.ledger.Post(ctx, tx, project, postings); err != nil {
		return err
	}
	if err := s.number(ctx, tx, project, list); err != nil {
		return err
	}
	return s.write(ctx, tx, project, list)
}

// moveWallets takes and gives prepaid money as the receipt says.
func (s *Service) moveWallets(ctx context.Context, tx *db.Tx, project id.ID, seat *Seat, r *Receipt) error {
	if r.PrepaidUsed > 0 {
		if err := s.spend(ctx, tx, project, seat, r); err != nil {
			return err
		}
	}
	if r.ToPrepay > 0 {
		return s.payment.CreditFor(ctx, tx, project, r.Room, r.Payer, r.PrepayItem, r.ToPrepay, ledger.DocReceipt, r.ID)
	}
	return nil
}

// number gives the receipts their shifts and numbers, in their order.
func (s *Service) number(ctx context.Context, tx *db.Tx, project id.ID, list []booking) error {
	shifts := map[id.ID]id.ID{}
	for _, b := range list {
		shift, ok := shifts[b.who.Account]
		if !ok {
			var err error
			if shift, err = s.joinShift(ctx, tx, b.who, project); err != nil {
				return err
			}
			shifts[b.who.Account] = shift
		}
		b.receipt.Shift, b.receipt.ShiftState = shift, ShiftOpen
	}
	years := map[int][]*Receipt{}
	for _, b := range list {
		year := b.receipt.Date.Year()
		years[year] = append(years[year], b.receipt)
	}
	for _, year := range slices.Sorted(maps.Keys(years)) {
		first, prefixes, err := s.ledger.NextDocuments(ctx, tx, project, series, year, len(years[year]))
		if err != nil {
			return err
		}
		for i, r := range years[year] {
			r.Year, r.Seq = year, first+int64(i)
			r.Number = prefixes.Number(series, year, r.Seq)
		}
	}
	return nil
}

// write stores the receipts and tells the log and the desks of their rooms.
func (s *Service) write(ctx context.Context, tx *db.Tx, project id.ID, list []booking) error {
	receipts := make([]*Receipt, len(list))
	stamped := map[string][]id.ID{}
	for i, b := range list {
		receipts[i] = b.receipt
		stamped[b.who.Name] = append(stamped[b.who.Name], b.receipt.rooms()...)
	}
	if err := insertReceipts(ctx, tx, project, receipts); err != nil {
		return fmt.Errorf("write receipt: %w", err)
	}
	for name, rooms := range stamped {
		if err := stampDesks(ctx, tx, project, rooms, eventReceived, name); err != nil {
			return fmt.Errorf("write receipt: %w", err)
		}
	}
	for i, r := range receipts {
		s.audit.Record(tx, audit.Entry{Project: project, Who: list[i].who, Action: "cashier.received", Kind: "receipt", Subject: r.ID,
			Summary: fmt.Sprintf("%s 收款 %s 元，收据 %s", r.RoomLabel, r.Amount.Comma(), r.Number), After: facts(r)})
	}
	return s.told(ctx, tx, project, receipts)
}

// facts is what the audit log keeps of a receipt.
func facts(r *Receipt) map[string]any {
	return map[string]any{
		"number": r.Number, "room": r.RoomLabel, "room_id": r.Room, "payer": r.PayerName, "payer_id": r.Payer, "tendered": r.Tendered, "change": r.Change, "amount": r.Amount, "prepaid_used": r.PrepaidUsed, "to_prepay": r.ToPrepay,
		"owed_before": r.OwedBefore, "owed_after": r.OwedAfter, "policy": r.Policy, "rounded": r.Rounded, "ahead": r.Ahead, "lines": len(r.Lines), "state": r.State,
	}
}

// explainLines writes on each line how its charge was computed, as it is
// explained today: the receipt keeps saying so whatever changes later.
func (s *Service) explainLines(ctx context.Context, tx *db.Tx, project id.ID, list []booking, settled map[id.ID]billing.Charge) error {
	said, err := s.billing.ExplainRead(ctx, tx, project, settled)
	if err != nil {
		return err
	}
	for _, b := range list {
		for i := range b.receipt.Lines {
			l := &b.receipt.Lines[i]
			l.How = said[l.Charge].Short()
		}
	}
	return nil
}
