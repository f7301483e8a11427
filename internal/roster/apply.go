package roster

import (
	"context"
	"errors"
	"fmt"

	"linli/internal/audit"
	"linli/internal/estate"
	"linli/internal/kit/actor"
	"linli/internal/kit/crypt"
	"linli/internal/kit/db"
	"linli/internal/kit/id"
	"linli/internal/kit/spool"
)

func maskOf(field, value string) string {
	switch {
	case value == "":
		return ""
	case field == colPhone:
		return crypt.MaskPhone(value)
	}
	return crypt.MaskID(value)
}

// applyPlan writes a plan without problems.
func (s *Service) applyPlan(ctx context.Context, tx *db.Tx, who actor.Actor, im *Import, p *plan) (err error) {
	project := p.project.ID
	j, err := s.beginJournal(ctx, tx, p)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, j.before.Close()) }()
	steps := []func(context.Context, *db.Tx, id.ID, *plan) error{s.applyBuildings, s.applyRooms, s.applyPeople, s.applyOccupants, s.applyFloors}
	for _, step := range steps {
		if err := step(ctx, tx, project, p); err != nil {
			return err
		}
	}
	keep := func(list []Kept) error { return s.keep(ctx, tx, project, im.ID, list) }
	if err := chunks(&p.kept, keep, nil); err != nil {
		return err
	}
	t := s.trace(tx, project, "导入 "+im.FileName, p.made)
	if err := s.closeJournal(ctx, tx, j, im.ID, p, t); err != nil {
		return err
	}
	c := p.report.Counts
	return t.end(ctx, tx, audit.Entry{Project: project, Who: who, Action: "estate.roster_imported", Kind: "import", Subject: im.ID,
		Summary: fmt.Sprintf("导入 %s：新增房屋 %d、住户 %d，修改房屋 %d、住户 %d", im.FileName, c.Rooms, c.People, c.RoomsChanged, c.PeopleChanged),
		After:   map[string]any{"sha256": im.Hash, "counts": c}})
}

// chunkRows bounds what is prepared at a time, for the sake of memory.
const chunkRows = 5000

// chunks hands on what lies in a spool, some thousand at a time; together tells
// that two that follow each other are not parted, nil that all may be.
func chunks[T any, P interface {
	*T
	spool.Coded
}](f *spool.File, write func(list []T) error, together func(a, b *T) bool) error {
	var list []T
	err := spool.Each(f, func(v P) error {
		if n := len(list); n >= chunkRows && (together == nil || !together(&list[n-1], v)) {
			if err := write(list); err != nil {
				return err
			}
			list = list[:0]
		}
		list = append(list, *v)
		return nil
	})
	if err != nil || len(list) == 0 {
		return err
	}
	return write(list)
}

func (s *Service) applyBuildings(ctx context.Context, tx *db.Tx, project id.ID, p *plan) error {
	for _, b := range p.buildings {
		if b.isNew {
			if err := s.estate.AddBuilding(ctx, tx, project, &b.Building); err != nil {
				return err
			}
		}
	}
	for _, u := range p.newUnits {
		if err := s.estate.AddUnit(ctx, tx, project, u); err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) applyRooms(ctx context.Context, tx *db.Tx, project id.ID, p *plan) error {
	var fresh []estate.Room
	return chunks(&p.rooms, func(list []roomDraft) error {
		fresh = fresh[:0]
		for i := range list {
			d := &list[i]
			if p.place(d); d.isNew {
				fresh = append(fresh, d.Room)
				continue
			}
			if err := s.estate.ReplaceRoom(ctx, tx, project, &d.Room); err != nil {
				return err
			}
		}
		return s.estate.AddRooms(ctx, tx, project, fresh)
	}, nil)
}

func (s *Service) applyPeople(ctx context.Context, tx *db.Tx, project id.ID, p *plan) error {
	var fresh []estate.NewPerson
	flush := func() error {
		err := s.estate.AddPeople(ctx, tx, project, fresh)
		fresh = fresh[:0]
		return err
	}
	err := p.people.each(func(w *plannedPerson) error {
		n := estate.NewPerson{ID: w.id, PersonInput: w.in}
		switch {
		case w.old == nil:
			if fresh = append(fresh, n); len(fresh) == chunkRows {
				return flush()
			}
		case p.people.changed[w.no]:
			return s.estate.CompletePerson(ctx, tx, project, n)
		}
		return nil
	})
	if err != nil {
		return err
	}
	return flush()
}

func (s *Service) applyOccupants(ctx context.Context, tx *db.Tx, project id.ID, p *plan) error {
	var fresh []estate.Occupant
	return chunks(&p.occupants, func(list []occupantDraft) error {
		fresh = fresh[:0]
		var touched []id.ID
		payers := map[id.ID]id.ID{} // room → its new payer occupant
		touch := func(d *occupantDraft) {
			if !d.stored {
				return
			}
			if touched = append(touched, d.Room); d.Payer {
				payers[d.Room] = d.ID
			}
		}
		for i := range list {
			if d := &list[i]; d.isNew {
				fresh = append(fresh, d.Occupant)
				touch(d)
			}
		}
		for i := range list {
			d := &list[i]
			if d.isNew {
				continue
			}
			if err := s.estate.ReplaceOccupant(ctx, tx, project, &d.Occupant); err != nil {
				return err
			}
			touch(d)
		}
		if err := s.estate.AddOccupants(ctx, tx, project, fresh); err != nil {
			return err
		}
		return s.estate.SettleRooms(ctx, tx, project, touched, payers)
	}, func(a, b *occupantDraft) bool { return a.Room == b.Room })
}

// applyFloors gives buildings that have grown their height, last because it
// writes all their rooms.
func (s *Service) applyFloors(ctx context.Context, tx *db.Tx, project id.ID, p *plan) error {
	for _, b := range p.buildings {
		if b.isNew || !b.changed {
			continue
		}
		if err := s.estate.ReplaceBuilding(ctx, tx, project, &b.Building); err != nil {
			return err
		}
	}
	return nil
}
