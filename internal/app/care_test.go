package app_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"linli/internal/app"
	"linli/internal/identity"
	"linli/internal/kit/actor"
	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/dbtest"
	"linli/internal/kit/job"
)

// carePatient is an installation with a plan for backups, its clock and the
// token of its administrator.
type carePatient struct {
	*patient
	now   *clock.Manual
	plan  app.BackupPlan
	token string
	srv   *httptest.Server
	log   *bytes.Buffer
}

func newCarePatient(t *testing.T, engine db.Engine, change ...func(*app.Config)) *carePatient {
	t.Helper()
	p := &carePatient{now: clock.NewManual(dbtest.Start()), log: &bytes.Buffer{},
		plan: app.BackupPlan{Dir: filepath.Join(t.TempDir(), "backups"), Hour: 3, Keep: 7}}
	p.patient = admit(t, engine, append(change, func(c *app.Config) {
		c.Clock, c.Log, c.Backup = p.now, slog.New(slog.NewJSONHandler(p.log, &slog.HandlerOptions{Level: slog.LevelDebug})), p.plan
	})...)
	if _, err := p.app.Identity.CreateAccount(t.Context(), actor.System("test"), identity.NewAccount{Login: "carer", Name: "管理员", Password: matrixPassword,
		Grants: []identity.Grant{{Role: "admin"}}}); err != nil {
		t.Fatal(err)
	}
	p.signIn(t)
	p.srv = httptest.NewServer(p.app.Handler())
	t.Cleanup(p.srv.Close)
	return p
}

func (p *carePatient) signIn(t *testing.T) {
	t.Helper()
	s, err := p.app.Identity.SignIn(t.Context(), actor.Actor{Address: "127.0.0.1"}, identity.Credentials{Login: "carer", Password: matrixPassword})
	if err != nil {
		t.Fatal(err)
	}
	p.token = s.Token
}

type careAnswer struct {
	Backups  []struct{ File string }
	Problem  string `json:"backup_problem"`
	Drill    *struct{ OK bool }
	Jobs     []struct{ ID, Kind string } `json:"dead_jobs"`
	Warnings []struct{ Code string }
}

func (c *careAnswer) codes() string {
	var out []string
	for _, w := range c.Warnings {
		out = append(out, w.Code)
	}
	return strings.Join(out, " ")
}

func (p *carePatient) ask(t *testing.T, method, path, body string) (int, string, http.Header) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, p.srv.URL+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+p.token)
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	var b bytes.Buffer
	if _, err := b.ReadFrom(res.Body); err != nil {
		t.Fatal(err)
	}
	return res.StatusCode, b.String(), res.Header
}

func (p *carePatient) care(t *testing.T) careAnswer {
	t.Helper()
	p.signIn(t) // time passes and sessions end
	status, text, _ := p.ask(t, "GET", "/api/v1/care", "")
	var c careAnswer
	if err := json.Unmarshal([]byte(text), &c); err != nil || status != 200 {
		t.Fatalf("%d %s %v", status, text, err)
	}
	return c
}

func (p *carePatient) metrics() string {
	rec := httptest.NewRecorder()
	p.app.Metrics().ServeHTTP(rec, httptest.NewRequest("GET", "/metrics", nil))
	return rec.Body.String()
}

