package estate

import (
	"context"

	"linli/internal/kit/db"
	"linli/internal/kit/id"
)

// Bulk commands are what a room above writes here by the thousand. They run
// inside its transaction after Lock, trust what they are given (checked and
// placed with Check and Place, ids made before) and leave the audit entry, one
// for all of it, to the caller.

// Lock makes commands on the rooms of a whole project wait for each other.
func (s *Service) Lock(ctx context.Context, tx *db.Tx, project id.ID) error {
	return lockProject(ctx, tx, project)
}

// PlacesByKey are the buildings of a project by key, and its units by the key
// of their building, a slash and their own.
func (s *Service) PlacesByKey(ctx context.Context, q db.Q, project id.ID) (map[string]*Building, map[string]*Unit, error) {
	where, err := readPlaces(ctx, q, project)
	if err != nil {
		return nil, nil, err
	}
	bs, us := map[string]*Building{}, map[string]*Unit{}
	for _, b := range where.buildings {
		bs[b.key] = b
	}
	for _, u := range where.units {
		us[where.buildings[u.Building].key+"/"+u.key] = u
	}
	return bs, us, nil
}

// RoomsOfBuilding are the rooms of a building in counting order.
func (s *Service) RoomsOfBuilding(ctx context.Context, q db.Q, project, building id.ID) ([]Room, error) {
	return buildingRooms(ctx, q, project, building)
}

// LastingOccupants are who is what to rooms now, in counting order of the
// rooms, owners first.
func (s *Service) LastingOccupants(ctx context.Context, q db.Q, project id.ID, rooms []id.ID) ([]Occupant, error) {
	return occupantsOf(ctx, q, project, "room_id", rooms)
}

// KnownPerson is a registered person as bulk commands recognise one.
type KnownPerson struct {
	Person
	NameKey    string // the name as it is compared
	PhoneBlind string // see PhoneBlind; empty without phone
	PaperBlind string // see PaperBlind; empty without ID number
}

// PhoneBlind is the blind index of a phone number as crypt.NormalizePhone spells it.
func (s *Service) PhoneBlind(project id.ID, phone string) string {
	return s.ring.Blind(int64(project), "phone", phone)
}

// PaperBlind is the blind index of an ID number as CheckPaper spells it.
func (s *Service) PaperBlind(project id.ID, paper string) string {
	return s.ring.Blind(int64(project), "idno", paper)
}

// KnownPeople finds people by the blind indexes of ID numbers and of phones and
// by id, in this order; who answers twice is there twice.
func (s *Service) KnownPeople(ctx context.Context, q db.Q, project id.ID, papers, phones []string, ids []id.ID) ([]KnownPerson, error) {
	out, err := peopleByBlind(ctx, q, project, "id_blind", papers)
	if err != nil {
		return nil, err
	}
	byPhone, err := peopleByBlind(ctx, q, project, "phone_blind", phones)
	if err != nil {
		return nil, err
	}
	byID, err := peopleByID(ctx, q, project, ids)
	if err != nil {
		return nil, err
	}
	return each(append(append(out, byPhone...), byID...), func(p *sealedPerson) KnownPerson {
		return KnownPerson{p.Person, p.nameKey, p.phoneBlind, p.idBlind}
	}), nil
}

// AddBuilding stores a new building. Error: ErrBuilding.
func (s *Service) AddBuilding(ctx context.Context, tx *db.Tx, project id.ID, b *Building) error {
	return insertBuilding(ctx, tx, project, b)
}

// AddUnit stores a new unit. Error: ErrUnit.
func (s *Service) AddUnit(ctx context.Context, tx *db.Tx, project id.ID, u *Unit) error {
	return insertUnit(ctx, tx, project, u)
}

// ReplaceBuilding stores a changed building and places its rooms anew. Errors:
// ErrBuilding, fault.ErrStale.
func (s *Service) ReplaceBuilding(ctx context.Context, tx *db.Tx, project id.ID, b *Building) error {
	if err := updateBuilding(ctx, tx, project, b); err != nil {
		return err
	}
	return s.placeAgain(ctx, tx, project, b, nil)
}

// AddRooms stores new rooms with their payers and numbers of people as they
// are given. Error: ErrRoom.
func (s *Service) AddRooms(ctx context.Context, tx *db.Tx, project id.ID, rooms []Room) error {
	if err := copyRooms(ctx, tx, project, rooms); err != nil {
		return err
	}
	return addRooms(ctx, tx, project, len(rooms))
}

// ReplaceRoom stores a changed room. Errors: ErrRoom, fault.ErrStale.
func (s *Service) ReplaceRoom(ctx context.Context, tx *db.Tx, project id.ID, r *Room) error {
	return s.storeRoom(ctx, tx, project, r)
}

// NewPerson is a person of a bulk command.
type NewPerson struct {
	ID id.ID
	PersonInput
}

// AddPeople registers people.
func (s *Service) AddPeople(ctx context.Context, tx *db.Tx, project id.ID, people []NewPerson) error {
	var terms []term
	sealed := make([]*sealedPerson, len(people))
	for i := range people {
		p, err := s.seal(project, people[i].ID, &people[i].PersonInput)
		if err != nil {
			return err
		}
		sealed[i], terms = p, append(terms, p.terms()...)
	}
	if err := copyPeople(ctx, tx, project, sealed); err != nil {
		return err
	}
	return copyTerms(ctx, tx, project, terms)
}

// CompletePerson changes what is given of a person; what is empty, and the
// name, stay as they are.
func (s *Service) CompletePerson(ctx context.Context, tx *db.Tx, project id.ID, n NewPerson) error {
	old, err := sealedOne(ctx, tx, project, n.ID)
	if err != nil {
		return err
	}
	in, err := s.open(project, old)
	if err != nil {
		return err
	}
	for _, f := range []struct{ to, from *string }{{&in.Phone, &n.Phone}, {&in.IDNumber, &n.IDNumber}, {&in.Gender, &n.Gender}, {&in.Email, &n.Email}} {
		if *f.from != "" {
			*f.to = *f.from
		}
	}
	p, err := s.seal(project, n.ID, &in)
	if err != nil {
		return err
	}
	p.Version = old.Version
	return updatePerson(ctx, tx, project, p)
}

// AddOccupants stores who is something to a room from now on.
func (s *Service) AddOccupants(ctx context.Context, tx *db.Tx, project id.ID, list []Occupant) error {
	return copyOccupants(ctx, tx, project, list)
}

// ReplaceOccupant stores a changed entry.
func (s *Service) ReplaceOccupant(ctx context.Context, tx *db.Tx, project id.ID, o *Occupant) error {
	return updateOccupant(ctx, tx, project, o)
}

// SettleRooms keeps one payer per room, the occupant given in payers by room,
// and the rooms' own columns true.
func (s *Service) SettleRooms(ctx context.Context, tx *db.Tx, project id.ID, rooms []id.ID, payers map[id.ID]id.ID) error {
	for room, occupant := range payers {
		if err := clearPayers(ctx, tx, project, room, occupant); err != nil {
			return err
		}
	}
	return refreshRooms(ctx, tx, project, rooms)
}
