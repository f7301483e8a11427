package app_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/danielgtaylor/huma/v2"

	"linli/internal/kit/clock"
)

// TestOddInputs are rows of docs/bad-inputs.md that go through the whole house,
// each by its number, in one world.
func TestOddInputs(t *testing.T) {
	t.Parallel()
	matrices(t, func(t *testing.T, w *matrixWorld, _ *clock.Manual) {
		o := &oddWorld{matrixWorld: w, t: t, at: "/api/v1/projects/" + w.a.ids["project"].String()}
		for _, c := range []struct {
			row string
			run func()
		}{
			{"E10", o.names}, {"F14", o.dates}, {"G5", o.filters}, {"G8", o.noGenericDoor}, {"G25", o.tenants}, {"G30", o.manyIDs}, {"E6 E9", o.printed},
		} {
			t.Run(c.row, func(t *testing.T) {
				o.t = t
				c.run()
			})
		}
		sound(t, w.app, w.a.ids["project"])
	})
}

type oddWorld struct {
	*matrixWorld
	t  *testing.T
	at string
}

func (o *oddWorld) ask(method, path, body string) (int, string) {
	return o.call(o.t, "head", method, path, "application/json", body)
}

// want asks on the own project and fails the test when the answer is another one.
func (o *oddWorld) want(status int, part, method, path, body string) string {
	o.t.Helper()
	got, text := o.ask(method, o.at+path, body)
	if got != status || !strings.Contains(text, part) {
		o.t.Fatalf("%s %s %.300s: %d %.600s, want %d %s", method, path, body, got, text, status, part)
	}
	return text
}

// unchanged refuses everything that f asks and sees that nothing was written.
func (o *oddWorld) unchanged(f func()) {
	o.t.Helper()
	before := o.hash(o.t, o.a.ids["project"])
	f()
	if o.hash(o.t, o.a.ids["project"]) != before {
		o.t.Error("something was written")
	}
}

func text(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err) // values of the tests
	}
	return string(b)
}

// names are accepted as they are written and found by any dot (E10, E1).
func (o *oddWorld) names() {
	long := strings.Repeat("长", 24) + "名"
	for name, asked := range map[string][]string{
		"阿卜杜拉·买买提": {"阿卜杜拉·买买提", "阿卜杜拉•买买提", "阿卜杜拉．买买提", "阿卜杜拉・买买提", "阿卜杜拉买买提", "买买提"},
		"䶮":        {"䶮"}, "𠮷田㛃": {"𠮷田㛃", "𠮷", "㛃"}, long: {long}, "王": {"王"}, "王👨‍👩‍👧‍👦": {"王👨‍👩‍👧‍👦"},
	} {
		var made struct{ ID, Name string }
		if err := json.Unmarshal([]byte(o.want(200, "", "POST", "/people", `{"name":`+text(name)+`}`)), &made); err != nil || made.Name != name {
			o.t.Errorf("%s is kept as %q, %v", name, made.Name, err)
		}
		for _, q := range asked {
			if got := o.want(200, "", "GET", "/people?limit=200&q="+url.QueryEscape(q), ""); !strings.Contains(got, `"`+made.ID+`"`) {
				o.t.Errorf("%q is not found by %q", name, q)
			}
		}
	}
}

