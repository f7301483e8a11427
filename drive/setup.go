package drive

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"strings"
	"time"

	"linli/internal/kit/clock"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
	"linli/internal/kit/page"
)

const (
	driveRooms  = 60
	driveMonths = 3 // that are owed before anybody comes
	password    = "Kestrel-Nine-42"
)

func firstMonth() clock.Month { return clock.Month(202001) }

func fen(n int64) money.Fen { return money.Fen(n) }

// reply is an answer; status 0 means that none came.
type reply struct {
	status int
	body   []byte
	replay bool
}

func (r *reply) known() bool { return r.status != 0 && r.status < 500 }

// line is somebody's way to the server.
type line struct {
	http  *http.Client
	base  string
	token string
}

func newLine(address, token string) *line {
	return &line{http: &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 4}, Timeout: 15 * time.Second}, base: "http://" + address + "/api/v1", token: token}
}

func (l *line) call(ctx context.Context, method, path, key, body string) reply {
	req, err := http.NewRequestWithContext(ctx, method, l.base+path, strings.NewReader(body))
	if err != nil {
		return reply{}
	}
	req.GetBody = nil // net/http shall not repeat a request on its own
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	if key != "" {
		req.Header.Set("Idempotency-Key", key)
	}
	return l.send(req)
}

func (l *line) send(req *http.Request) reply {
	if l.token != "" {
		req.Header.Set("Authorization", "Bearer "+l.token)
	}
	res, err := l.http.Do(req)
	if err != nil {
		return reply{}
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		return reply{}
	}
	return reply{res.StatusCode, b, res.Header.Get("Idempotent-Replay") != ""}
}

type named struct {
	ID      id.ID  `json:"id"`
	State   string `json:"state"`
	Version int    `json:"version"`
}

// town is what the people work on.
type town struct {
	places []*place
	boss   string // token of a second person, who approves
}

// place is one project.
type place struct {
	project   id.ID
	rooms     []id.ID
	codes     map[id.ID]string // what the pay code of a room holds
	merchants map[string]string
}

func (p *place) path(rest string) string { return "/projects/" + p.project.String() + rest }

func (t *town) at(project id.ID) *place {
	for _, p := range t.places {
		if p.project == project {
			return p
		}
	}
	return t.places[0]
}

// builder makes the installation by the API alone, before anything is bad.
type builder struct {
	*line
	ctx  context.Context
	town town
	err  error
}

func (b *builder) must(method, path string, in, out any) {
	if b.err != nil {
		return
	}
	body, err := json.Marshal(in)
	if err != nil {
		b.err = err
		return
	}
	if in == nil {
		body = nil
	}
	r := b.call(b.ctx, method, path, "", string(body))
	if r.status < 200 || r.status > 299 {
		b.err = fmt.Errorf("%s %s: %d %s", method, path, r.status, r.body)
	} else if out != nil {
		if err := json.Unmarshal(r.body, out); err != nil {
			b.err = fmt.Errorf("%s %s: %w", method, path, err)
		}
	}
}

type object = map[string]any

func (b *builder) signIn(login string) string {
	var session struct{ Token string }
	mine := b.token
	defer func() { b.token = mine }()
	b.token = "" // signing in ends the session it is asked with
	b.must("POST", "/session", object{"login": login, "password": password, "bearer": true}, &session)
	return session.Token
}

// found makes company, people and both projects.
func (b *builder) found(channels map[string]*channel) error {
	b.must("POST", "/setup", object{"company": "安居物业", "name": "周敏", "login": "zhoumin", "password": password}, nil)
	b.token = b.signIn("zhoumin")
	b.must("POST", "/accounts", object{"name": "钱敏", "login": "qianmin", "password": password, "grants": []object{{"project_id": nil, "role": "admin"}}}, nil)
	b.town.boss = b.signIn("qianmin")
	b.settle("云栖花园", driveRooms, driveMonths, map[string]papers{wechat: channels[wechat].papers["1900000109"], alipay: channels[alipay].papers["2088600000000101"]})
	b.settle("翠湖花园", driveRooms/3, 1, map[string]papers{wechat: channels[wechat].papers["1900000109"], alipay: channels[alipay].papers["2088600000000102"]})
	if b.err != nil {
		return fmt.Errorf("set up: %w", b.err)
	}
	return nil
}

