package identity_test

import (
	"errors"
	"fmt"
	"net/url"
	"strings"
	"sync"
	"testing"

	"linli/internal/audit"
	"linli/internal/identity"
	"linli/internal/kit/actor"
	"linli/internal/kit/id"
)

func TestAccounts(t *testing.T) {
	eachEngine(t, func(t *testing.T, h *house) {
		admin := h.staff()
		for i := range 7 {
			h.hire(admin, fmt.Sprintf("clerk_%d", i), on("1", "clerk"), on("1", "clerk"))
		}
		last := h.hire(admin, "guohaitao")
		type list struct {
			Items []struct{ Login string }
			Next  string
		}
		var seen []string
		path := "/accounts?limit=3"
		for next := "-"; next != ""; {
			var l list
			h.want(h.call(admin, "GET", path, nil), 200, "").read(t, &l)
			for _, a := range l.Items {
				seen = append(seen, a.Login)
			}
			next, path = l.Next, "/accounts?limit=3&cursor="+url.QueryEscape(l.Next)
		}
		if got := strings.Join(seen, " "); got != "clerk_0 clerk_1 clerk_2 clerk_3 clerk_4 clerk_5 clerk_6 guohaitao zhoulan" {
			t.Errorf("pages show %s", got)
		}
		for query, n := range map[string]int{"q=CLERK": 7, "q=" + url.QueryEscape("员工guo"): 1, "q=%25": 0, "q=_": 7, "state=dismissed": 0, "state=active&q=zhou": 1} {
			var l list
			if h.want(h.call(admin, "GET", "/accounts?"+query, nil), 200, "").read(t, &l); len(l.Items) != n {
				t.Errorf("%s finds %v", query, l.Items)
			}
		}
		h.want(h.call(admin, "GET", "/accounts?state=odd", nil), 422, "input_invalid")
		one := "/accounts/" + last.String()
		h.want(h.call(admin, "GET", one, nil), 200, `"grants":[]`)
		h.want(h.call(admin, "GET", "/accounts/77", nil), 404, "not_found")
		h.want(h.call(admin, "PATCH", one, `{"name":"郭海涛","version":1}`), 200, `"version":2`)
		h.want(h.call(admin, "PATCH", one, `{"name":"别名","version":1}`), 409, "stale")
		h.want(h.call(admin, "PATCH", one, `{"name":"  ","version":2}`), 422, "name_invalid")
		h.want(h.call(admin, "PUT", one+"/grants", `{"grants":[{"project_id":"2","role":"cashier"},{"project_id":null,"role":"clerk"}],"version":2}`), 200,
			`"grants":[{"project_id":null,"role":"clerk"},{"project_id":"2","role":"cashier"}]`)
		got := h.log("identity.grants_changed")
		if len(got) != 1 || got[0].Name != "周岚" || got[0].Subject != last || !strings.Contains(got[0].Before, `"grants":[]`) || !strings.Contains(got[0].After, `{"project_id":"2","role":"cashier"}`) {
			t.Errorf("logged %+v", got)
		}
		h.want(h.call(admin, "POST", one+"/dismiss", nil), 200, `"state":"dismissed"`)
		h.want(h.call(admin, "POST", one+"/dismiss", nil), 409, "account_dismissed")
		h.want(h.signIn(login{"login": "guohaitao", "password": clerkPassword}), 401, "login_wrong")
		h.want(h.call(admin, "POST", one+"/reinstate", nil), 200, `"state":"active"`)
		h.want(h.call(admin, "POST", one+"/reinstate", nil), 409, "account_active")
		h.want(h.call(h.token("guohaitao", clerkPassword), "GET", "/projects/2/look", nil), 204, "")
		h.want(h.call(admin, "GET", "/roles", nil), 200, `"role":"clerk","role_name":"前台客服"`)
	})
}