// dates outside of 1900–2100 are no business dates (F14).
func (o *oddWorld) dates() {
	o.unchanged(func() {
		for _, day := range []string{"0000-00-00", "0000-01-01", "0001-01-01", "1899-12-31", "2101-01-01", "9999-12-31", "1763805600000", "2026-02-30"} {
			month := day
			if len(day) == 10 && day[4] == '-' {
				month = day[:7]
			}
			for _, c := range [][3]string{
				{"PATCH", "/rooms/" + o.a.ids["room"].String(), `{"version":1,"handover":%q}`},
				{"POST", "/rooms/" + o.a.ids["room"].String() + "/occupants", `{"person_id":"` + o.a.ids["person"].String() + `","part":"family","since":%q}`},
				{"POST", "/rooms/" + o.a.ids["room"].String() + "/transfers", `{"date":%q,"new_owner":{"name":"新业主"}}`},
				{"POST", "/items/" + o.a.ids["item"].String() + "/rates", `{"from_date":%q,"price":2500000,"source_kind":"contract","source_text":"合同"}`},
				{"POST", "/expenses", `{"date":%q,"category_id":"` + o.a.ids["category"].String() + `","amount":100,"paid_from":"cash"}`},
			} {
				if status, text := o.ask(c[0], o.at+c[1], fmt.Sprintf(c[2], day)); status != 400 && status != 422 {
					o.t.Errorf("%s %s with %s: %d %s", c[0], c[1], day, status, text)
				}
			}
			if month != "2026-02" {
				if status, text := o.ask("POST", o.at+"/runs", fmt.Sprintf(`{"month":%q}`, month)); status != 400 && status != 422 {
					o.t.Errorf("a run of %s: %d %s", month, status, text)
				}
			}
			for _, path := range []string{"/receipts?from=", "/shifts?until=", "/reports/standing?on=", "/invoices?from=", "/audit?since="} {
				if status, text := o.ask("GET", o.at+path+day, ""); status != 400 && status != 422 {
					o.t.Errorf("%s%s: %d %s", path, day, status, text)
				}
			}
		}
	})
}

// filters are text to be found, whatever they look like (G5, E7).
func (o *oddWorld) filters() {
	evil := []string{"x\nunion\nselect\n1", "upd/**/ate", "' OR '1'='1", "1;drop table estate_room--", `%\_"`, "id desc, (select 1)"}
	o.unchanged(func() {
		tried := 0
		for _, item := range o.app.Web.API().Paths {
			if item.Get == nil || strings.HasPrefix(item.Get.Path, "/api/v1/pay/") {
				continue
			}
			e := endpoint{op: item.Get.OperationID, method: "GET", path: item.Get.Path}
			path, _, _ := strings.Cut(e.fill(o.a.ids["project"], o.a), "?")
			for n, p := range item.Get.Parameters {
				if p.In != "query" {
					continue
				}
				tried++
				for _, text := range []string{evil[n%len(evil)], evil[(n+1)%len(evil)]} {
					if status, said := o.ask("GET", path+"?"+p.Name+"="+url.QueryEscape(text), ""); status >= 500 || strings.Contains(strings.ToLower(said), "syntax") {
						o.t.Errorf("%s with %s=%q: %d %s", e.op, p.Name, text, status, said)
					}
				}
			}
		}
		if tried < 150 {
			o.t.Errorf("only %d filters tried", tried)
		}
		for _, q := range []string{"%", "_", "' OR '1'='1", "x\nunion"} {
			if got := o.want(200, "", "GET", "/people?q="+url.QueryEscape(q), ""); strings.Contains(got, `"name"`) {
				o.t.Errorf("people by %q: %s", q, got)
			}
		}
	})
}

// noGenericDoor: no operation takes a table, a statement, a class or an address
// to be fetched, and the doors of other systems lead nowhere (G8).
func (o *oddWorld) noGenericDoor() {
	bad := []string{"sql", "table", "table_name", "tablename", "column", "columns", "where", "order_by", "orderby", "class", "class_name", "bean", "script", "expression", "callback_url", "webhook", "url", "redirect"}
	doc := o.app.Web.API()
	for _, item := range doc.Paths {
		for _, op := range operations(item) {
			for _, p := range op.Parameters {
				if slices.Contains(bad, strings.ToLower(p.Name)) {
					o.t.Errorf("%s takes %s", op.OperationID, p.Name)
				}
			}
			if op.RequestBody == nil {
				continue
			}
			for _, media := range op.RequestBody.Content {
				for _, name := range fields(doc, media.Schema) {
					if slices.Contains(bad, strings.ToLower(name)) {
						o.t.Errorf("%s takes %s", op.OperationID, name)
					}
				}
			}
		}
	}
	for _, path := range []string{"/api/v1/sys/dict/getDictItems/sys_user,username,password", "/api/v1/jmreport/queryFieldBySql", "/api/v1/monitor/job", "/api/v1/common/download/resource?resource=/etc/passwd",
		"/api/v1/druid/index.html", "/api/v1/actuator/env", "/debug/pprof/", "/swagger-ui.html"} {
		// A clone whose front ends are not built answers so in their place.
		if status, said := o.ask("GET", path, ""); status != 404 && !strings.Contains(said, `id="app"`) && !strings.Contains(said, "界面还没有构建") {
			o.t.Errorf("%s: %d %.200s", path, status, said)
		}
	}
}

