package app_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"linli/internal/app"
	"linli/internal/cashier"
	"linli/internal/deposit"
	"linli/internal/dunning"
	"linli/internal/estate"
	"linli/internal/file"
	"linli/internal/identity"
	"linli/internal/kit/actor"
	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
	"linli/internal/latefee"
	"linli/internal/notify"
	"linli/internal/screen"
	"linli/internal/shift"
	"linli/internal/tariff"
)

// twin is one of two projects that are alike but for their canary.
type twin struct {
	canary string
	ids    map[string]id.ID // by the name of the path parameter
}

// matrixWorld is one installation with two projects and one person per role.
type matrixWorld struct {
	app    *app.App
	url    string
	a, b   twin
	c      twin                          // another building of the first project
	home   twin                          // another household of its first building
	tokens map[string]string             // role, or role@b; "" is nobody
	rights map[string][]actor.Permission // by role
}

// furnish makes the projects and the people.
func (w *matrixWorld) furnish(t *testing.T) {
	t.Helper()
	w.a, w.b = w.twin(t, "甲金丝雀"), w.twin(t, "乙金丝雀")
	w.ended(t, &w.a, actor.System(w.a.canary))
	w.ended(t, &w.b, actor.System(w.b.canary))
	w.bundled(t, &w.a, actor.System(w.a.canary))
	w.bundled(t, &w.b, actor.System(w.b.canary))
	// One role of own making beside the ready-made ones, with an odd
	// mixture of rights.
	own, err := w.app.Identity.CreateRole(t.Context(), actor.System("test"), identity.RoleInput{Name: "查账员", Permissions: []actor.Permission{"estate.read", "cashier.void", "billing.run", "audit.read"}})
	if err != nil {
		t.Fatal(err)
	}
	w.a.ids["role"], w.b.ids["role"] = own.ID, own.ID
	for _, r := range w.roles(t) {
		w.account(t, r.Key, w.a, r.Key)
		w.account(t, r.Key+"@b", w.b, r.Key)
	}
	w.account(t, "none", w.a, "")
	w.c = w.building(t, "丙金丝雀")
	w.account(t, "head", twin{ids: map[string]id.ID{"project": 0}}, "admin")
}

// roles are the ready-made ones and those of own making.
func (w *matrixWorld) roles(t *testing.T) []identity.Role {
	t.Helper()
	all, err := w.app.Identity.AllRoles(t.Context(), w.app.DB.Reader(t.Context()))
	if err != nil {
		t.Fatal(err)
	}
	return all
}

const matrixPassword = "Kestrel-Nine-42"

// account makes a person with a role on a project and signs in.
func (w *matrixWorld) account(t *testing.T, name string, on twin, role string) {
	t.Helper()
	login := strings.NewReplacer("@", "_").Replace("m_" + name)
	in := identity.NewAccount{Login: login, Name: "员工", Password: matrixPassword, Grants: []identity.Grant{}}
	if role != "" {
		in.Grants = append(in.Grants, identity.Grant{Project: on.ids["project"], Role: role})
	}
	account, err := w.app.Identity.CreateAccount(t.Context(), actor.System("test"), in)
	if err != nil {
		t.Fatalf("account %s: %v", name, err)
	}
	w.a.ids["account"] = account
	w.b.ids["account"] = account
	s, err := w.app.Identity.SignIn(t.Context(), actor.Actor{Address: "test"}, identity.Credentials{Login: login, Password: matrixPassword})
	if err != nil {
		t.Fatalf("sign in %s: %v", name, err)
	}
	w.tokens[name] = s.Token
}