func TestRefusedAccountsG3(t *testing.T) {
	eachEngine(t, func(t *testing.T, h *house) {
		admin := h.staff()
		clerk := h.hire(admin, "lixuemei", on("1", "clerk"))
		one := "/accounts/" + clerk.String()
		before := h.count("SELECT COUNT(*) FROM identity_account")
		base := `"login":"new_one","name":"新人","password":"` + clerkPassword + `"`
		for _, c := range []struct {
			method, path, body string
			status             int
			want               string
		}{
			{"POST", "/accounts", `{` + base + `,"grants":[],"role":"admin"}`, 422, "不认识的字段"},
			{"POST", "/accounts", `{` + base + `,"grants":[],"created_by":"1"}`, 422, "不认识的字段"},
			{"POST", "/accounts", `{` + base + `,"grants":[],"state":"active"}`, 422, "不认识的字段"},
			{"POST", "/accounts", `{` + base + `,"grants":[{"project_id":"1","role":"clerk","permissions":["identity.manage"]}]}`, 422, "不认识的字段"},
			{"POST", "/accounts", `{` + base + `,"grants":[{"project_id":"","role":"admin"}]}`, 422, "grant_project_unknown"},
			{"POST", "/accounts", `{` + base + `,"grants":[{"project_id":"0","role":"admin"}]}`, 422, "grant_project_unknown"},
			{"POST", "/accounts", `{` + base + `,"grants":[{"role":"admin"}]}`, 422, "input_invalid"},
			{"POST", "/accounts", `{` + base + `,"grants":[{"project_id":"99","role":"clerk"}]}`, 422, "grant_project_unknown"},
			{"POST", "/accounts", `{` + base + `,"grants":[{"project_id":"1","role":"root"}]}`, 422, "role_unknown"},
			{"POST", "/accounts", `{` + base + `}`, 422, "input_invalid"},
			{"POST", "/accounts", `{"login":"LiXueMei","name":"新人","password":"` + clerkPassword + `","grants":[]}`, 409, "login_taken"},
			{"PATCH", one, `{"name":"改名","version":1,"state":"active"}`, 422, "不认识的字段"},
			{"PATCH", one, `{"name":"改名","version":1,"login":"zhoulan2"}`, 422, "不认识的字段"},
			{"PATCH", one, `{"name":"改名","version":1,"epoch":0}`, 422, "不认识的字段"},
			{"PATCH", one, `{"name":"改名"}`, 422, "input_invalid"},
			{"PATCH", one, `{"name":"改\u202e名","version":1}`, 422, "name_invalid"}, // E3
			{"PUT", one + "/grants", `{"grants":[{"project_id":"99","role":"clerk"}],"version":1}`, 422, "grant_project_unknown"},
			{"POST", one + "/password", `{"password":"Xlixuemei-12345"}`, 422, "密码里不能含有登录名"},
			{"POST", "/session", `{"login":"lixuemei","password":"x","account_id":"1"}`, 422, "不认识的字段"},
			{"POST", "/session", `{"login":"lixuemei"}`, 422, `[{"location":"body.password","message":"缺少必填项 password"}]`},
			{"POST", "/session", `{"password":"Geheim-2026-xyz"}`, 422, `[{"location":"body.login","message":"缺少必填项 login"}]`},
		} {
			h.want(h.call(admin, c.method, c.path, c.body), c.status, c.want)
		}
		if n := h.count("SELECT COUNT(*) FROM identity_account"); n != before {
			t.Errorf("%d accounts were made", n-before)
		}
		h.want(h.call(admin, "GET", one, nil), 200, `"version":1`)
		token := h.token("lixuemei", clerkPassword)
		for _, c := range [][2]string{{"GET", "/accounts"}, {"POST", "/accounts"}, {"GET", one}, {"PATCH", one}, {"PUT", one + "/grants"}, {"POST", one + "/password"},
			{"POST", one + "/dismiss"}, {"POST", one + "/reinstate"}, {"GET", "/roles"}} {
			h.want(h.call(token, c[0], c[1], nil), 403, "forbidden")
			h.want(h.call("", c[0], c[1], nil), 401, "sign_in")
		}
		// A manager of one project does not manage the staff of all.
		h.hire(admin, "project_boss", on("1", "admin"))
		h.want(h.call(h.token("project_boss", clerkPassword), "PUT", one+"/grants", `{"grants":[],"version":1}`), 403, "forbidden")
		if got := h.log("web.refused"); len(got) < 18 {
			t.Errorf("%d refusals logged", len(got))
		}
	})
}

