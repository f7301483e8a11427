package app_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/danielgtaylor/huma/v2"

	"linli/internal/app"
	"linli/internal/audit"
	"linli/internal/kit/actor"
	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/dbtest"
	"linli/internal/kit/id"
	"linli/internal/kit/page"
)

func operations(item *huma.PathItem) []*huma.Operation {
	out := []*huma.Operation{}
	for _, o := range []*huma.Operation{item.Get, item.Post, item.Put, item.Patch, item.Delete} {
		if o != nil {
			out = append(out, o)
		}
	}
	return out
}

// endpoint is one operation of the document.
type endpoint struct {
	op, method, path string
	permission       actor.Permission
	public, project  bool
	hidden           bool // without a session not there
	buildings        bool // honours rights that are limited to buildings
}

func endpoints(a *app.App) []endpoint {
	var out []endpoint
	for path, item := range a.Web.API().Paths {
		for _, o := range operations(item) {
			perm, _ := o.Extensions["x-permission"].(string)
			public, _ := o.Extensions["x-public"].(bool)
			buildings, _ := o.Extensions["x-buildings"].(bool)
			hidden, _ := o.Extensions["x-hidden"].(bool)
			out = append(out, endpoint{o.OperationID, o.Method, path, actor.Permission(perm), public, strings.Contains(path, "{project}"), hidden, buildings})
		}
	}
	slices.SortFunc(out, func(a, b endpoint) int { return strings.Compare(a.op, b.op) })
	return out
}

// publicOperations is the whole list of what needs no session.
func publicOperations() []string {
	return []string{"pay-bill", "pay-explain", "pay-message-open", "pay-messages", "pay-order", "pay-order-cancel", "pay-order-one", "pay-who", "receipt-proof", "read-setup", "run-setup", "sign-in", "read-recovery", "ask-recovery", "confirm-recovery", "wechat-callback", "alipay-callback"}
}

// fill puts ids into a path; project decides the first, from the others.
func (e *endpoint) fill(project id.ID, from twin) string {
	path := strings.ReplaceAll(e.path, "{project}", project.String())
	for name, v := range from.ids {
		path = strings.ReplaceAll(path, "{"+name+"}", v.String())
	}
	path = strings.ReplaceAll(path, "{no}", "1")
	if e.op == "search-households" {
		path += "?q=101"
	}
	if e.op == "read-list-paper" {
		path += "?kind=rooms"
	}
	if e.op == "termination-quote" {
		path += endedQuery(from.ids)
	}
	if e.op == "invoice-offer" {
		path += "?receipt_id=" + from.ids["receipt"].String()
	}
	if e.op == "invoice-titles" {
		path += "?payer_id=" + from.ids["person"].String()
	}
	if e.op == "preview-transfer" {
		path += "?date=" + clock.DateOf(dbtest.Start()).String()
	}
	return path
}

