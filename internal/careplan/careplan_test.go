package careplan_test

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"linli/internal/audit"
	"linli/internal/careplan"
	"linli/internal/estate"
	"linli/internal/file"
	"linli/internal/kit/actor"
	"linli/internal/kit/clock"
	"linli/internal/kit/crypt"
	"linli/internal/kit/db"
	"linli/internal/kit/dbtest"
	"linli/internal/kit/fault"
	"linli/internal/kit/id"
	"linli/internal/kit/page"
)

// world is a project with two buildings of two rooms; each room has an owner.
type world struct {
	t       *testing.T
	d       *db.DB
	now     *clock.Manual
	homes   *estate.Service
	care    *careplan.Service
	who     actor.Actor
	project id.ID
	houses  []id.ID
	rooms   []id.ID // 3栋101 3栋102 5栋101 5栋102
	people  []id.ID
	entries []id.ID // of the owners
	old     id.ID   // 独居老人, on people
	weak    id.ID   // 需要照看, on rooms
}

func each(t *testing.T, f func(t *testing.T, w *world)) {
	t.Helper()
	list := []db.Migrations{audit.Migrations(), file.Migrations(), estate.Migrations(), careplan.Migrations()}
	dbtest.Run(t, list, func(t *testing.T, d *db.DB, now *clock.Manual) {
		w := found(t, d, now)
		f(t, w)
		if list, err := w.care.Broken(t.Context(), w.project); err != nil || len(list) > 0 {
			t.Errorf("broken: %v %v", list, err)
		}
	})
}

func found(t *testing.T, d *db.DB, now *clock.Manual) *world {
	t.Helper()
	ring, err := crypt.Open(filepath.Join(t.TempDir(), "keys.json"))
	if err != nil {
		t.Fatal(err)
	}
	log := audit.New(audit.Deps{DB: d, Key: ring.AuditKey()})
	homes := estate.New(estate.Deps{DB: d, Audit: log, Ring: ring})
	w := &world{t: t, d: d, now: now, homes: homes, who: actor.System("李雪梅"), care: careplan.New(careplan.Deps{DB: d, Audit: log, Estate: homes})}
	now.Set(time.Date(2026, 6, 10, 9, 0, 0, 0, clock.Shanghai()))
	w.write(func(tx *db.Tx) error {
		ctx := t.Context()
		p, err := homes.CreateProject(ctx, tx, w.who, estate.Project{Name: "翠湖花园", Kind: estate.KindResidential})
		if err != nil {
			return err
		}
		w.project = p.ID
		for _, name := range []string{"3栋", "5栋"} {
			b, err := homes.CreateBuilding(ctx, tx, w.who, p.ID, estate.Building{Name: name})
			if err != nil {
				return err
			}
			rooms := []estate.Room{{Building: b.ID, Name: "101"}, {Building: b.ID, Name: "102"}}
			if err := homes.CreateRooms(ctx, tx, w.who, p.ID, rooms); err != nil {
				return err
			}
			w.houses, w.rooms = append(w.houses, b.ID), append(w.rooms, rooms[0].ID, rooms[1].ID)
		}
		for i, name := range []string{"林晓峰", "吴桂珍", "周岚", "郑守义"} {
			who, err := homes.CreatePerson(ctx, tx, w.who, p.ID, estate.PersonInput{Name: name, Phone: fmt.Sprintf("1380013800%d", i)})
			if err != nil {
				return err
			}
			w.people = append(w.people, who.ID)
			w.entries = append(w.entries, w.live(tx, w.rooms[i], who))
		}
		tag, err := homes.CreateTag(ctx, tx, w.who, p.ID, estate.Tag{Name: "独居老人", Kind: estate.TagPerson})
		if err != nil {
			return err
		}
		w.old = tag.ID
		tag, err = homes.CreateTag(ctx, tx, w.who, p.ID, estate.Tag{Name: "需要照看", Kind: estate.TagRoom})
		w.weak = tag.ID
		return err
	})
	return w
}

