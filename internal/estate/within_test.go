package estate_test

import (
	"errors"
	"testing"

	"linli/internal/estate"
	"linli/internal/kit/actor"
	"linli/internal/kit/fault"
	"linli/internal/kit/id"
	"linli/internal/kit/page"
)

// TestWithinBuildings: whoever is limited to a building finds its rooms and who
// is something to them, and nobody else, whatever he asks.
func TestWithinBuildings(t *testing.T) {
	run(t, func(t *testing.T, h *house) {
		a, b := h.building("1栋", "1单元", "101", "102"), h.building("2栋", "1单元", "101", "201")
		here := h.person(estate.PersonInput{Name: "陈建国", Phone: "13800138000"})
		there := h.person(estate.PersonInput{Name: "陈丽", Phone: "13900138000"})
		both := h.person(estate.PersonInput{Name: "陈双", Phone: "13700138000"})
		nobody := h.person(estate.PersonInput{Name: "陈无", Phone: "13600138000"})
		h.occupant(estate.Occupant{Room: a[0].ID, Person: here})
		h.occupant(estate.Occupant{Room: b[0].ID, Person: there})
		h.occupant(estate.Occupant{Room: a[1].ID, Person: both})
		h.occupant(estate.Occupant{Room: b[1].ID, Person: both})
		q := h.d.Reader(h.ctx)
		find := func(text string, within actor.Buildings) (rooms, people map[id.ID]bool) {
			t.Helper()
			hits, err := h.s.SearchWithin(h.ctx, h.p, text, 10, within)
			if err != nil {
				t.Fatal(err)
			}
			rooms, people = map[id.ID]bool{}, map[id.ID]bool{}
			for _, x := range hits {
				rooms[x.Room], people[x.Person] = true, true
			}
			return rooms, people
		}
		for _, text := range []string{"101", "1栋101", "2栋", "陈", "chen", "chenli", "13900138000", "8000", "陈丽", "陈无"} {
			all, _ := find(text, nil)
			rooms, people := find(text, actor.Buildings{a[0].Building})
			if rooms[b[0].ID] || rooms[b[1].ID] || rooms[0] || people[there.ID] || people[nobody.ID] {
				t.Errorf("%s finds %v %v", text, rooms, people)
			}
			if len(all) == 0 && text != "2栋" {
				t.Errorf("%s finds nothing anywhere", text)
			}
			if none, _ := find(text, actor.Buildings{}); len(none) != 0 {
				t.Errorf("%s finds %v in no building", text, none)
			}
		}
		if rooms, people := find("陈", actor.Buildings{a[0].Building}); !rooms[a[0].ID] || !rooms[a[1].ID] || !people[both.ID] {
			t.Errorf("finds %v %v at home", rooms, people)
		}
		for n, within := range map[int]actor.Buildings{4: nil, 2: {a[0].Building}, 0: {}} {
			list, err := h.s.RoomList(h.ctx, q, h.p, estate.RoomListFilter{Request: page.Request{Limit: 10}, Within: within})
			if err != nil || len(list.Items) != n {
				t.Errorf("%d rooms within %v: %v", len(list.Items), within, err)
			}
			people, err := h.s.People(h.ctx, h.p, estate.PersonFilter{Request: page.Request{Limit: 10}, Within: within})
			if err != nil || len(people.Items) != n {
				t.Errorf("%d people within %v: %v", len(people.Items), within, err)
			}
		}
		within := actor.Buildings{a[0].Building}
		if _, err := h.s.RoomWithin(h.ctx, q, h.p, b[0].ID, within); !errors.Is(err, estate.ErrNoRoom) {
			t.Errorf("room: %v", err)
		}
		for _, p := range []id.ID{there.ID, nobody.ID, 42} {
			if _, err := h.s.PersonWithin(h.ctx, q, h.p, p, within); !errors.Is(err, fault.ErrNotFound) {
				t.Errorf("person %d: %v", p, err)
			}
		}
		if _, err := h.s.PersonWithin(h.ctx, q, h.p, both.ID, within); err != nil {
			t.Errorf("who has a room here and there: %v", err)
		}
		inside, beyond, err := h.s.Reach(h.ctx, q, h.p, []id.ID{a[0].ID, b[0].ID, 42}, []id.ID{here.ID, both.ID}, within)
		if err != nil || !inside[a[0].ID] || inside[b[0].ID] || inside[42] || beyond[here.ID] || !beyond[both.ID] {
			t.Errorf("reach: %v %v %v", inside, beyond, err)
		}
		if inside, beyond, err = h.s.Reach(h.ctx, q, h.p, []id.ID{a[0].ID}, []id.ID{here.ID}, actor.Buildings{}); err != nil || len(inside) != 0 || !beyond[here.ID] {
			t.Errorf("reach of nothing: %v %v %v", inside, beyond, err)
		}
	})
}
