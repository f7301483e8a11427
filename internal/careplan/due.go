package careplan

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"linli/internal/estate"
	"linli/internal/kit/actor"
	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/id"
	"linli/internal/kit/page"
	"linli/internal/kit/search"
)

// Due is somebody, or a room, that a plan is about now.
type Due struct {
	Plan      Plan
	Subject   id.ID
	Person    id.ID  // 0 when the tag is on the room
	Name      string // of the room: who lives there
	PhoneMask string // of the room: of the first of them
	Room      id.ID  // the first, by rooms, of those within the limit
	Label     string
	Others    int    // rooms beside this one
	Last      *Visit // nil before the first
	Elsewhere bool   // the last visit was outside the limit: what was found there is left out
	Next      clock.Date

	building id.ID
	sort     string
}

func (d *Due) follow() bool { return d.Last != nil && d.Last.Follow }

// Which rows of the list are meant.
const (
	Waiting = "waiting" // a visit waits
	Overdue = "overdue" // its day has passed
	All     = "all"     // whoever the plans are about
)

// DueFilter narrows the list; what is zero does not.
type DueFilter struct {
	page.Request
	Plan     id.ID
	When     string // Waiting without
	Building id.ID
	Text     string // part of a name, or a room
	Count    bool   // adds up the whole list
	Within   actor.Buildings
}

// narrowed is the limit together with the building that is asked for.
func (f *DueFilter) narrowed() actor.Buildings { return narrowed(f.Within, f.Building) }

func narrowed(within actor.Buildings, building id.ID) actor.Buildings {
	switch {
	case building == 0:
		return within
	case !within.Has(building):
		return actor.Buildings{}
	}
	return actor.Buildings{building}
}

// DueSum adds up the whole list of a filter.
type DueSum struct {
	Count, Rooms, Overdue, Follow int
}

// DueList is one page and what all of them come to.
type DueList struct {
	page.List[Due]
	Sum DueSum
}

// mark is that a plan is about somebody, and when, before it is known whether he
// lives here.
type mark struct {
	plan    *Plan
	subject id.ID
	next    clock.Date
	follow  bool
}

func (m *mark) bears() bearer { return bearer{m.plan.Tag, m.subject} }

// bearer is who bears a tag.
type bearer struct{ tag, subject id.ID }

func byDay(a, b mark) int {
	return cmp.Or(cmp.Compare(a.next, b.next), cmp.Compare(a.subject, b.subject), cmp.Compare(a.plan.ID, b.plan.ID))
}

// Due lists who is to be visited by the plans in use, the longest overdue first,
// those of one day on a page by rooms. The days of all of them are found from tags
// and visits alone; names and rooms are read of one page.
func (s *Service) Due(ctx context.Context, q db.Q, project id.ID, f DueFilter) (DueList, error) {
	var out DueList
	at := mark{plan: &Plan{}}
	more, err := page.Decode(f.Cursor, &at.next, &at.subject, &at.plan.ID)
	if err != nil {
		return out, err
	}
	if f.Limit <= 0 {
		f.Limit = 50
	}
	plans, err := s.inUse(ctx, q, project, f.Plan)
	if err != nil {
		return out, fmt.Errorf("list due visits: %w", err)
	}
	marks, err := s.marks(ctx, q, project, plans, f.When)
	if err != nil {
		return out, fmt.Errorf("list due visits: %w", err)
	}
	if f.Count || !f.narrowed().Whole() || search.Normalize(f.Text) != "" {
		homes, err := s.homes(ctx, q, project, plans, &f)
		if err != nil {
			return out, fmt.Errorf("list due visits: %w", err)
		}
		marks = slices.DeleteFunc(marks, func(m mark) bool { return homes[m.bears()] == 0 })
		out.Sum = sum(marks, homes, s.today())
	}
	if more {
		n, found := slices.BinarySearchFunc(marks, at, byDay)
		if found {
			n++
		}
		marks = marks[n:]
	}
	if out.List, err = s.duePage(ctx, q, project, plans, marks, &f); err != nil {
		return out, fmt.Errorf("list due visits: %w", err)
	}
	return out, nil
}

func sum(marks []mark, homes map[bearer]id.ID, today clock.Date) DueSum {
	out, rooms := DueSum{Count: len(marks)}, map[id.ID]bool{}
	for i := range marks {
		rooms[homes[marks[i].bears()]] = true
		if marks[i].next < today {
			out.Overdue++
		}
		if marks[i].follow {
			out.Follow++
		}
	}
	out.Rooms = len(rooms)
	return out
}

