package identity_test

import (
	"strings"
	"testing"

	"linli/internal/kit/db"
)

// TestPasswordsOnce: what sets a password is done once under its key. Who has
// changed the own password and lost the answer gets it by the session that this
// has ended, and nobody else does; neither password nor token lie in the table.
func TestPasswordsOnce(t *testing.T) {
	eachEngine(t, func(t *testing.T, h *house) {
		admin := h.staff()
		clerk := h.hire(admin, "clerk1")
		old, other := h.token("clerk1", clerkPassword), h.token("clerk1", clerkPassword)
		const path = "/session/password"
		body := map[string]any{"old": clerkPassword, "password": freshPassword, "bearer": true}
		var first, second struct{ Token string }
		h.key = "k-1"
		h.want(h.call(old, "POST", path, body), 200, "").read(t, &first)
		again := h.want(h.call(old, "POST", path, body), 200, "")
		again.read(t, &second)
		if first.Token == "" || first.Token != second.Token || again.header.Get("Idempotent-Replay") != "true" || again.header.Get("Set-Cookie") == "" {
			t.Errorf("again: %+v %+v %v", first, second, again.header)
		}
		body["password"] = "Other-Words-9917"
		h.want(h.call(old, "POST", path, body), 409, "")
		h.want(h.call(other, "POST", path, body), 401, "")
		if n := len(h.log("identity.password_changed")); n != 1 {
			t.Errorf("changed %d times", n)
		}
		h.key = "k-2"
		wrong := map[string]any{"old": "Not-The-Password-1", "password": "Other-Words-9917"}
		h.want(h.call(first.Token, "POST", path, wrong), 422, "还可试 4 次")
		h.want(h.call(first.Token, "POST", path, wrong), 422, "还可试 4 次") // no second guess was counted
		h.key = "k-3"
		hire := map[string]any{"login": "clerk2", "name": "周岚", "password": clerkPassword, "grants": []any{}}
		made := h.want(h.call(admin, "POST", "/accounts", hire), 201, "clerk2")
		if got := h.want(h.call(admin, "POST", "/accounts", hire), 201, "clerk2"); got.text != made.text {
			t.Errorf("made %s, then %s", made.text, got.text)
		}
		h.key = "k-4"
		reset := map[string]any{"password": "Reset-Words-2024"}
		for range 2 {
			h.want(h.call(admin, "POST", "/accounts/"+clerk.String()+"/password", reset), 204, "")
		}
		if n := len(h.log("identity.password_reset")); n != 1 {
			t.Errorf("reset %d times", n)
		}
		h.key = ""
		h.token("clerk1", "Reset-Words-2024")
		rows, err := h.d.Reader(t.Context()).Query(t.Context(), "SELECT key, digest, body FROM kit_answer")
		kept, err := db.Collect(rows, err, func(r db.Scanner) (string, error) {
			var key, digest string
			var body []byte
			err := r.Scan(&key, &digest, &body)
			return key + digest + string(body), err
		})
		if err != nil || len(kept) != 4 {
			t.Errorf("kept %d: %v", len(kept), err)
		}
		for _, k := range kept {
			for _, secret := range []string{first.Token, old, clerkPassword, freshPassword, "Reset-Words", "k-1", "clerk2"} {
				if strings.Contains(k, secret) {
					t.Errorf("%q stands in %q", secret, k)
				}
			}
		}
	})
}
