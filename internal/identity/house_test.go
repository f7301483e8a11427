package identity_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"linli/internal/audit"
	"linli/internal/identity"
	"linli/internal/kit/actor"
	"linli/internal/kit/clock"
	"linli/internal/kit/crypt"
	"linli/internal/kit/db"
	"linli/internal/kit/dbtest"
	"linli/internal/kit/id"
	"linli/internal/kit/web"
)

const (
	adminPassword = "Bamboo-Grove-27"
	clerkPassword = "Lotus-Pond-8341"
	freshPassword = "Plum-Blossom-55"
)

// house is the product's edge with nothing but this room and the log.
type house struct {
	t     *testing.T
	d     *db.DB
	now   *clock.Manual
	s     *identity.Service
	audit *audit.Service
	ring  *crypt.Ring
	key   string // Idempotency-Key of the calls
	srv   *httptest.Server

	buildings map[id.ID]string // of project 1
	spoiled   bool             // by hand: the doctor will find something
}

func eachEngine(t *testing.T, f func(t *testing.T, h *house)) {
	t.Helper()
	rooms := []db.Migrations{web.Migrations(), audit.Migrations(), identity.Migrations()}
	dbtest.Run(t, rooms, func(t *testing.T, d *db.DB, now *clock.Manual) {
		h := &house{t: t, d: d, now: now, buildings: map[id.ID]string{11: "1栋", 12: "2栋"}, audit: audit.New(audit.Deps{DB: d, Key: []byte("0123456789abcdef0123456789abcdef")})}
		ring, err := crypt.Open(filepath.Join(t.TempDir(), "keys.json"))
		if err != nil {
			t.Fatal(err)
		}
		h.ring = ring
		h.s = identity.New(identity.Deps{DB: d, Audit: h.audit, Ring: ring,
			Roles: []identity.Role{
				{Key: identity.RoleAdmin, Name: "系统管理员"},
				{Key: "clerk", Name: "前台客服", Permissions: []actor.Permission{"estate.read", "estate.write"}},
				{Key: "cashier", Name: "收费员", Permissions: []actor.Permission{"estate.read", "cashier.receive"}},
			},
			Rights: []identity.Right{
				{Permission: "estate.read", Name: "看房屋与住户", Group: "房屋与住户"}, {Permission: "estate.write", Name: "改房屋与住户", Group: "房屋与住户"},
				{Permission: "cashier.receive", Name: "收款", Group: "收费"}, {Permission: audit.PermRead, Name: "看操作日志", Group: "管理"},
				{Permission: identity.PermManage, Name: "管理账号", Group: "管理", Everywhere: true},
			},
			Projects: func(_ context.Context, who actor.Actor) ([]identity.ProjectRef, error) {
				var seen []identity.ProjectRef
				for _, p := range []identity.ProjectRef{{ID: 1, Name: "翠湖花园", Kind: "residential"}, {ID: 2, Name: "云栖公寓", Kind: "apartment"}} {
					if who.Sees(p.ID) {
						seen = append(seen, p)
					}
				}
				return seen, nil
			},
			Buildings: func(_ context.Context, project id.ID) (map[id.ID]string, error) {
				if project != 1 {
					return nil, nil
				}
				return h.buildings, nil
			}})
		h.srv = httptest.NewServer(h.handler())
		t.Cleanup(h.srv.Close)
		f(t, h)
		if broken, err := h.s.Broken(t.Context()); !h.spoiled && (err != nil || len(broken) > 0) {
			t.Errorf("the doctor finds %q %v", broken, err)
		}
		if err := h.audit.VerifyAll(t.Context()); err != nil {
			t.Errorf("audit log afterwards: %v", err)
		}
	})
}

func (h *house) handler() http.Handler {
	w := web.New(web.Deps{DB: h.d, Ring: h.ring, Log: slog.New(slog.DiscardHandler), Authenticate: h.s.Authenticate, Missing: h.s.Missing, Refused: h.audit.Refused})
	h.s.Routes(w)
	web.Handle(w, web.Op{ID: "look", Method: "GET", Path: "/projects/{project}/look", Permission: "estate.read", Tag: "test"},
		func(context.Context, actor.Actor, *struct {
			Project id.ID `path:"project"`
		}) (*struct{}, error) {
			return nil, nil
		})
	return w.Handler()
}

