package careplan

import (
	"cmp"
	"context"
	"fmt"
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
	Next      clock.Date

	building id.ID
	sort     string
}

// Open reports whether a visit waits: its day has come, or something is to be
// followed up.
func (d *Due) Open(today clock.Date) bool { return d.Next <= today || d.follow() }

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
	Within   actor.Buildings
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

// Due lists who is to be visited by the plans in use, the longest overdue
// first. It reads all whom the plans are about, in a few questions.
func (s *Service) Due(ctx context.Context, q db.Q, project id.ID, f DueFilter) (DueList, error) {
	var out DueList
	at := Due{}
	more, err := page.Decode(f.Cursor, &at.Next, &at.sort, &at.Subject, &at.Plan.ID)
	if err != nil {
		return out, err
	}
	if f.Limit <= 0 {
		f.Limit = 50
	}
	rows, err := s.dueRows(ctx, q, project, &f)
	if err != nil {
		return out, fmt.Errorf("list due visits: %w", err)
	}
	today, rooms := s.today(), map[id.ID]bool{}
	for i := range rows {
		out.Sum.Count++
		rooms[rows[i].Room] = true
		if rows[i].Next < today {
			out.Sum.Overdue++
		}
		if rows[i].follow() {
			out.Sum.Follow++
		}
	}
	out.Sum.Rooms = len(rooms)
	if more {
		n, found := slices.BinarySearchFunc(rows, at, byDay)
		if found {
			n++
		}
		rows = rows[n:]
	}
	out.List = page.Cut(rows[:min(len(rows), f.Limit+1)], f.Limit, func(d Due) []any { return []any{d.Next, d.sort, d.Subject, d.Plan.ID} })
	return out, nil
}

func byDay(a, b Due) int {
	return cmp.Or(cmp.Compare(a.Next, b.Next), cmp.Compare(a.sort, b.sort), cmp.Compare(a.Subject, b.Subject), cmp.Compare(a.Plan.ID, b.Plan.ID))
}

// dueRows are the rows of a filter in their order.
func (s *Service) dueRows(ctx context.Context, q db.Q, project id.ID, f *DueFilter) ([]Due, error) {
	within := f.Within
	if f.Building != 0 {
		if !within.Has(f.Building) {
			return []Due{}, nil
		}
		within = actor.Buildings{f.Building}
	}
	plans, err := listPlans(ctx, q, project, "active", 0, 0)
	if err != nil {
		return nil, err
	}
	plans = slices.DeleteFunc(plans, func(p Plan) bool { return f.Plan != 0 && p.ID != f.Plan })
	if plans, err = s.named(ctx, q, project, plans); err != nil {
		return nil, err
	}
	rows, err := s.bearing(ctx, q, project, plans, 0, within)
	if err != nil {
		return nil, err
	}
	if err := s.visited(ctx, q, project, plans, rows); err != nil {
		return nil, err
	}
	today, text := s.today(), search.Normalize(f.Text)
	key, isRoom := search.RoomKey(f.Text)
	rows = slices.DeleteFunc(rows, func(d Due) bool {
		switch {
		case f.When == Overdue && d.Next >= today, f.When != Overdue && f.When != All && !d.Open(today):
			return true
		case text == "" || strings.Contains(search.Normalize(d.Label+" "+d.Name), text):
			return false
		}
		label, _ := search.RoomKey(d.Label)
		return !isRoom || label != key
	})
	slices.SortFunc(rows, byDay)
	return rows, nil
}

// bearing are those whom plans are about, each with the first of its rooms; the
// day of the next visit is that of somebody who was never visited.
func (s *Service) bearing(ctx context.Context, q db.Q, project id.ID, plans []Plan, subject id.ID, within actor.Buildings) ([]Due, error) {
	rows := []Due{}
	for _, kind := range []string{estate.TagPerson, estate.TagRoom} {
		byTag, tags := map[id.ID][]Plan{}, []id.ID{}
		for _, p := range plans {
			if p.TagKind == kind {
				if byTag[p.Tag] == nil {
					tags = append(tags, p.Tag)
				}
				byTag[p.Tag] = append(byTag[p.Tag], p)
			}
		}
		list, err := s.estate.Bearers(ctx, q, project, estate.BearerFilter{Kind: kind, Tags: tags, Subject: subject, Within: within})
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

// visited tells rows their newest visit and when the next one is due.
func (s *Service) visited(ctx context.Context, q db.Q, project id.ID, plans []Plan, rows []Due) error {
	ids := make([]id.ID, len(plans))
	for i := range plans {
		ids[i] = plans[i].ID
	}
	list, err := newestVisits(ctx, q, project, ids)
	type key struct{ plan, subject id.ID }
	last := make(map[key]*Visit, len(list))
	for i := range list {
		last[key{list[i].Plan, list[i].Subject}] = &list[i]
	}
	for i := range rows {
		d := &rows[i]
		if v := last[key{d.Plan.ID, d.Subject}]; v != nil {
			d.Last, d.Next = v, d.Plan.due(v, 0)
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
