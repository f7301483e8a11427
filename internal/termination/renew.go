package termination

import (
	"context"
	"fmt"

	"linli/internal/cashier"
	"linli/internal/kit/actor"
	"linli/internal/kit/db"
	"linli/internal/kit/fault"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
)

// Renew computes an open document anew by today's charges and payments, because
// something has changed since it was asked for: the document and its refunds are
// withdrawn, and another is asked for with the same months, policy and reason.
// It needs its own approval, by somebody else than who. seen is what the screen
// showed to be given back now. Errors: ErrState, ErrOnWay, ErrPartly, those of
// Ask, fault.ErrStale, fault.ErrNotFound.
func (s *Service) Renew(ctx context.Context, who actor.Actor, project, doc id.ID, seen money.Fen, version int) (Doc, error) {
	var d Doc
	err := s.db.Write(ctx, func(tx *db.Tx) error {
		old, err := lockDoc(ctx, tx, project, doc)
		switch {
		case err != nil:
			return err
		case old.Version != version:
			return fault.ErrStale
		case old.State != Asked && old.State != Approved:
			return ErrState
		}
		if err := s.letGo(ctx, tx, who, project, &old, "重新计算，撤回", 0); err != nil {
			return err
		}
		d, err = s.ask(ctx, tx, who, project, Ask{Room: old.Room, Run: old.Run, Item: old.Item, Used: old.Used, Policy: old.Policy, Seen: seen,
			Again: old.Again, Original: old.Original, Method: old.Method, Account: old.Account, Reason: old.Reason, Proof: old.Proof})
		return err
	})
	if err != nil {
		return Doc{}, fmt.Errorf("renew termination: %w", err)
	}
	return d, nil
}

// letGo withdraws a document with the refunds that its approval has made, as
// long as no money is on its way; but is one that is withdrawn already.
func (s *Service) letGo(ctx context.Context, tx *db.Tx, who actor.Actor, project id.ID, d *Doc, verb string, but id.ID) error {
	before, was := d.facts(), d.State
	d.State = Withdrawn
	d.Version++
	s.record(tx, who, project, d, verb, before)
	if err := updateDoc(ctx, tx, project, d); err != nil || was == Asked {
		return err
	}
	ctx = db.Join(ctx, tx)
	for _, p := range d.Parts {
		if p.Refund == but {
			continue
		}
		f, err := s.cashier.Refund(ctx, project, p.Refund)
		if err != nil {
			return err
		}
		switch f.State {
		case cashier.RefundPaid:
			return ErrPartly
		case cashier.RefundSent:
			return ErrOnWay
		}
		if _, err := s.cashier.WithdrawRefund(ctx, actor.System("提前终止退费"), project, f.ID, f.Version); err != nil {
			return err
		}
	}
	return nil
}
