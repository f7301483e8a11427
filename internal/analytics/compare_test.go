package analytics

import "testing"

// TestComparedTotal: the rates of a total are those of the money, no mean.
func TestComparedTotal(t *testing.T) {
	var total Compared
	for _, one := range []Compared{
		{Income: 100, Cost: 30, Profit: 70, Owed: 5, Current: Rate{100, 50, 5000}, Arrears: Rate{}, All: Rate{100, 50, 5000}},
		{Income: 900, Cost: 1000, Profit: -100, Owed: 7, Current: Rate{900, 900, 10000}, Arrears: Rate{30, 10, 3333}, All: Rate{930, 910, 9785}},
	} {
		if err := total.add(&one); err != nil {
			t.Fatal(err)
		}
	}
	want := Compared{Income: 1000, Cost: 1030, Profit: -30, Owed: 12, Current: Rate{1000, 950, 9500}, Arrears: Rate{30, 10, 3333}, All: Rate{1030, 960, 9320}}
	if total != want {
		t.Errorf("%+v, want %+v", total, want)
	}
	if got := want.All.percent(); got != "93.20%" {
		t.Error(got)
	}
}