// tick lets the server look at the clock, and do what it then wants done.
func (p *carePatient) tick(t *testing.T) {
	t.Helper()
	if err := p.app.Schedule(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := p.app.Jobs.Drain(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// TestBackupsByThemselves: one a day after its hour, kept for a week, also when
// the server was down in between.
func TestBackupsByThemselves(t *testing.T) {
	t.Parallel()
	p := newCarePatient(t, db.SQLite)
	p.now.Advance(time.Hour)
	p.tick(t)
	p.tick(t)
	if c := p.care(t); len(c.Backups) != 1 || c.Problem != "" || strings.Contains(c.codes(), "backup_o") {
		t.Fatalf("first day: %+v", c)
	}
	p.now.Advance(16 * time.Hour) // 02:00 of the next day
	p.tick(t)
	if c := p.care(t); len(c.Backups) != 1 {
		t.Fatalf("before the hour: %+v", c)
	}
	p.now.Advance(2 * time.Hour)
	for range 9 {
		p.tick(t)
		p.now.Advance(24 * time.Hour)
	}
	p.now.Advance(-24 * time.Hour)
	c := p.care(t)
	if len(c.Backups) != 7 {
		t.Errorf("after nine days: %+v", c.Backups)
	}
	p.now.Advance(60 * time.Hour)
	if c = p.care(t); !strings.Contains(c.codes(), "backup_old") {
		t.Errorf("after a pause: %s", c.codes())
	}
	p.tick(t)
	if c = p.care(t); strings.Contains(c.codes(), "backup_old") || !strings.Contains(c.codes(), "drill_never") {
		t.Errorf("after one more: %s", c.codes())
	}
}

// TestRestoreDrill: the newest backup is restored aside and looked at; a
// damaged one is named; the date is remembered and grows old.
func TestRestoreDrill(t *testing.T) {
	t.Parallel()
	onEachEngine(t, func(t *testing.T, engine db.Engine) { restoreDrill(t, newCarePatient(t, engine)) })
}

func restoreDrill(t *testing.T, p *carePatient) {
	if status, text, _ := p.ask(t, "POST", "/api/v1/care/backups", "{}"); status != 202 {
		t.Fatalf("%d %s", status, text)
	}
	if err := p.app.Jobs.Drain(t.Context()); err != nil {
		t.Fatal(err)
	}
	if status, text, _ := p.ask(t, "POST", "/api/v1/care/drills", "{}"); status != 202 {
		t.Fatalf("%d %s", status, text)
	}
	if err := p.app.Jobs.Drain(t.Context()); err != nil {
		t.Fatal(err)
	}
	c := p.care(t)
	if c.Drill == nil || !c.Drill.OK || strings.Contains(c.codes(), "drill") {
		t.Fatalf("drill: %+v", c)
	}
	if list := names(t, p.plan.Dir); strings.Contains(list, "drill") {
		t.Errorf("left behind: %s", list)
	}
	p.now.Advance(31 * 24 * time.Hour)
	if c = p.care(t); !strings.Contains(c.codes(), "drill_old") {
		t.Errorf("a month later: %s", c.codes())
	}
	before := c.Backups[0].File
	p.tick(t)
	if c = p.care(t); len(c.Backups) != 1 || c.Backups[0].File == before || strings.Contains(c.codes(), "backup_o") {
		t.Errorf("by itself: %+v, before it was %s", c, before)
	}
	if p.config.DSN != "" {
		p.drillPlainly(t)
	}
	file := filepath.Join(p.plan.Dir, c.Backups[0].File)
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if b[len(b)/2] ^= 0xff; os.WriteFile(file, b, 0o600) != nil {
		t.Fatal("write")
	}
	d, err := app.Drill(t.Context(), p.config, "")
	if err != nil || d.OK() {
		t.Fatalf("drill of a damaged backup: %+v %v", d, err)
	}
	if c = p.care(t); c.Drill.OK || !strings.Contains(c.codes(), "drill_failed") {
		t.Errorf("damaged: %+v", c)
	}
}

// drillPlainly drills with an account that may not make a database: the file is
// drilled, and what is missing is said.
func (p *carePatient) drillPlainly(t *testing.T) {
	t.Helper()
	role := dbtest.Name("care")
	if err := p.app.DB.Write(t.Context(), func(tx *db.Tx) error {
		_, err := tx.Exec(t.Context(), "CREATE ROLE "+role+" LOGIN PASSWORD 'care'")
		return err
	}); err != nil {
		t.Fatal(err)
	}
	defer p.exec(t, "DROP ROLE "+role)
	u, err := url.Parse(p.config.DSN)
	if err != nil {
		t.Fatal(err)
	}
	u.User = url.UserPassword(role, "care")
	c := p.config
	c.DSN = u.String()
	d, err := app.Drill(t.Context(), c, "")
	if err != nil || !d.OK() || !strings.Contains(d.Missing, `ALTER ROLE "`+role+`" CREATEDB`) {
		t.Errorf("%+v %v", d, err)
	}
	if c := p.care(t); !c.Drill.OK || !strings.Contains(c.codes(), "drill_part") {
		t.Errorf("%+v", c)
	}
}

// TestDeadJobs: a job that gave up is shown and can be brought back.
func TestDeadJobs(t *testing.T) {
	p := newCarePatient(t, db.SQLite)
	broken := true
	p.app.Jobs.Handle("test.job", func(context.Context, []byte) error {
		if broken {
			return fmt.Errorf("%w: no way", job.ErrGiveUp)
		}
		return nil
	})
	if err := p.app.DB.Write(t.Context(), func(tx *db.Tx) error { return p.app.Jobs.Enqueue(t.Context(), tx, "test.job", "one", nil, 0) }); err != nil {
		t.Fatal(err)
	}
	if err := p.app.Jobs.Drain(t.Context()); err != nil {
		t.Fatal(err)
	}
	c := p.care(t)
	if len(c.Jobs) != 1 || !strings.Contains(c.codes(), "jobs_dead") {
		t.Fatalf("%+v", c)
	}
	broken = false
	if status, text, _ := p.ask(t, "POST", "/api/v1/care/jobs/"+c.Jobs[0].ID+"/retry", "{}"); status != 204 {
		t.Fatalf("%d %s", status, text)
	}
	if err := p.app.Jobs.Drain(t.Context()); err != nil {
		t.Fatal(err)
	}
	if status, _, _ := p.ask(t, "POST", "/api/v1/care/jobs/"+c.Jobs[0].ID+"/retry", "{}"); status != 404 {
		t.Errorf("retry of a finished job: %d", status)
	}
	if c = p.care(t); len(c.Jobs) != 0 {
		t.Errorf("%+v", c)
	}
}

// TestOverload: who comes when too many wait is told so at once, and nothing
// of his was done (promise 16).
func TestOverload(t *testing.T) {
	p := newCarePatient(t, db.SQLite, func(c *app.Config) { c.Requests = 2 })
	hold, held := make(chan struct{}), make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() {
		err := p.app.DB.Write(t.Context(), func(*db.Tx) error { close(held); <-hold; return nil })
		if err != nil {
			t.Error(err)
		}
	})
	<-held
	for range 2 { // both wait for the writer
		wg.Go(func() {
			if status, text, _ := p.ask(t, "POST", "/api/v1/care/backups", "{}"); status != 202 {
				t.Errorf("%d %s", status, text)
			}
		})
	}
	for end := time.Now().Add(20 * time.Second); time.Now().Before(end) && !strings.Contains(p.metrics(), "linli_requests_running 2\n"); {
		time.Sleep(time.Millisecond)
	}
	status, _, head := p.ask(t, "GET", "/api/v1/care", "")
	if status != 503 || head.Get("Retry-After") == "" {
		t.Errorf("in the crowd: %d %v", status, head)
	}
	if status, text, _ := p.ask(t, "GET", "/healthz", ""); status != 200 {
		t.Errorf("health in the crowd: %d %s", status, text)
	}
	close(hold)
	wg.Wait()
	if status, text, _ := p.ask(t, "GET", "/api/v1/care", ""); status != 200 {
		t.Errorf("afterwards: %d %s", status, text)
	}
	if status, text, _ := p.ask(t, "GET", "/readyz", ""); status != 200 {
		t.Errorf("ready afterwards: %d %s", status, text)
	}
}

// TestDiskFull: payments answer 5xx while nothing can be written, leave no half
// state, and work again, with numbers that have no gap (promises 10 and 17).
// (B32)
func TestDiskFull(t *testing.T) {
	p := newCarePatient(t, db.SQLite)
	project, room := p.a.ids["project"], p.a.ids["room"]
	pages := func(n int64) {
		t.Helper()
		err := p.app.DB.Write(t.Context(), func(tx *db.Tx) error {
			var got int64
			return tx.QueryRow(t.Context(), fmt.Sprintf("PRAGMA max_page_count = %d", n)).Scan(&got)
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	before := receipts(t, p.patient)
	pages(1) // SQLite takes the present size: not one page more
	pay := func(n int) (int, string) {
		owed, err := p.app.Cashier.Seat(t.Context(), project, room)
		if err != nil {
			t.Fatal(err)
		}
		status, text, _ := p.ask(t, "POST", fmt.Sprintf("/api/v1/projects/%s/receipts", project),
			fmt.Sprintf(`{"room_id":%q,"expected_owed":%d,"confirmed":true,"pays":[{"method":"cash","amount":%d}]}`, room, owed.Owed, 100+n))
		return status, text
	}
	good, failed := int64(0), 0
	for n := range 400 {
		status, text := pay(n)
		switch {
		case status == 201 || status == 200:
			good++
		case status >= 500:
			failed++
		default:
			t.Fatalf("payment %d: %d %s", n, status, text)
		}
		if failed == 5 {
			break
		}
	}
	if failed != 5 {
		t.Fatalf("%d payments went in and the disk was never full", good)
	}
	if got := receipts(t, p.patient); got != before+good {
		t.Errorf("%d receipts, %d were acknowledged", got-before, good)
	}
	sound(t, p.app, project)
	pages(1 << 30)
	if status, text := pay(0); status >= 300 {
		t.Errorf("with room again: %d %s", status, text)
	}
	sound(t, p.app, project)
	found, err := p.app.Doctor(t.Context(), app.Checks{})
	if err != nil || len(found) > 0 {
		t.Errorf("doctor: %v %v", found, err)
	}
}

// TestNothingPersonalIsLogged drives reads and writes with a canary name and
// phone and looks for them in the log at its most talkative and in the metrics.
func TestNothingPersonalIsLogged(t *testing.T) {
	p := newCarePatient(t, db.SQLite)
	const name, phone = "金丝雀欧阳", "13912345678"
	base := "/api/v1/projects/" + p.a.ids["project"].String()
	p.ask(t, "POST", base+"/people", fmt.Sprintf(`{"name":%q,"phone":%q}`, name, phone))
	p.ask(t, "POST", base+"/people", fmt.Sprintf(`{"name":%q,"phone":"%sx","nonsense":%q}`, name, phone, name))
	p.ask(t, "GET", base+"/search?q="+phone, "")
	shown := p.metrics()
	p.app.DB.Close() // now every operation fails unexpectedly
	p.ask(t, "POST", base+"/people", fmt.Sprintf(`{"name":%q,"phone":%q}`, name, phone))
	text := p.log.String() + shown
	for _, canary := range []string{name, phone, "金丝雀"} {
		for _, line := range strings.Split(text, "\n") {
			if strings.Contains(line, canary) {
				t.Errorf("%s is in: %s", canary, line)
			}
		}
	}
	if !strings.Contains(text, `"status":`) {
		t.Error("nothing was logged at all")
	}
}

// TestMetrics: what an alarm needs is there.
func TestMetrics(t *testing.T) {
	p := newCarePatient(t, db.SQLite)
	p.ask(t, "GET", "/api/v1/care", "")
	p.ask(t, "GET", "/api/v1/nothing-here/"+strings.Repeat("x", 20), "")
	text := p.metrics()
	for _, want := range []string{`linli_requests_total{method="GET",route="/api/v1/care",status="200"} 1`, `route="unknown"`, "linli_disk_free_bytes",
		"linli_backup_newest_seconds 0", `linli_jobs{state="dead"} 0`, "go_goroutines", "linli_requests_refused 0"} {
		if !strings.Contains(text, want) {
			t.Errorf("no %s", want)
		}
	}
	if status, text, _ := p.ask(t, "GET", "/metrics", ""); strings.Contains(text, "linli_requests_total") {
		t.Errorf("metrics are public: %d", status)
	}
}
