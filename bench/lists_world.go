package bench

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"strings"
	"time"

	"linli/internal/app"
	"linli/internal/billing"
	"linli/internal/estate"
	"linli/internal/identity"
	"linli/internal/kit/actor"
	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/id"
	"linli/internal/roster"
)

// listWorld is the house the lists are read in.
type listWorld struct {
	app      *app.App
	handler  http.Handler
	token    string
	projects []id.ID // the large one last
	rooms    []place
	towers   []place
}

// place is a room or a building of a project.
type place struct{ project, id id.ID }

const (
	benchLogin    = "bench"
	benchPassword = "Measure-2026-x"
	perBuilding   = 250
)

// fill makes the house through the product's own import and runs.
func (w *listWorld) fill(ctx context.Context, c app.Config, o ListsOptions, progress io.Writer) error {
	a, err := app.New(ctx, c)
	if err != nil {
		return err
	}
	defer a.Close()
	if _, err := a.Identity.Setup(ctx, actor.System("bench"), identity.NewCompany{Company: "测量物业", Name: "测量", Login: benchLogin, Password: benchPassword}); err != nil {
		return err
	}
	s, err := a.Identity.SignIn(ctx, actor.Actor{Address: "127.0.0.1"}, identity.Credentials{Login: benchLogin, Password: benchPassword, Remember: true})
	if err != nil {
		return err
	}
	w.token = s.Token
	month := clock.MonthOf(time.Now())
	first := month.Add(-o.Months + 1)
	fmt.Fprintf(progress, "importing %d rooms in %d projects and one of %d\n", o.Rooms, benchProjects, o.Big)
	for i := range benchProjects + 1 {
		size, from := o.Rooms/benchProjects, month
		if i == benchProjects {
			size, from = o.Big, first
		}
		p, err := w.estate(ctx, a, fmt.Sprintf("测量 %03d", i+1), size, from)
		if err != nil {
			return err
		}
		for m := from; m <= month; m = m.Add(1) {
			if err := bill(ctx, a, p, m); err != nil {
				return err
			}
		}
		w.projects = append(w.projects, p)
	}
	fmt.Fprintln(progress, "paying nineteen of twenty older charges")
	if err := payMost(ctx, a.DB, w.projects, month); err != nil {
		return err
	}
	return w.choose(ctx, a)
}

// estate imports a roster of size homes, each with its owner.
func (w *listWorld) estate(ctx context.Context, a *app.App, name string, size int, from clock.Month) (project id.ID, err error) {
	err = a.DB.Write(ctx, func(tx *db.Tx) error {
		p, err := a.Estate.CreateProject(ctx, tx, benchActor(), estate.Project{Name: name, Kind: estate.KindResidential})
		if err != nil {
			return err
		}
		project = p.ID
		return items(ctx, a, tx, benchActor(), p.ID, from.Add(1))
	})
	if err != nil {
		return 0, err
	}
	var b bytes.Buffer
	b.WriteString("楼栋,单元,房号,楼层,建筑面积,姓名,手机号\n")
	for i := range size {
		n := i % perBuilding
		fmt.Fprintf(&b, "%d,%d,%d%02d,%d,%d.5,%s,138%08d\n", i/perBuilding+1, n%2+1, n/2/5+1, n/2%5+1, n/2/5+1, 60+i%90, personName(i), i)
	}
	im, err := a.Roster.StartImport(ctx, benchActor(), project, name+".csv", &b)
	if err == nil {
		err = a.Jobs.Drain(ctx)
	}
	if err != nil {
		return 0, err
	}
	if _, err := a.Roster.ApplyImport(ctx, benchActor(), project, im.ID, roster.ApplyOptions{}); err != nil {
		return 0, err
	}
	if err := a.Jobs.Drain(ctx); err != nil {
		return 0, err
	}
	im, err = a.Roster.Import(ctx, a.DB.Reader(ctx), project, im.ID)
	if err == nil && im.State != roster.ImportApplied {
		err = fmt.Errorf("roster is %s, %d errors", im.State, im.Errors)
	}
	return project, err
}

func benchActor() actor.Actor { return actor.System("bench") }

func personName(i int) string {
	family := []rune("王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗")
	return string([]rune{family[i%len(family)], rune(0x4e00 + i*31%2800), rune(0x5000 + i*17%2500)})
}

