package web_test

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/fstest"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"linli/internal/kit/actor"
	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/dbtest"
	"linli/internal/kit/fault"
	"linli/internal/kit/id"
	"linli/internal/kit/web"
)

func rooms() []db.Migrations {
	return []db.Migrations{web.Migrations(), {Room: "note", FS: fstest.MapFS{"00001_note.sql": {Data: []byte(
		"-- +goose Up\nCREATE TABLE note (id BIGINT PRIMARY KEY, text TEXT NOT NULL);\n")}}}}
}

type noteIn struct {
	Project id.ID `path:"project"`
	Body    struct {
		Text string `json:"text" minLength:"1" maxLength:"20"`
	}
}
type noteOut struct {
	Body struct {
		ID id.ID `json:"id"`
	}
}

// server has one command with every way to end.
func server(t *testing.T, d *db.DB, refused *atomic.Int64) *httptest.Server {
	s := web.New(web.Deps{DB: d, Log: slog.New(slog.DiscardHandler), Version: "test",
		Authenticate: func(_ context.Context, token, addr string) (actor.Actor, error) {
			if token == "part" {
				return actor.Actor{Account: 8, Address: addr, Grants: []actor.Grant{{Project: 1, Permissions: []actor.Permission{"note.write"}, Limited: true, Buildings: []id.ID{5}}}}, nil
			}
			if token != "good" {
				return actor.Actor{}, nil
			}
			return actor.Actor{Account: 7, Address: addr, Grants: []actor.Grant{{Project: 1, Permissions: []actor.Permission{"note.write"}}}}, nil
		},
		Refused: func(context.Context, actor.Actor, string, string, id.ID, int) { refused.Add(1) },
	})
	add := func(ctx context.Context, _ actor.Actor, in *noteIn) (*noteOut, error) {
		out := &noteOut{}
		err := d.Write(ctx, func(tx *db.Tx) error {
			out.Body.ID = tx.NewID()
			if _, err := tx.Exec(ctx, "INSERT INTO note (id, text) VALUES (?, ?)", out.Body.ID, in.Body.Text); err != nil {
				return err
			}
			switch in.Body.Text {
			case "conflict":
				return fault.New(fault.Conflict, "note_conflict", "冲突")
			case "broken":
				return errors.New("secret detail")
			case "not durable":
				tx.BeforeCommit(func(context.Context, *db.Tx) error { return errors.New("secret: disk full") })
			}
			return nil
		})
		return out, err
	}
	web.Handle(s, web.Op{ID: "note-add", Method: "POST", Path: "/projects/{project}/notes", Permission: "note.write", Tag: "note"}, add)
	web.Handle(s, web.Op{ID: "note-month", Method: "GET", Path: "/projects/{project}/notes", Permission: "note.write", Tag: "note"},
		func(_ context.Context, _ actor.Actor, in *struct {
			Project id.ID     `path:"project"`
			Room    id.ID     `query:"room_id"`
			Month   web.Month `query:"month"`
		}) (*struct{ Body string }, error) {
			return &struct{ Body string }{in.Month.String() + " " + in.Room.String()}, nil
		})
	web.Handle(s, web.Op{ID: "note-any", Method: "POST", Path: "/projects/{project}/any", Tag: "note"}, add)
	web.Handle(s, web.Op{ID: "note-here", Method: "POST", Path: "/projects/{project}/here", Permission: "note.write", Buildings: true, Tag: "note"}, add)
	web.Handle(s, web.Op{ID: "note-drop", Method: "POST", Path: "/projects/{project}/drop", Permission: "note.drop", Tag: "note"}, add)
	srv := httptest.NewServer(s.Handler())
	t.Cleanup(srv.Close)
	return srv
}

func post(t *testing.T, url, token, key, body string, header ...string) (int, string, http.Header) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), "POST", url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	if key != "" {
		req.Header.Set("Idempotency-Key", key)
	}
	for i := 0; i+1 < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
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
	return res.StatusCode, string(b), res.Header
}