func (w *world) live(tx *db.Tx, room id.ID, who estate.Person) id.ID {
	w.t.Helper()
	o, err := w.homes.AddOccupant(w.t.Context(), tx, w.who, w.project, estate.Occupant{Room: room, Person: who, Part: estate.PartOwner})
	if err != nil {
		w.t.Fatal(err)
	}
	return o.ID
}

func (w *world) write(f func(tx *db.Tx) error) {
	w.t.Helper()
	if err := w.d.Write(w.t.Context(), f); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) tag(tag id.ID, on bool, subjects ...id.ID) {
	w.t.Helper()
	w.write(func(tx *db.Tx) error {
		_, err := w.homes.PutTag(w.t.Context(), tx, w.who, w.project, tag, subjects, on)
		return err
	})
}

// day moves the clock to nine in the morning of a day.
func (w *world) day(d clock.Date) { w.now.Set(d.Start().Add(9 * time.Hour)) }

func (w *world) plan(p careplan.Plan) careplan.Plan {
	w.t.Helper()
	if p.Tag == 0 {
		p.Tag = w.old
	}
	p.Todo = "上门看看，问问身体"
	p, err := w.care.Create(w.t.Context(), w.who, w.project, p)
	if err != nil {
		w.t.Fatal(err)
	}
	return p
}

func (w *world) visit(p careplan.Plan, subject id.ID, day clock.Date, r careplan.Result) careplan.Visit {
	w.t.Helper()
	v, err := w.care.Record(w.t.Context(), w.who, w.project, careplan.Visit{Plan: p.ID, Subject: subject, Day: day, Result: r, Note: "量了血压"})
	if err != nil {
		w.t.Fatal(err)
	}
	return v
}

// due is the list in one line a row: room, name, day, and what waits there.
func (w *world) due(f careplan.DueFilter) []string {
	w.t.Helper()
	l, err := w.care.Due(w.t.Context(), w.d.Reader(w.t.Context()), w.project, f)
	if err != nil {
		w.t.Fatal(err)
	}
	out := []string{}
	for i := range l.Items {
		d := &l.Items[i]
		text := fmt.Sprintf("%s %s %s", d.Label, d.Name, d.Next)
		if d.Last != nil && d.Last.Follow {
			text += " 跟进"
		}
		out = append(out, text)
	}
	return out
}

func (w *world) want(f careplan.DueFilter, rows ...string) {
	w.t.Helper()
	if got := w.due(f); !slices.Equal(got, rows) {
		w.t.Errorf("%+v:\n%s\nshould be\n%s", f, strings.Join(got, "\n"), strings.Join(rows, "\n"))
	}
}

