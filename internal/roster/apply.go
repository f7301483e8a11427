package roster

import (
	"context"
	"fmt"

	"linli/internal/audit"
	"linli/internal/estate"
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
	if err := s.closeJournal(ctx, tx, j, project, im.ID, p); err != nil {
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

// chunkRows bounds what is prepared at a time, for the sake of memory.
const chunkRows = 5000

func (s *Service) applyRooms(ctx context.Context, tx *db.Tx, project id.ID, p *plan) error {
	fresh := make([]estate.Room, 0, min(len(p.order), chunkRows))
	flush := func() error {
		err := s.estate.AddRooms(ctx, tx, project, fresh)
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
			if err := s.estate.ReplaceRoom(ctx, tx, project, &r.Room); err != nil {
				return err
			}
		}
	}
	return flush()
}

// settle writes who pays and how many live there into a new room, by the rule
// of refreshRooms.
func (room *plannedRoom) settle() {
	people := map[id.ID]bool{}
	var payer *estate.Occupant
	for _, o := range room.lists {
		people[o.Person.ID] = true
		switch {
		case !o.Payer && o.Part != estate.PartOwner:
		case payer == nil, o.Payer && !payer.Payer, !payer.Payer && o.Share > payer.Share:
			payer = o
		}
	}
	if room.People = len(people); payer != nil {
		room.Payer = payer.Person.ID
	}
}

func (s *Service) applyPeople(ctx context.Context, tx *db.Tx, project id.ID, p *plan) error {
	var fresh []estate.NewPerson
	flush := func() error {
		err := s.estate.AddPeople(ctx, tx, project, fresh)
		fresh = fresh[:0]
		return err
	}
	for _, w := range p.people.all {
		n := estate.NewPerson{ID: w.id, PersonInput: w.in}
		switch {
		case w.old == nil:
			if fresh = append(fresh, n); len(fresh) == chunkRows {
				if err := flush(); err != nil {
					return err
				}
			}
		case w.changed:
			if err := s.estate.CompletePerson(ctx, tx, project, n); err != nil {
				return err
			}
		}
	}
	return flush()
}

func (s *Service) applyOccupants(ctx context.Context, tx *db.Tx, project id.ID, p *plan) error {
	stored := map[id.ID]bool{} // rooms that were there before
	for _, r := range p.order {
		if r.old != nil {
			stored[r.ID] = true
		}
	}
	list := make([]estate.Occupant, len(p.added))
	var touched []id.ID
	payers := map[id.ID]id.ID{} // room → its new payer occupant
	touch := func(o *estate.Occupant) {
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
		if err := s.estate.ReplaceOccupant(ctx, tx, project, o); err != nil {
			return err
		}
		touch(o)
	}
	if err := s.estate.AddOccupants(ctx, tx, project, list); err != nil {
		return err
	}
	return s.estate.SettleRooms(ctx, tx, project, touched, payers)
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
