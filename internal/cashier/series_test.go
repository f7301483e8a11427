package cashier_test

import (
	"errors"
	"strings"
	"sync"
	"testing"

	"linli/internal/audit"
	"linli/internal/cashier"
	"linli/internal/kit/fault"
	"linli/internal/ledger"
)

// TestSeries: the page tells the number that the next receipt then has.
func TestSeries(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		w.bill(t, due{w.a, "物业服务费", 202611, 25380})
		b := w.serve(t)
		next := func() (string, int64) {
			t.Helper()
			var out struct {
				Items []struct {
					Series, Next string
					Last         int64
				}
			}
			b.call("GET", "/series", "", 200, &out)
			if len(out.Items) != 9 || out.Items[0].Series != "SJ" || out.Items[1].Next != "RJ2026-000001" {
				t.Fatalf("series %+v", out)
			}
			return out.Items[0].Next, out.Items[0].Last
		}
		if text, last := next(); text != "SJ2026-000001" || last != 0 {
			t.Errorf("before the first: %s after %d", text, last)
		}
		for _, want := range []string{"SJ2026-000001", "SJ2026-000002"} {
			told, _ := next()
			r, err := w.take(t, cashier.Taking{Room: w.a, Pays: cash(10000)})
			mustBe(t, err, nil)
			if told != want || r.Number != want {
				t.Errorf("told %s, given %s, want %s", told, r.Number, want)
			}
		}
	})
}

// TestSetPrefix: a prefix holds from a year without numbers on, differs from
// those of other documents, and leaves numbers without gap.
func TestSetPrefix(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		w.bill(t, due{w.a, "物业服务费", 202611, 25380})
		set := func(series string, year int, text string) error {
			return w.cashier.SetPrefix(t.Context(), w.teller(), w.project, ledger.Prefix{Series: series, Year: year, Text: text})
		}
		for _, c := range []struct {
			series, text string
			year         int
			want         error
		}{
			{"SJ", "ch", 2026, ledger.ErrPrefix}, {"SJ", "", 2026, ledger.ErrPrefix}, {"SJ", "CH1", 2026, ledger.ErrPrefix}, {"SJ", "ABCDEFG", 2026, ledger.ErrPrefix},
			{"SJ", "RJ", 2026, ledger.ErrPrefixTaken}, {"XX", "CH", 2026, fault.ErrNotFound}, {"SJ", "CH", 2025, cashier.ErrSeriesYear},
			{"SJ", "CH", 2028, cashier.ErrSeriesYear}, {"SJ", "CH", 2026, nil}, {"RJ", "CH", 2026, ledger.ErrPrefixTaken}, {"SJ", "CHSJ", 2026, nil}, {"SJ", "CHSJ", 2026, nil},
		} {
			if err := set(c.series, c.year, c.text); !errors.Is(err, c.want) {
				t.Errorf("%+v: %v", c, err)
			}
		}
		r, err := w.take(t, cashier.Taking{Room: w.a, Pays: cash(10000)})
		mustBe(t, err, nil)
		if r.Number != "CHSJ2026-000001" {
			t.Errorf("number %s", r.Number)
		}
		mustBe(t, set("SJ", 2026, "SJ"), ledger.ErrPrefixUsed)
		mustBe(t, set("SJ", 2027, "NEW"), nil)
		again, err := w.take(t, cashier.Taking{Room: w.a, Pays: cash(10000)})
		mustBe(t, err, nil)
		b := w.serve(t)
		var out struct {
			Items []struct{ Series, Prefix, Next string }
		}
		b.call("GET", "/series", "", 200, &out)
		if again.Number != "CHSJ2026-000002" || out.Items[0].Next != "CHSJ2026-000003" || out.Items[0].Prefix != "CHSJ" {
			t.Errorf("second %s, told %+v", again.Number, out.Items)
		}
		if found, err := w.cashier.Broken(t.Context(), w.project); err != nil || len(found) > 0 {
			t.Errorf("the doctor says %v %v", found, err)
		}
		log, err := w.audit.Entries(t.Context(), w.project, audit.Filter{Action: "cashier.series_changed"})
		mustBe(t, err, nil)
		if len(log.Items) != 3 || !strings.Contains(log.Items[1].Before, `"CH"`) {
			t.Errorf("log %+v", log.Items)
		}
	})
}

// TestSetPrefixBesideTheFirstNumber: whoever comes first, number and prefix agree.
func TestSetPrefixBesideTheFirstNumber(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		w.bill(t, due{w.a, "物业服务费", 202611, 25380})
		var wg sync.WaitGroup
		var refused error
		wg.Go(func() {
			if _, err := w.take(t, cashier.Taking{Room: w.a, Pays: cash(10000)}); err != nil {
				t.Errorf("take: %v", err)
			}
		})
		wg.Go(func() {
			refused = w.cashier.SetPrefix(t.Context(), w.teller(), w.project, ledger.Prefix{Series: "SJ", Year: 2026, Text: "CH"})
		})
		wg.Wait()
		if refused != nil && !errors.Is(refused, ledger.ErrPrefixUsed) {
			t.Errorf("set: %v", refused)
		}
		if found, err := w.cashier.Broken(t.Context(), w.project); err != nil || len(found) > 0 {
			t.Errorf("the doctor says %v %v", found, err)
		}
	})
}
