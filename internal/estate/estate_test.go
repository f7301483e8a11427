package estate_test

import (
	"context"
	"errors"
	"log/slog"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"linli/internal/audit"
	"linli/internal/estate"
	"linli/internal/file"
	"linli/internal/kit/actor"
	"linli/internal/kit/clock"
	"linli/internal/kit/crypt"
	"linli/internal/kit/db"
	"linli/internal/kit/dbtest"
	"linli/internal/kit/fault"
	"linli/internal/kit/id"
	"linli/internal/kit/job"
	"linli/internal/kit/web"
)

type house struct {
	t     *testing.T
	ctx   context.Context
	d     *db.DB
	s     *estate.Service
	audit *audit.Service
	jobs  *job.Queue
	ring  *crypt.Ring
	who   actor.Actor
	p     id.ID
}

func rooms() []db.Migrations {
	return []db.Migrations{job.Migrations(), web.Migrations(), audit.Migrations(), file.Migrations(), estate.Migrations()}
}

func run(t *testing.T, f func(t *testing.T, h *house)) {
	dbtest.Run(t, rooms(), func(t *testing.T, d *db.DB, _ *clock.Manual) { f(t, newHouse(t, d)) })
}

func newHouse(t *testing.T, d *db.DB) *house {
	t.Helper()
	dir := t.TempDir()
	ring, err := crypt.Open(filepath.Join(dir, "keys.json"))
	if err != nil {
		t.Fatal(err)
	}
	h := &house{t: t, ring: ring, ctx: t.Context(), d: d, who: actor.System("测试"), jobs: job.New(d, slog.New(slog.DiscardHandler))}
	h.audit = audit.New(audit.Deps{DB: d, Key: ring.AuditKey()})
	h.s = estate.New(estate.Deps{DB: d, Audit: h.audit, Ring: ring})
	h.p = h.project("翠园")
	return h
}

func (h *house) write(f func(tx *db.Tx) error) {
	h.t.Helper()
	if err := h.d.Write(h.ctx, f); err != nil {
		h.t.Fatal(err)
	}
}

func (h *house) project(name string) (out id.ID) {
	h.t.Helper()
	h.write(func(tx *db.Tx) error {
		p, err := h.s.CreateProject(h.ctx, tx, h.who, estate.Project{Name: name, Kind: estate.KindResidential})
		out = p.ID
		return err
	})
	return out
}

// building makes 楼 with one unit and rooms by number.
func (h *house) building(name, unit string, numbers ...string) []estate.Room {
	h.t.Helper()
	var out []estate.Room
	h.write(func(tx *db.Tx) error {
		b, err := h.s.CreateBuilding(h.ctx, tx, h.who, h.p, estate.Building{Name: name, Floors: 18})
		if err != nil {
			return err
		}
		var u estate.Unit
		if unit != "" {
			if u, err = h.s.CreateUnit(h.ctx, tx, h.who, h.p, b.ID, unit); err != nil {
				return err
			}
		}
		out = make([]estate.Room, len(numbers))
		for i, n := range numbers {
			out[i] = estate.Room{Building: b.ID, Unit: u.ID, Name: n, Floor: 1 + i, Area: 8950}
		}
		return h.s.CreateRooms(h.ctx, tx, h.who, h.p, out)
	})
	return out
}

func (h *house) person(in estate.PersonInput) (p estate.Person) {
	h.t.Helper()
	h.write(func(tx *db.Tx) (err error) {
		p, err = h.s.CreatePerson(h.ctx, tx, h.who, h.p, in)
		return err
	})
	return p
}

func (h *house) occupant(o estate.Occupant) (out estate.Occupant) {
	h.t.Helper()
	h.write(func(tx *db.Tx) (err error) {
		out, err = h.s.AddOccupant(h.ctx, tx, h.who, h.p, o)
		return err
	})
	return out
}

func (h *house) try(f func(tx *db.Tx) error) error { return h.d.Write(h.ctx, f) }

