package roster

import (
	"context"
	"maps"
	"slices"

	"linli/internal/estate"
	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/id"
	"linli/internal/kit/search"
)

// registry recognises people: by ID number, else by phone and name, else by
// name within one room.
type registry struct {
	known   map[id.ID]*plannedPerson // stored people that the file may mean
	byID    map[string]*plannedPerson
	byPhone map[string]*plannedPerson // phone blind + name key
	all     []*plannedPerson          // people of the file, in its order
}

// plannedPerson is a person of the file.
type plannedPerson struct {
	id      id.ID
	old     *estate.KnownPerson // nil when new
	in      estate.PersonInput
	first   *rosterRow // nil until the file names him
	changed bool
}

func (s *Service) newRegistry(ctx context.Context, q db.Q, p *plan) (*registry, error) {
	g := &registry{known: map[id.ID]*plannedPerson{}, byID: map[string]*plannedPerson{}, byPhone: map[string]*plannedPerson{}}
	papers, phones, live := map[string]bool{}, map[string]bool{}, map[id.ID]bool{}
	for _, room := range p.order {
		for _, r := range room.rows {
			if r.person.IDNumber != "" {
				papers[s.paperBlind(p, r.person.IDNumber)] = true
			}
			if r.person.Phone != "" {
				phones[s.phoneBlind(p, r.person.Phone)] = true
			}
		}
		for _, o := range room.live {
			live[o.Person.ID] = true
		}
	}
	known, err := s.estate.KnownPeople(ctx, q, p.project.ID, slices.Sorted(maps.Keys(papers)), slices.Sorted(maps.Keys(phones)), slices.Sorted(maps.Keys(live)))
	if err != nil {
		return nil, err
	}
	for i := range known {
		o := &known[i]
		if g.known[o.ID] != nil {
			continue
		}
		w := &plannedPerson{id: o.ID, old: o}
		g.known[o.ID] = w
		if o.PaperBlind != "" {
			g.byID[o.PaperBlind] = w
		}
		if o.PhoneBlind != "" && g.byPhone[o.PhoneBlind+o.NameKey] == nil {
			g.byPhone[o.PhoneBlind+o.NameKey] = w
		}
	}
	return g, nil
}

func (s *Service) paperBlind(p *plan, value string) string {
	return s.estate.PaperBlind(p.project.ID, value)
}

func (s *Service) phoneBlind(p *plan, value string) string {
	return s.estate.PhoneBlind(p.project.ID, value)
}

