package feebundle

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"linli/internal/adjust"
	"linli/internal/audit"
	"linli/internal/billing"
	"linli/internal/kit/actor"
	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/fault"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
	"linli/internal/kit/page"
	"linli/internal/tariff"
)

// Use is one time that a bundle was given to a place.
type Use struct {
	ID      id.ID
	Bundle  id.ID
	Place   Place
	Reached int // rooms of the place when it was given
	Given   bool
	By      string
	At      time.Time
	Undone  Undone
	Effects []Effect // as they were when it was given; names are not kept
	Version int
}

// Undone is how a use was taken back.
type Undone struct {
	By     string
	At     time.Time
	Reason string
	Kept   int // what stayed because somebody had changed or paid it
}

// Giving is a bundle that shall be given. Bundle and Version are those of the
// bundle on the screen.
type Giving struct {
	Bundle  id.ID
	Version int
	Place   Place
}

func (s *Service) today() clock.Date { return clock.DateOf(s.db.Clock().Now()) }

// Preview sees what giving a bundle would do; rooms is how many the place has.
// Errors: ErrGiving, ErrNobody, ErrRetired, tariff.ErrAssignment,
// fault.ErrNotFound.
func (s *Service) Preview(ctx context.Context, q db.Q, project id.ID, g Giving) (effects []Effect, rooms int, err error) {
	b, err := oneBundle(ctx, q, project, g.Bundle)
	if err != nil {
		return nil, 0, err
	}
	if !b.Active {
		return nil, 0, ErrRetired
	}
	return s.look(ctx, q, project, &g.Place, b.Parts)
}

// Give charges the items of a bundle to a place, each to the rooms that do not
// have it. Errors: those of Preview, ErrNothing, ErrOnce, fault.ErrStale, and
// those of adjust.Charge.
func (s *Service) Give(ctx context.Context, who actor.Actor, project id.ID, g Giving) (Use, error) {
	u := Use{Bundle: g.Bundle, Place: g.Place, Given: true, By: who.Name, Version: 1}
	err := s.db.Write(ctx, func(tx *db.Tx) error {
		b, err := s.locked(ctx, tx, project, g.Bundle, g.Version)
		if err != nil {
			return err
		}
		if u.Effects, u.Reached, err = s.look(ctx, tx, project, &u.Place, b.Parts); err != nil {
			return err
		}
		u.ID, u.At = tx.NewID(), tx.Now()
		if err := insertUse(ctx, tx, project, &u); err != nil {
			return err
		}
		if err := s.give(ctx, tx, who, project, &u, &b, u.Effects, &u.Place); err != nil {
			return err
		}
		return s.note(ctx, tx, who, project, &u, "bundle.given", fmt.Sprintf("给出套餐 %s", b.Name), "")
	})
	return u, err
}

// locked reads a bundle in use as it was on the screen and keeps it and its
// items from changing.
func (s *Service) locked(ctx context.Context, tx *db.Tx, project, bundle id.ID, version int) (Bundle, error) {
	b, err := lockBundle(ctx, tx, project, bundle)
	switch {
	case err != nil:
		return b, err
	case b.Version != version:
		return b, fault.ErrStale
	case !b.Active:
		return b, ErrRetired
	}
	items := make([]id.ID, len(b.Parts))
	for i, p := range b.Parts {
		items[i] = p.Item
	}
	slices.Sort(items)
	for _, i := range items {
		if _, err := s.tariff.LockItem(ctx, tx, project, i); err != nil {
			return b, err
		}
	}
	return b, nil
}

