package app_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"linli/internal/audit"
	"linli/internal/careplan"
	"linli/internal/estate"
	"linli/internal/file"
	"linli/internal/kit/actor"
	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/id"
	"linli/internal/kit/page"
)

// cared has the person of a twin visited by a plan of its project.
func (w *matrixWorld) cared(t *testing.T, p *twin, who actor.Actor) {
	t.Helper()
	ctx, project := t.Context(), p.ids["project"]
	err := w.app.DB.Write(ctx, func(tx *db.Tx) error {
		_, err := w.app.Estate.PutTag(ctx, tx, actor.System(p.canary), project, p.ids["tag"], []id.ID{p.ids["person"]}, true)
		return err
	})
	if err == nil && p.ids["care_plan"] == 0 {
		var c careplan.Plan
		c, err = w.app.Care.Create(ctx, actor.System(p.canary), project, careplan.Plan{Name: p.canary + "关怀", Tag: p.ids["tag"], Days: 7, Todo: p.canary})
		p.ids["care_plan"] = c.ID
	}
	if err != nil {
		t.Fatal(err)
	}
	v, err := w.app.Care.Record(ctx, who, project, careplan.Visit{Plan: p.ids["care_plan"], Subject: p.ids["person"], Result: careplan.Follow, Note: p.canary})
	if err != nil {
		t.Fatal(err)
	}
	p.ids["care_visit"] = v.ID
}

// careBodies are requests about care plans that reach the rules.
func careBodies(from twin) map[string]string {
	return map[string]string{
		"create-care-plan":    fmt.Sprintf(`{"name":"丙关怀","days":7,"todo":"上门看看","tag_id":%q}`, from.ids["tag"]),
		"edit-care-plan":      `{"name":"丁关怀","days":7,"todo":"上门看看","state":"active","version":1}`,
		"record-care-visit":   fmt.Sprintf(`{"subject_id":%q,"result":"fine"}`, from.ids["person"]),
		"withdraw-care-visit": `{"reason":"矩阵测试"}`,
	}
}

// TestCareByTheAPI: a tag that was put on somebody makes a visit wait; one click
// is one visit; who has not the right learns of nobody; the list that leaves is
// logged and its numbers are masked.
func TestCareByTheAPI(t *testing.T) {
	t.Parallel()
	matrices(t, func(t *testing.T, w *matrixWorld, _ *clock.Manual) {
		at := fmt.Sprintf("/api/v1/projects/%s", w.a.ids["project"])
		ask := func(role, method, path, body string, want int, into any) {
			t.Helper()
			kind := ""
			if body != "" {
				kind = "application/json"
			}
			status, text := w.call(t, role, method, at+path, kind, body)
			if status != want {
				t.Fatalf("%s %s by %s: %d %s", method, path, role, status, text)
			}
			if into != nil {
				if err := json.Unmarshal([]byte(text), into); err != nil {
					t.Fatal(err)
				}
			}
		}
		type row struct {
			Subject string `json:"subject_id"`
			Name    string `json:"name"`
			Phone   string `json:"phone_mask"`
			Due     string `json:"due"`
			Follow  bool   `json:"follow"`
		}
		var due struct {
			Items  []row `json:"items"`
			Totals struct{ Count, Rooms, Overdue, Follow int }
		}
		var tag, plan struct{ ID string }
		ask("clerk", "POST", "/tags", `{"name":"独居老人","kind":"person"}`, 200, &tag)
		ask("clerk", "POST", "/care-plans", `{}`, 403, nil)
		ask("manager", "POST", "/care-plans", fmt.Sprintf(`{"name":"独居老人探访","days":30,"todo":"上门看看","tag_id":%q}`, tag.ID), 200, &plan)
		of := "/care-due?count=true&plan_id=" + plan.ID
		ask("clerk", "GET", of, "", 200, &due)
		if len(due.Items) != 0 {
			t.Fatalf("without a tagged person: %+v", due)
		}
		ask("clerk", "POST", "/tags/"+tag.ID+"/bearers", fmt.Sprintf(`{"subject_ids":[%q],"on":true}`, w.a.ids["person"]), 200, nil)
		ask("clerk", "GET", of, "", 200, &due)
		today := clock.DateOf(w.app.DB.Clock().Now())
		if len(due.Items) != 1 || due.Totals.Rooms != 1 || due.Items[0] != (row{w.a.ids["person"].String(), "甲金丝雀业主", "138****8000", today.String(), false}) {
			t.Fatalf("due: %+v", due)
		}
		ask("cashier", "GET", of, "", 403, nil)
		ask("cashier", "GET", "/care-visits", "", 403, nil)
		body := fmt.Sprintf(`{"subject_id":%q,"result":"fine","note":"身体好"}`, w.a.ids["person"])
		record := at + "/care-plans/" + plan.ID + "/visits"
		_, first := w.call(t, "clerk", "POST", record, "application/json", body, "Idempotency-Key", "care-visit-0001")
		_, again := w.call(t, "clerk", "POST", record, "application/json", body, "Idempotency-Key", "care-visit-0001")
		if first != again || !strings.Contains(first, `"result_name":"一切正常"`) {
			t.Errorf("one click, two answers:\n%s\n%s", first, again)
		}
		ask("clerk", "GET", of+"&when=all", "", 200, &due)
		if len(due.Items) != 1 || due.Items[0].Due != today.AddDays(30).String() || due.Totals.Overdue != 0 {
			t.Errorf("after the visit: %+v", due)
		}
		var visits struct{ Items []struct{ ID, Note string } }
		ask("clerk", "GET", "/care-visits?plan_id="+plan.ID, "", 200, &visits)
		if len(visits.Items) != 1 || visits.Items[0].Note != "身体好" {
			t.Errorf("visits: %+v", visits)
		}
		ask("manager", "POST", "/care-visits/"+visits.Items[0].ID+"/withdraw", `{"reason":"记错了户"}`, 409, nil)
		ask("clerk", "POST", "/care-visits/"+visits.Items[0].ID+"/withdraw", `{"reason":"记错了户"}`, 200, nil)
		ask("clerk", "GET", of, "", 200, &due)
		if len(due.Items) != 1 {
			t.Errorf("after it was withdrawn: %+v", due)
		}
		w.careIsFound(t, ask)
		who := w.person(t, "clerk")
		e, err := w.app.File.Export(t.Context(), who, w.a.ids["project"], file.Wish{Key: "care-due"})
		if err != nil {
			t.Fatal(err)
		}
		if all := texts(cellsOf(t, w.fetched(t, who, e))); !strings.Contains(all, "138****8000|独居老人探访") || strings.Contains(all, "13800138000") {
			t.Errorf("export: %s", all)
		}
		if line := w.newestOf(t, "file.exported"); line.Account != who.Account || !strings.Contains(line.Summary, "到期走访") {
			t.Errorf("logged as %+v", line)
		}
		w.careIsQuiet(t)
	})
}

