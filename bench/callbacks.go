package bench

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"linli/internal/app"
	"linli/internal/billing"
	"linli/internal/cashier"
	"linli/internal/estate"
	"linli/internal/kit/actor"
	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/id"
	"linli/internal/kit/page"
	"linli/internal/outside/wechat/sim"
	"linli/internal/payment"
)

const (
	callbackProjects = 20
	callbackSenders  = 16
)

// CallbacksResult is what one measurement found.
type CallbacksResult struct {
	Engine    string  `json:"engine"`
	Callbacks int     `json:"callbacks"`
	Projects  int     `json:"projects"`
	Seconds   float64 `json:"seconds"`                 // from the first callback to the last receipt
	Taken     float64 `json:"acknowledged_per_second"` // signature checked, on disk
	Rate      float64 `json:"credited_per_second"`
	RawRate   float64 `json:"raw_per_second"` // the same rows, written bare, one durable commit for each callback
	Ratio     float64 `json:"ratio"`          // credited to raw
	P99       float64 `json:"answer_p99_ms"`
	Rows      int     `json:"rows_per_callback"`
}

// letter is one signed notification on its way.
type letter struct {
	path   string
	header http.Header
	body   []byte
}

// Callbacks measures how many notifications of a channel become receipts in a
// second: the whole way of the server from the HTTP handler to the receipt,
// signed by the simulator, in 20 projects. dsn empty means SQLite.
func Callbacks(ctx context.Context, callbacks int, dsn string, progress io.Writer) (*CallbacksResult, error) {
	return callbacksIn(ctx, callbackProjects, callbacks/callbackProjects, dsn, progress)
}

