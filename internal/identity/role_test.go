package identity_test

import (
	"strings"
	"testing"

	"linli/internal/kit/id"
)

type roleAnswer struct {
	ID      id.ID  `json:"id"`
	Role    string `json:"role"`
	Version int64  `json:"version"`
	State   string `json:"state"`
}

func role(name string, permissions ...string) map[string]any {
	if permissions == nil {
		permissions = []string{}
	}
	return map[string]any{"name": name, "permissions": permissions}
}

func TestOwnRoles(t *testing.T) {
	eachEngine(t, func(t *testing.T, h *house) {
		admin := h.staff()
		var r roleAnswer
		h.want(h.call(admin, "POST", "/roles", role("查房员", "estate.read")), 201, "查房员").read(t, &r)
		h.want(h.call(admin, "POST", "/roles", role("查房员", "estate.read")), 409, "role_name_taken")
		h.want(h.call(admin, "POST", "/roles", role("前台客服", "estate.read")), 409, "role_name_taken")
		h.want(h.call(admin, "POST", "/roles", role("空角色")), 422, "role_empty")
		h.want(h.call(admin, "POST", "/roles", role("怪角色", "estate.fly")), 422, "permission_unknown")
		h.want(h.call(admin, "POST", "/roles", role(strings.Repeat("长", 21), "estate.read")), 422, "role_name_invalid")

		h.hire(admin, "sunmin", on("1", r.Role))
		sun := h.token("sunmin", clerkPassword)
		h.want(h.call(sun, "GET", "/projects/1/look", nil), 204, "")
		h.want(h.call(sun, "GET", "/projects/2/look", nil), 404, "")

		// An edit is felt by the session that is open.
		change := func(version int64, name string, permissions ...string) map[string]any {
			b := role(name, permissions...)
			b["version"] = version
			return b
		}
		at := "/roles/" + r.ID.String()
		h.want(h.call(admin, "PATCH", at, change(1, "查房员", "cashier.receive")), 200, `"version":2`)
		refused := h.want(h.call(sun, "GET", "/projects/1/look", nil), 403, "forbidden")
		if !strings.Contains(refused.text, "看房屋与住户") || !strings.Contains(refused.text, "周岚（系统管理员）") {
			t.Errorf("the refusal does not say what is missing and who has it: %s", refused.text)
		}
		h.want(h.call(admin, "PATCH", at, change(1, "查房员", "estate.read")), 409, "stale")
		h.want(h.call(admin, "PATCH", at, change(2, "看房员", "estate.read", "estate.write")), 200, "看房员")
		h.want(h.call(sun, "GET", "/projects/1/look", nil), 204, "")
		h.want(h.call(sun, "POST", "/roles", role("越权", "estate.read")), 403, "管理账号")

		// A role in use stays; nobody's role goes, and gives nothing any more.
		h.want(h.call(admin, "POST", at+"/retire", map[string]any{"version": 3}), 409, "还有 1 人")
		var list struct{ Items []struct{ ID id.ID } }
		h.call(admin, "GET", "/accounts?q=sunmin", nil).read(t, &list)
		account := "/accounts/" + list.Items[0].ID.String()
		h.want(h.call(admin, "POST", account+"/dismiss", nil), 200, "")
		h.want(h.call(admin, "POST", at+"/retire", map[string]any{"version": 3}), 200, `"state":"dismissed"`)
		h.want(h.call(admin, "POST", account+"/reinstate", nil), 200, "")
		h.want(h.call(h.token("sunmin", clerkPassword), "GET", "/projects/1/look", nil), 404, "")
		h.want(h.call(admin, "PUT", account+"/grants", map[string]any{"version": 3, "grants": []any{on("2", r.Role)}}), 422, "role_unknown")
		h.want(h.call(admin, "PATCH", at, change(4, "又来", "estate.read")), 409, "role_retired")
		h.want(h.call(admin, "POST", "/roles", role("看房员", "estate.read")), 201, "")

		changed := h.log("identity.role_changed")
		if len(changed) != 2 || !strings.Contains(changed[1].Before, "estate.read") || !strings.Contains(changed[1].After, "cashier.receive") {
			t.Errorf("log of the changes: %+v", changed)
		}
		if broken, err := h.s.Broken(t.Context()); err != nil || len(broken) != 0 {
			t.Errorf("doctor: %v %v", broken, err)
		}
	})
}

// TestNobodyGivesMoreThanHeHas: an account manager with few rights gains none
// by roles, grants, or by taking over a stronger account.
func TestNobodyGivesMoreThanHeHas(t *testing.T) {
	eachEngine(t, func(t *testing.T, h *house) {
		admin := h.staff()
		var weak, strong roleAnswer
		h.want(h.call(admin, "POST", "/roles", role("人事", "identity.manage", "estate.read")), 201, "").read(t, &weak)
		h.want(h.call(admin, "POST", "/roles", role("出纳", "cashier.receive")), 201, "").read(t, &strong)
		h.hire(admin, "renshi", on(nil, weak.Role))
		boss := h.hire(admin, "dongshi", on(nil, "admin"))
		hr := h.token("renshi", clerkPassword)

		h.want(h.call(hr, "POST", "/roles", role("更强", "estate.read", "cashier.receive")), 403, "收款")
		edit := map[string]any{"name": "出纳", "permissions": []string{"estate.read"}, "version": 1}
		h.want(h.call(hr, "PATCH", "/roles/"+strong.ID.String(), edit), 403, "beyond_own_rights")
		h.want(h.call(hr, "POST", "/roles/"+strong.ID.String()+"/retire", map[string]any{"version": 1}), 403, "beyond_own_rights")
		grow := map[string]any{"name": "人事", "permissions": []string{"identity.manage", "estate.read", "audit.read"}, "version": 1}
		h.want(h.call(hr, "PATCH", "/roles/"+weak.ID.String(), grow), 403, "beyond_own_rights")
		hire := func(grants ...any) map[string]any {
			return map[string]any{"login": "xinren", "name": "新人", "password": clerkPassword, "grants": grants}
		}
		for _, key := range []string{"admin", "clerk", "cashier", strong.Role} {
			h.want(h.call(hr, "POST", "/accounts", hire(on("1", key))), 403, "beyond_own_rights")
		}
		h.want(h.call(hr, "POST", "/accounts", hire(on("1", weak.Role))), 201, "xinren")
		at := "/accounts/" + boss.String()
		h.want(h.call(hr, "POST", at+"/password", map[string]any{"password": freshPassword}), 403, "account_outranks")
		h.want(h.call(hr, "POST", at+"/dismiss", nil), 403, "account_outranks")
		h.want(h.call(hr, "PUT", at+"/grants", map[string]any{"version": 1, "grants": []any{}}), 403, "account_outranks")
		h.want(h.call(hr, "PATCH", at, map[string]any{"version": 1, "name": "别人"}), 403, "account_outranks")
		h.want(h.call(hr, "POST", at+"/password", map[string]any{"password": freshPassword}), 403, "account_outranks")
	})
}

func TestDoctorNamesATouchedRole(t *testing.T) {
	eachEngine(t, func(t *testing.T, h *house) {
		admin := h.staff()
		h.want(h.call(admin, "POST", "/roles", role("出纳", "cashier.receive")), 201, "")
		h.exec("UPDATE identity_role SET permissions = 'cashier.receive identity.manage'")
		broken, err := h.s.Broken(t.Context())
		if err != nil || len(broken) != 1 || !strings.Contains(broken[0], "出纳") {
			t.Errorf("doctor: %v %v", broken, err)
		}
	})
}
