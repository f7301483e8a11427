package app_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"linli/internal/audit"
	"linli/internal/estate"
	"linli/internal/file"
	"linli/internal/identity"
	"linli/internal/kit/actor"
	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/fault"
	"linli/internal/kit/id"
	"linli/internal/kit/page"
)

// wingLists are all lists that leave for one building.
func wingLists() []string {
	return []string{"arrears", "care-due", "care-plans", "care-visits", "charges", "corrections", "deposit-settlements", "deposits", "invoices", "items", "people", "readings", "receipts", "refunds", "rooms", "shifts", "vehicles"}
}

// newestOf is the newest line of the log about an action.
func (w *matrixWorld) newestOf(t *testing.T, action string) audit.Row {
	t.Helper()
	log, err := w.app.Audit.Entries(t.Context(), w.a.ids["project"], audit.Filter{Request: page.Request{Limit: 1}, Action: action})
	if err != nil || len(log.Items) != 1 {
		t.Fatalf("no %s in the log: %v", action, err)
	}
	return log.Items[0]
}

// TestExportOfOneBuilding (bad input G26): whoever answers for one building
// takes out the lists that honour buildings, with its rows only, however they
// are filtered; the others are refused. Every one is logged with its number of
// rows.
func TestExportOfOneBuilding(t *testing.T) {
	t.Parallel()
	matrices(t, func(t *testing.T, w *matrixWorld, _ *clock.Manual) {
		ctx, project, who := t.Context(), w.a.ids["project"], w.person(t, wing)
		kinds := []string{}
		for _, k := range w.app.File.Kinds(who, project) {
			kinds = append(kinds, k.Key)
		}
		if !slices.Equal(kinds, wingLists()) {
			t.Errorf("offered: %v", kinds)
		}
		beyond := []string{"", "building_id=" + w.c.ids["building"].String(), "room_id=" + w.c.ids["room"].String(), "q=" + w.c.canary, "room_id=" + w.home.ids["room"].String()}
		for _, key := range w.app.File.Offers() {
			if !slices.Contains(wingLists(), key) {
				if _, err := w.app.File.Export(ctx, who, project, file.Wish{Key: key}); !errors.Is(err, actor.ErrBuildings) {
					t.Errorf("%s by somebody limited to buildings: %v", key, err)
				}
				continue
			}
			for _, q := range beyond {
				e, err := w.app.File.Export(ctx, who, project, file.Wish{Key: key, Query: q})
				if errors.Is(err, fault.New(fault.Invalid, "export_filter", "")) && q != "" {
					continue // a list without this filter
				}
				if err != nil || e.State != file.ExportReady {
					t.Errorf("%s?%s: %+v %v", key, q, e, err)
					continue
				}
				all := texts(cellsOf(t, w.fetched(t, who, e)))
				if strings.Contains(all, w.c.canary) {
					t.Errorf("%s?%s tells of the other building:\n%s", key, q, all)
				}
				if q == "" && e.Rows == 0 && key != "receipts" { // what others took is asked room by room
					t.Errorf("%s of the own building is empty", key)
				}
				if line := w.newestOf(t, "file.exported"); line.Account != who.Account || !strings.Contains(line.Summary, fmt.Sprintf("%d 行", e.Rows)) ||
					!strings.Contains(line.After, fmt.Sprintf(`"rows":%d`, e.Rows)) || !strings.Contains(line.After, w.a.ids["building"].String()) {
					t.Errorf("%s: logged as %+v", key, line)
				}
			}
		}
		e, err := w.app.File.Export(ctx, who, project, file.Wish{Key: "people", Clear: true, Reason: "楼栋核对"})
		if err != nil {
			t.Fatal(err)
		}
		if all := texts(cellsOf(t, w.fetched(t, who, e))); !strings.Contains(all, "13700137000") || strings.Contains(all, "13900139000") {
			t.Errorf("in clear: %s", all)
		}
	})
}

// grow makes rooms in a building.
func (w *matrixWorld) grow(t *testing.T, from twin, n int) {
	t.Helper()
	rooms := make([]estate.Room, n)
	for i := range rooms {
		rooms[i] = estate.Room{Building: from.ids["building"], Unit: from.ids["unit"], Name: fmt.Sprint(1000 + i), Layout: from.canary, Area: 10_000}
	}
	if err := w.app.DB.Write(t.Context(), func(tx *db.Tx) error {
		return w.app.Estate.CreateRooms(t.Context(), tx, actor.System("test"), w.a.ids["project"], rooms)
	}); err != nil {
		t.Fatal(err)
	}
}

