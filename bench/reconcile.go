package bench

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http/httptest"
	"os"
	"runtime/debug"
	"time"

	"linli/internal/app"
	"linli/internal/kit/actor"
	"linli/internal/kit/clock"
	"linli/internal/kit/id"
	"linli/internal/kit/page"
	"linli/internal/payment"
	"linli/internal/reconcile"
)

// ReconcileOptions say how long the bill of `linli bench reconcile` is.
type ReconcileOptions struct {
	Lines   int
	Channel string // wechat or alipay
	DSN     string // an empty PostgreSQL database; empty means SQLite
}

// ReconcileResult is what one measurement found.
type ReconcileResult struct {
	Engine  string  `json:"engine"`
	Channel string  `json:"channel"`
	Lines   int     `json:"lines"`
	Planted int     `json:"exceptions_planted"` // each was reported, and nothing else
	FileMB  float64 `json:"file_mb"`            // as it was sent
	Seconds float64 `json:"seconds"`            // from the morning's check to the closed day: asked for, downloaded, read twice, matched, kept, credited
	CPU     float64 `json:"cpu_seconds"`        // of them, of all cores, the database's own process aside
	Rate    float64 `json:"lines_per_second"`
	Bare    float64 `json:"bare_seconds"` // the same file split into cells and copied in, one transaction, and one join with the captures
	BareCPU float64 `json:"bare_cpu_seconds"`
	Ratio   float64 `json:"ratio"`   // seconds to bare
	RestMB  float64 `json:"rest_mb"` // of a server that has just started
	PeakMB  float64 `json:"peak_mb"`
	GrownMB float64 `json:"grown_mb"` // what the reconciliation took at most
}

