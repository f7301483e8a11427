package identity_test

import (
	"bytes"
	"encoding/base64"
	"image/png"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"linli/internal/audit"
	"linli/internal/kit/db"
)

// code is what the phone shows now.
func (h *house) code(secret string) string {
	h.t.Helper()
	c, err := totp.GenerateCode(secret, h.now.Now())
	if err != nil {
		h.t.Fatal(err)
	}
	return c
}

// scannable fails when the modules of a picture are too small for a telephone.
func scannable(t *testing.T, data string) {
	t.Helper()
	raw, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(data, "data:image/png;base64,"))
	if err != nil {
		t.Fatal(err)
	}
	p, err := png.Decode(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	dark := func(x, y int) bool { r, _, _, _ := p.At(x, y).RGBA(); return r < 0x8000 }
	corner := 0
	for corner < p.Bounds().Dx() && !dark(corner, corner) {
		corner++
	}
	side := corner // the finder is seven modules wide
	for side < p.Bounds().Dx() && dark(side, corner) {
		side++
	}
	if module := (side - corner) / 7; module < 5 {
		t.Errorf("a module has %d pixels of %d", module, p.Bounds().Dx())
	}
}

// bind gives an account its second factor.
func (h *house) bind(token, password string) (secret string, recovery []string) {
	h.t.Helper()
	var e struct{ Secret, URL, QR string }
	h.want(h.call(token, "POST", "/session/totp", map[string]any{"password": freshPassword}), 422, "body.password")
	h.want(h.call(token, "POST", "/session/totp", map[string]any{"password": password}), 200, "data:image/png;base64,").read(h.t, &e)
	if !strings.HasPrefix(e.URL, "otpauth://totp/") || !strings.Contains(e.URL, e.Secret) {
		h.t.Errorf("url %s", e.URL)
	}
	scannable(h.t, e.QR)
	h.want(h.call(token, "POST", "/session/totp/confirm", map[string]any{"code": "000000x"}), 422, "totp_code_wrong")
	var c struct{ Codes []string }
	h.want(h.call(token, "POST", "/session/totp/confirm", map[string]any{"code": h.code(e.Secret)}), 200, "codes").read(h.t, &c)
	if len(c.Codes) != 10 {
		h.t.Fatalf("recovery codes %v", c.Codes)
	}
	return e.Secret, c.Codes
}

