package billing_test

import (
	"testing"

	"linli/internal/estate"
	"linli/internal/kit/clock"
	"linli/internal/kit/money"
	"linli/internal/tariff"
)

// The acceptance cases of category A that are about a run, by their number;
// A03, A09, A11 and A12 follow from the rules beside them.
func TestAcceptanceCases(t *testing.T) {
	cases := []struct {
		id       string
		month    clock.Month
		area     money.Area
		handover clock.Date
		item     tariff.Item
		price    string
		formula  string
		more     [][2]any // later rates: from, price
		want     []money.Fen
	}{
		{id: "A02 quarter, rounded by month", month: 202601, area: 9836, item: tariff.Item{Cycle: "quarter", Advance: true}, price: "2.35", want: []money.Fen{23115, 23115, 23115}},
		{id: "A03 quarter, rounded once", month: 202601, area: 9836, item: tariff.Item{Cycle: "quarter", Advance: true, AtPeriod: true}, price: "2.35", want: []money.Fen{23115, 23115, 23114}},
		{id: "A04 no floats", month: 202601, area: 8930, price: "2.35", want: []money.Fen{20986}},
		{id: "A05 half up", month: 202601, area: 8353, price: "2.50", want: []money.Fen{20883}},
		{id: "A05 half even", month: 202601, area: 8353, item: tariff.Item{Rounding: money.HalfEven}, price: "2.50", want: []money.Fen{20882}},
		{id: "A07 one rounding", month: 202601, area: 5007, price: "2.785", want: []money.Fen{13944}},
		{id: "A08 actual days", month: 202503, area: 10000, handover: 20250311, price: "3", want: []money.Fen{20323}},
		{id: "A09 days of 30", month: 202503, area: 10000, handover: 20250311, item: tariff.Item{FirstMonth: tariff.D30}, price: "3", want: []money.Fen{21000}},
		{id: "A10 days of 365", month: 202503, area: 10000, handover: 20250311, item: tariff.Item{FirstMonth: tariff.D365}, price: "3", want: []money.Fen{20712}},
		{id: "A11 half month, until the 15th", month: 202503, area: 10000, handover: 20250315, item: tariff.Item{FirstMonth: tariff.Half}, price: "3", want: []money.Fen{30000}},
		{id: "A12 from the next month", month: 202503, area: 10000, handover: 20250311, item: tariff.Item{FirstMonth: tariff.Next}, price: "3", want: nil},
		{id: "A12 the next month", month: 202504, area: 10000, handover: 20250311, item: tariff.Item{FirstMonth: tariff.Next}, price: "3", want: []money.Fen{30000}},
		{id: "A13 half month, from the 16th", month: 202503, area: 10000, handover: 20250320, item: tariff.Item{FirstMonth: tariff.Half}, price: "3", want: []money.Fen{15000}},
		{id: "A14 leap February", month: 202402, area: 10000, handover: 20240210, price: "3", want: []money.Fen{20690}},
		{id: "A16 reduced by formula", month: 202601, area: 8950, item: tariff.Item{Basis: tariff.ByFormula}, price: "2.80", formula: "面积*单价*0.7", want: []money.Fen{17542}},
		{id: "A20 price change inside", month: 202507, area: 10000, price: "2.80", more: [][2]any{{clock.Date(20250716), "3.20"}}, want: []money.Fen{30065}},
		{id: "A22 by floor", month: 202601, area: 6240, item: tariff.Item{Basis: tariff.ByFormula}, price: "0", formula: "面积*如果(楼层=1, 8, 6)", want: []money.Fen{49920}},
		{id: "last month ends on the 10th", month: 202504, area: 10000, item: tariff.Item{Until: 20250410}, price: "3", want: []money.Fen{10000}},
		{id: "last month of half months", month: 202504, area: 10000, item: tariff.Item{Until: 20250415, FirstMonth: tariff.Half}, price: "3", want: []money.Fen{15000}},
		{id: "to the jiao, up", month: 202601, area: 5007, item: tariff.Item{Rounding: money.Up, Unit: money.OneJiao}, price: "2.785", want: []money.Fen{13950}},
		{id: "a year's price in months", month: 202601, area: 9000, item: tariff.Item{Basis: tariff.Fixed, Cycle: "year", Advance: true, PerPeriod: true, AtPeriod: true}, price: "100",
			want: []money.Fen{834, 834, 834, 834, 833, 833, 833, 833, 833, 833, 833, 833}},
		{id: "arrears quarter", month: 202604, area: 9836, item: tariff.Item{Cycle: "quarter"}, price: "2.35", want: []money.Fen{23115, 23115, 23115}},
	}
	each(t, 0, func(t *testing.T, w *world) {
		for _, c := range cases {
			t.Run(c.id, func(t *testing.T) {
				w := newWorld(t, w.DB, w.Now, 0)
				room := w.Rooms(estate.Room{Area: c.area, Handover: c.handover, Floor: 1})[0]
				c.item.Name = "物业服务费"
				item := w.Item(c.item, c.price, c.formula)
				for _, m := range c.more {
					w.Rate(item.ID, m[0].(clock.Date), m[1].(string), "")
				}
				r := w.run(c.month)
				var got []money.Fen
				for _, l := range w.Lines(r.ID) {
					got = append(got, l.Amount)
				}
				if len(got) != len(c.want) {
					t.Fatalf("amounts %v, want %v", got, c.want)
				}
				for i := range got {
					if got[i] != c.want[i] {
						t.Fatalf("amounts %v, want %v", got, c.want)
					}
				}
				w.check()
				if len(got) == 0 {
					return
				}
				w.release(r)
				for _, open := range w.Open(room) {
					e, err := w.Billing.Explain(t.Context(), w.DB.Reader(t.Context()), w.Project, open.ID)
					if err != nil || e.Computed != open.Amount || e.Amount != open.Amount || len(e.Lines) < 3 {
						t.Fatalf("explanation %+v of %d, error %v", e, open.Amount, err)
					}
				}
				w.check()
			})
		}
	})
}