// TestWhoIsVisitedFollowsTheTags: whoever bears the tag and lives here is on the
// list; who moves out or loses the tag is not, and a room is as long as somebody
// lives there.
func TestWhoIsVisitedFollowsTheTags(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		w.tag(w.old, true, w.people[0], w.people[2])
		w.want(careplan.DueFilter{}) // nothing follows without a plan
		p := w.plan(careplan.Plan{Name: "独居老人探访", Days: 7, Begins: 20260608})
		w.want(careplan.DueFilter{}, "3栋101 林晓峰 2026-06-10", "5栋101 周岚 2026-06-10") // from the day of the tag
		w.day(20260612)
		w.tag(w.old, true, w.people[1])
		w.want(careplan.DueFilter{When: careplan.Overdue}, "3栋101 林晓峰 2026-06-10", "5栋101 周岚 2026-06-10")
		w.want(careplan.DueFilter{}, "3栋101 林晓峰 2026-06-10", "5栋101 周岚 2026-06-10", "3栋102 吴桂珍 2026-06-12")
		w.tag(w.old, false, w.people[2])
		w.want(careplan.DueFilter{}, "3栋101 林晓峰 2026-06-10", "3栋102 吴桂珍 2026-06-12")
		w.write(func(tx *db.Tx) error {
			_, err := w.homes.EndOccupant(ctx, tx, w.who, w.project, w.entries[0], 0)
			return err
		})
		w.want(careplan.DueFilter{When: careplan.All}, "3栋102 吴桂珍 2026-06-12")
		for name, subject := range map[string]id.ID{"moved out": w.people[0], "without the tag": w.people[2], "nobody": 7} {
			if _, err := w.care.Record(ctx, w.who, w.project, careplan.Visit{Plan: p.ID, Subject: subject, Result: careplan.Fine}); !errors.Is(err, careplan.ErrNobody) {
				t.Errorf("a visit of somebody %s: %v", name, err)
			}
		}
		w.write(func(tx *db.Tx) error { // a second home
			who, err := w.homes.Person(ctx, tx, w.project, w.people[1])
			w.live(tx, w.rooms[3], who)
			return err
		})
		l, err := w.care.Due(ctx, w.d.Reader(ctx), w.project, careplan.DueFilter{})
		if err != nil || len(l.Items) != 1 || l.Items[0].Others != 1 || l.Items[0].PhoneMask != "138****8001" {
			t.Errorf("two homes: %+v %v", l.Items, err)
		}
		w.plan(careplan.Plan{Name: "照看", Days: 30, Tag: w.weak})
		w.tag(w.weak, true, w.rooms[0], w.rooms[3])
		w.want(careplan.DueFilter{}, "3栋102 吴桂珍 2026-06-12", "5栋102 郑守义 等 2 人 2026-06-12") // nobody lives in 3栋101
		p.Active = false
		if _, err := w.care.Edit(ctx, w.who, w.project, p); err != nil {
			t.Fatal(err)
		}
		w.want(careplan.DueFilter{}, "5栋102 郑守义 等 2 人 2026-06-12")
		if _, err := w.care.Record(ctx, w.who, w.project, careplan.Visit{Plan: p.ID, Subject: w.people[1], Result: careplan.Fine}); !errors.Is(err, careplan.ErrEnded) {
			t.Errorf("a visit by a plan that has ended: %v", err)
		}
	})
}

// TestVisitsMoveTheDay: a visit that found all well moves it by a cycle, nobody
// met by a day, and what is to be followed up waits until all is well.
func TestVisitsMoveTheDay(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		w.tag(w.old, true, w.people[0])
		p := w.plan(careplan.Plan{Name: "独居老人探访", Days: 7, Begins: 20260601})
		all := careplan.DueFilter{When: careplan.All}
		w.visit(p, w.people[0], 0, careplan.Missed)
		w.want(careplan.DueFilter{})
		w.want(all, "3栋101 林晓峰 2026-06-11")
		w.day(20260611)
		w.want(careplan.DueFilter{}, "3栋101 林晓峰 2026-06-11")
		w.visit(p, w.people[0], 0, careplan.Follow)
		w.want(careplan.DueFilter{}, "3栋101 林晓峰 2026-06-12 跟进") // although its day has not come
		w.day(20260612)
		w.visit(p, w.people[0], 0, careplan.Missed)
		w.want(careplan.DueFilter{}, "3栋101 林晓峰 2026-06-13 跟进")
		wrong := w.visit(p, w.people[0], 0, careplan.Fine)
		w.want(careplan.DueFilter{})
		if _, err := w.care.Withdraw(ctx, w.who, w.project, wrong.ID, "记错了户"); err != nil {
			t.Fatal(err)
		}
		w.want(careplan.DueFilter{}, "3栋101 林晓峰 2026-06-13 跟进")
		w.visit(p, w.people[0], 20260605, careplan.Fine) // remembered late: older than what came since
		w.want(careplan.DueFilter{}, "3栋101 林晓峰 2026-06-13 跟进")
		w.visit(p, w.people[0], 20260612, careplan.Fine)
		w.want(all, "3栋101 林晓峰 2026-06-19")
		l, err := w.care.Visits(ctx, w.d.Reader(ctx), w.project, careplan.VisitFilter{Subject: w.people[0], Request: page.Request{Limit: 4}})
		if err != nil || len(l.Items) != 4 || l.Next == "" || l.Items[0].Day != 20260612 || !l.Items[0].Newest || l.Items[1].ID != wrong.ID || l.Items[1].Reason != "记错了户" {
			t.Errorf("visits %+v %v", l, err)
		}
		l, err = w.care.Visits(ctx, w.d.Reader(ctx), w.project, careplan.VisitFilter{Room: w.rooms[0], Request: page.Request{Limit: 4, Cursor: l.Next}})
		if err != nil || len(l.Items) != 2 || l.Items[1].Day != 20260605 || l.Next != "" {
			t.Errorf("the rest %+v %v", l, err)
		}
	})
}