// settle makes one project: rooms, fees, what is owed, merchants, and a pay
// code for the rooms that are visited.
func (b *builder) settle(name string, rooms, months int, merchants map[string]papers) {
	var made named
	b.must("POST", "/projects", object{"name": name, "kind": "residential"}, &made)
	p := &place{project: made.ID, codes: map[id.ID]string{}, merchants: map[string]string{}}
	b.town.places = append(b.town.places, p)
	b.importRooms(p, rooms)
	for i, name := range []string{"物业服务费", "公共水电费", "垃圾清运费"} {
		basis := []string{"area", "fixed", "fixed"}[i]
		b.must("POST", p.path("/items"), object{"name": name, "basis": basis, "from_date": "2020-01-01"}, &made)
		item := p.path("/items/" + made.ID.String())
		b.must("POST", item+"/rates", object{"from_date": "2020-01-01", "price": 2_350_000, "source_kind": "contract", "source_text": "前期合同"}, nil)
		b.must("POST", item+"/assignments", object{"scope": "project", "from_date": "2020-01-01"}, nil)
	}
	for m := range months {
		b.must("POST", p.path("/runs"), object{"month": firstMonth().Add(m).String()}, &made)
		run := p.path("/runs/" + made.ID.String())
		b.until(run, &made, "draft")
		b.must("POST", run+"/release", object{"version": made.Version}, nil)
		b.until(run, &made, "released")
	}
	for key, m := range merchants {
		b.must("PUT", p.path("/merchants/"+key), m.body(key), nil)
		p.merchants[key] = m.number
	}
	for _, room := range p.rooms[:len(p.rooms)/2] {
		var c struct{ Link string }
		b.must("POST", p.path("/rooms/"+room.String()+"/paycode"), object{}, &c)
		p.codes[room] = tokenOf(c.Link)
	}
}

func (b *builder) until(path string, n *named, state string) {
	for end := time.Now().Add(time.Minute); b.err == nil; {
		b.must("GET", path, nil, n)
		if n.State == state {
			return
		}
		if time.Now().After(end) || !pause(b.ctx, 20*time.Millisecond) {
			b.err = fmt.Errorf("%s stays %s", path, n.State)
		}
	}
}

// pause reports false when ctx has ended.
func pause(ctx context.Context, d time.Duration) bool {
	select {
	case <-ctx.Done():
		return false
	case <-time.After(d):
		return true
	}
}

// importRooms uploads a roster; every fifth owner has three rooms, so that
// windows meet over one household.
func (b *builder) importRooms(p *place, rooms int) {
	if b.err != nil {
		return
	}
	var form bytes.Buffer
	m := multipart.NewWriter(&form)
	b.err = m.WriteField("kind", "roster")
	w, err := m.CreateFormFile("file", "名册.csv")
	if err != nil || b.err != nil {
		b.err = fmt.Errorf("write roster: %w", err)
		return
	}
	fmt.Fprintln(w, "楼栋,单元,房号,楼层,建筑面积,姓名,手机号")
	for i := range rooms {
		owner := i
		if i%15 < 3 {
			owner = i - i%15
		}
		fmt.Fprintf(w, "1栋,1单元,%d%02d,%d,%d.%02d,业主%d,138%08d\n", 1+i/4, 1+i%4, 1+i/4, 60+i%70, i%100, owner, owner)
	}
	b.err = m.Close()
	req, err := http.NewRequestWithContext(b.ctx, http.MethodPost, b.base+p.path("/imports"), &form)
	if err != nil {
		b.err = err
		return
	}
	req.Header.Set("Content-Type", m.FormDataContentType())
	r := b.send(req)
	var im named
	if err := json.Unmarshal(r.body, &im); err != nil || im.ID == 0 {
		b.err = fmt.Errorf("import: %d %s", r.status, r.body)
		return
	}
	at := p.path("/imports/" + im.ID.String())
	b.until(at, &im, "ready")
	b.must("POST", at+"/apply", object{}, nil)
	b.until(at, &im, "applied")
	var l page.List[named]
	b.must("GET", p.path("/rooms?limit=200"), nil, &l)
	for _, r := range l.Items {
		p.rooms = append(p.rooms, r.ID)
	}
	if b.err == nil && len(p.rooms) != rooms {
		b.err = fmt.Errorf("%d rooms were imported", len(p.rooms))
	}
}
