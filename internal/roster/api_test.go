package roster_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"linli/internal/estate"
	"linli/internal/kit/actor"
	"linli/internal/kit/web"
	"linli/internal/roster"
)

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

func upload(t *testing.T, name string, content []byte) (string, io.Reader) {
	t.Helper()
	var b bytes.Buffer
	m := multipart.NewWriter(&b)
	part, err := m.CreateFormFile("file", name)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := part.Write(content); err != nil {
		t.Fatal(err)
	}
	if err := m.Close(); err != nil {
		t.Fatal(err)
	}
	return m.FormDataContentType(), &b
}

func TestImportAPI(t *testing.T) {
	run(t, func(t *testing.T, h *house) {
		api := h.serve(estate.PermRead, roster.PermImport)
		in := "/projects/" + h.p.String() + "/imports"
		kind, body := upload(t, "名册.csv", csv(header, "1,1,101,1,89.5,陈建国,业主,13800138000,,"))
		status, im := h.call(api, "POST", in, kind, body)
		if status != 200 || im["state"] != "checking" {
			t.Fatalf("upload: %d %v", status, im)
		}
		one := in + "/" + im["id"].(string)
		if err := h.jobs.Drain(h.ctx); err != nil {
			t.Fatal(err)
		}
		if status, im = h.call(api, "GET", one, "", nil); status != 200 || im["state"] != "ready" {
			t.Fatalf("checked: %d %v", status, im)
		}
		if status, im = h.call(api, "POST", one+"/apply", "application/json", strings.NewReader("{}")); status != 200 {
			t.Fatalf("apply: %d %v", status, im)
		}
		if err := h.jobs.Drain(h.ctx); err != nil {
			t.Fatal(err)
		}
		if status, im = h.call(api, "GET", one, "", nil); im["state"] != "applied" || im["applied_at"] == nil {
			t.Errorf("applied: %d %v", status, im)
		}
		for _, path := range []string{"/template.xlsx", "/" + im["id"].(string) + "/errors.xlsx"} {
			if status, out := h.call(api, "GET", in+path, "", nil); status != 200 || out["bytes"].(int) < 1000 {
				t.Errorf("%s: %d %v", path, status, out)
			}
		}
		if status, out := h.call(api, "GET", in, "", nil); status != 200 || len(out["items"].([]any)) != 1 {
			t.Errorf("list: %d %v", status, out)
		}
		if status, out := h.call(api, "GET", one+"/errors", "", nil); status != 200 || len(out["items"].([]any)) != 0 {
			t.Errorf("errors: %d %v", status, out)
		}
		kind, body = upload(t, "大.csv", bytes.Repeat([]byte("1,1,101\n"), 3<<20))
		if status, out := h.call(api, "POST", in, kind, body); status != 422 && status != 413 {
			t.Errorf("too large: %d %v", status, out)
		}
	})
}
