package identity_test

import (
	"testing"
	"time"

	"linli/internal/kit/clock"
	"linli/internal/kit/id"
)

func TestNotices(t *testing.T) {
	eachEngine(t, func(t *testing.T, h *house) {
		admin := h.staff()
		h.hire(admin, "sunmin", on("1", "clerk"))
		h.hire(admin, "qianjun", on("1", "cashier"))
		sun, qian := h.token("sunmin", clerkPassword), h.token("qianjun", clerkPassword)
		today := clock.DateOf(h.now.Now())
		notice := func(title string, until clock.Date, roles ...string) map[string]any {
			if roles == nil {
				roles = []string{}
			}
			return map[string]any{"title": title, "body": "请各位同事留意", "until": until, "roles": roles}
		}
		publish := func(n map[string]any) (out struct{ ID id.ID }) {
			h.want(h.call(admin, "POST", "/settings/notices", n), 201, "周岚").read(t, &out)
			return out
		}
		publish(notice("十一值班", today))
		desk := publish(notice("收款机检修", today.AddDays(2), "cashier"))
		h.want(h.call(admin, "POST", "/settings/notices", notice("昨天的", today.AddDays(-1))), 422, "notice_until_past")
		h.want(h.call(admin, "POST", "/settings/notices", notice("", today)), 422, "notice_invalid")
		h.want(h.call(admin, "POST", "/settings/notices", notice("给谁", today, "nobody")), 422, "role_unknown")
		h.want(h.call(sun, "POST", "/settings/notices", notice("越权", today)), 403, "forbidden")
		h.want(h.call(sun, "GET", "/settings/notices", nil), 403, "forbidden")

		titles := func(token string) (out []string) {
			var l struct{ Items []struct{ Title string } }
			h.want(h.call(token, "GET", "/notices", nil), 200, "").read(t, &l)
			for _, n := range l.Items {
				out = append(out, n.Title)
			}
			return out
		}
		if got := titles(sun); len(got) != 1 || got[0] != "十一值班" {
			t.Errorf("the clerk reads %v", got)
		}
		if got := titles(qian); len(got) != 2 || got[0] != "收款机检修" {
			t.Errorf("the cashier reads %v", got)
		}
		// What is for the staff of one project is on its pages and on no others.
		here := notice("1号楼检修电梯", today)
		here["projects"] = []string{"2"}
		publish(here)
		here["projects"] = []string{"4711"}
		h.want(h.call(admin, "POST", "/settings/notices", here), 422, "grant_project_unknown")
		for at, want := range map[string]int{"": 2, "?project_id=2": 2, "?project_id=1": 1} {
			var l struct{ Items []struct{ Title string } }
			h.want(h.call(admin, "GET", "/notices"+at, nil), 200, "").read(t, &l)
			if len(l.Items) != want {
				t.Errorf("on the pages of %q: %+v", at, l.Items)
			}
		}
		if got := titles(sun); len(got) != 1 {
			t.Errorf("the clerk of another project reads %v", got)
		}
		h.now.Advance(24 * time.Hour)
		if got := titles(h.token("qianjun", clerkPassword)); len(got) != 1 {
			t.Errorf("after its day a notice is gone: %v", got)
		}
		admin = h.token("zhoulan", adminPassword)
		at := "/settings/notices/" + desk.ID.String() + "/end"
		h.want(h.call(admin, "POST", at, nil), 204, "")
		h.want(h.call(admin, "POST", at, nil), 409, "notice_ended")
		if got := titles(h.token("qianjun", clerkPassword)); len(got) != 0 {
			t.Errorf("after it was taken down: %v", got)
		}
		h.want(h.call(admin, "GET", "/settings/notices", nil), 200, `"ended":true`)
	})
}