// twin fills a project through the services: a room with an owner, a fee, a
// released run, a receipt, a draft run, an import.
func (w *matrixWorld) twin(t *testing.T, canary string) twin {
	t.Helper()
	ctx, who := t.Context(), actor.System(canary)
	p := twin{canary: canary, ids: map[string]id.ID{}}
	month := clock.MonthOf(w.app.DB.Clock().Now())
	fatal := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatalf("%s: %v", canary, err)
		}
	}
	fatal(w.app.DB.Write(ctx, func(tx *db.Tx) error {
		project, err := w.app.Estate.CreateProject(ctx, tx, who, estate.Project{Name: canary + "花园", Kind: estate.KindResidential, Address: canary + "路"})
		fatal(err)
		p.ids["project"] = project.ID
		b, err := w.app.Estate.CreateBuilding(ctx, tx, who, project.ID, estate.Building{Name: canary + "栋"})
		fatal(err)
		u, err := w.app.Estate.CreateUnit(ctx, tx, who, project.ID, b.ID, "1单元")
		fatal(err)
		rooms := []estate.Room{{Building: b.ID, Unit: u.ID, Name: "101", Floor: 1, Area: 8930}}
		fatal(w.app.Estate.CreateRooms(ctx, tx, who, project.ID, rooms))
		person, err := w.app.Estate.CreatePerson(ctx, tx, who, project.ID, estate.PersonInput{Name: canary + "业主", Kind: estate.KindPerson, Phone: "13800138000"})
		fatal(err)
		o, err := w.app.Estate.AddOccupant(ctx, tx, who, project.ID, estate.Occupant{Room: rooms[0].ID, Person: person, Part: estate.PartOwner})
		fatal(err)
		p.ids["building"], p.ids["unit"], p.ids["room"], p.ids["person"], p.ids["occupant"] = b.ID, u.ID, rooms[0].ID, person.ID, o.ID
		item, err := w.app.Tariff.CreateItem(ctx, tx, who, project.ID, tariff.Item{Name: canary + "费", Basis: tariff.ByArea, Cycle: "month", Advance: true, StartMonth: 1,
			From: month.First(), DueDay: 10, Unit: money.OneFen, FirstMonth: tariff.Actual}) // so that it is late
		fatal(err)
		_, err = w.app.Tariff.AddRate(ctx, tx, who, project.ID, tariff.Rate{Item: item.ID, From: month.First(), Price: 2_350_000, SourceKind: "contract", SourceText: canary})
		fatal(err)
		as, err := w.app.Tariff.Assign(ctx, tx, who, project.ID, tariff.Assignment{Item: item.ID, Scope: tariff.ToProject, From: month.First()})
		fatal(err)
		p.ids["item"], p.ids["assignment"] = item.ID, as.ID
		tag, err := w.app.Estate.CreateTag(ctx, tx, who, project.ID, estate.Tag{Name: canary, Kind: estate.TagPerson})
		fatal(err)
		p.ids["tag"] = tag.ID
		correction, err := w.app.Estate.AskCorrection(ctx, tx, who, project.ID, estate.Correction{Kind: "room", Subject: rooms[0].ID, Field: "layout",
			New: canary + "厅", AskedBy: canary, Way: "phone", Reason: canary + "更正"})
		fatal(err)
		p.ids["correction"] = correction.ID
		field, err := w.app.Estate.CreateField(ctx, tx, who, project.ID, estate.Field{Kind: "room", Name: canary + "栏", Type: estate.FieldText})
		fatal(err)
		p.ids["field"] = field.ID
		discount, err := w.app.Tariff.AskDiscount(ctx, tx, who, project.ID, tariff.Discount{Item: item.ID, Scope: tariff.ToProject, Kind: tariff.Percent,
			Keep: 9000, Since: month.First(), Reason: canary})
		fatal(err)
		p.ids["discount"] = discount.ID
		fatal(w.metered(ctx, tx, who, &p, month))
		return nil
	}))
	w.money(t, &p, who, month)
	w.cared(t, &p, who)
	return p
}