func TestSecondFactor(t *testing.T) {
	eachEngine(t, func(t *testing.T, h *house) {
		admin := h.staff()
		h.hire(admin, "sunmin", on("1", "clerk"))
		sun := h.token("sunmin", clerkPassword)
		secret, recovery := h.bind(sun, clerkPassword)
		h.want(h.call(sun, "POST", "/session/totp", map[string]any{"password": clerkPassword}), 409, "totp_bound")
		if n := h.count("SELECT COUNT(*) FROM identity_totp WHERE secret LIKE '%" + secret + "%'"); n != 0 {
			t.Error("the secret lies open in the table")
		}

		in := func(code string) login {
			return login{"login": "sunmin", "password": clerkPassword, "code": code, "bearer": true}
		}
		used := h.code(secret)
		h.want(h.signIn(in(used)), 401, "login_code_wrong") // the one that bound it
		h.now.Advance(30 * time.Second)
		for range 20 {
			h.want(h.signIn(in("")), 401, "login_code_needed") // costs no attempt
		}
		h.want(h.signIn(login{"login": "sunmin", "password": freshPassword, "code": h.code(secret)}), 401, "login_wrong")
		h.want(h.signIn(in(h.code(secret))), 200, "token")
		again := h.code(secret)
		h.want(h.signIn(in(again)), 401, "login_code_wrong") // a code counts once

		// Recovery codes work once each, in whatever spelling.
		h.want(h.signIn(in(strings.ToLower(strings.ReplaceAll(recovery[0], "-", " ")))), 200, "token")
		h.want(h.signIn(in(recovery[0])), 401, "login_code_wrong")
		if got := h.log("identity.recovery_used"); len(got) != 1 || !strings.Contains(got[0].Summary, "还剩 9 个") {
			t.Errorf("log of the recovery code: %+v", got)
		}

		// Guessing codes is locked like guessing passwords, the right one too.
		for range 5 {
			h.signIn(in("123 45"))
		}
		h.now.Advance(30 * time.Second)
		h.want(h.signIn(in(h.code(secret))), 429, "login_locked")
		h.now.Advance(16 * time.Minute)
		var out struct{ Token string }
		h.want(h.signIn(in(h.code(secret))), 200, "token").read(t, &out)

		// New recovery codes end the old ones; wrong proofs are counted.
		h.want(h.call(out.Token, "GET", "/session", nil), 200, `"recovery_left":9`)
		h.want(h.call(out.Token, "POST", "/session/totp/recovery", map[string]any{"code": "1"}), 422, `"message":"动态验证码不对，请核对手机的时间后再输，还可试 4 次"`)
		var fresh struct{ Codes []string }
		h.want(h.call(out.Token, "POST", "/session/totp/recovery", map[string]any{"code": recovery[1]}), 200, "codes").read(t, &fresh)
		h.want(h.call(out.Token, "GET", "/session", nil), 200, `"recovery_left":10`)
		h.want(h.signIn(in(recovery[2])), 401, "login_code_wrong")
		h.want(h.signIn(in(fresh.Codes[0])), 200, "token")
		h.want(h.call(out.Token, "GET", "/session", nil), 200, `"recovery_left":9`)
		if got := h.log("identity.recovery_renewed"); len(got) != 1 || !strings.Contains(got[0].Summary, "旧的作废") {
			t.Errorf("log of the new recovery codes: %+v", got)
		}
		recovery = fresh.Codes

		// Off again by a code; wrong ones are counted.
		h.want(h.call(out.Token, "POST", "/session/totp/remove", map[string]any{"code": "1"}), 422, "还可试 4 次")
		h.want(h.call(out.Token, "POST", "/session/totp/remove", map[string]any{"code": recovery[1]}), 204, "")
		h.want(h.call(out.Token, "POST", "/session/totp/remove", map[string]any{"code": recovery[2]}), 409, "totp_not_bound")
		// Older versions wrote so of every recovery code that was used.
		person := h.log("identity.recovery_used")[0].Subject
		if err := h.d.Write(t.Context(), func(tx *db.Tx) error {
			h.audit.Record(tx, audit.Entry{Action: "identity.recovery_used", Kind: "account", Subject: person, After: map[string]int{"left": 8}})
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		h.token("sunmin", clerkPassword)
	})
}

func TestAdministratorResetsTheSecondFactor(t *testing.T) {
	eachEngine(t, func(t *testing.T, h *house) {
		admin := h.staff()
		at := "/accounts/" + h.hire(admin, "sunmin", on("1", "clerk")).String()
		sun := h.token("sunmin", clerkPassword)
		h.want(h.call(admin, "POST", at+"/totp/reset", nil), 409, "totp_not_bound")
		h.bind(sun, clerkPassword)
		h.want(h.call(admin, "GET", at, nil), 200, `"totp":true`)
		h.want(h.call(sun, "POST", at+"/totp/reset", nil), 403, "forbidden")
		h.want(h.call(admin, "POST", at+"/totp/reset", nil), 200, `"totp":false`)
		if h.alive(sun) {
			t.Error("the session outlived the reset")
		}
		h.token("sunmin", clerkPassword)
		if got := h.log("identity.totp_reset"); len(got) != 1 || got[0].Name != "周岚" {
			t.Errorf("log of the reset: %+v", got)
		}
		h.bind(admin, adminPassword)
		var list struct{ Items []struct{ ID string } }
		h.call(admin, "GET", "/accounts?q=zhoulan", nil).read(t, &list)
		h.want(h.call(admin, "POST", "/accounts/"+list.Items[0].ID+"/totp/reset", nil), 409, "totp_own")
	})
}

func security(least, days, idle int, roles ...string) map[string]any {
	if roles == nil {
		roles = []string{}
	}
	return map[string]any{"password_min": least, "password_days": days, "idle_minutes": idle, "totp_roles": roles}
}

func TestSecuritySettings(t *testing.T) {
	eachEngine(t, func(t *testing.T, h *house) {
		admin := h.staff()
		h.want(h.call(admin, "GET", "/settings/security", nil), 200, `"password_min":10,"password_days":0,"idle_minutes":720,"totp_roles":[]`)
		for _, bad := range []map[string]any{security(9, 0, 60), security(65, 0, 60), security(10, 29, 60), security(10, 366, 60), security(10, -1, 60), security(10, 0, 14), security(10, 0, 1441)} {
			h.want(h.call(admin, "PUT", "/settings/security", bad), 422, "security_setting_invalid")
		}
		h.want(h.call(admin, "PUT", "/settings/security", security(10, 0, 60, "nobody")), 422, "role_unknown")
		h.hire(admin, "sunmin", on("1", "clerk"))
		sun := h.token("sunmin", clerkPassword)
		h.want(h.call(sun, "GET", "/settings/security", nil), 403, "forbidden")

		// Idle and length hold at once.
		h.want(h.call(admin, "PUT", "/settings/security", security(16, 0, 15)), 200, `"password_min":16`)
		h.want(h.call(admin, "POST", "/accounts", map[string]any{"login": "short", "name": "短", "password": "Abcdefgh-2345", "grants": []any{}}), 422, "至少 16 位")
		h.now.Advance(14 * time.Minute)
		if !h.alive(admin) || !h.alive(sun) {
			t.Fatal("ended too early")
		}
		h.now.Advance(14 * time.Minute)
		if !h.alive(admin) {
			t.Error("use does not keep the session")
		}
		h.now.Advance(16 * time.Minute)
		if h.alive(admin) || h.alive(sun) {
			t.Error("idle sessions live on")
		}

		// A role that needs the second factor gives nothing without it.
		admin = h.token("zhoulan", adminPassword)
		sun = h.token("sunmin", clerkPassword)
		h.want(h.call(admin, "PUT", "/settings/security", security(10, 0, 720, "clerk")), 200, "clerk")
		if h.alive(sun) {
			t.Error("a session without the second factor lives on")
		}
		sun = h.token("sunmin", clerkPassword)
		h.want(h.call(sun, "GET", "/projects/1/look", nil), 404, "")
		h.want(h.call(sun, "GET", "/session", nil), 200, `"due":"totp"`)
		h.bind(sun, clerkPassword)
		h.want(h.call(sun, "GET", "/session", nil), 200, `"due":""`)
		h.want(h.call(sun, "GET", "/projects/1/look", nil), 204, "")
		h.want(h.call(admin, "PUT", "/settings/security", security(10, 90, 1440)), 200, "")
		if got := h.log("identity.security_changed"); len(got) != 3 || !strings.Contains(got[0].Before, "clerk") {
			t.Errorf("log of the settings: %+v", got)
		}
	})
}

func TestOldPasswordsAreChangedFirst(t *testing.T) {
	eachEngine(t, func(t *testing.T, h *house) {
		admin := h.staff()
		h.hire(admin, "sunmin", on("1", "clerk"))
		h.want(h.call(admin, "PUT", "/settings/security", security(10, 90, 1440)), 200, "")
		h.now.Advance(89 * 24 * time.Hour)
		sun := h.token("sunmin", clerkPassword)
		h.want(h.call(sun, "GET", "/projects/1/look", nil), 204, "")
		h.now.Advance(23*time.Hour + 59*time.Minute)
		h.want(h.call(sun, "GET", "/projects/1/look", nil), 204, "")
		h.now.Advance(2 * time.Minute)
		h.want(h.call(sun, "GET", "/projects/1/look", nil), 404, "")
		h.want(h.call(sun, "GET", "/session", nil), 200, `"due":"password"`)
		h.want(h.call(sun, "POST", "/session/password", map[string]any{"old": clerkPassword, "password": clerkPassword}), 422, "password_same")
		var out struct{ Token string }
		h.want(h.call(sun, "POST", "/session/password", map[string]any{"old": clerkPassword, "password": freshPassword, "bearer": true}), 200, "token").read(t, &out)
		h.want(h.call(out.Token, "GET", "/projects/1/look", nil), 204, "")
	})
}