func (h *house) labels(text string) []string {
	h.t.Helper()
	hits, err := h.s.Search(h.ctx, h.p, text, 10)
	if err != nil {
		h.t.Fatalf("search %q: %v", text, err)
	}
	out := []string{}
	for _, hit := range hits {
		out = append(out, hit.Label)
	}
	return out
}

func code(err error) string {
	if f := fault.As(err); f != nil {
		return f.Code
	}
	if err != nil {
		return err.Error()
	}
	return ""
}

func TestRoomsForBilling(t *testing.T) {
	run(t, func(t *testing.T, h *house) {
		list := h.building("3", "2", "101", "102", "201", "202", "1502")
		if list[4].Label != "3栋2单元1502" {
			t.Errorf("label %q", list[4].Label)
		}
		q := h.d.Reader(h.ctx)
		bounds, err := h.s.RoomIDBounds(h.ctx, q, h.p, 2)
		if err != nil || !slices.Equal(bounds, []id.ID{list[1].ID, list[3].ID, list[4].ID}) {
			t.Errorf("bounds %v %v", bounds, err)
		}
		owner := h.person(estate.PersonInput{Name: "陈建国"})
		h.occupant(estate.Occupant{Room: list[2].ID, Person: owner})
		var got []estate.BillingRoom
		err = h.s.StreamRooms(h.ctx, q, h.p, estate.RoomFilter{After: bounds[0], Upto: bounds[1]}, func(r *estate.BillingRoom) error {
			got = append(got, *r)
			return nil
		})
		if err != nil || len(got) != 2 || got[0].ID != list[2].ID || got[0].Payer != owner.ID || got[0].People != 1 || got[0].Area != 8950 ||
			got[0].Floors != 18 || got[0].Floor != 3 || got[0].Known != estate.KnownArea|estate.KnownFloor || got[1].Payer != 0 {
			t.Errorf("rooms %+v %v", got, err)
		}
		got = nil
		err = h.s.StreamRooms(h.ctx, q, h.p, estate.RoomFilter{Rooms: []id.ID{list[4].ID}, Buildings: []id.ID{list[0].Building}}, func(r *estate.BillingRoom) error {
			got = append(got, *r)
			return nil
		})
		if err != nil || len(got) != 1 || got[0].ID != list[4].ID {
			t.Errorf("one room %+v %v", got, err)
		}
		labels, err := h.s.Labels(h.ctx, q, h.p, []id.ID{list[0].ID, 7})
		if err != nil || len(labels) != 1 || labels[list[0].ID] != "3栋2单元101" {
			t.Errorf("labels %v %v", labels, err)
		}
		if empty, err := h.s.RoomIDBounds(h.ctx, q, h.project("空"), 5); err != nil || len(empty) != 0 {
			t.Errorf("bounds of nothing %v %v", empty, err)
		}
	})
}

func TestRoomsAreUnique(t *testing.T) {
	run(t, func(t *testing.T, h *house) {
		list := h.building("3栋", "2单元", "101")
		for _, name := range []string{"101", "１０１", "0101", "101室"} {
			err := h.try(func(tx *db.Tx) error {
				return h.s.CreateRooms(h.ctx, tx, h.who, h.p, []estate.Room{{Building: list[0].Building, Unit: list[0].Unit, Name: name}})
			})
			if code(err) != estate.ErrRoom.Code || !strings.Contains(err.Error(), "3栋2单元") {
				t.Errorf("room %q: %v", name, err)
			}
		}
		for _, name := range []string{"3", "三栋", "3#", "3号楼"} {
			err := h.try(func(tx *db.Tx) error {
				_, err := h.s.CreateBuilding(h.ctx, tx, h.who, h.p, estate.Building{Name: name})
				return err
			})
			if code(err) != estate.ErrBuilding.Code {
				t.Errorf("building %q: %v", name, err)
			}
		}
		for _, name := range []string{"", "  ", "　", "\u200b", strings.Repeat("长", 61)} {
			err := h.try(func(tx *db.Tx) error {
				_, err := h.s.CreateBuilding(h.ctx, tx, h.who, h.p, estate.Building{Name: name})
				return err
			})
			if code(err) != estate.ErrName.Code {
				t.Errorf("building %q: %v", name, err)
			}
		}
	})
}