// TestDueListPages: pages, search and the sum are of the whole filter; whoever
// is limited to buildings sees and visits only who lives there.
func TestDueListPages(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		ctx, q := t.Context(), w.d.Reader(t.Context())
		w.tag(w.old, true, w.people...)
		p := w.plan(careplan.Plan{Name: "独居老人探访", Days: 7})
		w.plan(careplan.Plan{Name: "节日慰问", Days: 90})
		w.visit(p, w.people[3], 0, careplan.Follow)
		w.day(20260611)
		var got []string
		f := careplan.DueFilter{Request: page.Request{Limit: 3}, Count: true}
		for {
			l, err := w.care.Due(ctx, q, w.project, f)
			if err != nil || l.Sum != (careplan.DueSum{Count: 8, Rooms: 4, Overdue: 7, Follow: 1}) {
				t.Fatalf("%+v %v", l.Sum, err)
			}
			for _, d := range l.Items {
				got = append(got, d.Label+d.Plan.Name)
			}
			if f.Cursor = l.Next; f.Cursor == "" {
				break
			}
		}
		if want := "3栋101独居老人探访 3栋101节日慰问 3栋102独居老人探访 3栋102节日慰问 5栋101独居老人探访 5栋101节日慰问 5栋102节日慰问 5栋102独居老人探访"; strings.Join(got, " ") != want {
			t.Errorf("pages: %v", got)
		}
		w.want(careplan.DueFilter{Plan: p.ID, Text: "桂珍"}, "3栋102 吴桂珍 2026-06-10")
		w.want(careplan.DueFilter{Plan: p.ID, Text: "5-101"}, "5栋101 周岚 2026-06-10")
		w.want(careplan.DueFilter{Plan: p.ID, Text: "5栋102"}, "5栋102 郑守义 2026-06-11 跟进")
		w.want(careplan.DueFilter{Plan: p.ID, Building: w.houses[1]}, "5栋101 周岚 2026-06-10", "5栋102 郑守义 2026-06-11 跟进")
		mine := actor.Buildings{w.houses[0]}
		w.want(careplan.DueFilter{Plan: p.ID, Within: mine}, "3栋101 林晓峰 2026-06-10", "3栋102 吴桂珍 2026-06-10")
		w.want(careplan.DueFilter{Within: mine, Building: w.houses[1]})
		w.want(careplan.DueFilter{Within: actor.Buildings{}})
		clerk := actor.Actor{Account: 9, Name: "王敏", Grants: []actor.Grant{{Project: w.project, Permissions: []actor.Permission{careplan.PermVisit, careplan.PermRead}, Limited: true, Buildings: mine}}}
		if _, err := w.care.Record(ctx, clerk, w.project, careplan.Visit{Plan: p.ID, Subject: w.people[3], Result: careplan.Fine}); !errors.Is(err, careplan.ErrNobody) {
			t.Errorf("a visit in another building: %v", err)
		}
		v, err := w.care.Record(ctx, clerk, w.project, careplan.Visit{Plan: p.ID, Subject: w.people[1], Result: careplan.Fine})
		if err != nil {
			t.Fatal(err)
		}
		l, err := w.care.Visits(ctx, q, w.project, careplan.VisitFilter{Within: mine})
		if err != nil || len(l.Items) != 1 || l.Items[0].ID != v.ID {
			t.Errorf("visits of one building: %+v %v", l, err)
		}
		other := clerk
		other.Account = 10
		if _, err := w.care.Withdraw(ctx, other, w.project, v.ID, "记错了户"); !errors.Is(err, careplan.ErrNotOwn) {
			t.Errorf("a visit of somebody else: %v", err)
		}
		far := clerk
		far.Grants = []actor.Grant{{Project: w.project, Permissions: clerk.Grants[0].Permissions, Limited: true, Buildings: w.houses[1:]}}
		if _, err := w.care.Withdraw(ctx, far, w.project, v.ID, "记错了户"); !errors.Is(err, fault.ErrNotFound) {
			t.Errorf("a visit of another building: %v", err)
		}
		w.day(20260612)
		if _, err := w.care.Withdraw(ctx, clerk, w.project, v.ID, "记错了户"); !errors.Is(err, careplan.ErrNotOwn) {
			t.Errorf("on the next day: %v", err)
		}
	})
}

