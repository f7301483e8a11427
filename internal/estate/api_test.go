package estate_test

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"linli/internal/estate"
	"linli/internal/kit/actor"
	"linli/internal/kit/web"
)

// serve is the API as the clerk of one project sees it.
func (h *house) serve(permissions ...actor.Permission) http.Handler {
	w := web.New(web.Deps{DB: h.d, Log: slog.New(slog.DiscardHandler), Authenticate: func(context.Context, string, string) (actor.Actor, error) {
		return actor.Actor{Account: 7, Name: "李雪梅", Grants: []actor.Grant{{Project: h.p, Permissions: permissions}}}, nil
	}})
	h.s.Routes(w)
	return w.Handler()
}

func (h *house) call(api http.Handler, method, path, kind string, body io.Reader) (int, map[string]any) {
	h.t.Helper()
	r := httptest.NewRequestWithContext(h.ctx, method, "/api/v1"+path, body)
	r.Header.Set("Authorization", "Bearer x")
	if kind != "" {
		r.Header.Set("Content-Type", kind)
	}
	rec := httptest.NewRecorder()
	api.ServeHTTP(rec, r)
	out := map[string]any{}
	if strings.Contains(rec.Header().Get("Content-Type"), "json") {
		if err := json.Unmarshal(rec.Body.Bytes(), &out); err != nil {
			h.t.Fatalf("%s %s: %v: %s", method, path, err, rec.Body)
		}
	} else {
		out["bytes"] = rec.Body.Len()
	}
	return rec.Code, out
}

func TestAPI(t *testing.T) {
	run(t, func(t *testing.T, h *house) {
		api := h.serve(estate.PermRead, estate.PermWrite)
		in := "/projects/" + h.p.String()
		post := func(method, path, body string, want int) map[string]any {
			t.Helper()
			status, out := h.call(api, method, in+path, "application/json", strings.NewReader(body))
			if status != want {
				t.Fatalf("%s %s: %d %v", method, path, status, out)
			}
			return out
		}
		b := post("POST", "/buildings", `{"name":"3","floors":18}`, 200)
		u := post("POST", "/buildings/"+b["id"].(string)+"/units", `{"name":"2"}`, 200)
		r := post("POST", "/rooms", `{"building_id":"`+b["id"].(string)+`","unit_id":"`+u["id"].(string)+`","name":"1502","floor":15,"area":8950,"handover":"2020-05-01"}`, 200)
		if r["label"] != "3栋2单元1502" || r["handover"] != "2020-05-01" {
			t.Errorf("room %v", r)
		}
		room := "/rooms/" + r["id"].(string)
		post("PATCH", room, `{"version":1,"state":"self"}`, 200)
		post("PATCH", room, `{"version":1,"state":"rented"}`, 409)
		post("PATCH", room, `{"version":2,"colour":"red"}`, 422)
		p := post("POST", "/people", `{"name":"陈建国","phone":"13800138000"}`, 200)
		post("POST", "/people", `{"name":"　"}`, 422)
		post("POST", room+"/occupants", `{"person_id":"`+p["id"].(string)+`","part":"owner"}`, 200)
		post("POST", "/people/"+p["id"].(string)+"/reveal", `{"field":"phone","reason":"回访"}`, 403)
		for _, path := range []string{"", "/buildings", "/rooms?q=3-15&state=self", room, room + "/occupants?all=true", "/people?q=cjg&part=owner",
			"/people/" + p["id"].(string), "/search?q=1502", "/buildings/" + b["id"].(string) + "/units"} {
			status, out := h.call(api, "GET", in+path, "", nil)
			if items, ok := out["items"].([]any); status != 200 || strings.HasSuffix(path, "s") && ok && len(items) == 0 {
				t.Errorf("GET %s: %d %v", path, status, out)
			}
		}
		if status, _ := h.call(api, "GET", "/projects/"+h.project("别处").String()+"/rooms", "", nil); status != 404 {
			t.Errorf("another project: %d", status)
		}
		if status, _ := h.call(api, "POST", "/projects", "application/json", strings.NewReader(`{"name":"新","kind":"office"}`)); status != 403 {
			t.Errorf("create project: %d", status)
		}
	})
}

// A revealed number is kept nowhere, not even as the answer of an
// Idempotency-Key.
func TestRevealLeavesNoCopy(t *testing.T) {
	run(t, func(t *testing.T, h *house) {
		api := h.serve(estate.PermReveal)
		p := h.person(estate.PersonInput{Name: "陈建国", Phone: "13800138000"})
		r := httptest.NewRequestWithContext(h.ctx, "POST", "/api/v1/projects/"+h.p.String()+"/people/"+p.ID.String()+"/reveal", strings.NewReader(`{"field":"phone","reason":"联系维修"}`))
		r.Header.Set("Authorization", "Bearer x")
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set("Idempotency-Key", "k1")
		rec := httptest.NewRecorder()
		api.ServeHTTP(rec, r)
		if rec.Code != 200 || !strings.Contains(rec.Body.String(), "13800138000") || rec.Header().Get("Cache-Control") != "no-store" {
			t.Fatalf("%d %s", rec.Code, rec.Body)
		}
		var kept int
		if err := h.d.Reader(h.ctx).QueryRow(h.ctx, "SELECT COUNT(*) FROM kit_answer").Scan(&kept); err != nil || kept != 0 {
			t.Errorf("%d answers kept: %v", kept, err)
		}
	})
}
