package actor_test

import (
	"errors"
	"slices"
	"testing"

	"linli/internal/kit/actor"
	"linli/internal/kit/id"
)

// A right on some buildings is none on the project, and less than nothing
// elsewhere: who forgets to ask for buildings refuses.
func TestLimitedToBuildings(t *testing.T) {
	const see, take actor.Permission = "estate.read", "cashier.receive"
	who := actor.Actor{Account: 1, Grants: []actor.Grant{
		{Project: 7, Permissions: []actor.Permission{see}, Limited: true, Buildings: []id.ID{3, 2}},
		{Project: 7, Permissions: []actor.Permission{see, take}, Limited: true, Buildings: []id.ID{2}},
		{Project: 8, Permissions: []actor.Permission{see}},
		{Project: 9, Permissions: []actor.Permission{see}, Limited: true},
		{Permissions: []actor.Permission{take}, Limited: true, Buildings: []id.ID{2}}, // of no project: gives nothing
	}}
	for _, c := range []struct {
		p                actor.Permission
		project          id.ID
		can, somewhere   bool
		whole, has, none bool // of Within
		must             error
	}{
		{see, 7, false, true, false, true, false, actor.ErrBuildings},
		{take, 7, false, true, false, true, false, actor.ErrBuildings},
		{see, 8, true, true, true, true, false, nil},
		{take, 8, false, false, false, false, true, actor.ErrForbidden},
		{see, 9, false, true, false, false, true, actor.ErrBuildings},
		{see, 0, false, false, false, false, true, actor.ErrForbidden},
		{take, 0, false, false, false, false, true, actor.ErrForbidden},
	} {
		w := who.Within(c.p, c.project)
		if who.Can(c.p, c.project) != c.can || who.Somewhere(c.p, c.project) != c.somewhere || !errors.Is(who.Must(c.p, c.project), c.must) {
			t.Errorf("%s on %d: %v %v %v", c.p, c.project, who.Can(c.p, c.project), who.Somewhere(c.p, c.project), who.Must(c.p, c.project))
		}
		if w.Whole() != c.whole || w.Has(2) != c.has || !w.Whole() && (len(w) == 0) != c.none {
			t.Errorf("%s on %d: within %v", c.p, c.project, w)
		}
	}
	if w := who.Within(see, 7); !slices.Equal(w, actor.Buildings{2, 3}) || who.Within(take, 7).Has(3) {
		t.Errorf("within %v", w)
	}
	if !who.Sees(7) || who.SeesWhole(7) || !who.SeesWhole(8) || who.Sees(6) || who.Sees(0) {
		t.Error("sees")
	}
	if s := actor.System("x"); !s.Within(see, 7).Whole() || !s.Somewhere(see, 7) || !s.SeesWhole(7) {
		t.Error("the system is limited to nothing")
	}
}
