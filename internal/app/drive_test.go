package app_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"linli/internal/app"
	"linli/internal/billing"
	"linli/internal/cashier"
	"linli/internal/kit/clock"
	"linli/internal/kit/id"
	"linli/internal/kit/page"
)

const (
	drivenRooms   = 120
	drivenItems   = 3
	drivenMonth   = clock.Month(202001) // the first one that is charged
	drivenClients = 8
)

// drive is everything that acts on the server, and what it was told.
type drive struct {
	t       *testing.T
	server  *server
	http    *http.Client
	token   string
	project id.ID
	rooms   []id.ID
	clients []*client
	runners []*runner
	desks   []*desk
	begun   chan struct{} // a run has just been started or released
	heard   atomic.Int64  // answers that came
	barren  int           // lives since a run was finished

	mu                                        sync.Mutex
	kills, unknown, saved, replays, runs, out int
}

func newDrive(t *testing.T, s *server) *drive {
	d := &drive{t: t, server: s, begun: make(chan struct{}, 1),
		http: &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 2 * drivenClients}}}
	for i := range drivenClients {
		d.clients = append(d.clients, newClient(d, i))
	}
	for i := range 2 {
		d.runners = append(d.runners, &runner{drive: d, name: fmt.Sprintf("run%d", i), month: drivenMonth})
	}
	return d
}

func (d *drive) count(n *int) {
	d.mu.Lock()
	*n++
	d.mu.Unlock()
}

// reply is an answer; status 0 means that none came.
type reply struct {
	status int
	body   []byte
	replay bool
}

// unknown is an answer after which nobody knows whether it was done.
func (r reply) unknown() bool { return r.status == 0 || r.status >= 500 }

func (d *drive) call(ctx context.Context, method, path, key, body string) reply {
	return d.callAs(ctx, d.token, method, path, key, body)
}

func (d *drive) callAs(ctx context.Context, token, method, path, key, body string) reply {
	req, err := http.NewRequestWithContext(ctx, method, d.server.address()+"/api/v1"+path, strings.NewReader(body))
	if err != nil {
		return reply{}
	}
	req.GetBody = nil // net/http shall not repeat a request on its own
	req.Header.Set("Authorization", "Bearer "+token)
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	if key != "" {
		req.Header.Set("Idempotency-Key", key)
	}
	return d.send(req)
}

func (d *drive) send(req *http.Request) reply {
	res, err := d.http.Do(req)
	if err != nil {
		return reply{}
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		return reply{}
	}
	d.heard.Add(1)
	return reply{res.StatusCode, b, res.Header.Get("Idempotent-Replay") != ""}
}

// must calls and reads the answer into out; it is for the time before the
// first kill.
func (d *drive) must(method, path, body string, out any) {
	d.t.Helper()
	r := d.call(d.t.Context(), method, path, "", body)
	if r.status < 200 || r.status > 299 {
		d.t.Fatalf("%s %s: %d %s", method, path, r.status, r.body)
	}
	if out == nil {
		return
	}
	if err := json.Unmarshal(r.body, out); err != nil {
		d.t.Fatalf("%s %s: %v in %s", method, path, err, r.body)
	}
}

type named struct {
	ID    id.ID  `json:"id"`
	State string `json:"state"`
}

// setUp makes an installation by the API alone: company, project, rooms by an
// import, three fees.
func (d *drive) setUp() {
	d.t.Helper()
	d.must("POST", "/setup", `{"company":"安居物业","name":"周敏","login":"zhoumin","password":"`+matrixPassword+`"}`, nil)
	var session struct{ Token string }
	d.must("POST", "/session", `{"login":"zhoumin","password":"`+matrixPassword+`","bearer":true}`, &session)
	d.token = session.Token
	var p named
	d.must("POST", "/projects", `{"name":"云栖花园","kind":"residential"}`, &p)
	d.project = p.ID
	d.importRooms()
	for i, item := range []string{
		`{"name":"物业服务费","basis":"area","from_date":"2020-01-01"}`,
		`{"name":"公共水电费","basis":"fixed","from_date":"2020-01-01","due_day":10}`,
		`{"name":"垃圾清运费","basis":"formula","from_date":"2020-01-01"}`,
	} {
		d.must("POST", d.path("/items"), item, &p)
		rate := `{"from_date":"2020-01-01","price":2350000,"source_kind":"contract","source_text":"前期合同"}`
		if i == 2 {
			rate = `{"from_date":"2020-01-01","price":1500000,"formula":"面积*单价/2+3","source_kind":"contract","source_text":"前期合同"}`
		}
		d.must("POST", d.path("/items/"+p.ID.String()+"/rates"), rate, nil)
		d.must("POST", d.path("/items/"+p.ID.String()+"/assignments"), `{"scope":"project","from_date":"2020-01-01"}`, nil)
	}
}

