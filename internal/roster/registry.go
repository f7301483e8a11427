package roster

import (
	"context"
	"maps"
	"slices"

	"linli/internal/estate"
	"linli/internal/kit/db"
	"linli/internal/kit/id"
	"linli/internal/kit/search"
	"linli/internal/kit/spool"
)

// registry recognises people: by ID number, else by phone and name, else by
// name within one room. Of people who are not in the rooms at hand memory
// holds a number.
type registry struct {
	lie     spool.File
	places  []int64                  // of the last state of a person, by number
	here    map[int32]*plannedPerson // of the rooms at hand
	known   map[id.ID]int32          // stored people that the file may mean
	byID    map[digest]int32
	byPhone map[digest]int32 // phone blind + name key
	all     []int32          // people of the file, in its order
	changed map[int32]bool   // of them, those that are stored and change
}

// plannedPerson is a person of the file, or a stored one that it may mean.
type plannedPerson struct {
	id    id.ID
	no    int32
	old   *estate.KnownPerson // nil when new
	in    estate.PersonInput
	line  int  // where the file names him first; 0 until then
	fresh bool // differs from what is put away
}

// Code names the fields of a person for the spool.
func (w *plannedPerson) Code(c *spool.Coder) {
	spool.Int(c, &w.id)
	spool.Int(c, &w.no)
	spool.Int(c, &w.line)
	codePerson(c, &w.in)
	stored := w.old != nil
	if c.Bool(&stored); !stored {
		return
	}
	if w.old == nil {
		w.old = &estate.KnownPerson{}
	}
	o := w.old
	spool.Int(c, &o.ID)
	for _, s := range []*string{&o.Name, &o.Gender, &o.Email, &o.PhoneMask, &o.IDMask, &o.NameKey, &o.PhoneBlind, &o.PaperBlind} {
		c.Text(s)
	}
}

func codePerson(c *spool.Coder, in *estate.PersonInput) {
	for _, s := range []*string{&in.Name, &in.Kind, &in.Gender, &in.Email, &in.Phone, &in.IDNumber} {
		c.Text(s)
	}
}

func newRegistry() registry {
	return registry{here: map[int32]*plannedPerson{}, known: map[id.ID]int32{}, byID: map[digest]int32{}, byPhone: map[digest]int32{}, changed: map[int32]bool{}}
}

func (g *registry) add(w *plannedPerson) *plannedPerson {
	w.no, w.fresh = int32(len(g.places)), true
	g.places = append(g.places, 0)
	g.here[w.no] = w
	return w
}

// person brings one into the rooms at hand.
func (g *registry) person(no int32) (*plannedPerson, error) {
	if w := g.here[no]; w != nil {
		return w, nil
	}
	w := &plannedPerson{}
	err := g.lie.Read(g.places[no], w)
	g.here[no] = w
	return w, err
}

// by finds somebody by one of his keys, or nil.
func (g *registry) by(index map[digest]int32, key string) (*plannedPerson, error) {
	if key == "" {
		return nil, nil
	}
	no, ok := index[digestText(key)]
	if !ok {
		return nil, nil
	}
	return g.person(no)
}

// putAway ends the rooms at hand.
func (g *registry) putAway() (err error) {
	for _, no := range slices.Sorted(maps.Keys(g.here)) {
		w := g.here[no]
		if !w.fresh {
			continue
		}
		if g.places[no], err = g.lie.Add(w); err != nil {
			return err
		}
	}
	clear(g.here)
	return nil
}

// each hands on the people of the file, in its order.
func (g *registry) each(fn func(w *plannedPerson) error) error {
	for _, no := range g.all {
		var w plannedPerson
		if err := g.lie.Read(g.places[no], &w); err != nil {
			return err
		}
		if err := fn(&w); err != nil {
			return err
		}
	}
	return nil
}

