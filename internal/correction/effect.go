package correction

import (
	"context"
	"fmt"
	"slices"

	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
)

// Effect is what correcting a difference now would do to one who pays, in fen.
// Who is charged more, and whose prepaid money grows, is who owed that month,
// whoever owns the room today.
type Effect struct {
	Payer     id.ID
	PayerName string
	More      money.Fen // charged anew
	Credited  money.Fen // taken off what is still owed
	Returned  money.Fen // paid already, would be prepaid
}

// OfRoom compares one room as Differences does, and says of each difference what
// correcting it now would do to whom. Error: ErrMonths.
func (s *Service) OfRoom(ctx context.Context, q db.Q, project, room id.ID, from, until clock.Month) ([]*Difference, error) {
	var list []*Difference
	err := s.Differences(ctx, q, project, room-1, room, from, until, func(d *Difference) error {
		list = append(list, d)
		return nil
	})
	if err != nil {
		return nil, err
	}
	return list, s.foretell(ctx, q, project, room, list)
}

// foretell says what correcting the differences of a room would do.
func (s *Service) foretell(ctx context.Context, q db.Q, project, room id.ID, list []*Difference) error {
	made, err := madeIn(ctx, q, project, room)
	if err != nil {
		return fmt.Errorf("foretell correction: %w", err)
	}
	var charges, payers []id.ID
	targets := func(p *part) []id.ID { return append(slices.Clone(made[p.charge.ID]), p.charge.ID) }
	for _, d := range list {
		for i := range d.parts {
			charges, payers = append(charges, targets(&d.parts[i])...), append(payers, d.parts[i].charge.Payer)
		}
	}
	known, err := s.billing.Named(ctx, q, project, charges)
	if err != nil {
		return fmt.Errorf("foretell correction: %w", err)
	}
	names, err := s.estate.PersonNames(ctx, q, project, payers)
	if err != nil {
		return fmt.Errorf("foretell correction: %w", err)
	}
	for _, d := range list {
		for i := range d.parts {
			p := &d.parts[i]
			e := Effect{Payer: p.charge.Payer, PayerName: names[p.charge.Payer], More: max(0, p.amount)}
			for _, x := range cuts(targets(p), known, max(0, -p.amount)) {
				e.Credited, e.Returned = e.Credited+x.owed, e.Returned+x.paid
			}
			d.Effects = append(d.Effects, e)
		}
	}
	return nil
}
