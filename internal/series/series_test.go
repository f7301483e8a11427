package series_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"linli/internal/audit"
	"linli/internal/cashier"
	"linli/internal/cashier/countertest"
	"linli/internal/kit/actor"
	"linli/internal/kit/fault"
	"linli/internal/kit/web"
	"linli/internal/ledger"
	"linli/internal/series"
)

type world struct {
	*countertest.World
	series *series.Service
}

func run(t *testing.T, f func(t *testing.T, w *world)) {
	t.Helper()
	countertest.Run(t, func(t *testing.T, c *countertest.World) {
		w := &world{c, series.New(series.Deps{DB: c.DB, Audit: c.Audit, Ledger: c.Ledger})}
		if err := w.Bill(t.Context(), countertest.Due{Room: w.A, Item: "物业服务费", Month: 202611, Amount: 25380}); err != nil {
			t.Fatal(err)
		}
		f(t, w)
	})
}

type row struct {
	Series, Prefix, Next string
	Last                 int64
}

// read asks for the page as a browser does.
func (w *world) read(t *testing.T) []row {
	t.Helper()
	s := web.New(web.Deps{DB: w.DB, Log: slog.New(slog.DiscardHandler), Version: "test",
		Authenticate: func(context.Context, string, string) (actor.Actor, error) { return w.Teller(), nil }})
	w.series.Routes(s)
	srv := httptest.NewServer(s.Handler())
	defer srv.Close()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, fmt.Sprintf("%s/api/v1/projects/%d/series", srv.URL, w.Project), nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer teller")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	var out struct{ Items []row }
	if err := json.NewDecoder(res.Body).Decode(&out); err != nil || res.StatusCode != 200 {
		t.Fatalf("%d, %v", res.StatusCode, err)
	}
	return out.Items
}

func (w *world) pay(t *testing.T) cashier.Receipt {
	t.Helper()
	return w.Take(t, w.A, cashier.Pay{Method: cashier.MethodCash, Amount: 10000})
}

// TestSeries: the page tells the number that the next receipt then has.
func TestSeries(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		next := func() (string, int64) {
			t.Helper()
			list := w.read(t)
			if len(list) != 12 || list[0].Series != "SJ" || list[1].Next != "RJ2026-000001" {
				t.Fatalf("series %+v", list)
			}
			return list[0].Next, list[0].Last
		}
		if text, last := next(); text != "SJ2026-000001" || last != 0 {
			t.Errorf("before the first: %s after %d", text, last)
		}
		for _, want := range []string{"SJ2026-000001", "SJ2026-000002"} {
			told, _ := next()
			if given := w.pay(t).Number; told != want || given != want {
				t.Errorf("told %s, given %s, want %s", told, given, want)
			}
		}
	})
}

// TestSetPrefix: a prefix holds from a year without numbers on, differs from
// those of other documents, and leaves numbers without gap.
func TestSetPrefix(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		set := func(code string, year int, text string) error {
			return w.series.SetPrefix(t.Context(), w.Teller(), w.Project, ledger.Prefix{Series: code, Year: year, Text: text})
		}
		for _, c := range []struct {
			series, text string
			year         int
			want         error
		}{
			{"SJ", "ch", 2026, ledger.ErrPrefix}, {"SJ", "", 2026, ledger.ErrPrefix}, {"SJ", "CH1", 2026, ledger.ErrPrefix}, {"SJ", "ABCDEFG", 2026, ledger.ErrPrefix},
			{"SJ", "RJ", 2026, ledger.ErrPrefixTaken}, {"XX", "CH", 2026, fault.ErrNotFound}, {"SJ", "CH", 2025, series.ErrYear},
			{"SJ", "CH", 2028, series.ErrYear}, {"SJ", "CH", 2026, nil}, {"RJ", "CH", 2026, ledger.ErrPrefixTaken}, {"SJ", "CHSJ", 2026, nil}, {"SJ", "CHSJ", 2026, nil},
		} {
			if err := set(c.series, c.year, c.text); !errors.Is(err, c.want) {
				t.Errorf("%+v: %v", c, err)
			}
		}
		if r := w.pay(t); r.Number != "CHSJ2026-000001" {
			t.Errorf("number %s", r.Number)
		}
		if err := set("SJ", 2026, "SJ"); !errors.Is(err, ledger.ErrPrefixUsed) {
			t.Errorf("a prefix with numbers: %v", err)
		}
		if err := set("SJ", 2027, "NEW"); err != nil {
			t.Errorf("next year: %v", err)
		}
		again, told := w.pay(t), w.read(t)
		if again.Number != "CHSJ2026-000002" || told[0].Next != "CHSJ2026-000003" || told[0].Prefix != "CHSJ" {
			t.Errorf("second %s, told %+v", again.Number, told)
		}
		log, err := w.Audit.Entries(t.Context(), w.Project, audit.Filter{Action: "cashier.series_changed"})
		if err != nil || len(log.Items) != 3 || !strings.Contains(log.Items[1].Before, `"CH"`) {
			t.Errorf("log %+v", log.Items)
		}
	})
}

// TestSetPrefixBesideTheFirstNumber: whoever comes first, number and prefix agree.
func TestSetPrefixBesideTheFirstNumber(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		var wg sync.WaitGroup
		var refused error
		wg.Go(func() {
			w.pay(t)
		})
		wg.Go(func() {
			refused = w.series.SetPrefix(t.Context(), w.Teller(), w.Project, ledger.Prefix{Series: "SJ", Year: 2026, Text: "CH"})
		})
		wg.Wait()
		if refused != nil && !errors.Is(refused, ledger.ErrPrefixUsed) {
			t.Errorf("set: %v", refused)
		}
	})
}