func bill(ctx context.Context, a *app.App, project id.ID, month clock.Month) error {
	run, err := a.Billing.StartRun(ctx, benchActor(), project, month)
	if err != nil {
		return fmt.Errorf("start run %s: %w", month, err)
	}
	if err := a.Jobs.Drain(ctx); err != nil {
		return err
	}
	if run, err = a.Billing.Run(ctx, a.DB.Reader(ctx), project, run.ID); err != nil {
		return err
	}
	if _, err := a.Billing.Release(ctx, benchActor(), project, run.ID, run.Version); err != nil {
		return fmt.Errorf("release %s: %w", month, err)
	}
	if err := a.Jobs.Drain(ctx); err != nil {
		return err
	}
	if run, err = a.Billing.Run(ctx, a.DB.Reader(ctx), project, run.ID); err == nil && run.State != billing.Released {
		err = fmt.Errorf("run %s is %s", month, run.State)
	}
	return err
}

// choose picks rooms and buildings, half of them in the large project.
func (w *listWorld) choose(ctx context.Context, a *app.App) error {
	r := rand.New(rand.NewPCG(5, 6))
	large := w.projects[len(w.projects)-1]
	for i := range 200 {
		p := large
		if i%2 == 1 {
			p = w.projects[r.IntN(len(w.projects)-1)]
		}
		room, building, err := somewhere(ctx, a.DB, p, r.IntN(1_000_000))
		if err != nil {
			return err
		}
		w.rooms = append(w.rooms, place{p, room})
		w.towers = append(w.towers, place{p, building})
	}
	return nil
}

// list is one page people look at, with the addresses that are asked for.
type list struct {
	name  string
	paths []string
}

func (w *listWorld) lists() []list {
	r := rand.New(rand.NewPCG(7, 8))
	out := []list{{name: "charges"}, {name: "search"}, {name: "household"}, {name: "arrears"}, {name: "room-states"}, {name: "home"}}
	for i := range w.rooms {
		p := "/api/v1/projects/" + w.rooms[i].project.String()
		texts := []string{personName(r.IntN(5000)), personName(r.IntN(5000))[:3], fmt.Sprintf("%d-%d-%d%02d", r.IntN(4)+1, r.IntN(2)+1, r.IntN(25)+1, r.IntN(5)+1),
			fmt.Sprintf("%04d", r.IntN(5000)), fmt.Sprintf("138%08d", r.IntN(5000)), "wang"}
		out[0].paths = append(out[0].paths, p+"/charges?limit=50")
		out[1].paths = append(out[1].paths, p+"/search?q="+texts[i/2%len(texts)])
		out[2].paths = append(out[2].paths, p+"/households/"+w.rooms[i].id.String())
		out[3].paths = append(out[3].paths, p+"/charges?limit=50&state=overdue")
		out[4].paths = append(out[4].paths, p+"/buildings/"+w.towers[i].id.String()+"/room-states")
		out[5].paths = append(out[5].paths, p+"/home")
	}
	return out
}

// request is one address and the statements it sends.
type request struct {
	path string
	sent []statement
}

type statement struct {
	query string
	args  []any
}

// ask sends a request through the whole server and returns the size of the
// answer.
func (w *listWorld) ask(ctx context.Context, r *request, learn bool) (int, error) {
	if learn {
		ctx = db.Trace(ctx, func(query string, args []any) { r.sent = append(r.sent, statement{query, args}) })
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, r.path, strings.NewReader(""))
	if err != nil {
		return 0, err
	}
	req.RemoteAddr = "127.0.0.1:1"
	req.Header.Set("Authorization", "Bearer "+w.token)
	var a sink
	w.handler.ServeHTTP(&a, req)
	if a.status != http.StatusOK {
		return 0, errors.New(r.path + " answered " + http.StatusText(a.status))
	}
	return a.size, nil
}

// sink takes an answer and forgets it.
type sink struct {
	header http.Header
	status int
	size   int
}

func (s *sink) Header() http.Header {
	if s.header == nil {
		s.header = http.Header{}
	}
	return s.header
}

func (s *sink) WriteHeader(code int) { s.status = code }

func (s *sink) Write(b []byte) (int, error) {
	if s.status == 0 {
		s.status = http.StatusOK
	}
	s.size += len(b)
	return len(b), nil
}
