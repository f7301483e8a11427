package audit_test

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"testing"

	"linli/internal/audit"
	"linli/internal/kit/actor"
	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/dbtest"
	"linli/internal/kit/sheet"
	"linli/internal/kit/web"
)

// TestCompanySheet: the file has the entries of the page with its filters, over
// all pages, and taking it out stands in the log itself.
func TestCompanySheet(t *testing.T) {
	dbtest.Run(t, rooms(), func(t *testing.T, d *db.DB, _ *clock.Manual) {
		s := service(d)
		err := d.Write(t.Context(), func(tx *db.Tx) error {
			for i := range 502 {
				s.Record(tx, audit.Entry{Who: clerk, Action: "identity.signed_in", Kind: "account", Summary: "登录 " + strconv.Itoa(i)})
			}
			s.Record(tx, audit.Entry{Project: 1, Who: clerk, Action: "identity.signed_in", Kind: "account", Summary: "别的项目"})
			s.Record(tx, audit.Entry{Who: clerk, Action: "identity.setup", Kind: "company", Summary: "首次启用", After: map[string]int{"x": 1}})
			s.Record(tx, audit.Entry{Who: clerk, Action: "identity.grants_changed", Kind: "account", Subject: 7, Summary: "调整角色",
				Before: map[string]any{"name": "李雪梅", "state": "active", "grants": []map[string]any{{"project_id": "2", "role": "cashier"}}},
				After:  map[string]any{"name": "李雪梅", "state": "dismissed", "grants": []map[string]any{{"project_id": "2", "role": "manager"}, {"project_id": "2", "role": "cashier"}}, "amount": 123450, "area": 8930}})
			s.Record(tx, audit.Entry{Action: "test.unknown", Kind: "strange", Summary: "没有名字的动作"})
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		w := web.New(web.Deps{DB: d, Log: slog.New(slog.DiscardHandler), Refused: s.Refused, Authenticate: func(context.Context, string, string) (actor.Actor, error) {
			return actor.Actor{Account: 1, Name: "周岚", Grants: []actor.Grant{{Permissions: []actor.Permission{audit.PermExport}}}}, nil
		}})
		s.Routes(w)
		srv := httptest.NewServer(w.Handler())
		defer srv.Close()
		for _, c := range []struct {
			query, first string
			rows         int
		}{{"?action=identity.signed_in", "登录 501", 502}, {"?kind=company", "首次启用", 1}, {"?limit=1&kind=export", "导出公司操作日志 1 条", 2}} {
			if got := companySheet(t, srv.URL+web.Prefix+"/audit/sheet"+c.query); len(got) != c.rows || got[0][3] != c.first {
				t.Errorf("%s: %d rows, first %v", c.query, len(got), got[:min(1, len(got))])
			}
		}
		// The words are those of the page: no code, no JSON.
		got := companySheet(t, srv.URL+web.Prefix+"/audit/sheet?action=identity.grants_changed")[0]
		want := []string{"调整角色", "账号", "7", "10.0.0.9", "金额：– → ¥1,234.50\n建筑面积：– → 89.30 ㎡\n角色 2 · 项目：– → 翠湖花园\n角色 2 · 角色：– → 项目经理\n状态：在用 → 已停用"}
		if !slices.Equal(got[4:], want) {
			t.Errorf("words of a change:\n%q\nwant\n%q", got[4:], want)
		}
		if got := companySheet(t, srv.URL+web.Prefix+"/audit/sheet?kind=strange")[0]; got[2] != "系统" || got[4] != "test.unknown" || got[6] != "" {
			t.Errorf("words of what has none: %q", got)
		}
		log := entries(t, s, 0, audit.Filter{Action: "audit.exported"})
		if len(log) != 5 || log[3].Summary != "导出公司操作日志 1 条" || log[3].After != `{"kind":"company","rows":1}` {
			t.Errorf("log %+v", log)
		}
	})
}

func companySheet(t *testing.T, address string) [][]string {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), "GET", address, nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer all")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode != 200 || !strings.Contains(res.Header.Get("Content-Disposition"), ".xlsx") {
		t.Fatalf("%s: %d %s %v", address, res.StatusCode, body[:min(200, len(body))], err)
	}
	b, err := sheet.Open("log.xlsx", bytes.NewReader(body), int64(len(body)), sheet.DefaultLimits())
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	var out [][]string
	err = b.Rows("公司操作日志", func(row int, cells []sheet.Cell) error {
		var texts []string
		for _, c := range cells {
			texts = append(texts, c.Text)
		}
		if row > 1 {
			out = append(out, texts)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}