// body is a request that the operation can understand, where one is needed to
// reach its rules.
func (e *endpoint) body(from twin) (kind, body string) {
	month := clock.MonthOf(dbtest.Start())
	bodies := map[string]string{
		"create-project":      `{"name":"丙","kind":"residential"}`,
		"create-building":     `{"name":"77栋"}`,
		"create-unit":         `{"name":"7单元"}`,
		"create-person":       `{"name":"新人"}`,
		"reveal-person":       `{"field":"phone","reason":"电话回访"}`,
		"start-run":           fmt.Sprintf(`{"month":%q}`, month),
		"receipt-void":        `{"reason":"矩阵测试"}`,
		"receipt-create":      fmt.Sprintf(`{"room_id":%q,"expected_owed":0,"pays":[{"method":"cash","amount":100}]}`, from.ids["room"]),
		"order-create":        fmt.Sprintf(`{"channel":"wechat","room_id":%q,"expected_owed":0,"amount":100}`, from.ids["room"]),
		"order-parts":         fmt.Sprintf(`{"channel":"wechat","room_id":%q,"expected_owed":0,"amount":100}`, from.ids["room"]),
		"candidate-handle":    `{"note":"矩阵测试"}`,
		"bank-row-receive":    fmt.Sprintf(`{"room_id":%q,"expected_owed":0}`, from.ids["room"]),
		"bank-row-aside":      `{"state":"held","note":"矩阵测试"}`,
		"statement-fetch":     fmt.Sprintf(`{"channel":"wechat","day":%q}`, clock.DateOf(dbtest.Start()).AddDays(-3)),
		"difference-settle":   `{"remedy":"suspend"}`,
		"merchant-alipay-put": `{"number":"1","app":"","platform_key":"","active":false,"version":0}`,
		"merchant-wechat-put": `{"number":"1","app":"","serial":"","platform_serial":"","platform_key":"","active":false,"version":0}`,
		"merchant-alipay-add": `{"number":"1","app":"","platform_key":"","active":false}`,
		"merchant-wechat-add": `{"number":"1","app":"","serial":"","platform_serial":"","platform_key":"","active":false}`,
		"merchant-items-put":  `{"item_ids":[]}`,
		"receipt-print":       `{"paper":"80"}`,
		"refund-ask":          fmt.Sprintf(`{"kind":"part","receipt_id":%q,"amount":1,"method":"cash","reason":"矩阵测试"}`, from.ids["receipt"]),
		"refund-decide":       `{"approve":true,"version":1}`,
		"refund-withdraw":     `{"version":1}`,
		"refund-pay":          `{"version":1}`,
		"refund-again":        `{"method":"transfer","version":1}`,
		"deposit-take":        fmt.Sprintf(`{"kind":"keys","room_id":%q,"pays":[{"method":"cash","amount":100}]}`, from.ids["room"]),
		"deposit-deduct":      `{"amount":1,"reason":"矩阵测试","version":1}`,
		"deposit-move":        fmt.Sprintf(`{"room_id":%q,"reason":"矩阵测试","version":1}`, from.ids["room"]),
		"counter-setting-put": `{"policy":"oldest","choice":true,"ahead_months":12,"version":0}`,
		"issue-letters":       fmt.Sprintf(`{"room_ids":[%q],"kind":"remind"}`, from.ids["room"]),
		"record-contact":      `{"kind":"call","result":"no_answer"}`,
		"start-export":        `{"kind":"rooms"}`,
		"check-formula":       `{"formula":"面积*单价"}`,
		"paycode-end":         `{"reason":"矩阵测试"}`,
	}
	bodies["check-shared-weights"] = `{"text":"1-1-101 1"}`
	for op, b := range amendBodies(from) {
		bodies[op] = b
	}
	for op, b := range bundleBodies(from) {
		bodies[op] = b
	}
	maps.Copy(bodies, careBodies(from))
	for op, b := range bookBodies(from) {
		bodies[op] = b
	}
	for op, b := range invoiceBodies(from) {
		bodies[op] = b
	}
	for op, b := range cardBodies(from) {
		bodies[op] = b
	}
	if e.op == "start-import" || e.op == "bank-import" || e.op == "card-import" || e.op == "expense-attach" || e.op == "start-reading-import" || e.op == "add-reading-photo" || e.op == "add-discount-photo" {
		return csvForm("matrix.csv")
	}
	if b, ok := bodies[e.op]; ok {
		return "application/json", b
	}
	if e.method == "GET" || e.method == "DELETE" {
		return "", ""
	}
	return "application/json", "{}"
}

// TestMatrix tries every operation of the document as everybody: without a
// session, in each role, on the own project, on the other one, and on the own
// one with ids of the other.
func TestMatrix(t *testing.T) {
	t.Parallel()
	matrices(t, func(t *testing.T, w *matrixWorld, _ *clock.Manual) {
		list := endpoints(w.app)
		if len(list) < 50 {
			t.Fatalf("only %d operations", len(list))
		}
		w.rights = map[string][]actor.Permission{}
		for _, r := range w.roles(t) {
			w.rights[r.Key] = r.Permissions
		}
		w.payPublicly(t)
		w.provePublicly(t)
		untouched := w.hash(t, w.b.ids["project"])
		for _, e := range list {
			if e.public != slices.Contains(publicOperations(), e.op) {
				t.Errorf("%s: public is %v, the list says otherwise", e.op, e.public)
			}
			if e.public || e.op == "sign-out" || e.op == "change-password" {
				continue // they end or begin sessions; identity's tests show them
			}
			w.tryAll(t, &e)
		}
		if got := w.hash(t, w.b.ids["project"]); got != untouched {
			t.Error("somebody of the first project changed the second")
		}
		w.refusalsAreLogged(t)
		sound(t, w.app, w.a.ids["project"])
		sound(t, w.app, w.b.ids["project"])
	})
}