// knowPeople reads the stored people that the rooms at hand may mean.
func (s *Service) knowPeople(ctx context.Context, q db.Q, p *plan) error {
	g := &p.people
	papers, phones, live := map[string]bool{}, map[string]bool{}, map[id.ID]bool{}
	for _, room := range p.order {
		for _, r := range room.rows {
			if r.person.IDNumber != "" {
				r.paperBlind = s.paperBlind(p, r.person.IDNumber)
				papers[r.paperBlind] = true
			}
			if r.person.Phone != "" {
				r.phoneBlind = s.phoneBlind(p, r.person.Phone)
				phones[r.phoneBlind] = true
			}
		}
		for _, o := range room.live {
			live[o.Person.ID] = true
		}
	}
	known, err := s.estate.KnownPeople(ctx, q, p.project.ID, slices.Sorted(maps.Keys(papers)), slices.Sorted(maps.Keys(phones)), slices.Sorted(maps.Keys(live)))
	if err != nil {
		return err
	}
	for i := range known {
		o := &known[i]
		if _, twice := g.known[o.ID]; twice {
			continue
		}
		w := g.add(&plannedPerson{id: o.ID, old: o})
		g.known[o.ID] = w.no
		if o.PaperBlind != "" {
			g.byID[digestText(o.PaperBlind)] = w.no
		}
		if o.PhoneBlind != "" {
			if key := digestText(o.PhoneBlind + o.NameKey); !g.has(key) {
				g.byPhone[key] = w.no
			}
		}
	}
	return nil
}

func (g *registry) has(phone digest) bool {
	_, ok := g.byPhone[phone]
	return ok
}

func (s *Service) paperBlind(p *plan, value string) string {
	return s.estate.PaperBlind(p.project.ID, value)
}

func (s *Service) phoneBlind(p *plan, value string) string {
	return s.estate.PhoneBlind(p.project.ID, value)
}

// find recognises the person of a row, or plans a new one.
func (s *Service) find(p *plan, room *plannedRoom, r *rosterRow) (*plannedPerson, error) {
	g, in := &p.people, r.person
	name := search.Fold(in.Name)
	phoneKey := ""
	if r.phoneBlind != "" {
		phoneKey = r.phoneBlind + name
	}
	who, err := g.by(g.byID, r.paperBlind)
	if who == nil && err == nil {
		who, err = g.by(g.byPhone, phoneKey)
	}
	if who == nil && r.paperBlind == "" && phoneKey == "" {
		who = room.named[name]
	}
	if who == nil && err == nil {
		who, err = g.living(room, name)
	}
	if err != nil {
		return nil, err
	}
	if who != nil && r.paperBlind != "" && s.paper(p, who) != "" && s.paper(p, who) != r.paperBlind {
		who = nil // another identity card: another person of that name
	}
	if who == nil {
		who = g.add(&plannedPerson{id: s.db.IDs().New()})
	}
	if who.fresh = true; who.line == 0 {
		who.line, who.in = r.line, in
		g.all = append(g.all, who.no)
	}
	if room.named[name] == nil {
		room.named[name] = who
	}
	s.merge(p, who, r)
	if r.paperBlind != "" {
		g.byID[digestText(r.paperBlind)] = who.no
	}
	if phoneKey != "" {
		g.byPhone[digestText(phoneKey)] = who.no
	}
	return who, nil
}

// paper is the blind index of the ID number that is known of a person.
func (s *Service) paper(p *plan, w *plannedPerson) string {
	if w.old != nil && w.old.PaperBlind != "" {
		return w.old.PaperBlind
	}
	if w.in.IDNumber != "" {
		return s.paperBlind(p, w.in.IDNumber)
	}
	return ""
}

// living finds someone of that name who is registered in the room now.
func (g *registry) living(room *plannedRoom, name string) (*plannedPerson, error) {
	for _, o := range room.live {
		no, ok := g.known[o.Person.ID]
		if !ok {
			continue
		}
		w, err := g.person(no)
		if err != nil || w.old.NameKey == name {
			return w, err
		}
	}
	return nil, nil
}