func notes(t *testing.T, d *db.DB) (n int) {
	t.Helper()
	if err := d.Reader(t.Context()).QueryRow(t.Context(), "SELECT COUNT(*) FROM note").Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

func TestAnswersAndRefusals(t *testing.T) {
	dbtest.Run(t, rooms(), func(t *testing.T, d *db.DB, _ *clock.Manual) {
		var refused atomic.Int64
		u := server(t, d, &refused).URL + "/api/v1/projects/"
		deep := strings.Repeat(`{"a":`, 40) + "1" + strings.Repeat("}", 40)
		for _, c := range []struct {
			name, path, token, body string
			header                  []string
			want                    int
			code                    string
		}{
			{"fine", "1/notes", "good", `{"text":"a"}`, nil, 200, ""},
			{"no session", "1/notes", "", `{"text":"a"}`, nil, 401, "sign_in"},
			{"foreign project", "2/notes", "good", `{"text":"a"}`, nil, 404, "project_not_found"},
			{"G20 odd project id", "1e3/notes", "good", `{"text":"a"}`, nil, 404, "project_not_found"},
			{"no permission", "1/drop", "good", `{"text":"a"}`, nil, 403, "forbidden"},
			{"limited to buildings", "1/notes", "part", `{"text":"a"}`, nil, 403, "building_scope"},
			{"limited to buildings, no permission named", "1/any", "part", `{"text":"a"}`, nil, 403, "building_scope"},
			{"limited to buildings, another right", "1/drop", "part", `{"text":"a"}`, nil, 403, "forbidden"},
			{"limited to buildings, another project", "2/here", "part", `{"text":"a"}`, nil, 404, "project_not_found"},
			{"limited to buildings, honoured", "1/here", "part", `{"text":"a"}`, nil, 200, ""},
			{"not limited, honoured", "1/here", "good", `{"text":"a"}`, nil, 200, ""},
			{"G3 mass assignment", "1/notes", "good", `{"text":"a","project_id":"2"}`, nil, 422, "input_invalid"},
			{"required", "1/notes", "good", `{}`, nil, 422, "input_invalid"},
			{"E2 NUL", "1/notes", "good", `{"text":"a\u0000"}`, nil, 400, "json_invalid"},
			{"E2 lone surrogate", "1/notes", "good", `{"text":"\ud800"}`, nil, 400, "json_invalid"},
			{"G20 duplicate key", "1/notes", "good", `{"text":"a","text":"b"}`, nil, 400, "json_invalid"},
			{"G20 trailing", "1/notes", "good", `{"text":"a"} x`, nil, 400, "json_invalid"},
			{"G20 key in another case", "1/notes", "good", `{"text":"a","TEXT":"bbbbbbbbbbbbbbbbbbbbbbbbb"}`, nil, 422, "不认识的字段"},
			{"values are not repeated", "1/notes", "good", `{"text":"a","phone":"secret"}`, nil, 422, "body.phone"},
			{"G20 number for text", "1/notes", "good", `{"text":1}`, nil, 400, "input_malformed"},
			{"G20 list for text", "1/notes", "good", `{"text":["a"]}`, nil, 400, "input_malformed"},
			{"G20 list for an object", "1/notes", "good", `[{"text":"a"}]`, nil, 400, "input_malformed"},
			{"G20 number out of range", "1/notes", "good", `{"text":1e400}`, nil, 400, "json_invalid"},
			{"depth", "1/notes", "good", deep, nil, 400, "json_invalid"},
			{"G18 text/plain", "1/notes", "good", `{"text":"a"}`, []string{"Content-Type", "text/plain"}, 415, "media_type"},
			{"G21 gzip", "1/notes", "good", `{"text":"a"}`, []string{"Content-Encoding", "gzip"}, 415, "media_type"},
			{"G18 cross site", "1/notes", "good", `{"text":"a"}`, []string{"Sec-Fetch-Site", "cross-site"}, 403, "cross_site"},
			{"G18 null origin", "1/notes", "good", `{"text":"a"}`, []string{"Origin", "null"}, 403, "cross_site"},
			{"business", "1/notes", "good", `{"text":"conflict"}`, nil, 409, "note_conflict"},
			{"broken", "1/notes", "good", `{"text":"broken"}`, nil, 500, "internal"},
			{"commit fails", "1/notes", "good", `{"text":"not durable"}`, nil, 500, "internal"},
		} {
			before := notes(t, d)
			status, body, _ := post(t, u+c.path, c.token, "", c.body, c.header...)
			if status != c.want || !strings.Contains(body, c.code) {
				t.Errorf("%s: got %d %s", c.name, status, body)
			}
			if strings.Contains(body, "secret") {
				t.Errorf("%s: detail leaked: %s", c.name, body)
			}
			if grown := notes(t, d) - before; (c.want == 200) != (grown == 1) {
				t.Errorf("%s: %d rows written", c.name, grown)
			}
		}
		if n := refused.Load(); n != 8 {
			t.Errorf("%d refusals told, want 8", n)
		}
	})
}

func TestIdempotencyKey(t *testing.T) {
	dbtest.Run(t, rooms(), func(t *testing.T, d *db.DB, _ *clock.Manual) {
		var refused atomic.Int64
		u := server(t, d, &refused).URL + "/api/v1/projects/1/notes"
		var wg sync.WaitGroup
		answers := make([]string, 20)
		for i := range answers {
			wg.Go(func() {
				status, body, _ := post(t, u, "good", "k1", `{"text":"a"}`)
				if status == 200 {
					answers[i] = body
				} else {
					t.Logf("click %d: %d %s", i, status, body)
				}
			})
		}
		wg.Wait()
		for _, a := range answers {
			if a != answers[0] || a == "" {
				t.Errorf("answers differ: %q %q", a, answers[0])
			}
		}
		if n := notes(t, d); n != 1 {
			t.Fatalf("20 clicks wrote %d rows", n)
		}
		if status, body, _ := post(t, u, "good", "k1", `{"text":"b"}`); status != 409 || !strings.Contains(body, "idempotency_key_reused") {
			t.Errorf("other content under the same key: %d %s", status, body)
		}
		for range 2 {
			if status, _, h := post(t, u, "good", "k2", `{"text":"conflict"}`); status != 409 || h.Get("Content-Type") != "application/problem+json" {
				t.Errorf("failed key: %d", status)
			}
		}
		for range 2 {
			if status, _, _ := post(t, u, "good", "k3", `{"text":"broken"}`); status != 500 {
				t.Errorf("broken: %d", status)
			}
			if status, body, _ := post(t, u, "good", "k4", `{"text":"not durable"}`); status != 500 {
				t.Errorf("the commit failed: answered %d %s", status, body)
			}
		}
		if n := notes(t, d); n != 1 {
			t.Errorf("failed commands left %d rows", n)
		}
		// The memory of keys outlives the process.
		next := server(t, d, &refused).URL + "/api/v1/projects/1/notes"
		status, body, h := post(t, next, "good", "k1", `{"text":"a"}`)
		if status != 200 || body != answers[0] || h.Get("Idempotent-Replay") == "" || notes(t, d) != 1 {
			t.Errorf("the next process answers %d %s, %d rows", status, body, notes(t, d))
		}
	})
}

// Promise 6: a key is known for thirty days at least, and not for ever.
func TestKeysLiveThirtyDays(t *testing.T) {
	dbtest.Run(t, rooms(), func(t *testing.T, d *db.DB, now *clock.Manual) {
		var refused atomic.Int64
		u := server(t, d, &refused).URL + "/api/v1/projects/1/notes"
		first, body, _ := post(t, u, "good", "k1", `{"text":"a"}`)
		for _, c := range []struct {
			days, rows int
			replay     bool
		}{{30, 1, true}, {40, 2, false}} {
			now.Set(dbtest.Start().AddDate(0, 0, c.days))
			if err := web.ForgetAnswers(t.Context(), d); err != nil {
				t.Fatal(err)
			}
			status, again, h := post(t, u, "good", "k1", `{"text":"a"}`)
			if status != first || (again == body) != c.replay || (h.Get("Idempotent-Replay") != "") != c.replay || notes(t, d) != c.rows {
				t.Errorf("after %d days: %d %s, at first %d %s, %d rows", c.days, status, again, first, body, notes(t, d))
			}
		}
	})
}

func TestParameters(t *testing.T) {
	dbtest.Run(t, rooms()[:1], func(t *testing.T, d *db.DB, _ *clock.Manual) {
		var refused atomic.Int64
		u := server(t, d, &refused).URL + "/api/v1/projects/1/notes"
		for query, want := range map[string]string{
			"?month=2026-11&room_id=9007199254740993": `"2026-11 9007199254740993"`,
			"?month=2026-13":               "input_invalid",
			"?room_id=0x10":                "input_malformed",
			"?room_id=9223372036854775808": "input_malformed",
		} {
			req, _ := http.NewRequestWithContext(t.Context(), "GET", u+query, nil)
			req.Header.Set("Authorization", "Bearer good")
			res, err := http.DefaultClient.Do(req)
			if err != nil {
				t.Fatal(err)
			}
			b, _ := io.ReadAll(res.Body)
			res.Body.Close()
			if !strings.Contains(string(b), want) {
				t.Errorf("%s: got %s", query, b)
			}
		}
	})
}

// The token of a pay code opens a bill; the log has it in no spelling.
func TestTokensStayOutOfTheLog(t *testing.T) {
	var log bytes.Buffer
	s := web.New(web.Deps{DB: dbtest.Open(t, db.SQLite, rooms()[:1], clock.System{}), Log: slog.New(slog.NewJSONHandler(&log, nil)), Version: "test"})
	srv := httptest.NewServer(s.Handler())
	defer srv.Close()
	for _, at := range []string{"/pay/secret", "//pay/secret", "/api/v1/pay/secret/orders/1", "/api/v1//pay/secret", "/api/v1/x/../pay/secret", "/pay/r/secret", "/api/v1//receipt-proofs/secret"} {
		res, err := http.Get(srv.URL + at)
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
	}
	srv.Close() // what was answered has been logged
	if strings.Contains(log.String(), "secret") || !strings.Contains(log.String(), "/pay/…/orders/1") {
		t.Error(log.String())
	}
}

// A command that takes its time is not cut off while its client waits.
func TestLongCommand(t *testing.T) {
	t.Parallel()
	d := dbtest.Open(t, db.SQLite, rooms()[:1], clock.System{})
	s := web.New(web.Deps{DB: d, Log: slog.New(slog.DiscardHandler), Version: "test"})
	web.Handle(s, web.Op{ID: "wait", Method: "POST", Path: "/wait", Public: true, Tag: "note"},
		func(ctx context.Context, _ actor.Actor, _ *struct{ Body struct{} }) (*struct{ Body string }, error) {
			select {
			case <-time.After(5500 * time.Millisecond): // huma's own limit for bodies is 5 s
			case <-ctx.Done():
			}
			return &struct{ Body string }{"done"}, ctx.Err()
		})
	srv := httptest.NewServer(s.Handler())
	defer srv.Close()
	if status, body, _ := post(t, srv.URL+"/api/v1/wait", "", "", "{}"); status != 200 {
		t.Errorf("got %d %s", status, body)
	}
}

// A form is bounded before it is spooled, with and without a length, and what was
// spooled is gone with the answer (A8, G21).
func TestFormsAreBounded(t *testing.T) {
	d := dbtest.Open(t, db.SQLite, rooms()[:1], clock.System{})
	spool := t.TempDir()
	t.Setenv("TMPDIR", spool)
	s := web.New(web.Deps{DB: d, Log: slog.New(slog.DiscardHandler), Version: "test"})
	web.Handle(s, web.Op{ID: "upload", Method: "POST", Path: "/upload", Public: true, Tag: "note", MaxBody: 2 << 20},
		func(_ context.Context, _ actor.Actor, in *struct {
			RawBody huma.MultipartFormFiles[struct {
				File huma.FormFile `form:"file" contentType:"application/octet-stream" required:"true"`
			}]
		}) (*struct{ Body int64 }, error) {
			return &struct{ Body int64 }{in.RawBody.Data().File.Size}, nil
		})
	srv := httptest.NewServer(s.Handler())
	defer srv.Close()
	for _, c := range []struct{ size, want int }{{1 << 20, 200}, {3 << 20, 413}} {
		body := "--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a\"\r\nContent-Type: application/octet-stream\r\n\r\n" + strings.Repeat("a", c.size) + "\r\n--x--\r\n"
		for _, r := range []io.Reader{strings.NewReader(body), io.MultiReader(strings.NewReader(body))} {
			req, err := http.NewRequestWithContext(t.Context(), "POST", srv.URL+"/api/v1/upload", r)
			if err != nil {
				t.Fatal(err)
			}
			req.Header.Set("Content-Type", "multipart/form-data; boundary=x")
			res, err := http.DefaultClient.Do(req)
			if err != nil {
				t.Fatal(err)
			}
			b, _ := io.ReadAll(res.Body)
			res.Body.Close()
			if res.StatusCode != c.want || c.want == 413 && !strings.Contains(string(b), "body_too_large") {
				t.Errorf("%d bytes, length %d: got %d %s", c.size, req.ContentLength, res.StatusCode, b)
			}
		}
	}
	srv.Close()
	if left, err := os.ReadDir(spool); err != nil || len(left) > 0 {
		t.Errorf("left on the disk: %v, %v", left, err)
	}
}

// A page of another site reads nothing either: printing a receipt counts (G18).
func TestCrossSiteRead(t *testing.T) {
	dbtest.Run(t, rooms(), func(t *testing.T, d *db.DB, _ *clock.Manual) {
		var refused atomic.Int64
		req, err := http.NewRequestWithContext(t.Context(), "GET", server(t, d, &refused).URL+"/api/v1/projects/1/notes", nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Authorization", "Bearer good")
		for site, want := range map[string]int{"cross-site": 403, "same-origin": 200, "none": 200} {
			req.Header.Set("Sec-Fetch-Site", site)
			res, err := http.DefaultClient.Do(req)
			if err != nil {
				t.Fatal(err)
			}
			res.Body.Close()
			if res.StatusCode != want {
				t.Errorf("%s: %d, want %d", site, res.StatusCode, want)
			}
		}
	})
}

// B15: who sends a callback byte by byte, without an end or packed is answered soon,
// and others are served meanwhile.
func TestOpenBodiesAreBounded(t *testing.T) {
	d := dbtest.Open(t, db.SQLite, rooms()[:1], clock.System{})
	s := web.New(web.Deps{DB: d, Log: slog.New(slog.DiscardHandler), Version: "test"})
	web.Handle(s, web.Op{ID: "told", Method: "POST", Path: "/told", Public: true, Tag: "note", MaxBody: 64 << 10},
		func(_ context.Context, _ actor.Actor, in *struct {
			Body struct {
				_    struct{} `additionalProperties:"true"`
				Text string   `json:"text,omitempty"`
			}
		}) (*struct{ Body string }, error) {
			return &struct{ Body string }{in.Body.Text}, nil
		})
	srv := httptest.NewServer(s.Handler())
	t.Cleanup(srv.Close)
	ask := func(body io.Reader, packed string) int {
		req, err := http.NewRequestWithContext(t.Context(), "POST", srv.URL+"/api/v1/told", body)
		if err != nil {
			t.Error(err)
			return 0
		}
		req.Header.Set("Content-Type", "application/json")
		if packed != "" {
			req.Header.Set("Content-Encoding", packed)
		}
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			return 0 // the server has hung up on what was still being sent
		}
		res.Body.Close()
		return res.StatusCode
	}
	began := time.Now()
	c, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", strings.TrimPrefix(srv.URL, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if _, err := io.WriteString(c, "POST /api/v1/told HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{"); err != nil {
		t.Fatal(err)
	}
	stop := make(chan struct{})
	var drip sync.WaitGroup
	drip.Go(func() {
		for {
			select {
			case <-stop:
				return
			case <-time.After(300 * time.Millisecond):
				io.WriteString(c, " ")
			}
		}
	})
	for name, x := range map[string]struct {
		body   io.Reader
		packed string
		want   int
	}{
		"plain":       {strings.NewReader(`{"text": "a"}`), "", 200},
		"packed":      {strings.NewReader("\x1f\x8b\x08"), "gzip", 415},
		"10 MB":       {strings.NewReader(`{"text": "` + strings.Repeat("a", 10<<20) + `"}`), "", 413},
		"100 KB":      {strings.NewReader(`{"text": "` + strings.Repeat("a", 100<<10) + `"}`), "", 413},
		"no end":      {io.MultiReader(strings.NewReader(`{"text": "`), endless{}), "", 413},
		"plain again": {strings.NewReader(`{"text": "a"}`), "", 200},
	} {
		if got := ask(x.body, x.packed); got != x.want && (got != 0 || x.want != 413) {
			t.Errorf("%s: %d, want %d", name, got, x.want)
		}
	}
	res, err := http.ReadResponse(bufio.NewReader(c), nil)
	close(stop)
	drip.Wait()
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	if took := time.Since(began); res.StatusCode != http.StatusRequestTimeout || took > 30*time.Second {
		t.Errorf("byte by byte: %d after %v", res.StatusCode, took)
	}
}

// endless is a body without an end.
type endless struct{}

func (endless) Read(b []byte) (int, error) {
	for i := range b {
		b[i] = 'a'
	}
	return len(b), nil
}
