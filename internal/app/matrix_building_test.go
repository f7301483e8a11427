package app_test

import (
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
	"testing"

	"linli/internal/cashier"
	"linli/internal/estate"
	"linli/internal/identity"
	"linli/internal/kit/actor"
	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/id"
)

// wing is somebody with every right there is, limited to the first building of
// the first project.
const wing = "wing"

// building makes another building in the first project, with a household that
// owes and has paid, and the account of wing, who must learn nothing of it.
func (w *matrixWorld) building(t *testing.T, canary string) twin {
	t.Helper()
	ctx, who, project := t.Context(), actor.System(canary), w.a.ids["project"]
	p := twin{canary: canary, ids: maps.Clone(w.a.ids)}
	err := w.app.DB.Write(ctx, func(tx *db.Tx) error {
		b, err := w.app.Estate.CreateBuilding(ctx, tx, who, project, estate.Building{Name: canary + "栋"})
		if err != nil {
			return err
		}
		u, err := w.app.Estate.CreateUnit(ctx, tx, who, project, b.ID, "1单元")
		if err != nil {
			return err
		}
		rooms := []estate.Room{{Building: b.ID, Unit: u.ID, Name: "909", Floor: 9, Area: 8930}}
		if err := w.app.Estate.CreateRooms(ctx, tx, who, project, rooms); err != nil {
			return err
		}
		person, err := w.app.Estate.CreatePerson(ctx, tx, who, project, estate.PersonInput{Name: canary + "业主", Phone: "13900139000"})
		if err != nil {
			return err
		}
		o, err := w.app.Estate.AddOccupant(ctx, tx, who, project, estate.Occupant{Room: rooms[0].ID, Person: person, Part: estate.PartOwner})
		p.ids["building"], p.ids["unit"], p.ids["room"], p.ids["person"], p.ids["occupant"] = b.ID, u.ID, rooms[0].ID, person.ID, o.ID
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	run, err := w.app.Billing.StartRun(ctx, who, project, clock.MonthOf(w.app.DB.Clock().Now()))
	if err == nil {
		err = w.app.Jobs.Drain(ctx)
	}
	if err == nil {
		run, err = w.app.Billing.Run(ctx, w.app.DB.Reader(ctx), project, run.ID)
	}
	if err == nil {
		_, err = w.app.Billing.Release(ctx, who, project, run.ID, run.Version)
	}
	if err == nil {
		err = w.app.Jobs.Drain(ctx)
	}
	if err != nil {
		t.Fatal(err)
	}
	seat, err := w.app.Cashier.Seat(ctx, project, p.ids["room"])
	if err != nil || len(seat.Open) == 0 {
		t.Fatalf("seat %+v, %v", seat, err)
	}
	r, err := w.app.Cashier.Receive(ctx, who, project, cashier.Taking{Room: p.ids["room"], ExpectedOwed: seat.Owed, Confirmed: true,
		Pays: []cashier.Pay{{Method: cashier.MethodCash, Amount: 1_00, Reference: canary}}})
	if err != nil {
		t.Fatal(err)
	}
	p.ids["charge"], p.ids["receipt"] = seat.Open[0].Charge, r.ID
	w.wingAccount(t)
	return p
}

func (w *matrixWorld) wingAccount(t *testing.T) {
	t.Helper()
	in := identity.NewAccount{Login: "m_wing", Name: "楼管", Password: matrixPassword,
		Grants: []identity.Grant{{Project: w.a.ids["project"], Role: "admin", Limited: true, Buildings: []id.ID{w.a.ids["building"]}}}}
	if _, err := w.app.Identity.CreateAccount(t.Context(), actor.System("test"), in); err != nil {
		t.Fatal(err)
	}
	s, err := w.app.Identity.SignIn(t.Context(), actor.Actor{Address: "test"}, identity.Credentials{Login: in.Login, Password: matrixPassword})
	if err != nil {
		t.Fatal(err)
	}
	w.tokens[wing] = s.Token
}

// wingAsks are questions for the other building that the path does not tell.
func (w *matrixWorld) wingAsks() map[string][]string {
	name, room, building := "q="+url.QueryEscape(w.c.canary), "room_id="+w.c.ids["room"].String(), "building_id="+w.c.ids["building"].String()
	return map[string][]string{
		"search-households": {name, "q=909", "q=13900139000", "q=9000", "q=bingjinsique"},
		"list-rooms":        {building, "q=909", "unit_id=" + w.c.ids["unit"].String()},
		"list-people":       {building, name, "q=13900139000"},
		"list-charges":      {building, room, name, "count=true", "count=true&" + building, "run_id=" + w.c.ids["run"].String()},
		"list-arrears":      {"days_over=0"},
		"receipt-list":      {room, "mine=true", "count=true", "cashier_id=" + w.a.ids["account"].String()},
	}
}

// tryWing: an operation that does not say that it honours buildings is refused
// to wing; one that does works in the own building, and knows of the other one
// no more than of one that is not there.
func (w *matrixWorld) tryWing(t *testing.T, e *endpoint) {
	own := w.a.ids["project"]
	ask := func(what, path string, from twin) (int, string) {
		kind, body := e.body(from)
		status, text := w.call(t, wing, e.method, path, kind, body)
		for _, name := range []string{"building", "unit", "room", "person", "occupant", "charge", "receipt"} {
			if strings.Contains(text, w.c.canary) || strings.Contains(text, w.c.ids[name].String()) {
				t.Errorf("%s by somebody limited to buildings, %s, tells of the %s of another: %d %s", e.op, what, name, status, text)
				break
			}
		}
		return status, text
	}
	status, text := ask("at home", e.fill(own, w.a), w.a)
	switch {
	case !e.project && e.permission != "":
		if status != 403 {
			t.Errorf("%s by somebody limited to buildings: %d %s", e.op, status, text)
		}
		return
	case !e.project:
		return
	case !e.buildings:
		if status != 403 || !strings.Contains(text, "building_scope") {
			t.Errorf("%s by somebody limited to buildings: %d %s", e.op, status, text)
		}
		return
	}
	if status == 401 || status == 403 || status >= 500 || e.method == "GET" && status != 200 {
		t.Errorf("%s by somebody limited to buildings, at home: %d %s", e.op, status, text)
	}
	for _, q := range w.wingAsks()[e.op] {
		path, _, _ := strings.Cut(e.fill(own, w.a), "?")
		if status, text := ask(q, path+"?"+q, w.a); status != 200 {
			t.Errorf("%s?%s by somebody limited to buildings: %d %s", e.op, q, status, text)
		}
	}
	// The other building is answered like one that is not there.
	absent := twin{ids: maps.Clone(w.a.ids)}
	for _, name := range []string{"building", "unit", "room", "person", "occupant", "charge", "receipt"} {
		absent.ids[name] = 424242424242
	}
	before, changes := "", slices.Contains([]string{"receipt-create", "receipt-print", "reveal-person", "record-contact"}, e.op)
	if changes {
		before = w.hash(t, own)
	}
	status, text = ask("in another building", e.fill(own, w.c), w.c)
	if changes && w.hash(t, own) != before {
		t.Errorf("%s changed something of another building", e.op)
	}
	unknown, words := ask("where nothing is", e.fill(own, absent), absent)
	if status != unknown || namesRow(e.path) && text != words {
		t.Errorf("%s tells another building from one that is not there: %s", e.op, fmt.Sprint(status, text, unknown, words))
	}
	if namesRow(e.path) && !strings.Contains(e.path, "{shift}") && status != 404 {
		t.Errorf("%s by somebody limited to buildings, in another one: %d %s", e.op, status, text)
	}
}
