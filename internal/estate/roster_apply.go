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
	steps := []func(context.Context, *db.Tx, id.ID, *plan) error{s.applyBuildings, s.applyRooms, s.applyPeople, s.applyOccupants, s.applyFloors}
	for _, step := range steps {
		if err := step(ctx, tx, project, p); err != nil {
			return err
		}
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

func (s *Service) applyRooms(ctx context.Context, tx *db.Tx, project id.ID, p *plan) error {
	var fresh []Room
	for _, r := range p.order {
		if r.old == nil {
			fresh = append(fresh, r.Room)
		} else if r.isChanged() {
			if err := s.storeRoom(ctx, tx, project, &r.Room); err != nil {
				return err
			}
		}
	}
	if err := copyRooms(ctx, tx, project, fresh); err != nil {
		return err
	}
	return addRooms(ctx, tx, project, len(fresh))
}

func (s *Service) applyPeople(ctx context.Context, tx *db.Tx, project id.ID, p *plan) error {
	var fresh []*sealedPerson
	var terms []term
	for _, w := range p.people.all {
		switch {
		case w.old == nil:
			sealed, err := s.seal(project, w.id, &w.in)
			if err != nil {
				return err
			}
			fresh, terms = append(fresh, sealed), append(terms, sealed.terms()...)
		case w.changed:
			if err := s.applyPerson(ctx, tx, project, w); err != nil {
				return err
			}
		}
	}
	if err := copyPeople(ctx, tx, project, fresh); err != nil {
		return err
	}
	return copyTerms(ctx, tx, project, terms)
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
	list := make([]Occupant, len(p.added))
	touched := make([]id.ID, 0, len(p.added)+len(p.changed))
	payers := map[id.ID]id.ID{} // room → its new payer occupant
	for i, o := range p.added {
		list[i] = *o
		touched = append(touched, o.Room)
		if o.Payer {
			payers[o.Room] = o.ID
		}
	}
	for _, o := range p.changed {
		if err := updateOccupant(ctx, tx, project, o); err != nil {
			return err
		}
		touched = append(touched, o.Room)
		if o.Payer {
			payers[o.Room] = o.ID
		}
	}
	if err := copyOccupants(ctx, tx, project, list); err != nil {
		return err
	}
	for _, r := range p.order {
		if o := payers[r.ID]; o != 0 && r.old != nil {
			if err := clearPayers(ctx, tx, project, r.ID, o); err != nil {
				return err
			}
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