func TestBuildingRenamed(t *testing.T) {
	run(t, func(t *testing.T, h *house) {
		list := h.building("A", "", "101", "102")
		b, err := h.s.Building(h.ctx, h.d.Reader(h.ctx), h.p, list[0].Building)
		if err != nil {
			t.Fatal(err)
		}
		name, floors := "B座", 30
		h.write(func(tx *db.Tx) error {
			_, err := h.s.EditBuilding(h.ctx, tx, h.who, h.p, b.ID, estate.BuildingEdit{Version: b.Version, Name: &name, Floors: &floors})
			return err
		})
		if got := h.labels("A101"); len(got) != 0 {
			t.Errorf("old name finds %v", got)
		}
		if got := h.labels("b101"); !slices.Equal(got, []string{"B座101"}) {
			t.Errorf("new name finds %v", got)
		}
		err = h.try(func(tx *db.Tx) error {
			_, err := h.s.EditBuilding(h.ctx, tx, h.who, h.p, b.ID, estate.BuildingEdit{Version: b.Version, Name: &name})
			return err
		})
		if !errors.Is(err, fault.ErrStale) {
			t.Errorf("second edit: %v", err)
		}
	})
}

func TestPersonalDataIsSealed(t *testing.T) {
	run(t, func(t *testing.T, h *house) {
		p := h.person(estate.PersonInput{Name: " 陈建国 ", Phone: "+86 138-0013-8000", IDNumber: "11010519491231002x"})
		if p.Name != "陈建国" || p.PhoneMask != "138****8000" || p.IDMask != "110105********002X" {
			t.Errorf("%+v", p)
		}
		var phone, paper string
		err := h.d.Reader(h.ctx).QueryRow(h.ctx, "SELECT phone_enc, id_enc FROM estate_person WHERE project_id = ? AND id = ?", h.p, p.ID).Scan(&phone, &paper)
		if err != nil || strings.Contains(phone, "1380013") || strings.Contains(paper, "19491231") || phone == "" || paper == "" {
			t.Errorf("stored %q %q %v", phone, paper, err)
		}
		clerk := actor.Actor{Account: 7, Name: "李雪梅"}
		for _, c := range []struct{ field, reason, value, code string }{
			{"phone", "联系上门维修", "13800138000", ""},
			{"id_number", "核对身份", "11010519491231002X", ""},
			{"phone", " ", "", estate.ErrReason.Code},
			{"email", "看看邮箱", "", estate.ErrKind.Code},
		} {
			if got, err := h.s.Reveal(h.ctx, clerk, h.p, p.ID, c.field, c.reason); got != c.value || code(err) != c.code {
				t.Errorf("%+v: %q %v", c, got, err)
			}
		}
		log, err := h.audit.Entries(h.ctx, h.p, audit.Filter{Person: p.ID, Action: "estate.person_revealed"})
		if err != nil || len(log.Items) != 2 || log.Items[1].Account != 7 || !strings.Contains(log.Items[1].Summary, "联系上门维修") {
			t.Errorf("log %+v %v", log.Items, err)
		}
		for _, row := range log.Items {
			if strings.Contains(row.After+row.Summary, "13800138000") {
				t.Error("the log holds the phone number")
			}
		}
		if err := h.audit.Verify(h.ctx, h.p); err != nil {
			t.Error(err)
		}
		err = h.try(func(tx *db.Tx) error {
			_, err := h.s.CreatePerson(h.ctx, tx, h.who, h.p, estate.PersonInput{Name: "别人", IDNumber: "11010519491231002X"})
			return err
		})
		if code(err) != estate.ErrIDTaken.Code {
			t.Errorf("same ID: %v", err)
		}
	})
}