// fields are the names that a body may have.
func fields(doc *huma.OpenAPI, s *huma.Schema) []string {
	if s == nil {
		return nil
	}
	if s.Ref != "" {
		s = doc.Components.Schemas.SchemaFromRef(s.Ref)
	}
	var out []string
	for name := range s.Properties {
		out = append(out, name)
	}
	return out
}

// tenants: what a client says about whose data it wants counts for nothing but
// the project of the address, and one that is not there is not found (G25).
func (o *oddWorld) tenants() {
	path := o.at + "/people?limit=200"
	_, plain := o.call(o.t, "clerk", "GET", path, "", "")
	for _, header := range [][]string{{"X-Tenant-Id", o.b.ids["project"].String()}, {"X-Project", "999"}, {"Tenant-Id", "' OR 1=1"}, {"X-Community-Id", o.b.ids["project"].String()}} {
		if status, said := o.call(o.t, "clerk", "GET", path, "", "", header...); status != 200 || said != plain || strings.Contains(said, o.b.canary) {
			o.t.Errorf("%s changes the answer: %d %s", header[0], status, said)
		}
	}
	r, err := http.NewRequestWithContext(o.t.Context(), "GET", o.url+path, http.NoBody)
	if err != nil {
		o.t.Fatal(err)
	}
	r.Host = o.b.canary + ".example"
	r.Header.Set("Authorization", "Bearer "+o.tokens["clerk"])
	if res, err := http.DefaultClient.Do(r); err == nil {
		if res.Body.Close(); res.StatusCode != 200 && res.StatusCode != 400 {
			o.t.Errorf("another host: %d", res.StatusCode)
		}
	}
	for _, project := range []string{"424242424242", "0", "-1", "abc", o.b.ids["project"].String()} {
		if status, said := o.call(o.t, "clerk", "GET", "/api/v1/projects/"+project+"/people", "", ""); status != 404 {
			o.t.Errorf("project %s: %d %s", project, status, said)
		}
	}
}

// manyIDs: one foreign id refuses the whole, and so do too many (G30).
func (o *oddWorld) manyIDs() {
	many := make([]string, 5000)
	for i := range many {
		many[i] = o.a.ids["room"].String()
	}
	many[4999] = o.b.ids["room"].String()
	var seat struct{ Owed int64 }
	if err := json.Unmarshal([]byte(o.want(200, "owed", "GET", "/counter/"+o.a.ids["room"].String(), "")), &seat); err != nil {
		o.t.Fatal(err)
	}
	receive := func(charges string) string {
		return fmt.Sprintf(`{"room_id":%q,"expected_owed":%d,"charge_ids":%s,"pays":[{"method":"cash","amount":1}]}`, o.a.ids["room"], seat.Owed, charges)
	}
	waive := func(charges ...string) string {
		lines := make([]map[string]any, len(charges))
		for i, c := range charges {
			lines[i] = map[string]any{"charge_id": c, "amount": 1}
		}
		return `{"kind":"charge","reason":"一百次","lines":` + text(lines) + `}`
	}
	ids := func(name string) (own, mixed string) {
		own, foreign := o.a.ids[name].String(), o.b.ids[name].String()
		return text([]string{own}), text([]string{own, foreign})
	}
	ownPeople, mixedPeople := ids("person")
	ownRooms, mixedRooms := ids("room")
	ownLetters, mixedLetters := ids("letter")
	ownCharges, mixedCharges := ids("charge")
	bearers, letter := `{"on":true,"subject_ids":%s}`, `{"kind":"remind","room_ids":%s}`
	cases := []struct {
		path, own string
		refused   []string
	}{
		{"/tags/" + o.a.ids["tag"].String() + "/bearers", fmt.Sprintf(bearers, ownPeople), []string{fmt.Sprintf(bearers, mixedPeople), fmt.Sprintf(bearers, text(many))}},
		{"/dunning/letters", fmt.Sprintf(letter, ownRooms), []string{fmt.Sprintf(letter, mixedRooms), fmt.Sprintf(letter, text(many))}},
		{"/dunning/prints", `{"letter_ids":` + ownLetters + `}`, []string{`{"letter_ids":` + mixedLetters + `}`, `{"letter_ids":` + text(many) + `}`}},
		{"/waivers", waive(o.a.ids["charge"].String()), []string{waive(o.a.ids["charge"].String(), o.b.ids["charge"].String()), waive(many...)}},
		{"/receipts", receive(ownCharges), []string{receive(mixedCharges), receive(text(many))}},
	}
	o.unchanged(func() {
		for _, c := range cases {
			for _, body := range c.refused {
				if status, said := o.ask("POST", o.at+c.path, body); status < 400 || status >= 500 {
					o.t.Errorf("%s %.120s: %d %.300s", c.path, body, status, said)
				}
			}
		}
	})
	for _, c := range cases { // without the foreign one they are done
		if status, said := o.ask("POST", o.at+c.path, c.own); status >= 300 {
			o.t.Errorf("%s %.120s: %d %.300s", c.path, c.own, status, said)
		}
	}
}