// inUse are the plans in use, or one of them.
func (s *Service) inUse(ctx context.Context, q db.Q, project, plan id.ID) ([]Plan, error) {
	plans, err := listPlans(ctx, q, project, "active", 0, 0)
	if err != nil {
		return nil, err
	}
	return s.named(ctx, q, project, slices.DeleteFunc(plans, func(p Plan) bool { return plan != 0 && p.ID != plan }))
}

// marks are all whom plans are about and who are asked for, by day.
func (s *Service) marks(ctx context.Context, q db.Q, project id.ID, plans []Plan, when string) ([]mark, error) {
	byTag, tags, ids := map[id.ID][]*Plan{}, []id.ID{}, make([]id.ID, len(plans))
	for i := range plans {
		p := &plans[i]
		if byTag[p.Tag] == nil {
			tags = append(tags, p.Tag)
		}
		byTag[p.Tag], ids[i] = append(byTag[p.Tag], p), p.ID
	}
	list, err := s.estate.Tagged(ctx, q, project, tags)
	if err != nil {
		return nil, err
	}
	visits, err := newestDays(ctx, q, project, ids)
	if err != nil {
		return nil, err
	}
	last := lastOf(visits)
	out, today := []mark{}, s.today()
	for i := range list {
		for _, p := range byTag[list[i].Tag] {
			v := last[planned{p.ID, list[i].Subject}]
			m := mark{p, list[i].Subject, p.due(v, clock.DateOf(list[i].Since)), v != nil && v.Follow}
			switch {
			case when == All, when == Overdue && m.next < today, when != Overdue && (m.next <= today || m.follow):
				out = append(out, m)
			}
		}
	}
	slices.SortFunc(out, byDay)
	return out, nil
}

type planned struct{ plan, subject id.ID }

func lastOf(list []Visit) map[planned]*Visit {
	out := make(map[planned]*Visit, len(list))
	for i := range list {
		out[planned{list[i].Plan, list[i].Subject}] = &list[i]
	}
	return out
}

// homes are the rooms of those who live where a filter looks, and are called so.
func (s *Service) homes(ctx context.Context, q db.Q, project id.ID, plans []Plan, f *DueFilter) (map[bearer]id.ID, error) {
	out := map[bearer]id.ID{}
	if search.Normalize(f.Text) != "" {
		rows, err := s.bearing(ctx, q, project, plans, nil, f.narrowed())
		for i := range rows {
			if d := &rows[i]; meant(f.Text, d.Label, d.Name) {
				out[bearer{d.Plan.Tag, d.Subject}] = d.Room
			}
		}
		return out, err
	}
	for kind, byTag := range plansByTag(plans) {
		list, err := s.estate.Homes(ctx, q, project, estate.BearerFilter{Kind: kind, Tags: slices.Collect(maps.Keys(byTag)), Within: f.narrowed()})
		if err != nil {
			return nil, err
		}
		for i := range list {
			out[bearer{list[i].Tag, list[i].Subject}] = list[i].Room
		}
	}
	return out, nil
}

// meant reports whether a text is a part of a room and a name, the name in pinyin,
// or the room in another spelling.
func meant(text, label, name string) bool {
	if strings.Contains(search.Normalize(label+" "+name), search.Normalize(text)) {
		return true
	}
	if letters := search.Fold(text); letters != "" && strings.Trim(letters, "abcdefghijklmnopqrstuvwxyz") == "" {
		return slices.ContainsFunc(search.NameTokens(name), func(of string) bool { return strings.HasPrefix(of, letters) })
	}
	key, isRoom := search.RoomKey(text)
	of, _ := search.RoomKey(label)
	return isRoom && of == key
}

// duePage reads the first of marks who live where a filter looks.
func (s *Service) duePage(ctx context.Context, q db.Q, project id.ID, plans []Plan, marks []mark, f *DueFilter) (page.List[Due], error) {
	const atOnce = 500 // of those behind the page, when some of the page live here no more
	rows := []Due{}
	for n := f.Limit + 1; len(rows) <= f.Limit && len(marks) > 0; n = atOnce {
		part := marks[:min(n, len(marks))]
		marks = marks[len(part):]
		subjects := make([]id.ID, len(part))
		for i := range part {
			subjects[i] = part[i].subject
		}
		list, err := s.bearing(ctx, q, project, plans, subjects, f.narrowed())
		if err != nil {
			return page.List[Due]{}, err
		}
		found := make(map[planned]Due, len(list))
		for i := range list {
			found[planned{list[i].Plan.ID, list[i].Subject}] = list[i]
		}
		for i := range part {
			if d, ok := found[planned{part[i].plan.ID, part[i].subject}]; ok {
				d.Next = part[i].next
				rows = append(rows, d)
			}
		}
	}
	out := page.Cut(rows[:min(len(rows), f.Limit+1)], f.Limit, func(d Due) []any { return []any{d.Next, d.Subject, d.Plan.ID} })
	if err := s.tellVisits(ctx, q, project, out.Items, f.Within); err != nil {
		return out, err
	}
	slices.SortStableFunc(out.Items, func(a, b Due) int { return cmp.Or(cmp.Compare(a.Next, b.Next), cmp.Compare(a.sort, b.sort)) })
	return out, nil
}