func (w *matrixWorld) money(t *testing.T, p *twin, who actor.Actor, month clock.Month) {
	t.Helper()
	ctx, project := t.Context(), p.ids["project"]
	for _, m := range []clock.Month{month, month.Add(1)} {
		run, err := w.app.Billing.StartRun(ctx, who, project, m)
		if err == nil {
			err = w.app.Jobs.Drain(ctx)
		}
		if err == nil {
			run, err = w.app.Billing.Run(ctx, w.app.DB.Reader(ctx), project, run.ID)
		}
		if err == nil && m == month {
			if _, err = w.app.Billing.Release(ctx, who, project, run.ID, run.Version); err == nil {
				err = w.app.Jobs.Drain(ctx)
			}
		}
		if err != nil {
			t.Fatal(err)
		}
		p.ids["run"] = run.ID
	}
	seat, err := w.app.Cashier.Seat(ctx, project, p.ids["room"])
	if err != nil {
		t.Fatal(err)
	}
	p.ids["charge"] = seat.Open[0].Charge
	p.ids["letter"] = w.letter(t, who, project, p.ids["room"])
	p.ids["message"] = w.message(t, who, project)
	p.ids["waiver"] = w.waiver(t, who, project, p.ids["charge"])
	p.ids["shift"] = w.closedShift(t, who, project)
	r, err := w.app.Cashier.Receive(ctx, who, project, cashier.Taking{Room: p.ids["room"], ExpectedOwed: seat.Owed, Confirmed: true,
		Pays: []cashier.Pay{{Method: cashier.MethodCash, Amount: 100_00, Reference: p.canary}}})
	if err != nil {
		t.Fatal(err)
	}
	p.ids["receipt"] = r.ID
	w.online(t, p, who)
	w.books(t, p, who)
	w.invoices(t, p, who)
	d, _, err := w.app.Deposit.Take(ctx, who, project, deposit.Taking{Kind: deposit.KindKeys, Room: p.ids["room"], Note: p.canary,
		Pays: []cashier.Pay{{Method: cashier.MethodCash, Amount: 50_00}}})
	if err != nil {
		t.Fatal(err)
	}
	f, err := w.app.Cashier.AskRefund(ctx, who, project, cashier.RefundAsk{Kind: cashier.RefundHeld, Deposit: d.ID, Amount: 10_00, Method: cashier.MethodCash, Reason: p.canary})
	if err != nil {
		t.Fatal(err)
	}
	p.ids["deposit"], p.ids["refund"] = d.ID, f.ID
	p.ids["settlement"] = w.settles(t, p, who)
	change, err := w.app.Screen.HandOver(ctx, who, project, screen.HandOver{Room: p.ids["room"], Date: clock.DateOf(w.app.DB.Clock().Now()).AddDays(30),
		NewOwner: &estate.PersonInput{Name: p.canary + "新业主"}})
	if err != nil {
		t.Fatal(err)
	}
	p.ids["transfer"] = change.ID
	im, err := w.app.Roster.StartImport(ctx, who, project, p.canary+".csv", strings.NewReader("楼栋,单元,房号\n9栋,1单元,101\n"))
	if err != nil {
		t.Fatal(err)
	}
	p.ids["import"] = im.ID
	w.dials(t, p, who)
	e, err := w.app.File.Export(ctx, who, project, file.Wish{Key: "rooms"})
	if err != nil {
		t.Fatal(err)
	}
	p.ids["export"] = e.ID
	if err := w.app.Jobs.Drain(ctx); err != nil {
		t.Fatal(err)
	}
}