// TestVisitsAreFound: every condition of the list of visits, alone and together;
// pages and sums are of the whole filter.
func TestVisitsAreFound(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		ctx, q := t.Context(), w.d.Reader(t.Context())
		w.tag(w.old, true, w.people...)
		w.tag(w.weak, true, w.rooms[3])
		old := w.plan(careplan.Plan{Name: "独居老人探访", Days: 7, Begins: 20260601})
		weak := w.plan(careplan.Plan{Name: "照看", Days: 7, Begins: 20260601, Tag: w.weak})
		wang := actor.Actor{Account: 9, Name: "王敏", Grants: []actor.Grant{{Project: w.project, Permissions: []actor.Permission{careplan.PermVisit}}}}
		say := func(who actor.Actor, p careplan.Plan, subject id.ID, day clock.Date, r careplan.Result) careplan.Visit {
			t.Helper()
			v, err := w.care.Record(ctx, who, w.project, careplan.Visit{Plan: p.ID, Subject: subject, Day: day, Result: r, Note: day.String()})
			if err != nil {
				t.Fatal(err)
			}
			return v
		}
		say(w.who, old, w.people[0], 20260601, careplan.Fine)
		say(wang, old, w.people[1], 20260602, careplan.Follow)
		say(wang, old, w.people[2], 20260603, careplan.Missed)
		say(w.who, old, w.people[3], 20260604, careplan.Fine)
		say(w.who, weak, w.rooms[3], 20260605, careplan.Follow)
		gone := say(wang, old, w.people[1], 20260606, careplan.Follow)
		if _, err := w.care.Withdraw(ctx, wang, w.project, gone.ID, "记错了户"); err != nil {
			t.Fatal(err)
		}
		for name, c := range map[string]struct {
			f    careplan.VisitFilter
			days string
		}{
			"all":              {careplan.VisitFilter{}, "06 05 04 03 02 01"},
			"fine":             {careplan.VisitFilter{Result: careplan.Fine}, "04 01"},
			"follow":           {careplan.VisitFilter{Result: careplan.Follow}, "05 02"},
			"withdrawn":        {careplan.VisitFilter{Result: careplan.Withdrawn}, "06"},
			"of a plan":        {careplan.VisitFilter{Plan: weak.ID}, "05"},
			"by somebody":      {careplan.VisitFilter{By: 9}, "06 03 02"},
			"from a day":       {careplan.VisitFilter{From: 20260604}, "06 05 04"},
			"until a day":      {careplan.VisitFilter{Until: 20260602}, "02 01"},
			"of a day":         {careplan.VisitFilter{From: 20260603, Until: 20260603}, "03"},
			"in a building":    {careplan.VisitFilter{Building: w.houses[1]}, "05 04 03"},
			"out of the limit": {careplan.VisitFilter{Building: w.houses[1], Within: w.houses[:1]}, ""},
			"a name":           {careplan.VisitFilter{Text: "桂珍"}, "06 02"},
			"a room":           {careplan.VisitFilter{Text: "5-102"}, "05 04"},
			"a building":       {careplan.VisitFilter{Text: "3栋"}, "06 02 01"},
			"room and name":    {careplan.VisitFilter{Text: "5栋102 郑守义"}, "04"},
			"nobody":           {careplan.VisitFilter{Text: "赵"}, ""},
			"initials":         {careplan.VisitFilter{Text: "WGZ", By: 9, Result: careplan.Follow, From: 20260601, Until: 20260630, Plan: old.ID}, "02"},
			"pinyin of nobody": {careplan.VisitFilter{Text: "zhaoq"}, ""},
			"several":          {careplan.VisitFilter{Text: "吴桂珍", By: 9, Result: careplan.Follow, From: 20260601, Until: 20260630, Plan: old.ID}, "02"},
		} {
			var days []string
			c.f.Limit, c.f.Count = 2, true
			for {
				l, err := w.care.Visits(ctx, q, w.project, c.f)
				if err != nil {
					t.Fatalf("%s: %v", name, err)
				}
				if n := len(strings.Fields(c.days)); l.Sum.Count != n || l.Sum.Fine+l.Sum.Follow+l.Sum.Missed+l.Sum.Withdrawn != n {
					t.Errorf("%s: the sum %+v is not of %d", name, l.Sum, n)
				}
				for _, v := range l.Items {
					days = append(days, v.Day.String()[8:])
				}
				if c.f.Cursor = l.Next; l.Next == "" {
					break
				}
			}
			if got := strings.Join(days, " "); got != c.days {
				t.Errorf("%s: %q, not %q", name, got, c.days)
			}
		}
		l, err := w.care.Visits(ctx, q, w.project, careplan.VisitFilter{Count: true, Result: careplan.Missed})
		if err != nil || l.Sum != (careplan.VisitSum{Count: 1, Missed: 1}) || len(l.Visitors) != 2 {
			t.Errorf("%+v %+v %v", l.Sum, l.Visitors, err)
		}
		l, err = w.care.Visits(ctx, q, w.project, careplan.VisitFilter{Count: true, Within: w.houses[:1]})
		if err != nil || l.Sum != (careplan.VisitSum{Count: 3, Fine: 1, Follow: 1, Withdrawn: 1}) || len(l.Visitors) != 2 {
			t.Errorf("of one building: %+v %+v %v", l.Sum, l.Visitors, err)
		}
	})
}