// give does what the effects say.
func (s *Service) give(ctx context.Context, tx *db.Tx, who actor.Actor, project id.ID, u *Use, b *Bundle, effects []Effect, p *Place) error {
	if !slices.ContainsFunc(effects, func(e Effect) bool { return e.Verdict == Gives }) {
		return ErrNothing
	}
	for i := range effects {
		e := &effects[i]
		if err := keepEffect(ctx, tx, project, u.ID, i, e); err != nil {
			return err
		}
		if e.Verdict != Gives {
			continue
		}
		var err error
		switch {
		case e.Basis == tariff.Once:
			err = s.giveOnce(ctx, tx, who, project, u, b, e, p)
		case p.Scope == tariff.ToRoom:
			err = s.assignRooms(ctx, tx, who, project, u.ID, e, p)
		default:
			err = s.assign(ctx, tx, who, project, u.ID, e, p.Assignment)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) assignRooms(ctx context.Context, tx *db.Tx, who actor.Actor, project, use id.ID, e *Effect, p *Place) error {
	for _, r := range e.gaining {
		if err := s.assign(ctx, tx, who, project, use, e, tariff.Assignment{Scope: tariff.ToRoom, Target: r, From: p.From, Until: p.Until}); err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) assign(ctx context.Context, tx *db.Tx, who actor.Actor, project, use id.ID, e *Effect, a tariff.Assignment) error {
	a.Item, a.Quantity = e.Item, e.Quantity
	made, err := s.tariff.Assign(ctx, tx, who, project, a)
	if err != nil {
		return err
	}
	m := part{Item: e.Item, Assignment: made.ID}
	if a.Scope == tariff.ToRoom {
		m.Room = a.Target
	}
	return insertMade(ctx, tx, project, use, &m)
}

// giveOnce makes each room owe the amount by a document of its own.
func (s *Service) giveOnce(ctx context.Context, tx *db.Tx, who actor.Actor, project id.ID, u *Use, b *Bundle, e *Effect, p *Place) error {
	if !who.Can(adjust.PermCharge, project) {
		return ErrOnce
	}
	for _, r := range e.gaining {
		d, err := s.adjust.Charge(ctx, tx, who, project, billing.Single{Room: r, Item: e.Item, Month: p.From.Month(), Amount: e.Amount}, "套餐 "+b.Name, "")
		if err != nil {
			return err
		}
		if err := insertMade(ctx, tx, project, u.ID, &part{Item: e.Item, Room: r, Charge: d.Charge, Amount: d.Amount}); err != nil {
			return err
		}
	}
	return nil
}

// part is one assignment or charge that a use made.
type part struct {
	Item, Room         id.ID // Room 0 of an assignment to more than single rooms
	Assignment, Charge id.ID
	Amount             money.Fen
}

// Undo takes back everything that a use made, in one action; charges that runs
// have made of it stay. What somebody has changed, paid or taken back since
// stays as it is and is counted. Errors: ErrReason, ErrUndone,
// ErrUndoOnce, fault.ErrStale, fault.ErrNotFound.
func (s *Service) Undo(ctx context.Context, who actor.Actor, project, use id.ID, version int, reason string) (u Use, err error) {
	reason = strings.TrimSpace(reason)
	if n := utf8.RuneCountInString(reason); n < 2 || n > 200 {
		return u, ErrReason.At("body.reason", "2–200 个字", nil)
	}
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		if u, err = lockUse(ctx, tx, project, use); err != nil {
			return err
		}
		switch {
		case !u.Given:
			return ErrUndone
		case u.Version != version:
			return fault.ErrStale
		}
		made, err := madeBy(ctx, tx, project, use)
		if err != nil {
			return err
		}
		if slices.ContainsFunc(made, func(m part) bool { return m.Charge != 0 }) && !who.Can(billing.PermRelease, project) {
			return ErrUndoOnce
		}
		u.Undone = Undone{By: who.Name, At: tx.Now(), Reason: reason}
		for i := range made {
			kept, err := s.undo(ctx, tx, who, project, &made[i], reason)
			if err != nil {
				return err
			}
			if kept {
				u.Undone.Kept++
			}
		}
		u.Given, u.Version = false, u.Version+1
		if err := updateUse(ctx, tx, project, &u); err != nil {
			return err
		}
		return s.note(ctx, tx, who, project, &u, "bundle.undone", "撤销给出的套餐", reason)
	})
	return u, err
}

func (s *Service) undo(ctx context.Context, tx *db.Tx, who actor.Actor, project id.ID, m *part, reason string) (kept bool, err error) {
	if m.Assignment != 0 {
		return s.tariff.TakeBack(ctx, tx, who, project, m.Assignment)
	}
	_, err = s.adjust.Red(ctx, tx, who, project, m.Charge, m.Amount, false, reason, "")
	if errors.Is(err, billing.ErrRedPaid) || errors.Is(err, billing.ErrRedLate) || errors.Is(err, billing.ErrNotOwed) {
		return true, nil
	}
	return false, err
}

// note writes the log of a use under its bundle.
func (s *Service) note(ctx context.Context, tx *db.Tx, who actor.Actor, project id.ID, u *Use, action, verb, reason string) error {
	labels, err := s.labels(ctx, tx, project, []Use{*u})
	if err != nil {
		return err
	}
	text := verb + "：" + labels[0]
	if reason != "" {
		text += "，" + reason
	}
	s.audit.Record(tx, audit.Entry{Project: project, Who: who, Action: action, Kind: "bundle", Subject: u.Bundle, Summary: text,
		After: map[string]any{"use": u.ID, "from": u.Place.From, "until": u.Place.Until, "rooms": u.Reached, "items": len(u.Effects), "kept": u.Undone.Kept}})
	return nil
}

// labels name the places of uses: 全项目, 3栋, 3栋2单元1502, 3栋2单元1502 等 5 户.
func (s *Service) labels(ctx context.Context, q db.Q, project id.ID, list []Use) ([]string, error) {
	first := make([]tariff.Assignment, len(list))
	for i := range list {
		if first[i] = list[i].Place.Assignment; first[i].Scope == tariff.ToRoom && len(list[i].Place.Rooms) > 0 {
			first[i].Target = list[i].Place.Rooms[0]
		}
	}
	out, err := s.tariff.ScopeLabels(ctx, q, project, first)
	for i := range out {
		if n := len(list[i].Place.Rooms); n > 1 {
			out[i] += fmt.Sprintf(" 等 %d 户", n)
		}
	}
	return out, err
}

// Uses lists how often a bundle was given, newest first.
func (s *Service) Uses(ctx context.Context, q db.Q, project, bundle id.ID, r page.Request) (page.List[Use], error) {
	return page.Newest(&r, func(u Use) id.ID { return u.ID }, func(before id.ID) ([]Use, error) {
		return listUses(ctx, q, project, bundle, before, r.Limit)
	})
}
