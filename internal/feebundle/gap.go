package feebundle

import (
	"context"
	"fmt"
	"slices"

	"linli/internal/kit/actor"
	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/fault"
	"linli/internal/kit/id"
)

// gapPage is how many uses are read at once to be looked through for items that
// were put into the bundle later.
const gapPage = 200

// Gap is a use whose rooms lack items that the bundle has got since.
type Gap struct {
	Use     Use
	Rooms   int      // of the place today
	Effects []Effect // of the missing items, as giving them from today on would be
}

// lacking are the parts of the bundle that the use has not given. An item that
// all rooms had then counts as given.
func (u *Use) lacking(b *Bundle) []Part {
	var out []Part
	for _, p := range b.Parts {
		k := slices.IndexFunc(u.Effects, func(e Effect) bool { return e.Item == p.Item })
		if k < 0 || u.Effects[k].Verdict != Gives && u.Effects[k].Verdict != AllHave {
			out = append(out, p)
		}
	}
	return out
}

// at is the place from a day on, not before the use began.
func (u *Use) at(day clock.Date) Place {
	p := u.Place
	p.From = max(p.From, day)
	return p
}

// Gaps are the uses of a bundle in use whose rooms lack what was put into it
// later, newest first. Error: fault.ErrNotFound.
func (s *Service) Gaps(ctx context.Context, q db.Q, project, bundle id.ID) ([]Gap, error) {
	b, err := oneBundle(ctx, q, project, bundle)
	if err != nil || !b.Active {
		return nil, err
	}
	var out []Gap
	for before := id.ID(0); ; {
		list, err := listUses(ctx, q, project, bundle, before, gapPage)
		if err != nil {
			return nil, err
		}
		for _, u := range list[:min(len(list), gapPage)] {
			g, err := s.gap(ctx, q, project, &b, u)
			if err != nil {
				return nil, err
			}
			if g != nil {
				out = append(out, *g)
			}
			before = u.ID
		}
		if len(list) <= gapPage {
			return out, nil
		}
	}
}

// gap is what the rooms of one use lack, nil for nothing.
func (s *Service) gap(ctx context.Context, q db.Q, project id.ID, b *Bundle, u Use) (*Gap, error) {
	parts, today := u.lacking(b), s.today()
	if !u.Given || len(parts) == 0 || u.Place.Until != 0 && u.Place.Until < today {
		return nil, nil
	}
	p := u.at(today)
	effects, rooms, err := s.look(ctx, q, project, &p, parts)
	if fault.As(err) != nil {
		return nil, nil // its building, tag or rooms are gone
	}
	if err != nil {
		return nil, fmt.Errorf("gaps of bundle: %w", err)
	}
	effects = slices.DeleteFunc(effects, func(e Effect) bool { return e.Gains == 0 || e.Verdict == Retired || e.Verdict == Over })
	if len(effects) == 0 {
		return nil, nil
	}
	return &Gap{u, rooms, effects}, nil
}

// Fill gives the rooms of a use what was put into its bundle later, from a day
// on; it becomes part of the use and is undone with it. Errors: ErrUndone, and
// those of Give.
func (s *Service) Fill(ctx context.Context, who actor.Actor, project, use id.ID, version, bundleVersion int, from clock.Date) (u Use, err error) {
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		if u, err = oneUse(ctx, tx, project, use); err != nil {
			return err
		}
		b, err := s.locked(ctx, tx, project, u.Bundle, bundleVersion)
		if err != nil {
			return err
		}
		if u, err = lockUse(ctx, tx, project, use); err != nil {
			return err
		}
		switch {
		case !u.Given:
			return ErrUndone
		case u.Version != version:
			return fault.ErrStale
		case from < u.Place.From:
			return ErrGiving.At("body.from_date", "不能早于这一次给出的起始日 "+u.Place.From.String(), from.String())
		}
		p := u.at(from)
		effects, _, err := s.look(ctx, tx, project, &p, u.lacking(&b))
		if err != nil {
			return err
		}
		if err := s.give(ctx, tx, who, project, &u, &b, effects, &p); err != nil {
			return err
		}
		u.Version++
		if err := updateUse(ctx, tx, project, &u); err != nil {
			return err
		}
		if u, err = oneUse(ctx, tx, project, use); err != nil {
			return err
		}
		return s.note(ctx, tx, who, project, &u, "bundle.filled", fmt.Sprintf("补上套餐 %s 后来加的费用", b.Name), "")
	})
	return u, err
}
