package roster

import (
	"errors"

	"linli/internal/estate"
	"linli/internal/kit/id"
	"linli/internal/kit/spool"
)

// roomDraft is a new or changed room while it waits to be written.
type roomDraft struct {
	estate.Room
	building, unit string // their keys; the unit's is empty without
	isNew          bool
}

// Code names the fields of a room for the spool.
func (d *roomDraft) Code(c *spool.Coder) {
	r := &d.Room
	spool.Int(c, &r.ID)
	for _, s := range []*string{&d.building, &d.unit, &r.Name, &r.Layout, &r.Kind, &r.State} {
		c.Text(s)
	}
	spool.Int(c, &r.Floor)
	spool.Int(c, &r.Area)
	spool.Int(c, &r.InnerArea)
	spool.Int(c, &r.Handover)
	spool.Int(c, &r.Known)
	spool.Int(c, &r.Payer)
	spool.Int(c, &r.People)
	spool.Int(c, &r.Version)
	c.Bool(&d.isNew)
}

// place puts a room where it stands, once its building is as high as the whole
// file makes it.
func (p *plan) place(d *roomDraft) {
	var u *estate.Unit
	if d.unit != "" {
		u = p.units[d.building+"/"+d.unit]
	}
	d.Place(&p.buildings[d.building].Building, u)
}

// occupantDraft is a new or changed occupant while it waits to be written.
type occupantDraft struct {
	estate.Occupant
	isNew  bool
	stored bool // the room was there before
}

// Code names the fields of an occupant for the spool.
func (d *occupantDraft) Code(c *spool.Coder) {
	o := &d.Occupant
	spool.Int(c, &o.ID)
	spool.Int(c, &o.Room)
	spool.Int(c, &o.Person.ID)
	c.Text(&o.Part)
	spool.Int(c, &o.Since)
	spool.Int(c, &o.Until)
	c.Bool(&o.Payer)
	spool.Int(c, &o.Share)
	c.Bool(&d.isNew)
	c.Bool(&d.stored)
}

// Code names the fields of a kept value for the spool.
func (k *Kept) Code(c *spool.Coder) {
	spool.Int(c, &k.ID)
	spool.Int(c, &k.Room)
	spool.Int(c, &k.Person)
	for _, s := range []*string{&k.Kind, &k.Value, &k.clear, &k.blind} {
		c.Text(s)
	}
}

// putAway ends the rooms at hand: what is to be written goes into the spools.
func (p *plan) putAway() error {
	for _, room := range p.order {
		if room.old == nil {
			room.settle()
			p.madeRow("estate_room", room.ID)
		} else {
			p.touchedRow("estate_room", room.ID)
		}
		for _, o := range room.live {
			p.touchedRow("estate_occupant", o.ID)
		}
		if room.old == nil || room.changed {
			first := room.rows[0]
			d := &roomDraft{Room: room.Room, building: first.building.key, unit: first.unit.key, isNew: room.old == nil}
			if _, err := p.rooms.Add(d); err != nil {
				return err
			}
		}
		for _, o := range room.lists {
			if !o.isNew && !o.changed {
				continue
			}
			if o.isNew {
				p.madeRow("estate_occupant", o.ID)
			}
			if _, err := p.occupants.Add(&occupantDraft{Occupant: o.Occupant, isNew: o.isNew, stored: room.old != nil}); err != nil {
				return err
			}
		}
	}
	return nil
}

func (p *plan) madeRow(table string, row id.ID)    { p.made[table] = append(p.made[table], row) }
func (p *plan) touchedRow(table string, row id.ID) { p.touched[table] = append(p.touched[table], row) }

// settle writes who pays and how many live there into a new room, by the rule
// of refreshRooms.
func (room *plannedRoom) settle() {
	people := map[id.ID]bool{}
	var payer *plannedOccupant
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

// close gives the spools back.
func (p *plan) close() error {
	if p == nil {
		return nil
	}
	return errors.Join(p.problems.close(), p.people.lie.Close(), p.rooms.Close(), p.occupants.Close(), p.kept.Close())
}