// printed: what looks like markup or like a template is printed as it is
// written (E6, E9).
func (o *oddWorld) printed() {
	name := `<img src=x onerror=alert(1)>{{7*7}}${jndi:ldap://x}%s%n𠮷`
	person := "/people/" + o.a.ids["person"].String()
	var p struct{ Version int64 }
	if err := json.Unmarshal([]byte(o.want(200, "version", "GET", person, "")), &p); err != nil {
		o.t.Fatal(err)
	}
	o.want(200, "", "PATCH", person, fmt.Sprintf(`{"version":%d,"name":%s}`, p.Version, text(name)))
	var seat struct{ Owed int64 }
	if err := json.Unmarshal([]byte(o.want(200, "owed", "GET", "/counter/"+o.a.ids["room"].String(), "")), &seat); err != nil {
		o.t.Fatal(err)
	}
	var made struct{ ID string }
	if err := json.Unmarshal([]byte(o.want(201, "", "POST", "/receipts", fmt.Sprintf(`{"room_id":%q,"expected_owed":%d,"pays":[{"method":"cash","amount":1}]}`, o.a.ids["room"], seat.Owed))), &made); err != nil {
		o.t.Fatal(err)
	}
	letters := o.want(200, "", "POST", "/dunning/letters", fmt.Sprintf(`{"kind":"remind","room_ids":[%q]}`, o.a.ids["room"]))
	var issued struct{ Items []struct{ ID string } }
	if err := json.Unmarshal([]byte(letters), &issued); err != nil || len(issued.Items) != 1 {
		o.t.Fatalf("%s: %v", letters, err)
	}
	for what, page := range map[string]string{
		"80 mm": o.want(200, "<html", "GET", "/receipts/"+made.ID+"/print?paper=80", ""),
		"A4":    o.want(200, "<html", "GET", "/receipts/"+made.ID+"/print?paper=a4", ""),
	} {
		if strings.Contains(page, "<img src=x") || !strings.Contains(page, "&lt;img src=x onerror=alert(1)&gt;{{7*7}}${jndi:ldap://x}%s%n𠮷") {
			i := max(strings.Index(page, "img src=x"), 0)
			o.t.Errorf("%s prints %s", what, page[max(0, i-40):min(len(page), i+120)])
		}
	}
	// A letter may hang on a door: it shows the first character of the name.
	var letter struct{ HTML string }
	if err := json.Unmarshal([]byte(o.want(200, "", "POST", "/dunning/prints", `{"letter_ids":["`+issued.Items[0].ID+`"]}`)), &letter); err != nil {
		o.t.Fatal(err)
	}
	if strings.Contains(letter.HTML, "<img src=x") || !strings.Contains(letter.HTML, "&lt;*") {
		o.t.Errorf("the letter prints %s", letter.HTML)
	}
}