// answer is what came back.
type answer struct {
	status int
	text   string
	header http.Header
}

func (a answer) read(t *testing.T, into any) {
	t.Helper()
	if err := json.Unmarshal([]byte(a.text), into); err != nil {
		t.Fatalf("%d %s: %v", a.status, a.text, err)
	}
}

// call asks as the holder of a token; body is JSON text or a value.
func (h *house) call(token, method, path string, body any) answer {
	h.t.Helper()
	var r io.Reader
	switch b := body.(type) {
	case nil:
	case string:
		r = strings.NewReader(b)
	default:
		j, err := json.Marshal(b)
		if err != nil {
			h.t.Fatal(err)
		}
		r = bytes.NewReader(j)
	}
	req, err := http.NewRequestWithContext(h.t.Context(), method, h.srv.URL+web.Prefix+path, r)
	if err != nil {
		h.t.Fatal(err)
	}
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	if h.key != "" {
		req.Header.Set("Idempotency-Key", h.key)
	}
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	res, err := h.srv.Client().Do(req)
	if err != nil {
		h.t.Fatal(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		h.t.Fatal(err)
	}
	return answer{res.StatusCode, string(b), res.Header}
}

// want fails the test when the answer is another one.
func (h *house) want(a answer, status int, part string) answer {
	h.t.Helper()
	if a.status != status || !strings.Contains(a.text, part) {
		h.t.Errorf("got %d %s, want %d %s", a.status, a.text, status, part)
	}
	return a
}

type login map[string]any

// signIn moves the clock on, so that tests are not slowed by the limit of
// logins per second.
func (h *house) signIn(l login) answer {
	h.t.Helper()
	h.now.Advance(time.Second)
	return h.call("", "POST", "/session", l)
}

// token begins a session and gives its token.
func (h *house) token(name, password string) string {
	h.t.Helper()
	var out struct{ Token string }
	h.want(h.signIn(login{"login": name, "password": password, "bearer": true}), 200, "").read(h.t, &out)
	if out.Token == "" {
		h.t.Fatal("no token")
	}
	return out.Token
}

// alive reports whether a token still opens something.
func (h *house) alive(token string) bool {
	h.t.Helper()
	a := h.call(token, "GET", "/session", nil)
	if a.status != 200 && a.status != 401 {
		h.t.Fatalf("session: %d %s", a.status, a.text)
	}
	return a.status == 200
}

// staff makes the administrator zhoulan and gives his token.
func (h *house) staff() string {
	h.t.Helper()
	h.want(h.call("", "POST", "/setup", login{"company": "翠湖物业", "name": "周岚", "login": "zhoulan", "password": adminPassword}), 201, "id")
	return h.token("zhoulan", adminPassword)
}

// hire makes an account through the interface.
func (h *house) hire(admin, name string, grants ...map[string]any) id.ID {
	h.t.Helper()
	if grants == nil {
		grants = []map[string]any{}
	}
	var out struct{ ID id.ID }
	h.want(h.call(admin, "POST", "/accounts", map[string]any{"login": name, "name": "员工" + name, "password": clerkPassword, "grants": grants}), 201, name).read(h.t, &out)
	return out.ID
}

func on(project any, role string) map[string]any {
	return map[string]any{"project_id": project, "role": role}
}

func (h *house) log(action string) []audit.Row {
	h.t.Helper()
	l, err := h.audit.Entries(h.t.Context(), 0, audit.Filter{Action: action})
	if err != nil {
		h.t.Fatal(err)
	}
	return l.Items
}

func (h *house) count(query string) (n int) {
	h.t.Helper()
	if err := h.d.Reader(h.t.Context()).QueryRow(h.t.Context(), query).Scan(&n); err != nil {
		h.t.Fatal(err)
	}
	return n
}

func (h *house) exec(query string) {
	h.t.Helper()
	h.spoiled = true
	if err := h.d.Write(h.t.Context(), func(tx *db.Tx) error {
		_, err := tx.Exec(h.t.Context(), query)
		return err
	}); err != nil {
		h.t.Fatal(err)
	}
}
