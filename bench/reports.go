package bench

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"os"
	"slices"
	"time"

	"linli/internal/analytics"
	"linli/internal/app"
	"linli/internal/billing"
	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
	"linli/internal/ledger"
)

// ReportResult is one report of one project. Times are seconds.
type ReportResult struct {
	Name    string     `json:"name"`
	On      clock.Date `json:"on"` // as of
	Seconds float64    `json:"seconds"`
	Bare    float64    `json:"bare_seconds"` // the same sums of the rows themselves
	Ratio   float64    `json:"ratio"`
}

// ReportsResult is the whole measurement.
type ReportsResult struct {
	Engine  string         `json:"engine"`
	Charges int64          `json:"charges"`
	Sums    int64          `json:"sums"` // rows of sums that the reports read
	Months  int            `json:"months"`
	Reports []ReportResult `json:"reports"`
}

// Reports opens the reports of one project with so many charges, three a room
// and month, as of the last day and as of a day a year before, and asks the
// database for the same sums of the charges and postings. What is paid is
// settled and posted without receipts, which no report reads.
func Reports(ctx context.Context, charges, months int, dsn string, progress io.Writer) (*ReportsResult, error) {
	dir, err := os.MkdirTemp("", "linli-bench-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	now := clock.NewManual(time.Now())
	last := clock.MonthOf(now.Now())
	first := last.Add(1 - months)
	now.Set(first.First().Start().Add(9 * time.Hour))
	c := app.Config{Dir: dir, DSN: dsn, Clock: now, Log: slog.New(slog.DiscardHandler), Version: "bench"}
	w := &reportWorld{now: now}
	if err := w.fill(ctx, c, charges/3/months, first, last, progress); err != nil {
		return nil, fmt.Errorf("prepare: %w", err)
	}
	a, err := app.New(ctx, c) // a fresh server, as after a restart
	if err != nil {
		return nil, err
	}
	defer a.Close()
	w.app = a
	r := &ReportsResult{Engine: string(a.DB.Engine()), Months: months}
	if r.Charges, r.Sums, err = countReported(ctx, a.DB); err != nil {
		return nil, err
	}
	fmt.Fprintln(progress, "opening the reports, and the same sums of the rows")
	today := clock.DateOf(now.Now())
	for _, on := range []clock.Date{today, today.AddDays(-365)} {
		for _, x := range w.reports(on) {
			one, err := x.measure(ctx)
			if err != nil {
				return nil, fmt.Errorf("%s as of %s: %w", x.name, on, err)
			}
			one.On = on
			r.Reports = append(r.Reports, one)
		}
	}
	return r, nil
}

// Print writes the result for people or, as JSON, for programs.
func (r *ReportsResult) Print(w io.Writer, asJSON bool) error {
	if asJSON {
		return json.NewEncoder(w).Encode(r)
	}
	if _, err := fmt.Fprintf(w, "engine   %s\nproject  %d charges of %d months, %d sums by day\nreports, the same sums of the rows themselves, ratio:\n",
		r.Engine, r.Charges, r.Months, r.Sums); err != nil {
		return err
	}
	for _, x := range r.Reports {
		if _, err := fmt.Fprintf(w, "  %-9s %s   %7.3f s   bare %7.3f s   %.3f\n", x.Name, x.On, x.Seconds, x.Bare, x.Ratio); err != nil {
			return err
		}
	}
	return nil
}

// reportWorld is the project the reports are about.
type reportWorld struct {
	app     *app.App
	now     *clock.Manual
	project id.ID
}

// fill bills month after month by the product's own runs, as time goes by, and
// settles nineteen of twenty charges in the twenty days after.
func (w *reportWorld) fill(ctx context.Context, c app.Config, rooms int, first, last clock.Month, progress io.Writer) error {
	a, err := app.New(ctx, c)
	if err != nil {
		return err
	}
	defer a.Close()
	projects, err := prepareSome(ctx, a, benchActor(), 1, rooms)
	if err != nil {
		return err
	}
	w.project = projects[0]
	for m := first; m <= last; m = m.Add(1) {
		fmt.Fprintf(progress, "billing %d rooms for %s\n", rooms, m)
		w.now.Set(m.First().Start().Add(9 * time.Hour))
		if err := bill(ctx, a, w.project, m); err != nil {
			return err
		}
		if err := w.pay(ctx, a, m); err != nil {
			return fmt.Errorf("pay %s: %w", m, err)
		}
	}
	return nil
}

// payBatch is how many charges are settled in one transaction.
const payBatch = 2000

func (w *reportWorld) pay(ctx context.Context, a *app.App, month clock.Month) error {
	list, err := chargesOf(ctx, a.DB, w.project, month)
	if err != nil {
		return err
	}
	list = slices.DeleteFunc(list, func(s billing.Settlement) bool { return s.Charge%20 == 0 })
	done, days := 0, 20
	for part := range slices.Chunk(list, min(payBatch, max(1, len(list)/days))) {
		w.now.Set(month.First().AddDays(1 + done*days/len(list)).Start().Add(10 * time.Hour))
		done += len(part)
		err := a.DB.Write(ctx, func(tx *db.Tx) error {
			if _, err := a.Billing.Settle(ctx, tx, w.project, part); err != nil {
				return err
			}
			var sum money.Fen
			for _, s := range part {
				sum += s.Amount
			}
			return a.Ledger.Post(ctx, tx, w.project, []ledger.Posting{{DocKind: ledger.DocReceipt, Doc: tx.NewID(), Date: clock.DateOf(tx.Now()), Debit: ledger.Bank,
				Credit: ledger.Receivable, Amount: sum}})
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// report is one page and the same figure of the rows.
type report struct {
	name   string
	read   func(ctx context.Context) (money.Fen, error)
	oracle func(ctx context.Context) (money.Fen, error)
}

func (w *reportWorld) reports(on clock.Date) []report {
	p := analytics.Period{On: on}
	year := clock.Date(on.Year()*10000 + 101)
	return []report{
		{"standing", func(ctx context.Context) (money.Fen, error) {
			st, err := w.app.Analytics.Standing(ctx, w.project, p)
			return st.Owed, err
		}, func(ctx context.Context) (money.Fen, error) {
			if err := bareDues(ctx, w.app.DB, w.project, on); err != nil {
				return 0, err
			}
			book, err := bareBook(ctx, w.app.DB, w.project, 0, on)
			return book[ledger.Receivable], err
		}},
		{"profit", func(ctx context.Context) (money.Fen, error) {
			r, err := w.app.Analytics.Profit(ctx, w.project, p)
			return r.Profit.Total, err
		}, func(ctx context.Context) (money.Fen, error) {
			book, err := bareBook(ctx, w.app.DB, w.project, year, on)
			return -book[ledger.Revenue], err
		}},
		{"public", func(ctx context.Context) (money.Fen, error) {
			r, err := w.app.Analytics.Public(ctx, w.project, p, 0)
			return r.Net, err
		}, func(ctx context.Context) (money.Fen, error) {
			book, err := bareBook(ctx, w.app.DB, w.project, year, on)
			return -book[ledger.PublicFund], err
		}},
	}
}

// measure takes the middle of five looks, and of three at the rows.
func (x *report) measure(ctx context.Context) (ReportResult, error) {
	got, took, err := middle(ctx, 5, x.read)
	if err != nil {
		return ReportResult{}, err
	}
	want, bare, err := middle(ctx, 3, x.oracle)
	if err == nil && got != want {
		err = fmt.Errorf("the report says %s, the rows say %s", got.Yuan(), want.Yuan())
	}
	return ReportResult{Name: x.name, Seconds: took.Seconds(), Bare: bare.Seconds(), Ratio: took.Seconds() / bare.Seconds()}, err
}

func middle(ctx context.Context, times int, read func(context.Context) (money.Fen, error)) (sum money.Fen, took time.Duration, err error) {
	all := make([]time.Duration, times)
	for i := range all {
		start := time.Now()
		if sum, err = read(ctx); err != nil {
			return 0, 0, err
		}
		all[i] = time.Since(start)
	}
	slices.Sort(all)
	return sum, all[times/2], nil
}