// TestDueWithoutThoseWhoLeft: whoever bears a tag and lives here no more takes no
// place on a page and in the sum; one day of a page is told by rooms.
func TestDueWithoutThoseWhoLeft(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		w.tag(w.old, true, w.people...)
		w.tag(w.weak, true, w.rooms[1])
		w.plan(careplan.Plan{Name: "独居老人探访", Days: 7})
		w.plan(careplan.Plan{Name: "照看", Days: 7, Tag: w.weak})
		w.write(func(tx *db.Tx) error {
			for _, i := range []int{0, 2} {
				if _, err := w.homes.EndOccupant(ctx, tx, w.who, w.project, w.entries[i], 0); err != nil {
					return err
				}
			}
			return nil
		})
		var got []string
		f := careplan.DueFilter{Request: page.Request{Limit: 1}, Count: true}
		for {
			l, err := w.care.Due(ctx, w.d.Reader(ctx), w.project, f)
			if err != nil || l.Sum != (careplan.DueSum{Count: 3, Rooms: 2}) {
				t.Fatalf("%+v %v", l.Sum, err)
			}
			for _, d := range l.Items {
				got = append(got, d.Label+d.Plan.Name)
			}
			if f.Cursor = l.Next; f.Cursor == "" {
				break
			}
		}
		if slices.Sort(got); strings.Join(got, " ") != "3栋102照看 3栋102独居老人探访 5栋102独居老人探访" {
			t.Errorf("pages: %v", got)
		}
		w.want(careplan.DueFilter{}, "3栋102 吴桂珍 2026-06-10", "3栋102 吴桂珍 2026-06-10", "5栋102 郑守义 2026-06-10")
		w.want(careplan.DueFilter{Text: "吴桂", Within: w.houses[1:]})
	})
}

