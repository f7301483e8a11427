package screen_test

import (
	"errors"
	"fmt"
	"testing"

	"linli/internal/billing"
	"linli/internal/estate"
	"linli/internal/kit/clock"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
	"linli/internal/screen"
)

// grid is a building with two units, a shop outside of them, and a neighbour
// whose name begins alike. Today is 2026-11-21.
type grid struct {
	building, other id.ID
	rooms           map[string]id.ID
}

func (w *world) grid() grid {
	w.t.Helper()
	g := grid{rooms: map[string]id.ID{}}
	var units []id.ID
	g.building, units = w.building("3栋", "1单元", "2单元")
	g.other, _ = w.building("30栋")
	list := []estate.Room{
		{Building: g.building, Unit: units[0], Name: "101", Floor: 1, Area: 89_30, State: estate.StateSelf},
		{Building: g.building, Unit: units[0], Name: "102", Floor: 1, Area: 108_00, State: estate.StateRented},
		{Building: g.building, Unit: units[0], Name: "201", Floor: 2, Area: 89_30, State: estate.StateVacant},
		{Building: g.building, Unit: units[1], Name: "201", Floor: 2, Area: 108_00, State: estate.StateRenovating},
		{Building: g.building, Unit: units[1], Name: "202", Floor: 2, Area: 108_00, State: estate.StateUnsold},
		{Building: g.building, Unit: units[1], Name: "1101", Floor: 11, Area: 108_00, State: estate.StateUndelivered},
		{Building: g.building, Name: "商铺1", Floor: -1, Area: 50_00, Kind: estate.RoomShop, State: estate.StateSelf},
		{Building: g.other, Name: "101", Floor: 1, Area: 89_30, State: estate.StateSelf},
	}
	for i, r := range w.rooms(list...) {
		g.rooms[list[i].Label] = r
	}
	return g
}

func (w *world) states(g grid, perms ...string) *screen.Grid {
	w.t.Helper()
	who := w.staff(estate.PermRead)
	if len(perms) == 0 {
		who = w.staff(estate.PermRead, billing.PermRead)
	}
	out, err := w.screen.RoomStates(w.t.Context(), who, w.project, g.building)
	w.must(err)
	return out
}

func byLabel(g *screen.Grid) map[string]screen.GridRoom {
	out := map[string]screen.GridRoom{}
	for _, f := range g.Floors {
		for _, r := range f.Rooms {
			out[r.Label] = r
		}
	}
	return out
}

// sound: every room once, and both tallies sum to the total.
func sound(t *testing.T, g *screen.Grid) {
	t.Helper()
	var each, states, standings screen.Tally
	for _, r := range byLabel(g) {
		each = screen.Tally{Rooms: each.Rooms + 1, Owed: each.Owed + r.Owed.Owed, Overdue: each.Overdue + r.Owed.Overdue}
	}
	for _, x := range g.ByState {
		states = screen.Tally{Rooms: states.Rooms + x.Rooms, Owed: states.Owed + x.Owed, Overdue: states.Overdue + x.Overdue}
	}
	for _, x := range g.ByStanding {
		standings = screen.Tally{Rooms: standings.Rooms + x.Rooms, Owed: standings.Owed + x.Owed, Overdue: standings.Overdue + x.Overdue}
	}
	if each != g.Total || states != g.Total || g.Money && standings != g.Total {
		t.Errorf("total %+v, rooms sum to %+v, states to %+v, standings to %+v", g.Total, each, states, standings)
	}
}

func TestRoomStatesPlace(t *testing.T) {
	run(t, func(w *world) {
		made := w.grid()
		g := w.states(made)
		sound(w.t, g)
		got := ""
		for _, f := range g.Floors {
			got += fmt.Sprintf("%d:", f.Floor)
			for _, r := range f.Rooms {
				got += " " + r.Label
			}
			got += "\n"
		}
		want := "11: 3栋2单元1101\n2: 3栋1单元201 3栋2单元201 3栋2单元202\n1: 3栋1单元101 3栋1单元102\n-1: 3栋商铺1\n"
		if got != want {
			w.t.Errorf("got\n%swant\n%s", got, want)
		}
		if len(g.Units) != 2 || !g.Unitless {
			w.t.Errorf("columns: %+v, without unit %v", g.Units, g.Unitless)
		}
		for _, s := range []string{estate.StateUnsold, estate.StateUndelivered, estate.StateVacant, estate.StateRenovating, estate.StateRented} {
			if x := g.ByState[s]; x == nil || x.Rooms != 1 {
				w.t.Errorf("%s: %+v", s, x)
			}
		}
		other, err := w.screen.RoomStates(w.t.Context(), w.staff(estate.PermRead), w.project, made.other)
		w.must(err)
		if other.Total.Rooms != 1 || !other.Unitless || len(other.Units) != 0 {
			w.t.Errorf("the neighbour: %+v", other)
		}
		_, err = w.screen.RoomStates(w.t.Context(), w.staff(estate.PermRead), w.project+1, made.building)
		if !errors.Is(err, estate.ErrNoBuilding) {
			w.t.Errorf("from another project: %v", err)
		}
	})
}