func plansByTag(plans []Plan) map[string]map[id.ID][]Plan {
	out := map[string]map[id.ID][]Plan{estate.TagPerson: {}, estate.TagRoom: {}}
	for _, p := range plans {
		if byTag := out[p.TagKind]; byTag != nil {
			byTag[p.Tag] = append(byTag[p.Tag], p)
		}
	}
	return out
}

// bearing are those whom plans are about, of subjects or of all, each with the
// first of its rooms; the day of the next visit is that of somebody who was never
// visited.
func (s *Service) bearing(ctx context.Context, q db.Q, project id.ID, plans []Plan, subjects []id.ID, within actor.Buildings) ([]Due, error) {
	rows := []Due{}
	for kind, byTag := range plansByTag(plans) {
		list, err := s.estate.Bearers(ctx, q, project, estate.BearerFilter{Kind: kind, Tags: slices.Collect(maps.Keys(byTag)), Subjects: subjects, Within: within})
		if err != nil {
			return nil, err
		}
		slices.SortStableFunc(list, func(a, b estate.Bearer) int {
			return cmp.Or(cmp.Compare(a.Tag, b.Tag), cmp.Compare(a.Subject, b.Subject))
		})
		for len(list) > 0 {
			n := 1
			for n < len(list) && list[n].Tag == list[0].Tag && list[n].Subject == list[0].Subject {
				n++
			}
			for _, p := range byTag[list[0].Tag] {
				rows = append(rows, due(p, list[:n]))
			}
			list = list[n:]
		}
	}
	return rows, nil
}

// due is one row of what a subject bears, by rooms.
func due(p Plan, list []estate.Bearer) Due {
	b := &list[0]
	d := Due{Plan: p, Subject: b.Subject, Room: b.Room, Label: b.Label, PhoneMask: b.PhoneMask, Name: b.Name, building: b.Building, sort: b.Sort,
		Next: p.due(nil, clock.DateOf(b.Since))}
	if p.TagKind == estate.TagPerson {
		d.Person = b.Person
		d.Others = count(list, func(b *estate.Bearer) id.ID { return b.Room }) - 1
		return d
	}
	if n := count(list, func(b *estate.Bearer) id.ID { return b.Person }); n > 1 {
		d.Name = fmt.Sprintf("%s 等 %d 人", b.Name, n)
	}
	return d
}

func count(list []estate.Bearer, of func(*estate.Bearer) id.ID) int {
	seen := map[id.ID]bool{}
	for i := range list {
		seen[of(&list[i])] = true
	}
	return len(seen)
}

// tellVisits tells rows their newest visits, without what was found outside the
// limit.
func (s *Service) tellVisits(ctx context.Context, q db.Q, project id.ID, rows []Due, within actor.Buildings) error {
	subjects := make([]id.ID, len(rows))
	for i := range rows {
		subjects[i] = rows[i].Subject
	}
	list, err := newestVisits(ctx, q, project, subjects)
	last := lastOf(list)
	for i := range rows {
		d := &rows[i]
		if d.Last = last[planned{d.Plan.ID, d.Subject}]; d.Last != nil && !within.Has(d.Last.Building) {
			d.Elsewhere, d.Last.Note, d.Last.ByName = true, "", ""
		}
	}
	return err
}

// Broken names visits that were changed by hand, as sentences for the operator;
// none is what should be. Ask it inside a db.Snapshot while others write.
func (s *Service) Broken(ctx context.Context, project id.ID) ([]string, error) {
	q := s.db.Reader(ctx)
	list, err := strayVisits(ctx, q, project)
	if err != nil {
		return nil, err
	}
	var out []string
	for _, v := range list {
		out = append(out, fmt.Sprintf("走访记录 %s 是不是最近一次，与同一户的其他记录不一致", v))
	}
	plans, err := listPlans(ctx, q, project, "", 0, 0)
	if err != nil {
		return nil, err
	}
	tags, err := s.tags(ctx, q, project)
	for _, p := range plans {
		if _, ok := tags[p.Tag]; !ok {
			out = append(out, fmt.Sprintf("关怀计划 %s（%s）的标签 %s 不存在", p.Name, p.ID, p.Tag))
		}
	}
	return out, err
}