// TestVisitElsewhereIsNotTold: of somebody with homes in two buildings, staff of
// one see that he was visited in the other, and not what was found there.
func TestVisitElsewhereIsNotTold(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		w.write(func(tx *db.Tx) error {
			who, err := w.homes.Person(ctx, tx, w.project, w.people[0])
			w.live(tx, w.rooms[3], who) // 3栋101 and 5栋102
			return err
		})
		w.tag(w.old, true, w.people[0])
		p := w.plan(careplan.Plan{Name: "独居老人探访", Days: 7})
		w.visit(p, w.people[0], 0, careplan.Follow) // in 3栋101
		one := func(within actor.Buildings) careplan.Due {
			t.Helper()
			l, err := w.care.Due(ctx, w.d.Reader(ctx), w.project, careplan.DueFilter{Within: within})
			if err != nil || len(l.Items) != 1 {
				t.Fatalf("%+v %v", l.Items, err)
			}
			return l.Items[0]
		}
		for name, within := range map[string]actor.Buildings{"whole": nil, "3栋": w.houses[:1]} {
			if d := one(within); d.Elsewhere || d.Last.Note != "量了血压" || d.Last.ByName != "李雪梅" {
				t.Errorf("%s: %+v %+v", name, d, d.Last)
			}
		}
		d := one(w.houses[1:])
		if d.Label != "5栋102" || !d.Elsewhere || d.Last.Note != "" || d.Last.ByName != "" || d.Last.Day != 20260610 || !d.Last.Follow {
			t.Errorf("staff of 5栋 are told %+v %+v", d, d.Last)
		}
	})
}

