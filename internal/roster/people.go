package roster

import (
	"linli/internal/estate"
	"linli/internal/kit/clock"
	"linli/internal/kit/id"
	"linli/internal/kit/search"
)

// merge adds what a further row says of a person; contradictions are refused.
func (s *Service) merge(p *plan, w *plannedPerson, r *rosterRow) {
	if search.Fold(w.in.Name) != search.Fold(r.person.Name) {
		p.fail(r, colName, r.person.Name, "和第 %d 行是同一个证件号，姓名却是“%s”", w.line, w.in.Name)
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
			p.fail(r, f.field, *f.from, "和第 %d 行的同一个人不一致", w.line)
		}
	}
}

// countPeople decides who is new, changed or the same, after all rows are known.
func (s *Service) countPeople(p *plan) error {
	p.phase = ofPeople
	c := &p.report.Counts
	return p.people.each(func(w *plannedPerson) error {
		old := w.old
		if old == nil {
			c.People++
			p.madeRow("estate_person", w.id)
			return nil
		}
		changed := false
		for _, f := range []struct {
			name, before, after string
			same                bool
		}{
			{"手机号", old.PhoneMask, maskOf(colPhone, w.in.Phone), w.in.Phone != "" && s.phoneBlind(p, w.in.Phone) == old.PhoneBlind},
			{"证件号", old.IDMask, maskOf(colID, w.in.IDNumber), w.in.IDNumber != "" && s.paperBlind(p, w.in.IDNumber) == old.PaperBlind},
			{"性别", old.Gender, w.in.Gender, old.Gender == w.in.Gender}, {"邮箱", old.Email, w.in.Email, old.Email == w.in.Email},
		} {
			if f.after != "" && !f.same {
				changed = true
				p.change(w.line, old.Name, "%s %s → %s", f.name, or(f.before, "空"), f.after)
			}
		}
		if !changed {
			c.PeopleSame++
			return nil
		}
		c.PeopleChanged++
		p.people.changed[w.no] = true
		p.touchedRow("estate_person", w.id)
		return nil
	})
}

// planPeople plans who is what to one room.
func (s *Service) planPeople(p *plan, room *plannedRoom, today clock.Date) error {
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
		who, err := s.find(p, room, r)
		if err != nil {
			return err
		}
		if first := seen[role{who.id, r.part}]; first != nil {
			p.fail(r, colRoom, r.room.Name, "和第 %d 行是同一房屋的同一个人", first.line)
			continue
		}
		seen[role{who.id, r.part}] = r
		room.lists = append(room.lists, s.planOccupant(p, room, r, who))
	}
	p.checkOwners(room)
	p.checkPayer(room)
	return nil
}

func (s *Service) planOccupant(p *plan, room *plannedRoom, r *rosterRow, who *plannedPerson) *plannedOccupant {
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
			return &plannedOccupant{Occupant: n}
		}
		p.report.Counts.OccupantsChanged++
		p.change(r.line, room.Label, "修改%s %s", estate.Parts().Chinese(n.Part), r.person.Name)
		return &plannedOccupant{Occupant: n, changed: true}
	}
	n := estate.Occupant{ID: s.db.IDs().New(), Room: room.ID, RoomLabel: room.Label, Person: estate.Person{ID: who.id, Name: r.person.Name},
		Part: r.part, Since: r.since, Payer: r.payer, Share: r.share}
	p.report.Counts.Occupants++
	return &plannedOccupant{Occupant: n, isNew: true}
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
