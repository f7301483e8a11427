package estate

import (
	"context"

	"linli/internal/audit"
	"linli/internal/kit/actor"
	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/id"
)

// What people are to a room.
const (
	PartOwner  = "owner"  // 业主
	PartFamily = "family" // 家属
	PartTenant = "tenant" // 租户
	PartOther  = "other"  // 其他
)

// Parts are what people are to a room.
func Parts() Words {
	return Words{{PartOwner, "业主"}, {PartFamily, "家属"}, {PartTenant, "租户"}, {PartOther, "其他"}}
}

// WholeShare is a whole room in the unit of Occupant.Share.
const WholeShare = 10_000

// Occupant is what a person is to a room, and since when.
type Occupant struct {
	ID        id.ID
	Room      id.ID
	RoomLabel string
	Person    Person
	Part      string
	Since     clock.Date // 0 when not known
	Until     clock.Date // 0 while it lasts
	Payer     bool       // pays for the room in place of the owner
	Share     int        // 产权份额 in 1/10000; 0 when not stated
	building  id.ID      // of the room
}

func (o *Occupant) check(today clock.Date) error {
	if o.Part == "" {
		o.Part = PartOwner
	}
	if !Parts().has(o.Part) {
		return ErrPart.At("body.part", ErrPart.Text, o.Part)
	}
	if o.Since > today {
		return ErrDate.Say("入住日期 %s 还没到，请到那天再登记", o.Since)
	}
	if o.Share < 0 || o.Share > WholeShare || (o.Share > 0 && o.Part != PartOwner) {
		return ErrShare.Say("产权份额应在 0–100%% 之间，且只有业主填写")
	}
	return nil
}

// AddOccupant says that a person is something to a room from now on, inside
// tx. A payer takes the place of the payer before. Errors: ErrPart, ErrDate,
// ErrShare, ErrOccupant, ErrNoRoom, fault.ErrNotFound for the person.
func (s *Service) AddOccupant(ctx context.Context, tx *db.Tx, who actor.Actor, project id.ID, o Occupant) (Occupant, error) {
	if err := o.check(clock.DateOf(tx.Now())); err != nil {
		return Occupant{}, err
	}
	if err := lockRoom(ctx, tx, project, o.Room); err != nil {
		return Occupant{}, err
	}
	room, err := oneRoom(ctx, tx, project, o.Room)
	if err != nil {
		return Occupant{}, err
	}
	if err := lockPerson(ctx, tx, project, o.Person.ID); err != nil { // so that nobody who is being forgotten moves in
		return Occupant{}, err
	}
	if o.Person, err = onePerson(ctx, tx, project, o.Person.ID); err != nil {
		return Occupant{}, err
	}
	o.ID, o.RoomLabel, o.Until = tx.NewID(), room.Label, 0
	if err := insertOccupant(ctx, tx, project, &o); err != nil {
		return Occupant{}, err
	}
	if err := s.settleRoom(ctx, tx, project, &o); err != nil {
		return Occupant{}, err
	}
	s.audit.Record(tx, audit.Entry{Project: project, Who: who, Action: "estate.occupant_added", Kind: "room", Subject: o.Room, Person: o.Person.ID,
		Summary: o.RoomLabel + " 登记" + Parts().Chinese(o.Part) + " " + o.Person.Name, After: o})
	return o, nil
}

// settleRoom keeps one payer per room, shares within the whole, and the
// room's own columns true.
func (s *Service) settleRoom(ctx context.Context, tx *db.Tx, project id.ID, o *Occupant) error {
	if o.Payer {
		if err := clearPayers(ctx, tx, project, o.Room, o.ID); err != nil {
			return err
		}
	}
	total, err := shares(ctx, tx, project, o.Room)
	if err != nil {
		return err
	}
	if total > WholeShare {
		return ErrShare.Say("%s 的产权份额合计 %d.%02d%%，超过了 100%%", o.RoomLabel, total/100, total%100)
	}
	return refreshRooms(ctx, tx, project, []id.ID{o.Room})
}