func (d *drive) path(p string) string { return "/projects/" + d.project.String() + p }

// importRooms uploads a roster; every fifth owner has three rooms, so that
// windows meet over one household.
func (d *drive) importRooms() {
	d.t.Helper()
	var b bytes.Buffer
	form := multipart.NewWriter(&b)
	if err := form.WriteField("kind", "roster"); err != nil {
		d.t.Fatal(err)
	}
	w, err := form.CreateFormFile("file", "名册.csv")
	if err != nil {
		d.t.Fatal(err)
	}
	fmt.Fprintln(w, "楼栋,单元,房号,楼层,建筑面积,姓名,手机号")
	for i := range drivenRooms {
		owner := i
		if i%15 < 3 {
			owner = i - i%15
		}
		fmt.Fprintf(w, "%d栋,1单元,%d%02d,%d,%d.%02d,业主%d,138%08d\n", 1+i/100, 1+i%100/4, 1+i%4, 1+i%100/4, 60+i%70, i%100, owner, owner)
	}
	form.Close()
	req, err := http.NewRequestWithContext(d.t.Context(), "POST", d.server.address()+"/api/v1"+d.path("/imports"), &b)
	if err != nil {
		d.t.Fatal(err)
	}
	req.Header.Set("Content-Type", form.FormDataContentType())
	req.Header.Set("Authorization", "Bearer "+d.token)
	var im named
	r := d.send(req)
	if err := json.Unmarshal(r.body, &im); err != nil || im.ID == 0 {
		d.t.Fatalf("import: %d %s", r.status, r.body)
	}
	wait := func(state string) {
		for end := time.Now().Add(2 * time.Minute); im.State != state; time.Sleep(20 * time.Millisecond) {
			d.must("GET", d.path("/imports/"+im.ID.String()), "", &im)
			if time.Now().After(end) || im.State == "refused" {
				d.t.Fatalf("import stays %s", im.State)
			}
		}
	}
	wait("ready")
	d.must("POST", d.path("/imports/"+im.ID.String()+"/apply"), "{}", nil)
	wait("applied")
	for next := ""; len(d.rooms) < drivenRooms; {
		var l page.List[named]
		d.must("GET", d.path("/rooms?limit=200&cursor="+next), "", &l)
		for _, r := range l.Items {
			d.rooms = append(d.rooms, r.ID)
		}
		if next = l.Next; next == "" {
			break
		}
	}
	if len(d.rooms) != drivenRooms {
		d.t.Fatalf("%d rooms were imported", len(d.rooms))
	}
}