// regrant gives the account of wing other buildings, or another role.
func (w *matrixWorld) regrant(t *testing.T, account id.ID, grants ...identity.Grant) {
	t.Helper()
	a, err := w.app.Identity.Account(t.Context(), w.app.DB.Reader(t.Context()), account)
	if err == nil {
		_, err = w.app.Identity.PutGrants(t.Context(), actor.System("test"), account, a.Version, grants)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// TestLongExportOfOneBuilding (bad inputs G26 and G9): a long export has the
// reach that its person has while it is made, says how many rows left, and is
// not made for somebody whose grant has ended. What was made is fetched only by
// who still answers for all of it.
func TestLongExportOfOneBuilding(t *testing.T) {
	t.Parallel()
	matrices(t, func(t *testing.T, w *matrixWorld, _ *clock.Manual) {
		ctx, project, who := t.Context(), w.a.ids["project"], w.person(t, wing)
		w.grow(t, w.a, 2100)
		w.grow(t, w.c, 2100)
		mine := identity.Grant{Project: project, Role: "admin", Limited: true, Buildings: []id.ID{w.a.ids["building"]}}
		both := mine
		both.Buildings = append(slices.Clone(mine.Buildings), w.c.ids["building"])
		made := func(before, meanwhile []identity.Grant) file.Export {
			t.Helper()
			w.regrant(t, who.Account, before...)
			asks, err := w.app.Identity.Acting(ctx, who.Account)
			if err != nil {
				t.Fatal(err)
			}
			e, err := w.app.File.Export(ctx, asks, project, file.Wish{Key: "rooms"})
			if err != nil || e.State != file.ExportWaiting {
				t.Fatalf("%+v %v", e, err)
			}
			if line := w.newestOf(t, "file.exported"); line.Subject != e.ID {
				t.Errorf("logged as %+v", line)
			}
			w.regrant(t, who.Account, meanwhile...)
			if err := w.app.Jobs.Drain(ctx); err != nil {
				t.Fatal(err)
			}
			if e, err = w.app.File.OneExport(ctx, asks, project, e.ID); err != nil {
				t.Fatal(err)
			}
			return e
		}
		holds := func(e file.Export, far bool) {
			t.Helper()
			now, err := w.app.Identity.Acting(ctx, who.Account)
			if err != nil || e.State != file.ExportReady || e.Rows < 2100 {
				t.Fatalf("%+v %v", e, err)
			}
			if all := texts(cellsOf(t, w.fetched(t, now, e))); strings.Contains(all, w.c.canary) != far || !strings.Contains(all, "同楼") {
				t.Errorf("rows of another building: %v, should be %v", !far, far)
			}
			if line := w.newestOf(t, "file.export_made"); line.Subject != e.ID || line.Account != who.Account || !strings.Contains(line.Summary, fmt.Sprintf("%d 行", e.Rows)) {
				t.Errorf("logged as %+v", line)
			}
		}
		narrow, wide := []identity.Grant{mine}, []identity.Grant{both}
		holds(made(narrow, narrow), false)
		holds(made(wide, narrow), false) // what ended meanwhile is left out
		large := made(wide, wide)
		holds(large, true)
		w.regrant(t, who.Account, mine)
		now, err := w.app.Identity.Acting(ctx, who.Account)
		if err != nil {
			t.Fatal(err)
		}
		if _, _, err := w.app.File.Download(ctx, now, project, large.ID); !errors.Is(err, file.ErrBeyond) {
			t.Errorf("a file with buildings he no longer answers for: %v", err)
		}
		for _, none := range [][]identity.Grant{{}, {{Project: w.b.ids["project"], Role: "admin"}}} {
			if e := made(narrow, none); e.State != file.ExportFailed || !strings.Contains(e.Failure, "已没有导出这个列表的权限") || e.File != 0 {
				t.Errorf("made without a right: %+v", e)
			}
		}
	})
}

// TestExportLinkOfSomebodyElse (bad input G27): the address of a file is worth
// nothing to anybody else, without a session, after logout, and after a day.
func TestExportLinkOfSomebodyElse(t *testing.T) {
	t.Parallel()
	matrices(t, func(t *testing.T, w *matrixWorld, now *clock.Manual) {
		ctx, project, who := t.Context(), w.a.ids["project"], w.person(t, wing)
		e, err := w.app.File.Export(ctx, who, project, file.Wish{Key: "rooms"})
		if err != nil {
			t.Fatal(err)
		}
		link := fmt.Sprintf("/api/v1/projects/%s/exports/%s/file", project, e.ID)
		get := func(role string, want int) {
			t.Helper()
			if status, text := w.call(t, role, "GET", link, "", ""); status != want || want != 200 && strings.Contains(text, "PK") {
				t.Errorf("by %q: %d, should be %d", role, status, want)
			}
		}
		get(wing, 200)
		// Whoever opens it in the browser reads a page, a program reads what it always did.
		for role, want := range map[string]string{"manager": "取不到这个文件：它不是用现在登录的账号导出的，或已到期删除。需要的话请重新导出", "": "没有找到"} {
			status, text := w.call(t, role, "GET", link, "", "", "Accept", "text/html,application/xhtml+xml,*/*;q=0.8")
			if status != 404 || !strings.HasPrefix(text, "<!doctype html>") || !strings.Contains(text, "<p>"+want) || !strings.Contains(text, `<a href="/">`) {
				t.Errorf("as a page by %q: %d %s", role, status, text)
			}
			if status, text := w.call(t, role, "GET", link, "", "", "Accept", "*/*"); status != 404 || !strings.Contains(text, `"code":"not_found"`) {
				t.Errorf("by a program of %q: %d %s", role, status, text)
			}
		}
		if status, text := w.call(t, wing, "GET", link, "", "", "Accept", "text/html,*/*;q=0.8"); status != 200 || !strings.HasPrefix(text, "PK") {
			t.Errorf("the file in the browser: %d", status)
		}
		for _, other := range []string{"", "admin", "manager", "head", "admin@b", "none"} {
			get(other, 404)
		}
		if err := w.app.Identity.SignOut(ctx, who); err != nil {
			t.Fatal(err)
		}
		get(wing, 404)
		again := func() {
			t.Helper()
			s, err := w.app.Identity.SignIn(ctx, actor.Actor{Address: "test"}, identity.Credentials{Login: "m_wing", Password: matrixPassword})
			if err != nil {
				t.Fatal(err)
			}
			w.tokens[wing] = s.Token
		}
		again()
		get(wing, 200)
		now.Advance(file.KeepExports)
		again()
		get(wing, 404)
		if _, err := w.app.Identity.Dismiss(ctx, actor.System("test"), who.Account); err != nil {
			t.Fatal(err)
		}
		get(wing, 404)
	})
}
