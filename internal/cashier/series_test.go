package cashier_test

import (
	"testing"

	"linli/internal/cashier"
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
			if len(out.Items) != 5 || out.Items[0].Series != "SJ" || out.Items[1].Next != "RJ2026-000001" {
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
