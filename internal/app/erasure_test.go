package app_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"linli/internal/app"
	"linli/internal/careplan"
	"linli/internal/estate"
	"linli/internal/invoice"
	"linli/internal/kit/actor"
	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/id"
	"linli/internal/kit/page"
	"linli/internal/notify"
	"linli/internal/roster"
)

// stays are the tables that keep a name by law or because nothing of them may
// change: documents of money, and the log.
var stays = []string{"audit_entry", "audit_part", "cashier_receipt", "cashier_refund", "cashier_deposit", "deposit_settle", "payment_order", "invoice_doc", "termination_doc"}

// whereStands are the tables of a project that hold a text.
func whereStands(t *testing.T, w *matrixWorld, project id.ID, text string) []string {
	t.Helper()
	tables, err := w.app.DB.ProjectTables(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, table := range tables {
		for _, column := range table.Columns {
			var n int
			err := w.app.DB.Reader(t.Context()).QueryRow(t.Context(), "SELECT COUNT(*) FROM "+table.Name+" WHERE project_id = ? AND CAST("+column+" AS TEXT) LIKE ?", project, "%"+text+"%").Scan(&n)
			if err != nil {
				t.Fatal(err)
			}
			if n > 0 && !slices.Contains(out, table.Name) {
				out = append(out, table.Name)
			}
		}
	}
	return out
}

// TestG32ForgottenAfterSettlement: somebody who lives here, owes or has money here
// is not forgotten and every reason is told; when all is ended his name and numbers
// stand nowhere but in documents and the log.
func TestG32ForgottenAfterSettlement(t *testing.T) {
	t.Parallel()
	matrices(t, func(t *testing.T, w *matrixWorld, _ *clock.Manual) {
		ctx, who, project := t.Context(), actor.System("test"), w.a.ids["project"]
		at := fmt.Sprintf("/api/v1/projects/%s", project)
		write := func(what string, fn func(tx *db.Tx) error) {
			t.Helper()
			if err := w.app.DB.Write(ctx, fn); err != nil {
				t.Fatalf("%s: %v", what, err)
			}
		}
		type answer struct {
			Ties   []struct{ Kind, Text string }
			Code   string
			Errors []struct{ Message string }
		}
		erase := func(role string, person id.ID, name string, want int) answer {
			t.Helper()
			body, err := json.Marshal(map[string]string{"name": name, "reason": "本人来办，已核对身份证"})
			if err != nil {
				t.Fatal(err)
			}
			status, text := w.call(t, role, "POST", at+"/people/"+person.String()+"/erasure", "application/json", string(body))
			if status != want {
				t.Fatalf("erase %s by %s: %d %s", name, role, status, text)
			}
			var a answer
			if text != "" {
				if err := json.Unmarshal([]byte(text), &a); err != nil {
					t.Fatal(err)
				}
			}
			return a
		}

		// The owner of the twin has everything that ties.
		owner, before := w.a.ids["person"], w.hash(t, project)
		status, text := w.call(t, "manager", "GET", at+"/people/"+owner.String()+"/erasure", "", "")
		var look answer
		if err := json.Unmarshal([]byte(text), &look); status != 200 || err != nil {
			t.Fatalf("%d %s", status, text)
		}
		refused := erase("manager", owner, w.a.canary+"业主", 409)
		if refused.Code != "privacy_tied" || len(refused.Errors) != len(look.Ties) {
			t.Errorf("refused with %+v, foreseen %+v", refused, look)
		}
		kinds := map[string]bool{}
		for i, tie := range look.Ties {
			kinds[tie.Kind] = true
			if refused.Errors[i].Message != tie.Text {
				t.Errorf("%q is refused as %q", tie.Text, refused.Errors[i].Message)
			}
		}
		for _, kind := range []string{"home", "debt", "refund", "online", "deposit"} {
			if !kinds[kind] {
				t.Errorf("nothing of %s in %+v", kind, look.Ties)
			}
		}
		erase("clerk", owner, w.a.canary+"业主", 403)
		if w.hash(t, project) != before {
			t.Error("a refusal left something")
		}

		// A tenant of another room with everything that people leave behind.
		const name, other = "欧阳留痕", "欧阳无痕"
		var room estate.Room
		var tenant estate.Person
		var stay estate.Occupant
		person := estate.PersonInput{Name: name, Kind: estate.KindPerson, Gender: "female", Phone: "13977776666", IDNumber: "110101199003071006", Email: "liuhen@example.com"}
		write("settle in", func(tx *db.Tx) (err error) {
			rooms := []estate.Room{{Building: w.a.ids["building"], Unit: w.a.ids["unit"], Name: "909", Floor: 9, Area: 5000}}
			if err = w.app.Estate.CreateRooms(ctx, tx, who, project, rooms); err != nil {
				return err
			}
			room = rooms[0]
			if tenant, err = w.app.Estate.CreatePerson(ctx, tx, who, project, person); err != nil {
				return err
			}
			if stay, err = w.app.Estate.AddOccupant(ctx, tx, who, project, estate.Occupant{Room: room.ID, Person: tenant, Part: estate.PartTenant}); err != nil {
				return err
			}
			if _, err = w.app.Estate.PutTag(ctx, tx, who, project, w.a.ids["tag"], []id.ID{tenant.ID}, true); err != nil {
				return err
			}
			field, err := w.app.Estate.CreateField(ctx, tx, who, project, estate.Field{Kind: "person", Name: "宠物", Type: estate.FieldText})
			if err != nil {
				return err
			}
			if _, err = w.app.Estate.SetValues(ctx, tx, who, project, "person", tenant.ID, []estate.NewValue{{Field: field.ID, Text: name + "的猫"}}); err != nil {
				return err
			}
			_, err = w.app.Estate.AskCorrection(ctx, tx, who, project, estate.Correction{Kind: "person", Subject: tenant.ID, Field: "name", New: "欧阳" + name, AskedBy: name, Way: "phone", Reason: "写错了"})
			if err != nil {
				return err
			}
			if err = w.app.Notify.SetQuiet(ctx, tx, who, project, tenant.ID, true); err != nil {
				return err
			}
			_, err = w.app.Notify.Post(ctx, tx, project, notify.Draft{Dedupe: "forget", Kind: notify.KindBill, Person: tenant.ID, PersonName: name, Room: room.ID, RoomLabel: room.Label,
				Addresses: []notify.Address{{Channel: notify.Mail, To: person.Email}}, Words: notify.Words{"name": name}})
			return err
		})
		if _, err := w.app.Care.Record(ctx, who, project, careplan.Visit{Plan: w.a.ids["care_plan"], Subject: tenant.ID, Result: careplan.Follow, Note: name + "身体不好"}); err != nil {
			t.Fatal(err)
		}
		if _, err := w.app.Invoice.AddTitle(ctx, who, project, invoice.Title{Payer: tenant.ID, Party: invoice.Party{Name: name}}); err != nil {
			t.Fatal(err)
		}
		// An import changes her phone and keeps whom to call.
		im, err := w.app.Roster.StartImport(ctx, who, project, "b.csv", strings.NewReader(
			"楼栋,单元,房号,姓名,与房屋关系,手机号,联系人,联系人电话\n"+w.a.canary+"栋,1单元,909,"+name+",租户,13977775555,"+name+"的妹妹,13977774444\n"))
		if err == nil {
			if err = w.app.Jobs.Drain(ctx); err == nil {
				_, err = w.app.Roster.ApplyImport(ctx, who, project, im.ID, roster.ApplyOptions{})
			}
		}
		if err == nil {
			err = w.app.Jobs.Drain(ctx)
		}
		if err != nil {
			t.Fatal(err)
		}
		for _, table := range []string{"estate_person", "estate_value", "estate_correction", "estate_kept", "estate_import_step", "notify_message", "invoice_title", "careplan_visit"} {
			if !slices.Contains(whereStands(t, w, project, name), table) {
				t.Errorf("%s holds nothing of her: the test shows less than it says", table)
			}
		}
		if a := erase("manager", tenant.ID, name, 409); len(a.Errors) != 1 || !strings.Contains(a.Errors[0].Message, "909（租户）") {
			t.Errorf("while she lives here: %+v", a)
		}
		write("move out", func(tx *db.Tx) error {
			_, err := w.app.Estate.EndOccupant(ctx, tx, who, project, stay.ID, clock.DateOf(tx.Now()))
			return err
		})
		erase("manager", tenant.ID, other, 422)
		erase("manager", tenant.ID, name, 204)
		for _, text := range []string{name, "liuhen@", "13977775555", "139****5555", "妹妹"} {
			for _, table := range whereStands(t, w, project, text) {
				if !slices.Contains(stays, table) {
					t.Errorf("%s still holds %s", table, text)
				}
			}
		}
		for path, want := range map[string]int{"": 404, "/history": 404, "/erasure": 404} {
			if status, text := w.call(t, "manager", "GET", at+"/people/"+tenant.ID.String()+path, "", ""); status != want {
				t.Errorf("%s: %d %s", path, status, text)
			}
		}
		if _, text := w.call(t, "manager", "GET", at+"/rooms/"+room.ID.String()+"/history", "", ""); strings.Contains(text, name) || !strings.Contains(text, estate.ForgottenName) {
			t.Errorf("history of the room: %s", text)
		}
		people, err := w.app.Estate.People(ctx, project, estate.PersonFilter{Request: page.Request{Limit: 100}})
		if err != nil || slices.ContainsFunc(people.Items, func(p estate.Person) bool { return p.ID == tenant.ID }) {
			t.Errorf("listed: %+v %v", people, err)
		}
		if _, err := w.app.Roster.UndoImport(ctx, who, project, im.ID); err == nil {
			t.Error("an import is undone whose person was forgotten")
		}
		write("registered anew", func(tx *db.Tx) error {
			if _, err := w.app.Estate.AddOccupant(ctx, tx, who, project, estate.Occupant{Room: room.ID, Person: tenant, Part: estate.PartTenant}); err == nil {
				t.Error("moved in although forgotten")
			}
			_, err := w.app.Estate.CreatePerson(ctx, tx, who, project, person)
			return err
		})
		if broken, err := w.app.Doctor(ctx, app.Checks{}); err != nil || len(broken) > 0 {
			t.Errorf("doctor: %v %v", broken, err)
		}
	})
}
