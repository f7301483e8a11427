package bench

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"os"
	"slices"
	"time"

	"linli/internal/app"
	"linli/internal/billing"
	"linli/internal/estate"
	"linli/internal/kit/actor"
	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
	"linli/internal/kit/page"
	"linli/internal/tariff"
)

const benchProjects = 200

// BillingResult is what one measurement found. Times are seconds, latencies
// milliseconds.
type BillingResult struct {
	Engine      string  `json:"engine"`
	Rooms       int     `json:"rooms"`
	Charges     int64   `json:"charges"`
	Postings    int64   `json:"postings"`
	Generate    float64 `json:"generate_seconds"`
	Release     float64 `json:"release_seconds"`
	Seconds     float64 `json:"seconds"`
	InDatabase  float64 `json:"in_database_seconds"` // INSERT … SELECT of the same rows
	Ratio       float64 `json:"ratio"`
	PeakMB      float64 `json:"peak_mb"`
	ListBefore  float64 `json:"list_p99_ms_before"`
	ListDuring  float64 `json:"list_p99_ms_during"`
	ListSamples int     `json:"list_samples_during"`
}

// Billing bills rooms homes in 200 projects for one month by the same commands
// as the buttons of the console, three formulas a room, and copies the same
// rows inside the database for comparison. dsn empty means SQLite in a
// temporary folder; a PostgreSQL database must be empty.
func Billing(ctx context.Context, rooms int, dsn string, progress io.Writer) (*BillingResult, error) {
	dir, err := os.MkdirTemp("", "linli-bench-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	a, err := app.New(ctx, app.Config{Dir: dir, DSN: dsn, Clock: clock.System{}, Log: slog.New(slog.DiscardHandler), Version: "bench"})
	if err != nil {
		return nil, err
	}
	defer a.Close()
	who := actor.System("bench")
	fmt.Fprintf(progress, "preparing %d rooms in %d projects on %s\n", rooms, benchProjects, a.DB.Engine())
	projects, err := prepare(ctx, a, who, rooms/benchProjects)
	if err != nil {
		return nil, fmt.Errorf("prepare: %w", err)
	}
	r := &BillingResult{Engine: string(a.DB.Engine()), Rooms: rooms / benchProjects * benchProjects}
	before, err := listFor(ctx, a, projects, time.Second)
	if err != nil {
		return nil, err
	}
	r.ListBefore = ms(p99(before))
	if err := resetPeak(); err != nil {
		fmt.Fprintln(progress, "peak memory counts the preparation too:", err)
	}
	fmt.Fprintln(progress, "billing, and the same rows by INSERT … SELECT")
	if err := r.rounds(ctx, a, who, projects); err != nil {
		return nil, err
	}
	r.Ratio = r.Seconds / r.InDatabase
	return r, nil
}

// Print writes the result for people or, as JSON, for programs.
func (r *BillingResult) Print(w io.Writer, asJSON bool) error {
	if asJSON {
		return json.NewEncoder(w).Encode(r)
	}
	_, err := fmt.Fprintf(w, `engine        %s
rooms         %d in %d projects
rows          %d charges, %d postings
billing       %.2f s (generate %.2f, release %.2f)
in database   %.2f s for INSERT … SELECT of the same rows
ratio         %.2f
peak memory   %.0f MB
charge list   p99 %.1f ms before, %.1f ms during (%d samples)
`, r.Engine, r.Rooms, benchProjects, r.Charges, r.Postings, r.Seconds, r.Generate, r.Release, r.InDatabase, r.Ratio, r.PeakMB,
		r.ListBefore, r.ListDuring, r.ListSamples)
	return err
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// prepare makes projects of size rooms with three fee items each.
func prepare(ctx context.Context, a *app.App, who actor.Actor, size int) ([]id.ID, error) {
	return prepareSome(ctx, a, who, benchProjects, size)
}

func prepareSome(ctx context.Context, a *app.App, who actor.Actor, projects, size int) ([]id.ID, error) {
	month := clock.MonthOf(a.DB.Clock().Now())
	r := rand.New(rand.NewPCG(1, 2))
	out := make([]id.ID, projects)
	for i := range out {
		err := a.DB.Write(ctx, func(tx *db.Tx) error {
			p, err := a.Estate.CreateProject(ctx, tx, who, estate.Project{Name: fmt.Sprintf("测量 %03d", i+1), Kind: estate.KindResidential})
			if err != nil {
				return err
			}
			out[i] = p.ID
			b, err := a.Estate.CreateBuilding(ctx, tx, who, p.ID, estate.Building{Name: "1栋", Floors: 30})
			if err != nil {
				return err
			}
			rooms := make([]estate.Room, size)
			for n := range rooms {
				rooms[n] = estate.Room{Building: b.ID, Name: fmt.Sprintf("%d%02d", n/50+1, n%50+1), Floor: n%30 + 1, Area: money.Area(6000 + r.IntN(12000))}
			}
			if err := a.Estate.CreateRooms(ctx, tx, who, p.ID, rooms); err != nil {
				return err
			}
			return items(ctx, a, tx, who, p.ID, month)
		})
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

func items(ctx context.Context, a *app.App, tx *db.Tx, who actor.Actor, project id.ID, month clock.Month) error {
	for _, x := range []struct {
		name, formula string
		basis         tariff.Basis
		price         money.Price
	}{
		{"物业服务费", "", tariff.ByArea, 2_350_000},
		{"公共能耗费", "", tariff.Fixed, 18_000_000},
		{"电梯费", "如果(楼层>5,(楼层-5)*5+10,10)", tariff.ByFormula, 0},
	} {
		item, err := a.Tariff.CreateItem(ctx, tx, who, project, tariff.Item{Name: x.name, Basis: x.basis, Cycle: "month", Advance: true, StartMonth: 1,
			From: month.Add(-1).First(), Unit: money.OneFen, FirstMonth: tariff.Actual})
		if err != nil {
			return err
		}
		if _, err := a.Tariff.AddRate(ctx, tx, who, project, tariff.Rate{Item: item.ID, From: month.Add(-1).First(), Price: x.price, Formula: x.formula,
			SourceKind: "contract", SourceText: "测量"}); err != nil {
			return err
		}
		if _, err := a.Tariff.Assign(ctx, tx, who, project, tariff.Assignment{Item: item.ID, Scope: tariff.ToProject, From: month.Add(-1).First()}); err != nil {
			return err
		}
	}
	return nil
}

// benchRounds is how often billing and copying take turns.
const benchRounds = 10

// rounds bills some projects and copies their rows, then the next ones: so
// both meet the same checkpoints, log files and neighbours, and neither always
// comes first. Two workers run, as in the server.
func (r *BillingResult) rounds(ctx context.Context, a *app.App, who actor.Actor, projects []id.ID) error {
	if err := r.clones(ctx, a.DB); err != nil {
		return err
	}
	ctx, stop := context.WithCancel(ctx)
	worked := make(chan error, 1)
	go func() { worked <- a.Jobs.Run(ctx, 2, false) }()
	var during []time.Duration
	var err error
	for group := range slices.Chunk(projects, len(projects)/benchRounds) {
		quiet, samples := watchLists(ctx, a, projects)
		err = r.press(ctx, a, who, group)
		quiet()
		during = append(during, <-samples...)
		if err != nil {
			break
		}
		if err = r.copyRows(ctx, a.DB, group); err != nil {
			err = fmt.Errorf("compare: %w", err)
			break
		}
	}
	r.PeakMB = float64(peakMemory()) / (1 << 20)
	r.ListDuring, r.ListSamples = ms(p99(during)), len(during)
	stop()
	return errors.Join(err, <-worked)
}

// press presses the two buttons for every project.
func (r *BillingResult) press(ctx context.Context, a *app.App, who actor.Actor, projects []id.ID) error {
	month := clock.MonthOf(time.Now())
	start := time.Now()
	runs := make([]id.ID, len(projects))
	for i, p := range projects {
		run, err := a.Billing.StartRun(ctx, who, p, month)
		if err != nil {
			return fmt.Errorf("start run: %w", err)
		}
		runs[i] = run.ID
	}
	drafts, err := reached(ctx, a, projects, runs, billing.Generating, billing.Draft)
	if err != nil {
		return err
	}
	r.Generate += time.Since(start).Seconds()
	middle := time.Now()
	for i, p := range projects {
		if _, err := a.Billing.Release(ctx, who, p, runs[i], drafts[i].Version); err != nil {
			return fmt.Errorf("release: %w", err)
		}
	}
	if _, err := reached(ctx, a, projects, runs, billing.Releasing, billing.Released); err != nil {
		return err
	}
	r.Release += time.Since(middle).Seconds()
	r.Seconds += time.Since(start).Seconds()
	return nil
}

// reached waits until no run is on its way any more and checks where they are.
func reached(ctx context.Context, a *app.App, projects, runs []id.ID, from, to billing.RunState) ([]billing.Run, error) {
	out := make([]billing.Run, len(projects))
	for i, p := range projects {
		for {
			run, err := a.Billing.Run(ctx, a.DB.Reader(ctx), p, runs[i])
			if err != nil {
				return nil, err
			}
			if out[i] = run; run.State == to {
				break
			}
			if run.State != from {
				return nil, fmt.Errorf("run %s of project %s is %s", run.ID, p, run.State)
			}
			select {
			case <-ctx.Done():
				return nil, ctx.Err()
			case <-time.After(5 * time.Millisecond):
			}
		}
	}
	return out, nil
}

// watchLists reads charge lists until stopped.
func watchLists(ctx context.Context, a *app.App, projects []id.ID) (stop func(), samples <-chan []time.Duration) {
	ctx, cancel := context.WithCancel(ctx)
	out := make(chan []time.Duration, 1)
	go func() {
		list, err := listFor(ctx, a, projects, time.Hour)
		if err != nil {
			list = nil
		}
		out <- list
	}()
	return cancel, out
}

// listFor reads the first page of random projects, about twenty times a second.
func listFor(ctx context.Context, a *app.App, projects []id.ID, long time.Duration) ([]time.Duration, error) {
	r := rand.New(rand.NewPCG(3, 4))
	var out []time.Duration
	for end := time.Now().Add(long); time.Now().Before(end) && ctx.Err() == nil; {
		p := projects[r.IntN(len(projects))]
		start := time.Now()
		_, err := a.Billing.Charges(ctx, a.DB.Reader(ctx), p, billing.Filter{Request: page.Request{Limit: 50}})
		if ctx.Err() != nil {
			break
		}
		if err != nil {
			return nil, err
		}
		out = append(out, time.Since(start))
		select {
		case <-ctx.Done():
		case <-time.After(50 * time.Millisecond):
		}
	}
	return out, nil
}