// waiver asks to waive one yuan of a charge.
func (w *matrixWorld) waiver(t *testing.T, who actor.Actor, project, charge id.ID) (made id.ID) {
	t.Helper()
	err := w.app.DB.Write(t.Context(), func(tx *db.Tx) error {
		x, err := w.app.LateFee.AskWaiver(t.Context(), tx, who, project, latefee.Waiver{Kind: latefee.WaiveCharge, Charge: charge, Amount: 1_00, Reason: "矩阵测试"})
		made = x.ID
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return made
}

// message tries a mail account whose server nobody asks.
func (w *matrixWorld) message(t *testing.T, who actor.Actor, project id.ID) id.ID {
	t.Helper()
	_, err := w.app.Notify.SetAccount(t.Context(), who, project, notify.Account{Carrier: "mail", Host: "127.0.0.1:1", Sender: "zd@cuihu.example", Active: true})
	if err != nil {
		t.Fatal(err)
	}
	made, err := w.app.Notify.Try(t.Context(), who, project, "mail", "lixuemei@cuihu.example")
	if err != nil {
		t.Fatal(err)
	}
	return made
}

// letter issues one for the charge of the room.
func (w *matrixWorld) letter(t *testing.T, who actor.Actor, project, room id.ID) id.ID {
	t.Helper()
	st, err := w.app.Dunning.Setting(t.Context(), w.app.DB.Reader(t.Context()), project)
	if err != nil {
		t.Fatal(err)
	}
	st.Contact = "李雪梅 0571-86001234"
	if _, err = w.app.Dunning.SetSetting(t.Context(), who, project, st); err != nil {
		t.Fatal(err)
	}
	list, err := w.app.Dunning.Issue(t.Context(), who, project, []id.ID{room}, dunning.Reminder)
	if err != nil {
		t.Fatal(err)
	}
	return list[0].ID
}

// closedShift opens a shift by hand and closes it, before any receipt.
func (w *matrixWorld) closedShift(t *testing.T, who actor.Actor, project id.ID) id.ID {
	t.Helper()
	drawer := money.Fen(200_00)
	sh, err := w.app.Shift.OpenShift(t.Context(), who, project, drawer)
	if err == nil {
		_, err = w.app.Shift.CountShift(t.Context(), who, project, sh.ID, &drawer, nil)
	}
	if err == nil {
		_, err = w.app.Shift.CloseShift(t.Context(), who, project, sh.ID, shift.Closing{Count: 1, Handed: 200_00})
	}
	if err != nil {
		t.Fatal(err)
	}
	return sh.ID
}

// call sends a request and returns status and body.
func (w *matrixWorld) call(t *testing.T, who, method, path, kind, body string, header ...string) (int, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, w.url+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if token := w.tokens[who]; token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	if body != "" {
		req.Header.Set("Content-Type", kind)
	}
	if len(header) == 2 {
		req.Header.Set(header[0], header[1])
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res.StatusCode, string(b)
}

// hash is over every row of the project in every table but the log, which
// grows by refusals.
func (w *matrixWorld) hash(t *testing.T, project id.ID) string {
	t.Helper()
	h := sha256.New()
	q, ctx := w.app.DB.Reader(t.Context()), t.Context()
	list := "SELECT m.name FROM sqlite_master m JOIN pragma_table_info(m.name) c ON c.name = 'project_id' WHERE m.type = 'table' ORDER BY m.name"
	if w.app.DB.Engine() == db.Postgres {
		list = "SELECT table_name FROM information_schema.columns WHERE column_name = 'project_id' AND table_schema = 'public' ORDER BY table_name"
	}
	rows, err := q.Query(ctx, list)
	tables, err := db.Collect(rows, err, func(r db.Scanner) (string, error) {
		var s string
		err := r.Scan(&s)
		return s, err
	})
	if err != nil || len(tables) < 15 {
		t.Fatalf("tables %v: %v", tables, err)
	}
	for _, table := range tables {
		if strings.HasPrefix(table, "audit_") {
			continue
		}
		rows, err := q.Query(ctx, "SELECT * FROM "+table+" WHERE project_id = ? ORDER BY 1, 2, 3", project)
		if err != nil {
			t.Fatal(err)
		}
		cols, err := rows.Columns()
		if err != nil {
			t.Fatal(err)
		}
		for rows.Next() {
			row := make([]any, len(cols))
			for i := range row {
				row[i] = new(any)
			}
			if err := rows.Scan(row...); err != nil {
				t.Fatal(err)
			}
			for _, v := range row {
				fmt.Fprintf(h, "%s|%v\n", table, *v.(*any))
			}
		}
		rows.Close()
	}
	return hex.EncodeToString(h.Sum(nil))
}

func csvForm(name string) (kind, body string) {
	var b bytes.Buffer
	const boundary = "matrix"
	fmt.Fprintf(&b, "--%s\r\nContent-Disposition: form-data; name=\"file\"; filename=%q\r\nContent-Type: text/csv\r\n\r\n楼栋,单元,房号\n9栋,1单元,102\n\r\n--%s--\r\n", boundary, name, boundary)
	return "multipart/form-data; boundary=" + boundary, b.String()
}
