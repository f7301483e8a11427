package identity_test

import (
	"strings"
	"testing"

	"linli/internal/identity"
	"linli/internal/kit/actor"
	"linli/internal/kit/fault"
)

// A password that the administrator has chosen opens nothing until its person
// has put another in its place; a reset makes it so again.
func TestGivenPasswordIsReplacedFirst(t *testing.T) {
	eachEngine(t, func(t *testing.T, h *house) {
		admin := h.staff()
		h.want(h.call(admin, "GET", "/session", nil), 200, `"due":""`)
		var made struct{ ID string }
		h.want(h.call(admin, "POST", "/accounts", map[string]any{"login": "sunmin", "name": "孙敏", "password": clerkPassword, "change_password": true,
			"grants": []any{on("1", "clerk")}}), 201, "sunmin").read(t, &made)
		enter := func(old, fresh string) {
			t.Helper()
			sun := h.token("sunmin", old)
			h.want(h.call(sun, "GET", "/session", nil), 200, `"due":"given"`)
			h.want(h.call(sun, "GET", "/projects/1/look", nil), 404, "")
			h.want(h.call(sun, "POST", "/session/password", map[string]any{"old": old, "password": old}), 422, "password_same")
			var out struct{ Token string }
			h.want(h.call(sun, "POST", "/session/password", map[string]any{"old": old, "password": fresh, "bearer": true}), 200, "token").read(t, &out)
			h.want(h.call(out.Token, "GET", "/session", nil), 200, `"due":""`)
			h.want(h.call(out.Token, "GET", "/projects/1/look", nil), 204, "")
		}
		enter(clerkPassword, freshPassword)
		h.want(h.call(admin, "POST", "/accounts/"+made.ID+"/password", map[string]any{"password": clerkPassword, "change_password": true}), 204, "")
		enter(clerkPassword, freshPassword)
	})
}

// The only administrator has forgotten the password, is locked out and has lost
// the telephone: the way back in from the server.
func TestRescue(t *testing.T) {
	eachEngine(t, func(t *testing.T, h *house) {
		admin := h.staff()
		h.bind(admin, adminPassword)
		for range 5 {
			h.signIn(login{"login": "zhoulan", "password": "wrong"})
		}
		server := actor.System("服务器上的命令")
		if _, err := h.s.Rescue(t.Context(), server, "nobody", freshPassword); fault.As(err) == nil || fault.As(err).Kind != fault.NotFound {
			t.Errorf("an account that is not there: %v", err)
		}
		if _, err := h.s.Rescue(t.Context(), server, "ZhouLan", "zhoulan"); fault.As(err) == nil || fault.As(err).Code != identity.ErrPassword.Code {
			t.Errorf("a bad password: %v", err)
		}
		if _, err := h.s.Rescue(t.Context(), server, "ZhouLan", freshPassword); err != nil {
			t.Fatal(err)
		}
		if h.alive(admin) {
			t.Error("the session outlived the rescue")
		}
		h.want(h.call(h.token("zhoulan", freshPassword), "GET", "/session", nil), 200, `"due":"given"`)
		for _, act := range []string{"identity.password_reset", "identity.totp_reset"} {
			if got := h.log(act); len(got) != 1 || !strings.Contains(got[0].Name, "服务器") {
				t.Errorf("log of %s: %+v", act, got)
			}
		}
		boss := h.staffOf(freshPassword)
		sun := h.hire(boss, "sunmin", on("1", "clerk"))
		h.want(h.call(boss, "POST", "/accounts/"+sun.String()+"/dismiss", nil), 200, "dismissed")
		if _, err := h.s.Rescue(t.Context(), server, "sunmin", freshPassword); fault.As(err) == nil || fault.As(err).Code != identity.ErrDismissed.Code {
			t.Errorf("somebody dismissed: %v", err)
		}
	})
}

// staffOf is the administrator after a given password was replaced.
func (h *house) staffOf(given string) string {
	h.t.Helper()
	var out struct{ Token string }
	h.want(h.call(h.token("zhoulan", given), "POST", "/session/password", map[string]any{"old": given, "password": adminPassword, "bearer": true}), 200, "token").read(h.t, &out)
	return out.Token
}
