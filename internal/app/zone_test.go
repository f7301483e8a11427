package app_test

import (
	"encoding/json"
	"os"
	"regexp"
	"strings"
	"syscall"
	"testing"

	"linli/internal/app"
	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/dbtest"
)

// TestZoneOfTheMachineCountsNothing is F7: half an hour into a Chinese
// December, when it is still November in UTC and in New York, servers in three
// zones charge the same, take money on the same day and answer the same text.
func TestZoneOfTheMachineCountsNothing(t *testing.T) {
	t.Parallel()
	for _, engine := range []db.Engine{db.SQLite, db.Postgres} {
		t.Run(string(engine), func(t *testing.T) {
			want, where := "", ""
			for _, zone := range []string{"TZ=UTC", "TZ=America/New_York", ""} {
				got := monthIn(t, engine, zone)
				if want == "" {
					want, where = got, zone
				}
				if got != want {
					t.Errorf("%s and %q differ: %s", where, zone, firstDifference(want, got))
				}
			}
			for _, part := range []string{`"month":"2027-01"`, `"date":"2026-12-01"`, `+08:00"`, `"due_date":"2027-01-`} {
				if !strings.Contains(want, part) {
					t.Errorf("the answers hold no %s: %.2000s", part, want)
				}
			}
		})
	}
}

// monthIn charges the next month in a server of the zone and pays one room; it
// gives what was answered, without ids and times of day.
func monthIn(t *testing.T, engine db.Engine, zone string) string {
	t.Helper()
	s := &server{t: t, dir: t.TempDir(), now: clock.Date(20261201).Start().Add(1800e9)}
	for _, e := range os.Environ() {
		if !strings.HasPrefix(e, "TZ=") {
			s.env = append(s.env, e)
		}
	}
	if zone != "" {
		s.env = append(s.env, zone)
	}
	if engine == db.Postgres {
		s.dsn = dbtest.Postgres(t, app.Migrations())
	}
	s.start()
	defer s.end(syscall.SIGTERM)
	d := newDrive(t, s)
	d.setUp()
	r := &runner{drive: d, name: "zone"}
	var run shownRun
	d.must("POST", d.path("/runs"), `{"month":"2027-01"}`, &run)
	run = r.until(run.ID, "draft")
	body, err := json.Marshal(map[string]int{"version": run.Version})
	if err != nil {
		t.Fatal(err)
	}
	d.must("POST", d.path("/runs/"+run.ID.String()+"/release"), string(body), nil)
	r.until(run.ID, "released")
	var seat shownSeat
	d.must("GET", d.path("/counter/"+d.rooms[0].String()), "", &seat)
	pay, err := json.Marshal(map[string]any{"room_id": d.rooms[0], "expected_owed": seat.Owed,
		"pays": []map[string]any{{"method": "cash", "amount": seat.Owed}}})
	if err != nil {
		t.Fatal(err)
	}
	d.must("POST", d.path("/receipts"), string(pay), nil)
	var all strings.Builder
	for _, path := range []string{"/runs", "/charges?limit=200", "/receipts", "/takings", "/audit"} {
		got := d.call(t.Context(), "GET", d.path(path), "", "")
		if got.status != 200 {
			t.Fatalf("%s: %d %s", path, got.status, got.body)
		}
		all.Write(got.body)
	}
	text := regexp.MustCompile(`"\d{15,}"`).ReplaceAllString(all.String(), `"id"`)
	text = regexp.MustCompile(`T\d\d:\d\d:\d\d[.\d]*`).ReplaceAllString(text, "T")
	text = regexp.MustCompile(`"(session|mac|before|after|next|sha256)":("[^"]*"|\{[^{}]*\})`).ReplaceAllString(text, "")
	return regexp.MustCompile(`\d{15,}`).ReplaceAllString(text, "id")
}

func firstDifference(a, b string) string {
	i := 0
	for i < len(a) && i < len(b) && a[i] == b[i] {
		i++
	}
	from := max(0, i-80)
	return a[from:min(len(a), i+120)] + "\n↔ " + b[from:min(len(b), i+120)]
}