// callbacksIn sends some to each of projects.
func callbacksIn(ctx context.Context, projects, each int, dsn string, progress io.Writer) (*CallbacksResult, error) {
	dir, err := os.MkdirTemp("", "linli-bench-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	// The clock stands still, so that no order is asked for by the poll before
	// its callback comes.
	now := clock.NewManual(time.Now())
	s, err := sim.Open(sim.Options{Clock: now, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		return nil, err
	}
	platform := httptest.NewServer(s.Handler())
	defer platform.Close()
	a, err := app.New(ctx, app.Config{Dir: dir, DSN: dsn, Clock: now, Log: slog.New(slog.DiscardHandler), Version: "bench", Wechat: platform.URL, Address: "http://127.0.0.1"})
	if err != nil {
		return nil, err
	}
	defer a.Close()
	n, err := booked(ctx, a.DB)
	if err != nil {
		return nil, err
	}
	if n > 0 {
		return nil, fmt.Errorf("%d receipts of a channel are in the database already: give an empty one", n)
	}
	r := &CallbacksResult{Engine: string(a.DB.Engine()), Projects: projects, Callbacks: each * projects}
	fmt.Fprintf(progress, "preparing %d orders in %d projects on %s\n", r.Callbacks, r.Projects, r.Engine)
	w := &callbackWorld{app: a, sim: s, who: actor.System("bench")}
	letters, err := w.prepare(ctx, projects, each)
	if err != nil {
		return nil, fmt.Errorf("prepare: %w", err)
	}
	fmt.Fprintln(progress, "taking callbacks, and the same rows bare")
	if err := r.take(ctx, a, letters); err != nil {
		return nil, err
	}
	if err := r.bare(ctx, a.DB, w.projects); err != nil {
		return nil, fmt.Errorf("compare: %w", err)
	}
	r.Ratio = r.Rate / r.RawRate
	return r, nil
}

// Print writes the result for people or, as JSON, for programs.
func (r *CallbacksResult) Print(w io.Writer, asJSON bool) error {
	if asJSON {
		return json.NewEncoder(w).Encode(r)
	}
	_, err := fmt.Fprintf(w, `engine        %s
callbacks     %d in %d projects, %d rows each
credited      %.0f/s (%.2f s), acknowledged %.0f/s, p99 of the answer %.1f ms
bare          %.0f/s: the same rows, one durable commit a callback
ratio         %.2f
`, r.Engine, r.Callbacks, r.Projects, r.Rows, r.Rate, r.Seconds, r.Taken, r.P99, r.RawRate, r.Ratio)
	return err
}

type callbackWorld struct {
	app      *app.App
	sim      *sim.Sim
	who      actor.Actor
	projects []id.ID
}

// prepare makes one paid order for each room and its signed notification.
func (w *callbackWorld) prepare(ctx context.Context, projects, rooms int) ([]letter, error) {
	var err error
	if w.projects, err = prepareSome(ctx, w.app, w.who, projects, rooms); err != nil {
		return nil, err
	}
	papers, err := w.sim.Enrol("1900000109")
	if err != nil {
		return nil, err
	}
	var out []letter
	month := clock.MonthOf(time.Now())
	for _, p := range w.projects {
		if err := w.moveIn(ctx, p); err != nil {
			return nil, err
		}
		if err := w.charge(ctx, p, month); err != nil {
			return nil, err
		}
		m, err := w.app.Payment.SetMerchant(ctx, w.who, p, payment.Merchant{Channel: "wechat", Number: papers.Number, App: papers.App, Serial: papers.Serial,
			PlatformSerial: papers.PlatformSerial, PlatformKey: papers.PlatformKey, PrivateKey: papers.PrivateKey, APIKey: papers.APIKey, Active: true})
		if err != nil {
			return nil, err
		}
		list, err := w.orders(ctx, p, papers.Number, m.Token)
		if err != nil {
			return nil, err
		}
		out = append(out, list...)
	}
	// One project after the other would be kind; they come mixed.
	mixed := make([]letter, 0, len(out))
	for i := range rooms {
		for p := range projects {
			mixed = append(mixed, out[p*rooms+i])
		}
	}
	return mixed, nil
}

// moveIn gives every room of a project somebody who pays, and is told of it.
func (w *callbackWorld) moveIn(ctx context.Context, project id.ID) error {
	return w.app.DB.Write(ctx, func(tx *db.Tx) error {
		var rooms []id.ID
		err := w.app.Estate.StreamRooms(ctx, tx, project, estate.RoomFilter{}, func(r *estate.BillingRoom) error {
			rooms = append(rooms, r.ID)
			return nil
		})
		if err != nil {
			return err
		}
		for i, room := range rooms {
			one, err := w.app.Estate.CreatePerson(ctx, tx, w.who, project, estate.PersonInput{Name: fmt.Sprintf("住户%d", i+1)})
			if err != nil {
				return err
			}
			if _, err := w.app.Estate.AddOccupant(ctx, tx, w.who, project, estate.Occupant{Room: room, Person: one, Part: estate.PartOwner}); err != nil {
				return err
			}
		}
		return nil
	})
}

func (w *callbackWorld) charge(ctx context.Context, project id.ID, month clock.Month) error {
	run, err := w.app.Billing.StartRun(ctx, w.who, project, month)
	if err == nil {
		err = w.app.Jobs.Drain(ctx)
	}
	if err == nil {
		run, err = w.app.Billing.Run(ctx, w.app.DB.Reader(ctx), project, run.ID)
	}
	if err == nil {
		_, err = w.app.Billing.Release(ctx, w.who, project, run.ID, run.Version)
	}
	if err == nil {
		err = w.app.Jobs.Drain(ctx)
	}
	return err
}

func (w *callbackWorld) orders(ctx context.Context, project id.ID, merchant, token string) ([]letter, error) {
	rooms := map[id.ID]bool{}
	for f := (billing.Filter{Request: page.Request{Limit: 200}}); ; {
		l, err := w.app.Billing.Charges(ctx, w.app.DB.Reader(ctx), project, f)
		if err != nil {
			return nil, err
		}
		for _, c := range l.Items {
			rooms[c.Subject] = true
		}
		if f.Cursor = l.Next; l.Next == "" {
			break
		}
	}
	var opened []payment.Order
	for room := range rooms {
		if _, err := w.app.Paycode.Issue(ctx, w.who, project, room); err != nil { // who has paid is told on its page
			return nil, err
		}
		seat, err := w.app.Cashier.Seat(ctx, project, room)
		if err != nil {
			return nil, err
		}
		o, err := w.app.Cashier.OpenOrder(ctx, w.who, project, cashier.OrderTaking{Channel: "wechat", Room: room, Amount: seat.Owed, ExpectedOwed: seat.Owed})
		if err != nil {
			return nil, err
		}
		opened = append(opened, o)
	}
	if err := w.app.Jobs.Drain(ctx); err != nil {
		return nil, err
	}
	var out []letter
	for _, o := range opened {
		o, err := w.app.Payment.Order(ctx, w.app.DB.Reader(ctx), project, o.ID)
		if err != nil {
			return nil, err
		}
		if err := w.sim.Pay(o.Code); err != nil {
			return nil, err
		}
		header, body, err := w.sim.Letter(merchant, o.Number)
		if err != nil {
			return nil, err
		}
		out = append(out, letter{"/api/v1/callbacks/wechat/" + token, header, body})
	}
	return out, nil
}

// take hands every letter to the server while its workers run, and waits for
// the last receipt.
func (r *CallbacksResult) take(ctx context.Context, a *app.App, letters []letter) error {
	work, stop := context.WithCancel(ctx)
	worked := make(chan error, 1)
	go func() { worked <- a.Jobs.Run(work, 2, false) }()
	handler := a.Handler()
	var next, odd atomic.Int64
	var wg sync.WaitGroup
	times := make([]time.Duration, len(letters))
	start := time.Now()
	for range callbackSenders {
		wg.Go(func() {
			for i := int(next.Add(1)) - 1; i < len(letters); i = int(next.Add(1)) - 1 {
				l := letters[i]
				began := time.Now()
				req := httptest.NewRequestWithContext(ctx, http.MethodPost, l.path, bytes.NewReader(l.body))
				req.Header = l.header
				res := httptest.NewRecorder()
				handler.ServeHTTP(res, req)
				times[i] = time.Since(began)
				if res.Code != http.StatusNoContent {
					odd.Add(1)
				}
			}
		})
	}
	wg.Wait()
	taken := time.Since(start)
	err := untilCaptured(ctx, a.DB, len(letters))
	r.Seconds = time.Since(start).Seconds()
	stop()
	if n := odd.Load(); n > 0 {
		err = errors.Join(err, fmt.Errorf("%d callbacks were not acknowledged", n))
	}
	if err = errors.Join(err, <-worked); err != nil {
		return err
	}
	r.Taken, r.Rate, r.P99 = float64(len(letters))/taken.Seconds(), float64(len(letters))/r.Seconds, ms(p99(times))
	return nil
}

func untilCaptured(ctx context.Context, d *db.DB, want int) error {
	for end := time.Now().Add(5 * time.Minute); ; {
		n, err := booked(ctx, d)
		if err != nil || n == want {
			return err
		}
		if time.Now().After(end) {
			return fmt.Errorf("%d of %d callbacks became receipts", n, want)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(25 * time.Millisecond):
		}
	}
}