// careIsFound: the list of visits is narrowed in its address, the table that
// leaves holds the rows of the same filter, and what is no result is refused.
func (w *matrixWorld) careIsFound(t *testing.T, ask func(role, method, path, body string, want int, into any)) {
	t.Helper()
	who := w.person(t, "clerk")
	for query, want := range map[string]int{"result=withdrawn": 1, "result=fine": 0, "q=身体": 0, "q=金丝雀业主&until=2099-01-01&result=withdrawn&by_id=" + who.Account.String(): 1, "from=2099-01-01": 0} {
		var list struct {
			Items    []struct{ Note string }
			Totals   struct{ Count int }
			Visitors []struct{ ID string }
		}
		ask("clerk", "GET", "/care-visits?count=true&"+query, "", 200, &list)
		e, err := w.app.File.Export(t.Context(), who, w.a.ids["project"], file.Wish{Key: "care-visits", Query: query})
		if err != nil {
			t.Fatal(err)
		}
		found := 0
		for _, v := range list.Items {
			if v.Note == "身体好" {
				found++
			}
		}
		all := texts(cellsOf(t, w.fetched(t, who, e)))
		if found != want || list.Totals.Count != len(list.Items) || len(list.Visitors) == 0 || strings.Count(all, "身体好") != want {
			t.Errorf("%s: %+v, exported as %s", query, list, all)
		}
	}
	ask("clerk", "GET", "/care-visits?result=great", "", 422, nil)
	ask("clerk", "GET", "/care-visits?from=2026-13-01", "", 422, nil)
}

// careIsQuiet: the histories of people and rooms, which others read, do not tell
// who is visited.
func (w *matrixWorld) careIsQuiet(t *testing.T) {
	t.Helper()
	log, err := w.app.Audit.Entries(t.Context(), w.a.ids["project"], audit.Filter{Request: page.Request{Limit: 200}})
	if err != nil {
		t.Fatal(err)
	}
	seen := 0
	for _, e := range log.Items {
		if !strings.HasPrefix(e.Action, "careplan.") {
			continue
		}
		if seen++; e.Kind == estate.TagPerson || e.Kind == estate.TagRoom || e.Person != 0 {
			t.Errorf("%s is about a person: %+v", e.Action, e)
		}
	}
	if seen < 3 {
		t.Errorf("only %d lines of the log", seen)
	}
}