func TestRoomStatesMoney(t *testing.T) {
	run(t, func(w *world) {
		made := w.grid()
		r := made.rooms
		late, part, waits := r["3栋1单元101"], r["3栋1单元102"], r["3栋2单元201"]
		w.assign(100_00, 202609, 202611, late)         // two months late, one waiting
		w.assign(20_00, 202610, 202610, late)          // a second item of one of these months
		w.assign(50_01, 202610, 202610, part)          // paid in part
		w.assign(30_00, 202611, 202611, waits)         // due on 30 November
		w.assign(70_00, 202610, 202610, r["3栋1单元201"]) // paid
		w.assign(11_00, 202610, 202610, r["3栋2单元202"]) // owed although not sold
		w.assign(99_00, 202610, 202610, r["30栋101"])
		for _, m := range []clock.Month{202609, 202610, 202611} {
			w.release(m)
		}
		w.pay(part, 20_00)
		w.pay(r["3栋1单元201"], 70_00)
		g := w.states(made)
		sound(w.t, g)
		got := byLabel(g)
		for label, want := range map[string]struct {
			standing      screen.Standing
			owed, overdue money.Fen
			months, days  int
		}{
			"3栋1单元101":  {screen.Late, 320_00, 220_00, 2, 52}, // since 30 September
			"3栋1单元102":  {screen.Late, 30_01, 30_01, 1, 21},   // since 31 October
			"3栋1单元201":  {screen.Clear, 0, 0, 0, 0},
			"3栋2单元201":  {screen.Waiting, 30_00, 0, 0, 0},
			"3栋2单元202":  {screen.Late, 11_00, 11_00, 1, 21},
			"3栋2单元1101": {screen.NoFees, 0, 0, 0, 0},
			"3栋商铺1":     {screen.Clear, 0, 0, 0, 0},
		} {
			x := got[label]
			days := 0
			if x.Owed.Oldest != 0 {
				days = g.Today.Sub(x.Owed.Oldest)
			}
			if x.Standing != want.standing || x.Owed.Owed != want.owed || x.Owed.Overdue != want.overdue || x.Owed.Months != want.months || days != want.days {
				w.t.Errorf("%s: %s %+v, %d days; want %+v", label, x.Standing, x.Owed, days, want)
			}
		}
		if want := (screen.Tally{Rooms: 7, Owed: 391_01, Overdue: 261_01}); g.Total != want {
			w.t.Errorf("total %+v, want %+v", g.Total, want)
		}
		if x := *g.ByStanding[screen.Late]; x != (screen.Tally{Rooms: 3, Owed: 361_01, Overdue: 261_01}) {
			w.t.Errorf("overdue: %+v", x)
		}
	})
}

func TestRoomStatesDrafts(t *testing.T) {
	run(t, func(w *world) {
		made := w.grid()
		w.assign(100_00, 202610, 202610, made.rooms["3栋1单元101"])
		w.draft(202610)
		if g := w.states(made); g.Total.Owed != 0 || g.ByStanding[screen.Late] != nil {
			w.t.Errorf("a draft is owed: %+v", g.Total)
		}
	})
}

func TestRoomStatesRights(t *testing.T) {
	run(t, func(w *world) {
		made := w.grid()
		w.assign(100_00, 202610, 202610, made.rooms["3栋1单元101"])
		w.release(202610)
		g := w.states(made, "estate only")
		if g.Money || g.Total.Owed != 0 || len(g.ByStanding) != 0 || g.Total.Rooms != 7 {
			w.t.Errorf("money without the right to bills: %+v %+v", g.Total, g.ByStanding)
		}
		for label, r := range byLabel(g) {
			if r.Standing != "" || r.Owed != (billing.Owed{}) {
				w.t.Errorf("%s: %+v", label, r.Owed)
			}
		}
	})
}

func TestRoomStatesOwners(t *testing.T) {
	run(t, func(w *world) {
		made := w.grid()
		room := made.rooms["3栋1单元102"]
		w.occupant(room, "陈小明", estate.PartOwner, 3000)
		w.occupant(room, "陈建国", estate.PartOwner, 7000)
		w.occupant(room, "王芳", estate.PartTenant, 0)
		w.occupant(made.rooms["3栋1单元101"], "李四", estate.PartTenant, 0)
		card := func(room string) *screen.RoomCard {
			c, err := w.screen.RoomCard(w.t.Context(), w.staff(estate.PermRead), w.project, made.rooms[room])
			w.must(err)
			return c
		}
		if x := card("3栋1单元102"); x.Room.Area != 108_00 || x.Room.People != 3 || x.Standing != "" {
			w.t.Errorf("card: %+v", x)
		}
		if x := card("3栋1单元102").Owner; x != (estate.Owner{Name: "陈建国", PhoneMask: "138****5678", Others: 1}) {
			w.t.Errorf("owner: %+v", x)
		}
		if x := card("3栋1单元101").Owner; x != (estate.Owner{}) {
			w.t.Errorf("a tenant is shown as owner: %+v", x)
		}
	})
}
