package invoice

import (
	"context"
	"slices"

	"linli/internal/estate"
	"linli/internal/kit/actor"
	"linli/internal/kit/db"
	"linli/internal/kit/fault"
	"linli/internal/kit/id"
)

// keepWithin leaves out invoices that tell of rooms outside of a limit: by their
// room, by a receipt that they cover, or by a payer who pays for such rooms, too.
func (s *Service) keepWithin(ctx context.Context, q db.Q, project id.ID, list []Invoice, within actor.Buildings) ([]Invoice, error) {
	if within.Whole() || len(list) == 0 {
		return list, nil
	}
	var rooms, payers, receipts []id.ID
	for i := range list {
		rooms, payers = append(rooms, list[i].Room), append(payers, list[i].Payer)
		for _, c := range list[i].Covers {
			receipts = append(receipts, c.Receipt)
		}
	}
	inside, beyond, err := s.estate.Reach(ctx, q, project, rooms, payers, within)
	if err != nil {
		return nil, err
	}
	seen, err := s.cashier.ReceiptsWithin(ctx, q, project, receipts, within)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(slices.Clone(list), func(v Invoice) bool {
		return !inside[v.Room] || beyond[v.Payer] || slices.ContainsFunc(v.Covers, func(c Cover) bool { return !seen[c.Receipt] })
	}), nil
}

// reach refuses somebody who is limited to buildings an invoice that tells of
// rooms outside of them. Error: fault.ErrNotFound.
func (s *Service) reach(ctx context.Context, project, invoice id.ID, within actor.Buildings) error {
	if within.Whole() {
		return nil
	}
	q := s.db.Reader(ctx)
	v, err := oneDoc(ctx, q, project, invoice)
	if err != nil {
		return err
	}
	kept, err := s.keepWithin(ctx, q, project, []Invoice{v}, within)
	if err == nil && len(kept) == 0 {
		err = fault.ErrNotFound
	}
	return err
}

// reachReceipts refuses receipts outside of the limit. Error: fault.ErrNotFound.
func (s *Service) reachReceipts(ctx context.Context, project id.ID, receipts []id.ID, within actor.Buildings) error {
	if within.Whole() {
		return nil
	}
	seen, err := s.cashier.ReceiptsWithin(ctx, s.db.Reader(ctx), project, receipts, within)
	if err == nil && slices.ContainsFunc(receipts, func(r id.ID) bool { return !seen[r] }) {
		err = fault.ErrNotFound
	}
	return err
}

// reachPayer refuses the titles of a payer who does not live within the limit,
// and changing those of one who pays for rooms outside of it, too. Errors:
// fault.ErrNotFound, estate.ErrPersonBeyond.
func (s *Service) reachPayer(ctx context.Context, project, payer id.ID, change bool, within actor.Buildings) error {
	if within.Whole() {
		return nil
	}
	q := s.db.Reader(ctx)
	if _, err := s.estate.PersonWithin(ctx, q, project, payer, within); err != nil || !change {
		return err
	}
	_, beyond, err := s.estate.Reach(ctx, q, project, nil, []id.ID{payer}, within)
	if err == nil && beyond[payer] {
		err = estate.ErrPersonBeyond
	}
	return err
}

// reachTitle is reachPayer for changing a title.
func (s *Service) reachTitle(ctx context.Context, project, title id.ID, within actor.Buildings) error {
	if within.Whole() {
		return nil
	}
	t, err := oneTitle(ctx, s.db.Reader(ctx), project, title)
	if err != nil {
		return err
	}
	return s.reachPayer(ctx, project, t.Payer, true, within)
}