func TestSomebodyStaysAdministrator(t *testing.T) {
	eachEngine(t, func(t *testing.T, h *house) {
		admin := h.staff()
		var me struct{ Account struct{ ID string } }
		h.call(admin, "GET", "/session", nil).read(t, &me)
		one := "/accounts/" + me.Account.ID
		h.want(h.call(admin, "POST", one+"/dismiss", nil), 409, "last_admin")
		h.want(h.call(admin, "PUT", one+"/grants", `{"grants":[{"project_id":"1","role":"admin"}],"version":1}`), 409, "last_admin")
		if !h.alive(admin) {
			t.Fatal("a refused dismissal ended the session")
		}
		first, err := id.Parse(me.Account.ID)
		if err != nil {
			t.Fatal(err)
		}
		second := h.hire(admin, "second", on(nil, "admin"))
		system := actor.System("test")
		for range 25 {
			var wg sync.WaitGroup
			start, pair := make(chan struct{}), []id.ID{first, second}
			failed := make([]error, len(pair))
			for i, account := range pair {
				wg.Go(func() {
					<-start
					_, failed[i] = h.s.Dismiss(t.Context(), system, account)
				})
			}
			close(start)
			wg.Wait()
			if n := h.count("SELECT COUNT(*) FROM identity_account WHERE state = 'active'"); n != 1 {
				t.Fatalf("%d administrators are left: %v", n, failed)
			}
			for i, account := range pair {
				if failed[i] != nil {
					if !errors.Is(failed[i], identity.ErrLastAdmin) {
						t.Errorf("the one who stays: %v", failed[i])
					}
					continue
				}
				if _, err := h.s.Reinstate(t.Context(), system, account); err != nil {
					t.Fatal(err)
				}
			}
		}
	})
}

func TestPasswordRules(t *testing.T) {
	eachEngine(t, func(t *testing.T, h *house) {
		admin := h.staff()
		account := h.hire(admin, "lixuemei")
		for password, want := range map[string]string{
			"Abc-12345":               "密码至少 10 位，现在是 9 位",
			strings.Repeat("Aa1", 43): "密码最多 128 位",
			"abcdefgh12":              "至少三种",
			"ABCDEFGHIJ-":             "至少三种",
			"LiXueMei-99x":            "不能含有登录名",
			"Password123":             "太常见",
			"Admin@123456!!":          "太常见",
			"Qwerty123456":            "太常见",
			"翠湖花园物业小区前台客服":            "至少三种",
		} {
			a := h.want(h.call(admin, "POST", "/accounts/"+account.String()+"/password", login{"password": password}), 422, want)
			if !strings.Contains(a.text, `"location":"body.password"`) || strings.Contains(a.text, password) {
				t.Errorf("%s: %s", password, a.text)
			}
		}
		for _, password := range []string{"Abcdefgh12", "翠湖花园物业小区a1", strings.Repeat("Aa1", 42) + "xx"} {
			h.want(h.call(admin, "POST", "/accounts/"+account.String()+"/password", login{"password": password}), 204, "")
			h.want(h.signIn(login{"login": "lixuemei", "password": password}), 200, "")
		}
		if got := h.log("identity.password_reset"); len(got) != 3 || got[0].Before+got[0].After != "" {
			t.Errorf("logged %+v", got)
		}
		if n := h.count("SELECT COUNT(*) FROM identity_account WHERE hash NOT LIKE '$argon2id$v=19$m=19456,t=2,p=1$%'"); n != 0 {
			t.Errorf("%d hashes of another kind", n)
		}
	})
}

func TestRolesComeInOrder(t *testing.T) {
	s := identity.New(identity.Deps{Roles: []identity.Role{{Key: "b"}, {Key: "a"}, {Key: "b", Name: "last word"}}, Audit: audit.New(audit.Deps{})})
	if got := s.Roles(); len(got) != 2 || got[0].Key != "b" || got[0].Name != "last word" || got[1].Key != "a" {
		t.Errorf("roles %+v", got)
	}
}