func TestPersonEdited(t *testing.T) {
	run(t, func(t *testing.T, h *house) {
		p := h.person(estate.PersonInput{Name: "陈建国", Phone: "13800138000"})
		name, phone := "陈建华", "13900139001"
		h.write(func(tx *db.Tx) error {
			_, err := h.s.EditPerson(h.ctx, tx, h.who, h.p, p.ID, estate.PersonEdit{Version: p.Version, Name: &name, Phone: &phone})
			return err
		})
		for text, want := range map[string]int{"陈建国": 0, "cjg": 0, "8000": 0, "陈建华": 1, "cjh": 1, "9001": 1, "13900139001": 1} {
			if hits, err := h.s.Search(h.ctx, h.p, text, 5); err != nil || len(hits) != want {
				t.Errorf("%q finds %v %v", text, hits, err)
			}
		}
		err := h.try(func(tx *db.Tx) error {
			_, err := h.s.EditPerson(h.ctx, tx, h.who, h.p, p.ID, estate.PersonEdit{Version: p.Version, Name: &name})
			return err
		})
		if !errors.Is(err, fault.ErrStale) {
			t.Errorf("stale edit: %v", err)
		}
	})
}

func TestPayerOfRoom(t *testing.T) {
	run(t, func(t *testing.T, h *house) {
		list := h.building("1", "1", "101", "102")
		room := list[0].ID
		owner, tenant := h.person(estate.PersonInput{Name: "业主甲"}), h.person(estate.PersonInput{Name: "租户乙"})
		h.occupant(estate.Occupant{Room: room, Person: owner, Part: estate.PartOwner})
		h.occupant(estate.Occupant{Room: list[1].ID, Person: owner, Part: estate.PartOwner})
		payer := func() id.ID {
			r, err := h.s.Room(h.ctx, h.d.Reader(h.ctx), h.p, room)
			if err != nil {
				t.Fatal(err)
			}
			return r.Payer
		}
		if payer() != owner.ID {
			t.Error("the owner pays")
		}
		o := h.occupant(estate.Occupant{Room: room, Person: tenant, Part: estate.PartTenant, Payer: true})
		if payer() != tenant.ID {
			t.Error("the payer pays")
		}
		home, err := h.s.Household(h.ctx, h.d.Reader(h.ctx), h.p, list[1].ID)
		if err != nil || home.Payer.ID != owner.ID || len(home.Rooms) != 1 || home.Rooms[0].ID != list[1].ID {
			t.Errorf("household %+v %v", home, err)
		}
		h.write(func(tx *db.Tx) error {
			_, err := h.s.EndOccupant(h.ctx, tx, h.who, h.p, o.ID, 0)
			return err
		})
		if payer() != owner.ID {
			t.Error("the owner pays again")
		}
		home, err = h.s.Household(h.ctx, h.d.Reader(h.ctx), h.p, room)
		if err != nil || len(home.Rooms) != 2 || len(home.People) != 1 {
			t.Errorf("household %+v %v", home, err)
		}
		err = h.try(func(tx *db.Tx) error {
			_, err := h.s.EndOccupant(h.ctx, tx, h.who, h.p, o.ID, 0)
			return err
		})
		if !errors.Is(err, estate.ErrEnded) {
			t.Errorf("ended twice: %v", err)
		}
		err = h.try(func(tx *db.Tx) error {
			_, err := h.s.AddOccupant(h.ctx, tx, h.who, h.p, estate.Occupant{Room: room, Person: owner, Part: estate.PartOwner})
			return err
		})
		if !errors.Is(err, estate.ErrOccupant) {
			t.Errorf("same owner twice: %v", err)
		}
	})
}