// Reconcile measures the morning after a day with many online payments: the
// simulator's bill is fetched by the channel's own client and held against the
// books by the job that does it every morning. Some payments are
// spoiled before; exactly these have to be reported.
func Reconcile(ctx context.Context, o ReconcileOptions, progress io.Writer) (*ReconcileResult, error) {
	dir, err := os.MkdirTemp("", "linli-bench-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	day := clock.DateOf(time.Now())
	now := clock.NewManual(day.Start().Add(time.Minute))
	street, err := billStreetOf(o.Channel, now, dir)
	if err != nil {
		return nil, err
	}
	platform := httptest.NewServer(street.keeper)
	defer platform.Close()
	c := app.Config{Dir: dir, DSN: o.DSN, Clock: now, Log: slog.New(slog.DiscardHandler), Version: "bench", Wechat: platform.URL, Alipay: platform.URL, Address: "http://127.0.0.1"}
	r := &ReconcileResult{Channel: o.Channel, Lines: o.Lines}
	w := &reconcileWorld{street: street, now: now, who: actor.System("bench"), planted: map[string]reconcile.DifferenceKind{}}
	if err := r.evening(ctx, c, w, progress); err != nil {
		return nil, fmt.Errorf("prepare: %w", err)
	}
	now.Set(day.AddDays(1).Start().Add(10*time.Hour + 30*time.Minute))
	if err := street.fetch(ctx, platform.URL, w.merchant, day); err != nil {
		return nil, fmt.Errorf("prepare: %w", err)
	}
	street.dismiss()
	if w.app, err = app.New(ctx, c); err != nil { // a fresh server, as after a restart
		return nil, err
	}
	defer w.app.Close()
	fmt.Fprintln(progress, "reconciling, and the same file bare")
	if err := r.morning(ctx, w); err != nil {
		return nil, err
	}
	cpu := cpuTime()
	if r.Bare, err = w.bare(ctx, day); err != nil {
		return nil, fmt.Errorf("compare: %w", err)
	}
	r.BareCPU, r.Ratio = (cpuTime() - cpu).Seconds(), r.Seconds/r.Bare
	return r, nil
}

// evening makes the day, in a server of its own.
func (r *ReconcileResult) evening(ctx context.Context, c app.Config, w *reconcileWorld, progress io.Writer) error {
	a, err := app.New(ctx, c)
	if err != nil {
		return err
	}
	defer a.Close()
	w.app, r.Engine = a, string(a.DB.Engine())
	fmt.Fprintf(progress, "preparing a day with %d lines of %s on %s\n", r.Lines, r.Channel, r.Engine)
	return w.prepare(ctx, r.Lines)
}

// morning does what the server does by itself.
func (r *ReconcileResult) morning(ctx context.Context, w *reconcileWorld) error {
	const mb = 1 << 20
	defer debug.SetGCPercent(debug.SetGCPercent(50)) // as the server
	debug.FreeOSMemory()
	rest := residentMemory()
	if err := resetPeak(); err != nil {
		return fmt.Errorf("measure memory: %w", err)
	}
	start, cpu := time.Now(), cpuTime()
	if err := w.app.Reconcile.ReconcileDue(ctx); err != nil {
		return err
	}
	if err := w.app.Jobs.Drain(ctx); err != nil {
		return err
	}
	r.Seconds, r.CPU = time.Since(start).Seconds(), (cpuTime() - cpu).Seconds()
	peak := peakMemory()
	r.Rate, r.RestMB, r.PeakMB, r.GrownMB = float64(r.Lines)/r.Seconds, float64(rest)/mb, float64(peak)/mb, float64(peak-rest)/mb
	file, err := os.Stat(w.street.keeper.file(w.street.download))
	if err != nil {
		return fmt.Errorf("the bill was not fetched: %w", err)
	}
	r.FileMB = float64(file.Size()) / mb
	r.Planted, err = w.reported(ctx, r.Lines)
	return err
}

// reported holds what the day says against what was planted.
func (w *reconcileWorld) reported(ctx context.Context, lines int) (int, error) {
	days, err := w.app.Reconcile.Statements(ctx, w.project, reconcile.StatementFilter{Request: page.Request{Limit: 10}})
	if err != nil {
		return 0, err
	}
	if len(days.Items) != 1 || days.Items[0].State != reconcile.StatementDone {
		return 0, fmt.Errorf("the day is not closed: %+v", days.Items)
	}
	st, credited := days.Items[0], 0
	var wrong error
	found := map[string]bool{}
	for f := (reconcile.DifferenceFilter{Request: page.Request{Limit: 200}, Statement: st.ID}); ; {
		list, err := w.app.Reconcile.Differences(ctx, w.project, f)
		if err != nil {
			return 0, err
		}
		for _, d := range list.Items {
			settled := d.State == reconcile.DifferenceDone && d.Remedy == reconcile.RemedyCredit
			if settled {
				credited++
			}
			if w.planted[d.Number] != d.Kind || found[d.Number] || settled != (d.Kind == reconcile.KindUncredited) {
				wrong = errors.Join(wrong, fmt.Errorf("%s of %s is %s, planted was %q", d.Kind, d.Number, d.State, w.planted[d.Number]))
			}
			found[d.Number] = true
		}
		if f.Cursor = list.Next; list.Next == "" {
			break
		}
	}
	if len(found) != len(w.planted) || int(st.Lines) != lines || int(st.Differences) != len(w.planted) || int(st.Open) != len(w.planted)-credited {
		wrong = errors.Join(wrong, fmt.Errorf("%d exceptions were planted in %d lines, the day says %d, %d open, in %d lines", len(w.planted), lines, st.Differences, st.Open, st.Lines))
	}
	return len(found), wrong
}

// Print writes the result for people or, as JSON, for programs.
func (r *ReconcileResult) Print(w io.Writer, asJSON bool) error {
	if asJSON {
		return json.NewEncoder(w).Encode(r)
	}
	_, err := fmt.Fprintf(w, `engine        %s
bill          %d lines of %s, %.1f MB as sent
reconciled    %.2f s (%.2f s of CPU), %.0f lines/s; %d exceptions planted, exactly these reported
bare          %.2f s (%.2f s of CPU): the same file split and copied in, one transaction, one join
ratio         %.2f
memory        %.0f MB at most, %.0f MB more than before
`, r.Engine, r.Lines, r.Channel, r.FileMB, r.Seconds, r.CPU, r.Rate, r.Planted, r.Bare, r.BareCPU, r.Ratio, r.PeakMB, r.GrownMB)
	return err
}

// reconcileWorld is a project with one day of payments.
type reconcileWorld struct {
	app      *app.App
	street   *billStreet
	now      *clock.Manual
	who      actor.Actor
	project  id.ID
	merchant payment.Merchant
	planted  map[string]reconcile.DifferenceKind // by 商户订单号
}
