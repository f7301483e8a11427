package identity_test

import (
	"strings"
	"testing"

	"linli/internal/kit/id"
)

func part(project any, role string, buildings ...string) map[string]any {
	if buildings == nil {
		buildings = []string{}
	}
	return map[string]any{"project_id": project, "role": role, "building_ids": buildings}
}

// TestLimitedGrants: a role on some buildings of a project is kept, told and
// logged as such, opens nothing that needs the whole project, and gives nothing
// when its buildings are gone.
func TestLimitedGrants(t *testing.T) {
	eachEngine(t, func(t *testing.T, h *house) {
		admin := h.staff()
		account := h.hire(admin, "louguan", on("1", "clerk"))
		at := "/accounts/" + account.String()
		before := h.token("louguan", clerkPassword)
		h.want(h.call(before, "GET", "/projects/1/look", nil), 204, "")
		put := func(grants ...any) answer {
			var now struct{ Version int64 }
			h.call(admin, "GET", at, nil).read(t, &now)
			return h.call(admin, "PUT", at+"/grants", map[string]any{"version": now.Version, "grants": grants})
		}
		h.want(put(part("1", "clerk")), 422, "grant_buildings_invalid")
		h.want(put(part("1", "clerk", "11", "99")), 422, "没有这栋楼")
		h.want(put(part("2", "clerk", "11")), 422, "没有这栋楼")
		h.want(put(part(nil, "clerk", "11")), 422, "grant_buildings_invalid")
		h.want(put(part("1", "clerk", "11"), part("1", "clerk", "12")), 422, "grant_twice")
		h.want(put(part("1", "clerk", "11"), on("1", "clerk")), 422, "grant_twice")
		if !h.alive(before) {
			t.Error("a refused change ended the session")
		}
		h.want(put(part("1", "clerk", "12", "11", "11"), part("1", "cashier", "11"), on("2", "cashier")), 200, `"building_ids":["11","12"]`)
		if h.alive(before) {
			t.Error("the session outlives the change of its rights")
		}
		lou := h.token("louguan", clerkPassword)
		refused := h.want(h.call(lou, "GET", "/projects/1/look", nil), 403, "building_scope")
		if !strings.Contains(refused.text, "部分楼栋") {
			t.Errorf("the refusal: %s", refused.text)
		}
		h.want(h.call(lou, "GET", "/projects/2/look", nil), 204, "")
		session := h.want(h.call(lou, "GET", "/session", nil), 200, `"building_ids":["11","12"]`)
		if strings.Count(session.text, "building_ids") != 2 {
			t.Errorf("the session tells of limits where none are: %s", session.text)
		}
		who, err := h.s.Acting(t.Context(), account)
		if err != nil || who.Can("estate.write", 1) || !who.Within("estate.write", 1).Has(12) || who.Within("cashier.receive", 1).Has(12) || !who.Can("estate.read", 2) {
			t.Errorf("acting: %+v %v", who.Grants, err)
		}
		log := h.log("identity.grants_changed")
		if len(log) != 1 || strings.Contains(log[0].Before, "building_ids") || !strings.Contains(log[0].After, `"building_ids":["11","12"]`) || !strings.Contains(log[0].Summary, "限于楼栋 1栋、2栋") {
			t.Errorf("log: %+v", log)
		}

		// Whoever lacks a right is not sent to somebody who has it on a building only.
		h.hire(admin, "sun", on("1", "cashier"))
		if a := h.call(h.token("sun", clerkPassword), "POST", "/roles", role("查房员", "estate.read")); strings.Contains(a.text, "louguan") {
			t.Errorf("sent to %s", a.text)
		}
		if broken, err := h.s.Broken(t.Context()); err != nil || len(broken) != 0 {
			t.Errorf("doctor: %v %v", broken, err)
		}
		delete(h.buildings, id.ID(12))
		if broken, err := h.s.Broken(t.Context()); err != nil || len(broken) != 1 || !strings.Contains(broken[0], "没有这栋楼") {
			t.Errorf("doctor, a building gone: %v %v", broken, err)
		}
		h.exec("DELETE FROM identity_grant_building")
		if who, err := h.s.Acting(t.Context(), account); err != nil || who.Can("estate.read", 1) || who.Within("estate.read", 1).Whole() || len(who.Within("estate.read", 1)) != 0 {
			t.Errorf("without its buildings a limited role gives: %+v %v", who.Within("estate.read", 1), err)
		}
	})
}
