package identity_test

import (
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"linli/internal/identity"
	"linli/internal/kit/actor"
)

func TestFirstUseG14(t *testing.T) {
	eachEngine(t, func(t *testing.T, h *house) {
		for _, l := range []login{{"login": "admin", "password": "123456"}, {"login": "admin", "password": "admin"}, {"login": "root", "password": "root"}} {
			h.want(h.signIn(l), 401, "login_wrong")
		}
		h.want(h.call("", "GET", "/setup", nil), 200, `{"open":true}`)
		for _, c := range []struct{ company, name, login, password, want string }{
			{"", "周岚", "zhoulan", adminPassword, "company_invalid"},
			{"翠湖物业", " ", "zhoulan", adminPassword, "name_invalid"},
			{"翠湖物业", "周岚", "周岚", adminPassword, "login_invalid"},
			{"翠湖物业", "周岚", "zhoulan", "123456", "password_weak"},
			{"翠湖物业", "周岚", "admin", "Admin123456", "password_weak"},
		} {
			h.want(h.call("", "POST", "/setup", login{"company": c.company, "name": c.name, "login": c.login, "password": c.password}), 422, c.want)
		}
		h.want(h.call("", "POST", "/setup", login{"company": "翠湖物业", "name": "周岚", "login": "zhoulan", "password": adminPassword, "role": "admin"}), 422, "input_invalid")
		if n := h.count("SELECT COUNT(*) FROM identity_account"); n != 0 {
			t.Fatalf("%d accounts of refused set-ups", n)
		}
		admin := h.staff()
		h.want(h.call("", "GET", "/setup", nil), 200, `{"open":false}`)
		again := login{"company": "别人", "name": "别人", "login": "intruder", "password": freshPassword}
		h.want(h.call("", "POST", "/setup", again), 409, "setup_closed")
		h.want(h.call(admin, "POST", "/setup", again), 409, "setup_closed")
		if got, err := h.s.Company(t.Context(), h.d.Reader(t.Context())); err != nil || got != "翠湖物业" {
			t.Errorf("company %q %v", got, err)
		}
		if got := h.log("identity.account_created"); len(got) != 1 || strings.Contains(got[0].After, "argon2") || !strings.Contains(got[0].After, `"login":"zhoulan"`) {
			t.Errorf("logged %+v", got)
		}
	})
}

func TestOneOfManySetupsWins(t *testing.T) {
	eachEngine(t, func(t *testing.T, h *house) {
		var won, closed atomic.Int64
		var wg sync.WaitGroup
		for i := range 6 {
			wg.Go(func() {
				a := h.call("", "POST", "/setup", login{"company": "翠湖物业", "name": "周岚", "login": "zhoulan" + string(rune('a'+i)), "password": adminPassword})
				switch a.status {
				case 201:
					won.Add(1)
				case 409:
					closed.Add(1)
				default:
					t.Errorf("%d %s", a.status, a.text)
				}
			})
		}
		wg.Wait()
		if n := h.count("SELECT COUNT(*) FROM identity_account"); won.Load() != 1 || closed.Load() != 5 || n != 1 {
			t.Errorf("%d won, %d closed, %d accounts", won.Load(), closed.Load(), n)
		}
	})
}

func TestAnyAccountClosesSetup(t *testing.T) {
	eachEngine(t, func(t *testing.T, h *house) {
		system := actor.System("demo")
		if _, err := h.s.CreateAccount(t.Context(), system, identity.NewAccount{Login: "zhoulan", Name: "周岚", Password: adminPassword, Grants: []identity.Grant{{Role: identity.RoleAdmin}}}); err != nil {
			t.Fatal(err)
		}
		if err := h.s.SetCompany(t.Context(), system, "翠湖物业"); err != nil {
			t.Fatal(err)
		}
		h.want(h.call("", "GET", "/setup", nil), 200, `{"open":false}`)
		h.want(h.call(h.token("zhoulan", adminPassword), "GET", "/session", nil), 200, `"company":"翠湖物业"`)
	})
}