func (w *matrixWorld) tryAll(t *testing.T, e *endpoint) {
	own := w.a.ids["project"]
	kind, body := e.body(w.a)
	unknown := 401
	if e.hidden {
		unknown = 404
	}
	if status, text := w.call(t, "", e.method, e.fill(own, w.a), kind, body); status != unknown || strings.Contains(text, "金丝雀") {
		t.Errorf("%s without session: %d %s", e.op, status, text)
	}
	w.tryWing(t, e)
	for role := range w.tokens {
		if role == "" || role == wing {
			continue
		}
		if w.app.DB.Engine() == db.Postgres && e.permission != "" && !w.may(role, e) {
			continue // refused before any room is asked, which SQLite shows
		}
		status, text := w.call(t, role, e.method, e.fill(own, w.a), kind, body)
		w.judge(t, e, role, status, text)
		if role == "head" && e.project {
			// A right on all projects is none on one that is not there.
			for _, absent := range []id.ID{0, 424242424242} {
				if status, text := w.call(t, role, e.method, e.fill(absent, w.a), kind, body); status != 404 {
					t.Errorf("%s on project %d, which is not there: %d %s", e.op, absent, status, text)
				}
			}
		}
		if role == "head" || strings.HasSuffix(role, "@b") || !e.project {
			continue
		}
		// The neighbour's project, then the own project with the neighbour's ids.
		if status, text := w.call(t, role, e.method, e.fill(w.b.ids["project"], w.b), kind, body); status != 404 || strings.Contains(text, w.b.canary) {
			t.Errorf("%s by %s on the other project: %d %s", e.op, role, status, text)
		}
		kind, body := e.body(w.b)
		status, text = w.call(t, role, e.method, e.fill(own, w.b), kind, body)
		if strings.Contains(text, w.b.canary) || status >= 500 {
			t.Errorf("%s by %s with ids of the other project: %d %s", e.op, role, status, text)
		}
		if status < 300 && namesRow(e.path) && e.op != "reset-password" {
			t.Errorf("%s by %s worked on a row of the other project: %d %s", e.op, role, status, text)
		}
	}
}

// namesRow reports whether the path names a row inside the project.
func namesRow(path string) bool { return strings.Count(path, "{") > 1 }

// may reports whether a role has the right that an operation asks for.
func (w *matrixWorld) may(role string, e *endpoint) bool {
	base, _ := strings.CutSuffix(role, "@b")
	if role == "head" {
		base = "admin"
	}
	return slices.Contains(w.rights[base], e.permission)
}

// judge holds an answer on the own project against the role's rights.
func (w *matrixWorld) judge(t *testing.T, e *endpoint, role string, status int, text string) {
	_, other := strings.CutSuffix(role, "@b")
	want := "reach"
	switch {
	case e.project && (other || role == "none"):
		want = "hidden"
	case e.permission != "" && !w.may(role, e):
		want = "forbidden"
	case e.permission != "" && !e.project && role != "head":
		want = "forbidden"
	}
	ok := map[string]bool{"hidden": status == 404, "forbidden": status == 403, "reach": status != 401 && status != 403 && status < 500}[want]
	if !ok {
		t.Errorf("%s by %s: %d, should be %s: %s", e.op, role, status, want, text)
	}
	if want == "reach" && e.method == "GET" && status != 200 && e.op != "read-import-error-sheet" && !strings.HasPrefix(e.op, "read-export") {
		t.Errorf("%s by %s: %d %s", e.op, role, status, text)
	}
	if role != "head" && strings.Contains(text, w.b.canary) && !other {
		t.Errorf("%s by %s shows the other project: %s", e.op, role, text)
	}
}

// refusalsAreLogged: every kind of refusal left a line.
func (w *matrixWorld) refusalsAreLogged(t *testing.T) {
	list, err := w.app.Audit.Entries(t.Context(), w.a.ids["project"], audit.Filter{Request: page.Request{Limit: 200}})
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, e := range list.Items {
		if strings.Contains(e.Action, "refus") || strings.Contains(e.Summary, "拒绝") {
			n++
		}
	}
	if n < 50 {
		t.Errorf("only %d refusals in the newest 200 lines of the log", n)
	}
	if err := w.app.Audit.VerifyAll(t.Context()); err != nil {
		t.Error(err)
	}
}
