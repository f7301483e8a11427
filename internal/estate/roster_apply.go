package estate

import (
	"context"
	"fmt"

	"linli/internal/audit"
	"linli/internal/kit/actor"
	"linli/internal/kit/crypt"
	"linli/internal/kit/db"
	"linli/internal/kit/id"
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
func (s *Service) applyPlan(ctx context.Context, tx *db.Tx, who actor.Actor, im *Import, p *plan) error {
	project := p.project.ID
	j, err := s.beginJournal(ctx, tx, p)
	if err != nil {
		return err
	}
	steps := []func(context.Context, *db.Tx, id.ID, *plan) error{s.applyBuildings, s.applyRooms, s.applyPeople, s.applyOccupants, s.applyFloors}
	for _, step := range steps {
		if err := step(ctx, tx, project, p); err != nil {
			return err
		}
	}
	if err := s.keep(ctx, tx, project, im.ID, p.kept); err != nil {
		return err
	}
	if err := j.close(ctx, tx, project, im.ID, p); err != nil {
		return err
	}
	c := p.report.Counts
	s.audit.Record(tx, audit.Entry{Project: project, Who: who, Action: "estate.roster_imported", Kind: "import", Subject: im.ID,
		Summary: fmt.Sprintf("导入 %s：新增房屋 %d、住户 %d，修改房屋 %d、住户 %d", im.FileName, c.Rooms, c.People, c.RoomsChanged, c.PeopleChanged),
		After:   map[string]any{"sha256": im.Hash, "counts": c}})
	return nil
}

func (s *Service) applyBuildings(ctx context.Context, tx *db.Tx, project id.ID, p *plan) error {
	for _, b := range p.buildings {
		if b.isNew {
			if err := insertBuilding(ctx, tx, project, &b.Building); err != nil {
				return err
			}
		}
	}
	for _, u := range p.newUnits {
		if err := insertUnit(ctx, tx, project, u); err != nil {
			return err
		}
	}
	return nil
}

// chunkRows bounds what is prepared at a time, for the sake of memory.
const chunkRows = 5000

func (s *Service) applyRooms(ctx context.Context, tx *db.Tx, project id.ID, p *plan) error {
	fresh := make([]Room, 0, min(len(p.order), chunkRows))
	total := 0
	flush := func() error {
		total += len(fresh)
		err := copyRooms(ctx, tx, project, fresh)
		fresh = fresh[:0]
		return err
	}
	for _, r := range p.order {
		switch {
		case r.old == nil:
			r.settle()
			if fresh = append(fresh, r.Room); len(fresh) == chunkRows {
				if err := flush(); err != nil {
					return err
				}
			}
		case r.changed:
			if err := s.storeRoom(ctx, tx, project, &r.Room); err != nil {
				return err
			}
		}
	}
	if err := flush(); err != nil {
		return err
	}
	return addRooms(ctx, tx, project, total)
}

// settle writes who pays and how many live there into a new room, by the rule
// of refreshRooms.
func (room *plannedRoom) settle() {
	people := map[id.ID]bool{}
	var payer *Occupant
	for _, o := range room.lists {
		people[o.Person.ID] = true
		switch {
		case !o.Payer && o.Part != PartOwner:
		case payer == nil, o.Payer && !payer.Payer, !payer.Payer && o.Share > payer.Share:
			payer = o
		}
	}
	if room.People = len(people); payer != nil {
		room.Payer = payer.Person.ID
	}
}

func (s *Service) applyPeople(ctx context.Context, tx *db.Tx, project id.ID, p *plan) error {
	var fresh []*sealedPerson
	var terms []term
	flush := func() error {
		if err := copyPeople(ctx, tx, project, fresh); err != nil {
			return err
		}
		err := copyTerms(ctx, tx, project, terms)
		fresh, terms = fresh[:0], terms[:0]
		return err
	}
	for _, w := range p.people.all {
		switch {
		case w.old == nil:
			sealed, err := s.seal(project, w.id, &w.in)
			if err != nil {
				return err
			}
			fresh, terms = append(fresh, sealed), append(terms, sealed.terms()...)
			if len(fresh) == chunkRows {
				if err := flush(); err != nil {
					return err
				}
			}
		case w.changed:
			if err := s.applyPerson(ctx, tx, project, w); err != nil {
				return err
			}
		}
	}
	return flush()
}

// applyPerson changes what the file gives; an empty cell takes nothing away.
func (s *Service) applyPerson(ctx context.Context, tx *db.Tx, project id.ID, w *plannedPerson) error {
	old, err := sealedOne(ctx, tx, project, w.id)
	if err != nil {
		return err
	}
	in, err := s.open(project, old)
	if err != nil {
		return err
	}
	for _, f := range []struct{ to, from *string }{{&in.Phone, &w.in.Phone}, {&in.IDNumber, &w.in.IDNumber}, {&in.Gender, &w.in.Gender}, {&in.Email, &w.in.Email}} {
		if *f.from != "" {
			*f.to = *f.from
		}
	}
	p, err := s.seal(project, w.id, &in)
	if err != nil {
		return err
	}
	p.Version = old.Version
	return updatePerson(ctx, tx, project, p)
}

func (s *Service) applyOccupants(ctx context.Context, tx *db.Tx, project id.ID, p *plan) error {
	stored := map[id.ID]bool{} // rooms that were there before
	for _, r := range p.order {
		if r.old != nil {
			stored[r.ID] = true
		}
	}
	list := make([]Occupant, len(p.added))
	var touched []id.ID
	payers := map[id.ID]id.ID{} // room → its new payer occupant
	touch := func(o *Occupant) {
		if !stored[o.Room] {
			return
		}
		touched = append(touched, o.Room)
		if o.Payer {
			payers[o.Room] = o.ID
		}
	}
	for i, o := range p.added {
		list[i] = *o
		touch(o)
	}
	for _, o := range p.changed {
		if err := updateOccupant(ctx, tx, project, o); err != nil {
			return err
		}
		touch(o)
	}
	if err := copyOccupants(ctx, tx, project, list); err != nil {
		return err
	}
	for room, occupant := range payers {
		if err := clearPayers(ctx, tx, project, room, occupant); err != nil {
			return err
		}
	}
	return refreshRooms(ctx, tx, project, touched)
}

// applyFloors gives buildings that have grown their height, last because it
// writes all their rooms.
func (s *Service) applyFloors(ctx context.Context, tx *db.Tx, project id.ID, p *plan) error {
	for _, b := range p.buildings {
		if b.isNew || !b.changed {
			continue
		}
		if err := updateBuilding(ctx, tx, project, &b.Building); err != nil {
			return err
		}
		if err := s.placeAgain(ctx, tx, project, &b.Building); err != nil {
			return err
		}
	}
	return nil
}