// OccupantEdit changes the fields that are not nil.
type OccupantEdit struct {
	Since *clock.Date
	Payer *bool
	Share *int
}

// EditOccupant corrects a lasting entry. Errors: ErrEnded, ErrDate, ErrShare,
// fault.ErrNotFound.
func (s *Service) EditOccupant(ctx context.Context, tx *db.Tx, who actor.Actor, project, occupant id.ID, e OccupantEdit) (Occupant, error) {
	old, err := s.lastingOccupant(ctx, tx, project, occupant)
	if err != nil {
		return Occupant{}, err
	}
	o := old
	if e.Since != nil {
		o.Since = *e.Since
	}
	if e.Payer != nil {
		o.Payer = *e.Payer
	}
	if e.Share != nil {
		o.Share = *e.Share
	}
	if err := o.check(clock.DateOf(tx.Now())); err != nil {
		return Occupant{}, err
	}
	if err := updateOccupant(ctx, tx, project, &o); err != nil {
		return Occupant{}, err
	}
	if err := s.settleRoom(ctx, tx, project, &o); err != nil {
		return Occupant{}, err
	}
	s.audit.Record(tx, audit.Entry{Project: project, Who: who, Action: "estate.occupant_changed", Kind: "room", Subject: o.Room, Person: o.Person.ID,
		Summary: o.RoomLabel + " 修改" + Parts().Chinese(o.Part) + " " + o.Person.Name, Before: old, After: o})
	return o, nil
}

// lastingOccupant reads an entry that has not ended, its room locked.
func (s *Service) lastingOccupant(ctx context.Context, tx *db.Tx, project, occupant id.ID) (Occupant, error) {
	o, err := oneOccupant(ctx, tx, project, occupant)
	if err != nil {
		return o, err
	}
	if err := lockRoom(ctx, tx, project, o.Room); err != nil {
		return o, err
	}
	if o, err = oneOccupant(ctx, tx, project, occupant); err == nil && o.Until != 0 {
		return o, ErrEnded
	}
	return o, err
}

// EndOccupant ends an entry on a day, today when until is 0. Errors: ErrEnded,
// ErrDate, fault.ErrNotFound.
func (s *Service) EndOccupant(ctx context.Context, tx *db.Tx, who actor.Actor, project, occupant id.ID, until clock.Date) (Occupant, error) {
	old, err := s.lastingOccupant(ctx, tx, project, occupant)
	if err != nil {
		return Occupant{}, err
	}
	today := clock.DateOf(tx.Now())
	if until == 0 {
		until = today
	}
	if until > today || until < old.Since {
		return Occupant{}, ErrDate.Say("结束日期应在入住日期和今天之间")
	}
	o := old
	o.Until, o.Payer = until, false
	if err := updateOccupant(ctx, tx, project, &o); err != nil {
		return Occupant{}, err
	}
	if err := refreshRooms(ctx, tx, project, []id.ID{o.Room}); err != nil {
		return Occupant{}, err
	}
	s.audit.Record(tx, audit.Entry{Project: project, Who: who, Action: "estate.occupant_ended", Kind: "room", Subject: o.Room, Person: o.Person.ID,
		Summary: o.RoomLabel + " " + Parts().Chinese(o.Part) + " " + o.Person.Name + " 迁出", Before: old, After: o})
	return o, nil
}

// Occupants lists who is or was what to a room (person 0), or what a person
// is or was to rooms (room 0); with current only what lasts.
func (s *Service) Occupants(ctx context.Context, q db.Q, project, room, person id.ID, current bool) ([]Occupant, error) {
	return occupants(ctx, q, project, room, person, current)
}

// Owner is the owner of a room as lists show one.
type Owner struct {
	Name      string
	PhoneMask string
	Others    int // owners beside this one
}

// OwnersOf are the present owners of rooms by room, the largest share first;
// rooms without owner are missing.
func (s *Service) OwnersOf(ctx context.Context, q db.Q, project id.ID, rooms []id.ID) (map[id.ID]Owner, error) {
	return ownersOf(ctx, q, project, rooms)
}