// TestPlansAreRefused: what a plan or a visit may not be, and of two who change
// one plan at once the second is told.
func TestPlansAreRefused(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		w.tag(w.old, true, w.people[0])
		good := w.plan(careplan.Plan{Name: "独居老人探访", Days: 366, Begins: 20260601})
		for name, c := range map[string]struct {
			p    careplan.Plan
			want error
		}{
			"no name":          {careplan.Plan{Tag: w.old, Days: 7, Todo: "看看"}, careplan.ErrPlan},
			"a long name":      {careplan.Plan{Name: strings.Repeat("探", 31), Tag: w.old, Days: 7, Todo: "看看"}, careplan.ErrPlan},
			"nothing to do":    {careplan.Plan{Name: "甲", Tag: w.old, Days: 7, Todo: " "}, careplan.ErrPlan},
			"every 0 days":     {careplan.Plan{Name: "甲", Tag: w.old, Todo: "看看"}, careplan.ErrPlan},
			"every 367 days":   {careplan.Plan{Name: "甲", Tag: w.old, Days: 367, Todo: "看看"}, careplan.ErrPlan},
			"begins years ago": {careplan.Plan{Name: "甲", Tag: w.old, Days: 7, Todo: "看看", Begins: 20240101}, careplan.ErrPlan},
			"the same name":    {careplan.Plan{Name: good.Name, Tag: w.old, Days: 7, Todo: "看看"}, careplan.ErrName},
			"no tag":           {careplan.Plan{Name: "甲", Tag: 7, Days: 7, Todo: "看看"}, fault.ErrNotFound},
		} {
			if _, err := w.care.Create(ctx, w.who, w.project, c.p); !errors.Is(err, c.want) {
				t.Errorf("%s: %v", name, err)
			}
		}
		for name, v := range map[string]careplan.Visit{
			"tomorrow":            {Day: 20260611, Result: careplan.Fine},
			"before the plan":     {Day: 20260531, Result: careplan.Fine},
			"no result":           {},
			"nothing to follow":   {Result: careplan.Follow},
			"a note without end":  {Result: careplan.Fine, Note: strings.Repeat("好", 401)},
			"a result of its own": {Result: "great"},
		} {
			v.Plan, v.Subject = good.ID, w.people[0]
			if _, err := w.care.Record(ctx, w.who, w.project, v); !errors.Is(err, careplan.ErrVisit) {
				t.Errorf("%s: %v", name, err)
			}
		}
		v := w.visit(good, w.people[0], 0, careplan.Fine)
		if _, err := w.care.Withdraw(ctx, w.who, w.project, v.ID, " "); !errors.Is(err, careplan.ErrVisit) {
			t.Errorf("without a reason: %v", err)
		}
		w.raceOf(t, 4, func() error { _, err := w.care.Withdraw(ctx, w.who, w.project, v.ID, "记错了户"); return err }, careplan.ErrWithdrawn)
		w.raceOf(t, 4, func() error {
			p := good
			p.Days = 14
			_, err := w.care.Edit(ctx, w.who, w.project, p)
			return err
		}, fault.ErrStale)
		w.write(func(tx *db.Tx) error {
			no := false
			_, err := w.homes.EditTag(ctx, tx, w.who, w.project, w.old, estate.TagEdit{Version: 1, Active: &no})
			return err
		})
		if _, err := w.care.Create(ctx, w.who, w.project, careplan.Plan{Name: "甲", Tag: w.old, Days: 7, Todo: "看看"}); !errors.Is(err, estate.ErrTagGone) {
			t.Errorf("a tag out of use: %v", err)
		}
		w.day(20280101) // the day on which it begins need not be near any more
		good.Version, good.Todo = 2, "打个电话"
		if p, err := w.care.Edit(ctx, w.who, w.project, good); err != nil || p.Version != 3 || p.TagName != "独居老人" {
			t.Errorf("changed years later: %+v %v", p, err)
		}
	})
}

// raceOf lets several do the same at once: one gets through, the others are told.
func (w *world) raceOf(t *testing.T, n int, do func() error, told error) {
	t.Helper()
	errs := make([]error, n)
	var wg sync.WaitGroup
	for i := range errs {
		wg.Go(func() { errs[i] = do() })
	}
	wg.Wait()
	won := 0
	for _, err := range errs {
		switch {
		case err == nil:
			won++
		case !errors.Is(err, told):
			t.Errorf("a lost race: %v", err)
		}
	}
	if won != 1 {
		t.Errorf("%d of %d won", won, n)
	}
}

// TestCareDoctor: visits changed by hand are named.
func TestCareDoctor(t *testing.T) {
	t.Parallel()
	for name, q := range map[string]string{
		"none is the newest": "UPDATE careplan_visit SET newest = 0",
		"withdrawn":          "UPDATE careplan_visit SET withdrawn_at = 1",
		"an older one":       "UPDATE careplan_visit SET follow = 1 WHERE newest = 0",
		"another tag":        "UPDATE careplan_plan SET tag_id = 7",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dbtest.Run(t, []db.Migrations{audit.Migrations(), file.Migrations(), estate.Migrations(), careplan.Migrations()}, func(t *testing.T, d *db.DB, now *clock.Manual) {
				w := found(t, d, now)
				w.tag(w.old, true, w.people[0])
				p := w.plan(careplan.Plan{Name: "独居老人探访", Days: 7, Begins: 20260601})
				w.visit(p, w.people[0], 20260605, careplan.Fine)
				w.visit(p, w.people[0], 20260609, careplan.Fine)
				w.write(func(tx *db.Tx) error { _, err := tx.Exec(t.Context(), q); return err })
				if list, err := w.care.Broken(t.Context(), w.project); err != nil || len(list) == 0 {
					t.Errorf("not seen: %v %v", list, err)
				}
			})
		})
	}
}
