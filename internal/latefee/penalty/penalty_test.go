package penalty_test

import (
	"testing"

	"pgregory.net/rapid"

	"linli/internal/kit/clock"
	"linli/internal/kit/money"
	"linli/internal/latefee/penalty"
)

func TestCompute(t *testing.T) {
	const rate = penalty.Daily(50_000)
	lpr, err := penalty.Published()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name      string
		terms     penalty.Terms
		principal money.Fen
		due, on   clock.Date
		paid      []penalty.Paid
		days      int
		want      money.Fen
	}{
		{"days count from the due date after the grace", penalty.Terms{Daily: rate, GraceDays: 15, Grace: penalty.FromDue}, 285120, 20250131, 20250410, nil, 69, 9837},
		{"days of grace never count", penalty.Terms{Daily: rate, GraceDays: 15, Grace: penalty.Excluded}, 285120, 20250131, 20250410, nil, 54, 7698},
		{"inside the grace", penalty.Terms{Daily: rate, GraceDays: 15, Grace: penalty.FromDue}, 285120, 20250131, 20250215, nil, 0, 0},
		{"the day after the grace", penalty.Terms{Daily: rate, GraceDays: 15, Grace: penalty.FromDue}, 285120, 20250131, 20250216, nil, 16, 2281},
		{"on the due day", penalty.Terms{Daily: rate}, 285120, 20250131, 20250131, nil, 0, 0},
		{"never above the principal", penalty.Terms{Daily: 300_000, Cap: penalty.Principal}, 285120, 20250131, 20260307, nil, 400, 285120},
		{"never above four times the LPR", penalty.Terms{Daily: 300_000, Cap: penalty.LPR4}, 285120, 20250131, 20250310, nil, 38, 3681},
		{"on what is left after a part is paid", penalty.Terms{Daily: rate}, 100000, 20250131, 20250312, []penalty.Paid{{On: 20250220, Amount: 40000}}, 40, 1600},
		{"it stops when all is paid", penalty.Terms{Daily: rate}, 100000, 20250131, 20260312, []penalty.Paid{{On: 20250312, Amount: 60000}, {On: 20250220, Amount: 40000}}, 40, 1600},
		{"what is paid inside the grace bears none", penalty.Terms{Daily: rate, GraceDays: 15, Grace: penalty.FromDue}, 100000, 20250131, 20250312,
			[]penalty.Paid{{On: 20250205, Amount: 40000}}, 40, 1200},
		{"later payments are not known yet", penalty.Terms{Daily: rate}, 100000, 20250131, 20250210, []penalty.Paid{{On: 20250220, Amount: 40000}}, 10, 500},
	} {
		got, err := c.terms.Compute(c.principal, c.due, c.paid, c.on, lpr)
		if err != nil || got.Days != c.days || got.Total != c.want {
			t.Errorf("%s: %d days, %d fen, %v; want %d days, %d fen", c.name, got.Days, got.Total, err, c.days, c.want)
		}
	}
}

// TestLaw (F11): never falling by days, never above its cap, and the segments are the whole.
func TestLaw(t *testing.T) {
	lpr, err := penalty.Published()
	if err != nil {
		t.Fatal(err)
	}
	rapid.Check(t, func(t *rapid.T) {
		terms := penalty.Terms{Daily: penalty.Daily(rapid.Int64Range(0, 1_000_000).Draw(t, "daily")), GraceDays: rapid.IntRange(0, 40).Draw(t, "grace days"),
			Grace: rapid.SampledFrom([]penalty.Grace{penalty.FromDue, penalty.Excluded}).Draw(t, "grace"),
			Cap:   rapid.SampledFrom([]penalty.Cap{penalty.NoCap, penalty.Principal, penalty.LPR4}).Draw(t, "cap")}
		principal := money.Fen(rapid.Int64Range(1, 1_000_000_000).Draw(t, "principal"))
		due := clock.Date(20200131).AddDays(rapid.IntRange(0, 2000).Draw(t, "due"))
		var paid []penalty.Paid
		left := principal
		for range rapid.IntRange(0, 4).Draw(t, "payments") {
			a := money.Fen(rapid.Int64Range(0, int64(left)).Draw(t, "part"))
			left -= a
			paid = append(paid, penalty.Paid{On: due.AddDays(rapid.IntRange(-10, 300).Draw(t, "paid on")), Amount: a})
		}
		var before money.Fen
		for n := range 60 {
			got, err := terms.Compute(principal, due, paid, due.AddDays(n*8-5), lpr)
			if err != nil {
				t.Fatal(err)
			}
			var sum money.Fen
			for _, s := range got.Segments {
				sum += s.Amount
			}
			if sum != got.Total {
				t.Fatalf("segments sum to %d, the fee is %d", sum, got.Total)
			}
			if got.Total < before {
				t.Fatalf("the fee fell from %d to %d", before, got.Total)
			}
			if terms.Cap != penalty.NoCap && got.Days > 0 && got.Total > got.Limit || terms.Cap == penalty.Principal && got.Total > principal {
				t.Fatalf("%d is above its cap %d", got.Total, got.Limit)
			}
			before = got.Total
		}
	})
}

func TestDaily(t *testing.T) {
	for text, want := range map[string]penalty.Daily{"0.0005": 50_000, "0.003": 300_000, "0": 0, "1": 100_000_000, "0.00034": 34_000} {
		if got, err := penalty.ParseDaily(text); err != nil || got != want {
			t.Errorf("%s: %d %v", text, got, err)
		}
	}
	for _, text := range []string{"", "-0.1", "0.000000001", "x", ".5"} {
		if got, err := penalty.ParseDaily(text); err == nil {
			t.Errorf("%q is %d", text, got)
		}
	}
	if got := penalty.Daily(50_000).Percent(); got != "0.05%" {
		t.Error(got)
	}
}