func TestSearch(t *testing.T) {
	run(t, func(t *testing.T, h *house) {
		first := h.building("1栋", "1单元", "101", "1101")
		h.building("3栋", "2单元", "1502", "1101")
		h.building("11栋", "", "101")
		chen := h.person(estate.PersonInput{Name: "陈建国", Phone: "13800131101", IDNumber: "11010519491231002X"})
		h.occupant(estate.Occupant{Room: first[0].ID, Person: chen})
		h.person(estate.PersonInput{Name: "阿卜杜拉·买买提"})
		h.person(estate.PersonInput{Name: "100%棉商行"})
		for text, want := range map[string][]string{
			"1栋101":              {"1栋1单元101"},
			"1-1-101":            {"1栋1单元101"},
			"1#1-101":            {"1栋1单元101"},
			"１－１－１０１":            {"1栋1单元101"},
			"3-2-1502":           {"3栋2单元1502"},
			"3栋1502":             {"3栋2单元1502"},
			"陈建国":                {"1栋1单元101"},
			"建国":                 {"1栋1单元101"},
			"cjg":                {"1栋1单元101"},
			"chenjianguo":        {"1栋1单元101"},
			"13800131101":        {"1栋1单元101"},
			"1101":               {"1栋1单元1101", "3栋2单元1101", "1栋1单元101"},
			"11010519491231002x": {"1栋1单元101"},
			"阿卜杜拉．买买提":           {""},
			"%":                  {""},
			"_":                  {},
			"100%":               {""},
			"%' OR '1'='1":       {},
			"'; DROP TABLE":      {},
			`\`:                  {},
			"":                   {},
		} {
			if got := h.labels(text); !slices.Equal(got, want) {
				t.Errorf("%q finds %q, want %q", text, got, want)
			}
		}
		if got := h.labels("101"); len(got) < 2 || got[0] != "1栋1单元101" || got[1] != "11栋101" {
			t.Errorf("101 finds %q", got)
		}
		hits, err := h.s.Search(h.ctx, h.p, "1-1-101", 5)
		if err != nil || hits[0].Name != "陈建国" || hits[0].PhoneMask != "138****1101" || hits[0].Why != "room" {
			t.Errorf("%+v %v", hits, err)
		}
		if other, err := h.s.Search(h.ctx, h.project("别处"), "陈建国", 5); err != nil || len(other) != 0 {
			t.Errorf("another project sees %v %v", other, err)
		}
	})
}

// Two desks that register one identity card at once make one person.
func TestOneCardAtTwoDesks(t *testing.T) {
	run(t, func(t *testing.T, h *house) {
		var wg sync.WaitGroup
		made := make([]error, 6)
		for i := range made {
			wg.Go(func() {
				made[i] = h.try(func(tx *db.Tx) error {
					_, err := h.s.CreatePerson(h.ctx, tx, h.who, h.p, estate.PersonInput{Name: "甲", IDNumber: "11010519491231002X"})
					time.Sleep(5 * time.Millisecond) // the other desks look before this one commits
					return err
				})
			})
		}
		wg.Wait()
		n := 0
		for _, err := range made {
			if err == nil {
				n++
			} else if !errors.Is(err, estate.ErrIDTaken) {
				t.Error(err)
			}
		}
		if n != 1 {
			t.Errorf("one card was registered %d times", n)
		}
	})
}

// Projects stand by pinyin, 春江 before 翠湖 before 云栖, whatever their codes.
func TestProjectsByPinyin(t *testing.T) {
	run(t, func(_ *testing.T, h *house) {
		for _, name := range []string{"翠湖花园", "云栖公馆", "万象城", "春江花月", "阿里云谷"} {
			h.project(name)
		}
		list, err := h.s.Projects(h.ctx, h.who)
		if err != nil {
			h.t.Fatal(err)
		}
		var names []string
		for _, p := range list {
			names = append(names, p.Name)
		}
		if got := strings.Join(names, " "); !strings.HasPrefix(got, "阿里云谷 春江花月 ") || !strings.HasSuffix(got, " 万象城 云栖公馆") {
			h.t.Errorf("in the order %s", got)
		}
	})
}
