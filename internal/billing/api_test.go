package billing_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"

	"linli/internal/billing"
	"linli/internal/billing/billingtest"
	"linli/internal/estate"
	"linli/internal/kit/actor"
	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/dbtest"
	"linli/internal/kit/web"
	"linli/internal/tariff"
)

// browser calls the API as one person.
type browser struct {
	t       *testing.T
	handler http.Handler
	token   string
}

func (b *browser) call(method, path string, in any, want int) map[string]any {
	b.t.Helper()
	var body bytes.Buffer
	if in != nil {
		if err := json.NewEncoder(&body).Encode(in); err != nil {
			b.t.Fatal(err)
		}
	}
	r := httptest.NewRequest(method, web.Prefix+path, &body)
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Authorization", "Bearer "+b.token)
	rec := httptest.NewRecorder()
	b.handler.ServeHTTP(rec, r)
	if rec.Code != want {
		b.t.Fatalf("%s %s answered %d, want %d: %s", method, path, rec.Code, want, rec.Body)
	}
	out := map[string]any{}
	if err := json.Unmarshal(rec.Body.Bytes(), &out); err != nil {
		b.t.Fatalf("%s %s: %v in %s", method, path, err, rec.Body)
	}
	return out
}

func TestTheWholeWayOverTheAPI(t *testing.T) {
	dbtest.Run(t, append(billingtest.Migrations(), web.Migrations()), func(t *testing.T, d *db.DB, now *clock.Manual) {
		w := newWorld(t, d, now, 0)
		ids := w.Rooms(estate.Room{Area: 11842, Floor: 2}, estate.Room{Area: 9000, Floor: 1})
		people := map[string]actor.Actor{
			"all":    {Account: 1, Name: "钱敏", Grants: []actor.Grant{{Project: w.Project, Permissions: []actor.Permission{billing.PermRead, tariff.PermItem, billing.PermRun, billing.PermRelease}}}},
			"reader": {Account: 2, Name: "李雪梅", Grants: []actor.Grant{{Project: w.Project, Permissions: []actor.Permission{billing.PermRead}}}},
		}
		server := web.New(web.Deps{DB: d, Log: slog.New(slog.DiscardHandler), Version: "test",
			Authenticate: func(_ context.Context, token, _ string) (actor.Actor, error) { return people[token], nil }})
		w.Tariff.Routes(server)
		w.Billing.Routes(server)
		all, reader := &browser{t, server.Handler(), "all"}, &browser{t, server.Handler(), "reader"}
		base := fmt.Sprintf("/projects/%s", w.Project)

		reader.call("POST", base+"/items", map[string]any{"name": "物业服务费", "basis": "area", "from_date": "2026-01-01"}, 403)
		all.call("POST", base+"/items", map[string]any{"name": "物业服务费", "basis": "area", "from_date": "2026-01-01", "used": true}, 422)
		item := all.call("POST", base+"/items", map[string]any{"name": "物业服务费", "basis": "area", "from_date": "2026-01-01"}, 200)
		if item["rounding"] != "half_up" || item["cycle"] != "month" || item["unit"] != 1.0 || item["price_unit"] != "元/㎡·月" {
			t.Fatalf("item %v", item)
		}
		at := base + "/items/" + item["id"].(string)
		all.call("POST", at+"/rates", map[string]any{"from_date": "2026-01-01", "price": 2350000, "source_kind": "vote", "source_text": "2025年第1次业主大会"}, 200)
		all.call("POST", at+"/assignments", map[string]any{"scope": "project", "from_date": "2026-01-01"}, 200)
		check := all.call("POST", base+"/formula-checks", map[string]any{"formula": "面积*单价", "price": 2350000, "room_id": ids[0]}, 200)
		if check["amount"] != 27829.0 || check["text"] != "118.42 ㎡ × 2.35 元/㎡·月 = 278.287，四舍五入 278.29" {
			t.Fatalf("formula check %v", check)
		}
		bad := all.call("POST", base+"/formula-checks", map[string]any{"formula": "面积*"}, 422)
		if bad["code"] != "formula_invalid" {
			t.Fatalf("bad formula %v", bad)
		}
		run := all.call("POST", base+"/runs", map[string]any{"month": "2026-11"}, 200)
		w.Drain()
		one := base + "/runs/" + run["id"].(string)
		review := reader.call("GET", one, nil, 200)
		if review["state"] != "draft" || review["amount"] != 48979.0 || review["rooms_to_bill"] != 2.0 || review["due_date"] != "2026-11-30" {
			t.Fatalf("review %v", review)
		}
		lines := reader.call("GET", one+"/lines?hold=normal", nil, 200)["items"].([]any)
		second := lines[1].(map[string]any)
		if len(lines) != 2 || second["room_label"] != "1栋1002" {
			t.Fatalf("lines %v", lines)
		}
		line := one + "/lines/" + second["id"].(string)
		all.call("POST", line+"/correct", map[string]any{"seen_amount": 1, "amount": 100, "reason": "面积有误"}, 409)
		all.call("POST", line+"/correct", map[string]any{"seen_amount": 21150, "amount": 20000, "reason": "面积有误"}, 200)
		all.call("POST", one+"/release", map[string]any{"version": review["version"]}, 409)
		review = all.call("GET", one, nil, 200)
		all.call("POST", one+"/release", map[string]any{"version": review["version"]}, 200)
		w.Drain()
		list := reader.call("GET", base+"/charges?state=unpaid,overdue&count=true&limit=1&building_id="+w.Block.String(), nil, 200)
		totals := list["totals"].(map[string]any)
		if totals["count"] != 2.0 || totals["owed"] != 47829.0 || list["next"] == nil {
			t.Fatalf("charges %v", list)
		}
		rest := reader.call("GET", base+"/charges?limit=1&cursor="+list["next"].(string), nil, 200)["items"].([]any)
		if c := rest[0].(map[string]any); len(rest) != 1 || c["corrected"] != true || c["amount"] != 20000.0 || c["state"] != "unpaid" {
			t.Fatalf("second page %v", rest)
		}
		if none := reader.call("GET", base+"/charges?state=overdue", nil, 200)["items"].([]any); len(none) != 0 {
			t.Fatalf("overdue %v", none)
		}
		// A bucket of the ages is a range of due days, both included.
		for _, c := range []struct {
			query string
			owed  float64
		}{{"due_from=2026-11-30&due_until=2026-11-30", 47829}, {"due_from=2026-12-01", 0}, {"due_until=2026-11-29", 0}, {"due_until=2026-12-01", 47829}} {
			got := reader.call("GET", base+"/charges?state=open&count=true&"+c.query, nil, 200)["totals"].(map[string]any)
			if got["owed"] != c.owed {
				t.Errorf("%s: owed %v, want %v", c.query, got["owed"], c.owed)
			}
		}
		e := reader.call("GET", base+"/charges/"+second["id"].(string)+"/explanation", nil, 200)
		if e["computed"] != 21150.0 || e["amount"] != 20000.0 || e["source"] != "业主大会表决 2025年第1次业主大会" {
			t.Fatalf("explanation %v", e)
		}
		review = all.call("GET", one, nil, 200)
		all.call("POST", one+"/withdraw", map[string]any{"version": review["version"], "reason": "发错了"}, 200)
		w.Drain()
		if got := reader.call("GET", base+"/runs?month=2026-11", nil, 200)["items"].([]any); got[0].(map[string]any)["state"] != "withdrawn" {
			t.Fatalf("runs %v", got)
		}
		reader.call("GET", base+"/runs?month=2026-13", nil, 422)
		reader.call("GET", base+"/charges?until_month=2026-13", nil, 422)
		if got := reader.call("GET", base+"/charges?from_month=2026-12", nil, 200)["items"].([]any); len(got) != 0 {
			t.Fatalf("charges of later months %v", got)
		}
		reader.call("GET", base+"/runs/12345", nil, 404)
		all.call("POST", base+"/runs", map[string]any{"month": "2027-06"}, 422)
	})
}