// find recognises the person of a row, or plans a new one.
func (s *Service) find(p *plan, room *plannedRoom, r *rosterRow) *plannedPerson {
	g, in := p.people, r.person
	name := search.Fold(in.Name)
	idBlind, phoneKey := "", ""
	if in.IDNumber != "" {
		idBlind = s.paperBlind(p, in.IDNumber)
	}
	if in.Phone != "" {
		phoneKey = s.phoneBlind(p, in.Phone) + name
	}
	who := g.byID[idBlind]
	if who == nil && phoneKey != "" {
		who = g.byPhone[phoneKey]
	}
	if who == nil && idBlind == "" && phoneKey == "" {
		who = room.named[name]
	}
	if who == nil {
		who = g.living(room, name)
	}
	if who != nil && idBlind != "" && s.paper(p, who) != "" && s.paper(p, who) != idBlind {
		who = nil // another identity card: another person of that name
	}
	if who == nil {
		who = &plannedPerson{id: s.db.IDs().New()}
	}
	if who.first == nil {
		who.first, who.in = r, in
		g.all = append(g.all, who)
	}
	if room.named[name] == nil {
		room.named[name] = who
	}
	s.merge(p, who, r)
	if idBlind != "" {
		g.byID[idBlind] = who
	}
	if phoneKey != "" {
		g.byPhone[phoneKey] = who
	}
	return who
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
func (g *registry) living(room *plannedRoom, name string) *plannedPerson {
	for _, o := range room.live {
		if w := g.known[o.Person.ID]; w != nil && w.old.NameKey == name {
			return w
		}
	}
	return nil
}

// merge adds what a further row says of a person; contradictions are refused.
func (s *Service) merge(p *plan, w *plannedPerson, r *rosterRow) {
	if search.Fold(w.in.Name) != search.Fold(r.person.Name) {
		p.fail(r, colName, r.person.Name, "和第 %d 行是同一个证件号，姓名却是“%s”", w.first.line, w.in.Name)
		return
	}
	if w.old != nil && search.Fold(w.old.Name) != search.Fold(r.person.Name) {
		p.fail(r, colName, r.person.Name, "这个证件号已登记为“%s”，请核对", w.old.Name)
		return
	}
	for _, f := range []struct {
		field    string
		to, from *string
	}{{colPhone, &w.in.Phone, &r.person.Phone}, {colID, &w.in.IDNumber, &r.person.IDNumber}, {colGender, &w.in.Gender, &r.person.Gender}, {colEmail, &w.in.Email, &r.person.Email}} {
		switch {
		case *f.from == "" || *f.to == *f.from:
		case *f.to == "":
			*f.to = *f.from
		default:
			p.fail(r, f.field, *f.from, "和第 %d 行的同一个人不一致", w.first.line)
		}
	}
}

// countPeople decides who is new, changed or the same, after all rows are known.
func (s *Service) countPeople(p *plan) {
	c := &p.report.Counts
	for _, w := range p.people.all {
		old := w.old
		if old == nil {
			c.People++
			continue
		}
		for _, f := range []struct {
			name, before, after string
			same                bool
		}{
			{"手机号", old.PhoneMask, maskOf(colPhone, w.in.Phone), w.in.Phone != "" && s.phoneBlind(p, w.in.Phone) == old.PhoneBlind},
			{"证件号", old.IDMask, maskOf(colID, w.in.IDNumber), w.in.IDNumber != "" && s.paperBlind(p, w.in.IDNumber) == old.PaperBlind},
			{"性别", old.Gender, w.in.Gender, old.Gender == w.in.Gender}, {"邮箱", old.Email, w.in.Email, old.Email == w.in.Email},
		} {
			if f.after != "" && !f.same {
				w.changed = true
				p.change(w.first, old.Name, "%s %s → %s", f.name, or(f.before, "空"), f.after)
			}
		}
		if w.changed {
			c.PeopleChanged++
		} else {
			c.PeopleSame++
		}
	}
}

// planPeople plans who is what to one room.
func (s *Service) planPeople(p *plan, room *plannedRoom, today clock.Date) {
	type role struct {
		who  id.ID
		part string
	}
	seen := map[role]*rosterRow{}
	for i, r := range room.rows {
		if !r.has(colName) {
			if i > 0 {
				p.fail(r, colRoom, r.room.Name, "和第 %d 行是同一房屋", room.rows[0].line)
			}
			continue
		}
		if r.since > today {
			p.fail(r, colSince, r.since.String(), "入住日期还没到")
			continue
		}
		who := s.find(p, room, r)
		if first := seen[role{who.id, r.part}]; first != nil {
			p.fail(r, colRoom, r.room.Name, "和第 %d 行是同一房屋的同一个人", first.line)
			continue
		}
		seen[role{who.id, r.part}] = r
		room.lists = append(room.lists, s.planOccupant(p, room, r, who))
	}
	p.checkOwners(room)
	p.checkPayer(room)
}

func (s *Service) planOccupant(p *plan, room *plannedRoom, r *rosterRow, who *plannedPerson) *estate.Occupant {
	for _, o := range room.live {
		if o.Person.ID != who.id || o.Part != r.part {
			continue
		}
		n := o
		if r.has(colSince) {
			n.Since = r.since
		}
		if r.has(colPayer) {
			n.Payer = r.payer
		}
		if r.has(colShare) {
			n.Share = r.share
		}
		if n == o {
			p.report.Counts.OccupantsSame++
			return &n
		}
		p.report.Counts.OccupantsChanged++
		p.changed = append(p.changed, &n)
		p.change(r, room.Label, "修改%s %s", estate.Parts().Chinese(n.Part), r.person.Name)
		return &n
	}
	n := &estate.Occupant{ID: s.db.IDs().New(), Room: room.ID, RoomLabel: room.Label, Person: estate.Person{ID: who.id, Name: r.person.Name},
		Part: r.part, Since: r.since, Payer: r.payer, Share: r.share}
	p.report.Counts.Occupants++
	p.added = append(p.added, n)
	return n
}

// checkOwners refuses a second owner without shares, shares that do not make
// a whole, and a change of owner, which is a transfer and not an import.
func (p *plan) checkOwners(room *plannedRoom) {
	var owners []*rosterRow
	total, stated := 0, 0
	inFile := map[id.ID]bool{}
	for _, o := range room.lists {
		if o.Part == estate.PartOwner {
			inFile[o.Person.ID] = true
			total += o.Share
			if o.Share > 0 {
				stated++
			}
		}
	}
	for _, r := range room.rows {
		if r.has(colName) && r.part == estate.PartOwner {
			owners = append(owners, r)
		}
	}
	if len(owners) == 0 {
		return
	}
	for _, o := range room.live {
		if o.Part == estate.PartOwner && !inFile[o.Person.ID] {
			p.fail(owners[0], colName, owners[0].person.Name, "%s 的业主已登记为 %s，导入不能换业主，请在房屋页办理", room.Label, o.Person.Name)
			return
		}
	}
	last := owners[len(owners)-1]
	switch {
	case len(inFile) > 1 && stated < len(inFile):
		p.fail(last, colRoom, last.room.Name, "和第 %d 行是同一房屋，又是业主；共有的请给每位业主填产权份额", owners[0].line)
	case stated > 0 && total != estate.WholeShare:
		p.fail(last, colShare, "", "%s 的产权份额合计 %d.%02d%%，应为 100%%", room.Label, total/100, total%100)
	}
}

func (p *plan) checkPayer(room *plannedRoom) {
	var first *rosterRow
	for _, r := range room.rows {
		if !r.payer {
			continue
		}
		if first != nil {
			p.fail(r, colPayer, "是", "第 %d 行已经是这一户的缴费人", first.line)
		}
		first = r
	}
}