// thin tells whether too little has happened for the drive to mean something.
func (d *drive) thin() bool {
	if d.thinDesks() {
		return true
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	taken := 0
	for _, c := range d.clients {
		taken += c.taken()
	}
	return d.kills < 4 || d.unknown < 4 || d.runs < 3 || taken < 40
}

func (d *drive) tally() string {
	taken, voided, refused := 0, 0, 0
	for _, c := range d.clients {
		taken += c.taken()
		for _, o := range c.answered() {
			switch {
			case o.answer.status >= 400:
				refused++
			case o.receipt != 0:
				voided++
			}
		}
	}
	refunds, invoices, readings := d.shownDesks()
	d.mu.Lock()
	defer d.mu.Unlock()
	return fmt.Sprintf("%d kills, %d receipts, %d voided, %d refused, %d unanswered of which %d had been done, %d runs finished, %d withdrawn, %d answers repeated, %d refunds, %d invoices, %d readings",
		d.kills, taken, voided, refused, d.unknown, d.saved, d.runs, d.out, d.replays, refunds, invoices, readings)
}

// replayAll asks for answers once more, the oldest and the newest of each
// client.
func (d *drive) replayAll() {
	var wg sync.WaitGroup
	for _, c := range d.clients {
		wg.Go(func() {
			done := c.answered()
			const some = 40
			for _, o := range append(done[:min(some, len(done))], done[min(len(done), max(some, len(done)-some)):]...) {
				c.again(o)
			}
		})
	}
	wg.Wait()
}

// compare holds what clients were told against what is stored.
func (d *drive) compare(a *app.App) {
	d.t.Helper()
	t, ctx := d.t, d.t.Context()
	stored := map[id.ID]cashier.Receipt{}
	numbers := map[string]bool{}
	for f := (cashier.Filter{Request: page.Request{Limit: 200}}); ; {
		l, err := a.Cashier.Receipts(ctx, d.project, f)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range l.Items {
			if _, twice := stored[r.ID]; twice || numbers[r.Number] {
				t.Errorf("receipt %s is there twice", r.Number)
			}
			if numbers[r.Number] = true; r.Pays[0].Method != cashier.MethodWechat { // those are held against the channel
				stored[r.ID] = r
			}
		}
		if f.Cursor = l.Next; l.Next == "" {
			break
		}
	}
	taken, void := d.told(stored)
	if taken != len(stored) {
		t.Errorf("%d keys were answered by a receipt, %d receipts are there", taken, len(stored))
	}
	for _, r := range stored {
		if (r.State == cashier.StateVoid) != void[r.ID] {
			t.Errorf("receipt %s is %s, told: void %v", r.Number, r.State, void[r.ID])
		}
	}
	d.compareRuns(a)
}

// told goes through the answers; it gives how many receipts were acknowledged
// and which of them void.
func (d *drive) told(stored map[id.ID]cashier.Receipt) (taken int, void map[id.ID]bool) {
	d.t.Helper()
	void = map[id.ID]bool{}
	given := map[id.ID]string{}
	for _, c := range d.clients {
		for _, o := range c.answered() {
			if o.answer.status >= 400 {
				continue
			}
			var r takenReceipt
			if err := json.Unmarshal(o.answer.body, &r); err != nil {
				d.t.Fatal(err)
			}
			if o.receipt != 0 {
				void[o.receipt] = true
				continue
			}
			taken++
			if other := given[r.ID]; other != "" {
				d.t.Errorf("receipt %s answered the keys %s and %s", r.Number, other, o.key)
			}
			given[r.ID] = o.key
			if s, ok := stored[r.ID]; !ok || s.Number != r.Number || s.Amount != r.Amount || s.Amount != o.amount {
				d.t.Errorf("key %s was told %s over %d (asked: %d), stored is %s over %d", o.key, r.Number, r.Amount, o.amount, s.Number, s.Amount)
			}
		}
	}
	return taken, void
}

// compareRuns checks that every month that was finished is charged once for
// every room and item, and that nothing stands still.
func (d *drive) compareRuns(a *app.App) {
	d.t.Helper()
	last := drivenMonth
	for _, r := range d.runners {
		last = max(last, r.month)
	}
	if last == drivenMonth {
		d.t.Error("no month was finished")
	}
	for m := drivenMonth; m < last; m = m.Add(1) {
		query := fmt.Sprintf(`SELECT CAST(COUNT(*) AS BIGINT) FROM billing_charge c JOIN billing_run r ON r.project_id = c.project_id AND r.id = c.run_id
			WHERE c.project_id = ? AND c.live = 1 AND r.state = 'released' AND c.month = %d`, m)
		if n := sumOf(d.t, a.DB, query, d.project); n != drivenRooms*drivenItems {
			d.t.Errorf("%s: %d charges, want %d", m, n, drivenRooms*drivenItems)
		}
	}
	for _, state := range []billing.RunState{billing.Generating, billing.Releasing, billing.Withdrawing} {
		for _, row := range rowsOf(d.t, a.DB, "SELECT id, month, state, problem FROM billing_run WHERE project_id = ? AND state = '"+string(state)+"'", d.project) {
			d.t.Errorf("run stands still: %s", row)
		}
	}
	for _, row := range rowsOf(d.t, a.DB, "SELECT kind, state, attempts, error FROM kit_job WHERE state <> 'done'", 0) {
		d.t.Errorf("job is left: %s", row)
	}
	for _, row := range rowsOf(d.t, a.DB, "SELECT key, status FROM kit_answer WHERE status = 0", 0) {
		d.t.Errorf("key without its answer: %s", row)
	}
}
