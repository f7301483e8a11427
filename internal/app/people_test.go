package app_test

import (
	"fmt"
	"net/url"
	"strings"
	"testing"

	"linli/internal/estate"
	"linli/internal/file"
	"linli/internal/kit/actor"
	"linli/internal/kit/clock"
	"linli/internal/kit/db"
)

// TestPeopleByMoveIn (B3): people are found by the days on which they moved into
// where they live now, both included, on the list and as a table; who moved in on
// a day that nobody noted is found by none.
func TestPeopleByMoveIn(t *testing.T) {
	t.Parallel()
	matrices(t, func(t *testing.T, w *matrixWorld, now *clock.Manual) {
		ctx, project, who, today := t.Context(), w.a.ids["project"], actor.System("周主任"), clock.DateOf(now.Now())
		if err := w.app.DB.Write(ctx, func(tx *db.Tx) error {
			for name, since := range map[string]clock.Date{"早住户": today.AddDays(-30), "晚住户": today.AddDays(-10), "不详住户": 0, "走住户": today.AddDays(-20)} {
				p, err := w.app.Estate.CreatePerson(ctx, tx, who, project, estate.PersonInput{Name: name})
				if err != nil {
					return err
				}
				o, err := w.app.Estate.AddOccupant(ctx, tx, who, project, estate.Occupant{Room: w.a.ids["room"], Person: p, Part: estate.PartTenant, Since: since})
				if err == nil && name == "走住户" {
					_, err = w.app.Estate.EndOccupant(ctx, tx, who, project, o.ID, today)
				}
				if err != nil {
					return err
				}
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		for _, c := range []struct {
			from, until int
			want        string
		}{{-30, -10, "早住户 晚住户"}, {-29, -10, "晚住户"}, {-30, -11, "早住户"}, {-29, -11, ""}} {
			query := url.Values{"moved_in_from": {today.AddDays(c.from).String()}, "moved_in_until": {today.AddDays(c.until).String()}, "part": {estate.PartTenant}}.Encode()
			status, list := w.call(t, "cashier", "GET", fmt.Sprintf("/api/v1/projects/%s/people?%s", project, query), "", "")
			e, err := w.app.File.Export(ctx, w.person(t, "manager"), project, file.Wish{Key: "people", Query: query})
			if status != 200 || err != nil {
				t.Fatalf("%s: %d %v %s", query, status, err, list)
			}
			table := texts(cellsOf(t, w.fetched(t, w.person(t, "manager"), e)))
			var listed, taken []string
			for _, name := range []string{"早住户", "晚住户", "不详住户", "走住户"} {
				if strings.Contains(list, name) {
					listed = append(listed, name)
				}
				if strings.Contains(table, name) {
					taken = append(taken, name)
				}
			}
			if got := strings.Join(listed, " "); got != c.want || strings.Join(taken, " ") != got {
				t.Errorf("%s: listed %s, taken out %v, should be %s", query, got, taken, c.want)
			}
			if day := "|" + today.AddDays(-30).String() + "|"; strings.Contains(c.want, "早住户") && !strings.Contains(table, "甲金丝雀栋1单元101"+day) {
				t.Errorf("no day beside the room:\n%s", table)
			}
		}
		if status, text := w.call(t, "cashier", "GET", fmt.Sprintf("/api/v1/projects/%s/people?moved_in_from=2026-13-01", project), "", ""); status != 422 {
			t.Errorf("a month thirteen: %d %s", status, text)
		}
	})
}
