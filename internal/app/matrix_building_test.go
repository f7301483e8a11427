package app_test

import (
	"context"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
	"testing"

	"linli/internal/cashier"
	"linli/internal/estate"
	"linli/internal/file"
	"linli/internal/identity"
	"linli/internal/kit/actor"
	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/id"
)

// wing is somebody with every right there is, limited to the first building of
// the first project.
const wing = "wing"

// building makes another building in the first project, and one more household
// in the first building, which nobody else works on: both owe and have paid.
// The account of wing answers for the first building and must learn nothing of
// the other.
func (w *matrixWorld) building(t *testing.T, canary string) twin {
	t.Helper()
	ctx, who, project := t.Context(), actor.System(canary), w.a.ids["project"]
	p := twin{canary: canary, ids: maps.Clone(w.a.ids)}
	w.home = twin{canary: "同楼", ids: maps.Clone(w.a.ids)}
	err := w.app.DB.Write(ctx, func(tx *db.Tx) error {
		b, err := w.app.Estate.CreateBuilding(ctx, tx, who, project, estate.Building{Name: canary + "栋"})
		if err != nil {
			return err
		}
		u, err := w.app.Estate.CreateUnit(ctx, tx, who, project, b.ID, "1单元")
		if err != nil {
			return err
		}
		p.ids["building"], p.ids["unit"] = b.ID, u.ID
		if err := w.moveIn(ctx, tx, &p, "909", "13900139000"); err != nil {
			return err
		}
		return w.moveIn(ctx, tx, &w.home, "202", "13700137000")
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
	w.pays(t, &p)
	w.pays(t, &w.home)
	far, near := actor.Actor{Account: 999, Name: canary}, w.wingAccount(t)
	w.works(t, &p, far)
	w.works(t, &w.home, near)
	w.cared(t, &p, actor.System(canary))
	w.cared(t, &w.home, w.person(t, wing))
	w.desk(t, &p, far)
	w.leaves(t, &p, who)
	w.desk(t, &w.home, actor.System(w.home.canary))
	w.exports(t, &p, "admin", "building_id="+p.ids["building"].String())
	w.exports(t, &w.home, wing, "")
	return p
}

// moveIn makes a room with an owner in the building of a twin.
func (w *matrixWorld) moveIn(ctx context.Context, tx *db.Tx, p *twin, name, phone string) error {
	who, project := actor.System(p.canary), p.ids["project"]
	rooms := []estate.Room{{Building: p.ids["building"], Unit: p.ids["unit"], Name: name, Floor: 2, Area: 8930}}
	if err := w.app.Estate.CreateRooms(ctx, tx, who, project, rooms); err != nil {
		return err
	}
	person, err := w.app.Estate.CreatePerson(ctx, tx, who, project, estate.PersonInput{Name: p.canary + "业主", Phone: phone})
	if err != nil {
		return err
	}
	o, err := w.app.Estate.AddOccupant(ctx, tx, who, project, estate.Occupant{Room: rooms[0].ID, Person: person, Part: estate.PartOwner})
	p.ids["room"], p.ids["person"], p.ids["occupant"] = rooms[0].ID, person.ID, o.ID
	return err
}

// pays takes one yuan from the household of a twin.
func (w *matrixWorld) pays(t *testing.T, p *twin) {
	t.Helper()
	seat, err := w.app.Cashier.Seat(t.Context(), p.ids["project"], p.ids["room"])
	if err != nil || len(seat.Open) == 0 {
		t.Fatalf("seat %+v, %v", seat, err)
	}
	r, err := w.app.Cashier.Receive(t.Context(), actor.System(p.canary), p.ids["project"], cashier.Taking{Room: p.ids["room"], ExpectedOwed: seat.Owed, Confirmed: true,
		Pays: []cashier.Pay{{Method: cashier.MethodCash, Amount: 1_00, Reference: p.canary}}})
	if err != nil {
		t.Fatal(err)
	}
	p.ids["charge"], p.ids["receipt"] = seat.Open[0].Charge, r.ID
}

// exports lets somebody take out the rooms of a twin.
func (w *matrixWorld) exports(t *testing.T, p *twin, role, query string) {
	t.Helper()
	e, err := w.app.File.Export(t.Context(), w.person(t, role), p.ids["project"], file.Wish{Key: "rooms", Query: query})
	if err != nil {
		t.Fatal(err)
	}
	p.ids["export"] = e.ID
}

func (w *matrixWorld) wingAccount(t *testing.T) actor.Actor {
	t.Helper()
	in := identity.NewAccount{Login: "m_wing", Name: "楼管", Password: matrixPassword,
		Grants: []identity.Grant{{Project: w.a.ids["project"], Role: "admin", Limited: true, Buildings: []id.ID{w.a.ids["building"]}}}}
	account, err := w.app.Identity.CreateAccount(t.Context(), actor.System("test"), in)
	if err != nil {
		t.Fatal(err)
	}
	s, err := w.app.Identity.SignIn(t.Context(), actor.Actor{Address: "test"}, identity.Credentials{Login: in.Login, Password: matrixPassword})
	if err != nil {
		t.Fatal(err)
	}
	w.tokens[wing] = s.Token
	return actor.Actor{Account: account, Name: in.Name}
}

// wingAsks are questions for the other building that the path does not tell.
func (w *matrixWorld) wingAsks() map[string][]string {
	name, room, building := "q="+url.QueryEscape(w.c.canary), "room_id="+w.c.ids["room"].String(), "building_id="+w.c.ids["building"].String()
	return map[string][]string{
		"search-households": {name, "q=909", "q=13900139000", "q=9000", "q=bingjinsique"},
		"list-rooms":        {building, "q=909", "unit_id=" + w.c.ids["unit"].String()},
		"list-people":       {building, name, "q=13900139000"},
		"list-vehicles":     {room, name, "q=909", "limit=200"},
		"list-charges":      {building, room, name, "count=true", "count=true&" + building, "run_id=" + w.c.ids["run"].String()},
		"list-arrears":      {"days_over=0"},
		"list-care-due":     {building, name, "q=909", "when=all&count=true"},
		"list-care-visits":  {room, "subject_id=" + w.c.ids["person"].String()},
		"receipt-list":      {room, "mine=true", "count=true", "cashier_id=" + w.a.ids["account"].String()},

		"read-list-paper": {"kind=rooms&filter=" + url.QueryEscape(building), "kind=people", "kind=charges", "kind=receipts&filter=" + url.QueryEscape(room)},

		"list-corrections":        {"state=open", "kind=room", "kind=person", "subject_id=" + w.c.ids["room"].String(), "subject_id=" + w.c.ids["person"].String()},
		"list-reading-sheet":      {"kind=water", "kind=water&" + building, "kind=water&shown=review", "kind=gas"},
		"list-remote-readings":    {"kind=water", "kind=water&" + building},
		"shift-list":              {"cashier_id=999", "state=closed", "late=true"},
		"deposit-list":            {room, name, "held=true", "kind=keys", "q=909", "limit=1"},
		"invoice-list":            {room, name, "receipt_id=" + w.c.ids["receipt"].String(), "count=true", "limit=1"},
		"deposit-settlement-list": {"state=asked", "deposit_id=" + w.c.ids["deposit"].String(), "limit=1"},

		"refund-list": {room, "receipt_id=" + w.c.ids["receipt"].String(), "state=asked", "kind=deposit", "limit=1"},
	}
}

// honouring is the whole list of operations that honour buildings. Whoever adds
// one gives the other building something that it must not tell.
func honouring() []string {
	return []string{"add-occupant", "add-reading-photo", "ask-correction", "confirm-reading", "counter-ahead", "counter-seat", "counter-setting", "create-person",
		"create-room", "create-unit", "decide-correction", "deposit-deduct", "deposit-list", "deposit-move", "deposit-one", "deposit-settlement-ask", "deposit-settlement-decide", "deposit-settlement-list", "deposit-settlement-one", "deposit-settlement-pay", "deposit-settlement-print",
		"deposit-settlement-renew", "deposit-settlement-withdraw", "deposit-take", "edit-occupant",
		"edit-person", "edit-room", "end-occupant", "explain-charge", "invoice-ask", "invoice-file", "invoice-list", "invoice-offer", "invoice-one", "invoice-title-add",
		"invoice-title-edit", "invoice-titles", "list-arrears", "list-buildings", "list-care-due", "list-care-plans", "list-care-visits", "list-charges", "list-contacts", "list-corrections", "list-dictionaries", "list-export-kinds", "list-exports", "list-fields",
		"list-items", "list-missed-meters", "list-occupants", "list-people", "list-reading-sheet", "list-readings", "list-remote-readings", "list-room-meters", "list-rooms", "list-tags", "list-units",
		"list-vehicles", "order-cancel", "order-create", "order-one", "order-parts", "paycode-end", "paycode-issue", "paycode-read", "paycode-sheet", "preview-transfer",
		"put-tag", "read-building-history", "read-export", "read-export-file", "read-home", "read-household", "read-list-paper", "read-meter-history", "read-person", "read-person-history", "read-person-values", "read-project", "read-project-history", "read-reading-photo", "read-room",
		"read-room-card", "read-room-history", "read-room-states", "read-room-values", "receipt-create", "receipt-list", "receipt-one", "receipt-print", "receipt-view", "receipt-void",
		"record-care-visit", "record-contact", "record-reading", "refund-again", "refund-ask", "refund-decide", "refund-list", "refund-one", "refund-pay", "refund-withdraw", "reveal-person",
		"search-households", "set-person-values", "set-room-values", "shift-close", "shift-count", "shift-list", "shift-mine", "shift-one", "shift-open", "shift-print",
		"start-export", "take-remote-readings", "takings", "transfer-room", "undo-transfer", "void-reading", "withdraw-care-visit"}
}

// wingRows are what belongs to one building, by the name of the path parameter.
func wingRows() []string {
	return []string{"building", "unit", "room", "person", "occupant", "charge", "receipt", "meter", "reading", "correction", "shift", "order", "deposit", "refund", "settlement", "transfer", "invoice", "title", "export", "care_visit"}
}

// asWing sends a request and holds the answer against all that the other
// building must not tell.
func (w *matrixWorld) asWing(t *testing.T, e *endpoint, what, path string, from twin) (int, string) {
	t.Helper()
	kind, body := e.body(from)
	if e.buildings {
		if b, ok := w.wingBodies(t, from)[e.op]; ok {
			kind, body = "application/json", b
		}
	}
	status, text := w.call(t, wing, e.method, path, kind, body)
	for _, name := range wingRows() {
		if strings.Contains(text, w.c.canary) || strings.Contains(text, w.c.ids[name].String()) {
			t.Errorf("%s by somebody limited to buildings, %s, tells of the %s of another: %d %s", e.op, what, name, status, text)
			break
		}
	}
	return status, text
}

// tryWing: an operation that does not say that it honours buildings is refused
// to wing; one that does works in the own building.
func (w *matrixWorld) tryWing(t *testing.T, e *endpoint) {
	own := w.a.ids["project"]
	if e.buildings != slices.Contains(honouring(), e.op) {
		t.Errorf("%s: honours buildings is %v, the list of the test says otherwise", e.op, e.buildings)
	}
	if e.project && e.buildings {
		w.tryBeyond(t, e)
	}
	status, text := w.asWing(t, e, "at home", e.fill(own, w.home), w.home)
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
	_, works := w.wingBodies(t, w.home)[e.op]
	works = works && !slices.Contains([]string{"confirm-reading", "void-reading", "shift-close", "shift-count", "order-create", "refund-again", "refund-withdraw", "deposit-settlement-renew", "deposit-settlement-withdraw"}, e.op) // not in this state
	if status == 401 || status == 403 || status >= 500 || (e.method == "GET" || works) && status >= 300 {
		t.Errorf("%s by somebody limited to buildings, at home: %d %s", e.op, status, text)
	}
	for _, q := range w.wingAsks()[e.op] {
		path, _, _ := strings.Cut(e.fill(own, w.home), "?")
		if status, text := w.asWing(t, e, q, path+"?"+q, w.home); status != 200 {
			t.Errorf("%s?%s by somebody limited to buildings: %d %s", e.op, q, status, text)
		}
	}
}

// tryBeyond: whoever is limited to buildings knows of another one no more than
// of one that is not there, and changes nothing of it.
func (w *matrixWorld) tryBeyond(t *testing.T, e *endpoint) {
	own := w.a.ids["project"]
	if slices.Contains([]string{"add-reading-photo", "create-person", "shift-open", "start-export"}, e.op) {
		return // they name no building
	}
	absent := twin{ids: maps.Clone(w.home.ids)}
	for _, name := range wingRows() {
		absent.ids[name] = 424242424242
	}
	before := ""
	if e.method != "GET" {
		before = w.hash(t, own)
	}
	status, text := w.asWing(t, e, "in another building", e.fill(own, w.c), w.c)
	unknown, words := w.asWing(t, e, "where nothing is", e.fill(own, absent), absent)
	if before != "" && w.hash(t, own) != before {
		t.Errorf("%s changed something of another building", e.op)
	}
	if status != unknown || namesRow(e.path) && text != words {
		t.Errorf("%s tells another building from one that is not there: %s", e.op, fmt.Sprint(status, text, unknown, words))
	}
	if (namesRow(e.path) || before != "") && status != 404 {
		t.Errorf("%s by somebody limited to buildings, in another one: %d %s", e.op, status, text)
	}
}
