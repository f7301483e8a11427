package spread_test

import (
	"fmt"
	"testing"

	"pgregory.net/rapid"

	"linli/internal/cashier/spread"
	"linli/internal/kit/clock"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
)

func TestAllocate(t *testing.T) {
	const jan, feb, mar = clock.Date(20250131), clock.Date(20250228), clock.Date(20250331)
	for _, c := range []struct {
		name   string
		debts  []spread.Debt
		amount money.Fen
		want   string
		rest   money.Fen
	}{
		{"G01 older first", []spread.Debt{{1, jan, 25060, 0, false, false}, {2, feb, 25060, 0, false, false}}, 40000, "[{1 25060} {2 14940}]", 0},
		{"given in the wrong order", []spread.Debt{{2, feb, 25060, 0, false, false}, {1, jan, 25060, 0, false, false}}, 40000, "[{1 25060} {2 14940}]", 0},
		{"G04 same day in proportion", []spread.Debt{{1, jan, 30000, 0, false, false}, {2, jan, 10000, 0, false, false}}, 20000, "[{1 15000} {2 5000}]", 0},
		{"largest remainder", []spread.Debt{{1, jan, 100, 0, false, false}, {2, jan, 100, 0, false, false}, {3, jan, 100, 0, false, false}}, 100, "[{1 34} {2 33} {3 33}]", 0},
		{"one fen for three", []spread.Debt{{1, jan, 1, 0, false, false}, {2, jan, 1, 0, false, false}, {3, jan, 1, 0, false, false}}, 1, "[{1 1}]", 0},
		{"older day whole, then in proportion", []spread.Debt{{1, feb, 300, 0, false, false}, {2, jan, 50, 0, false, false}, {3, feb, 100, 0, false, false}}, 250, "[{2 50} {1 150} {3 50}]", 0},
		{"all", []spread.Debt{{1, jan, 300, 0, false, false}, {2, feb, 50, 0, false, false}}, 350, "[{1 300} {2 50}]", 0},
		{"G05 too much", []spread.Debt{{1, mar, 25060, 0, false, false}}, 30000, "[{1 25060}]", 4940},
		{"the late fee of a debt before it", []spread.Debt{{1, jan, 25060, 0, false, false}, {2, feb, 25060, 0, false, false}, {3, feb, 200, 0, true, false}, {4, jan, 500, 0, true, false}},
			26000, "[{4 500} {1 25060} {3 200} {2 240}]", 0},
		{"costs before all, then the late fee, then its debt", []spread.Debt{{1, jan, 25060, 0, false, false}, {2, jan, 500, 0, true, false}, {3, mar, 30000, 0, false, true}},
			31000, "[{3 30000} {2 500} {1 500}]", 0},
		{"a part of the costs", []spread.Debt{{1, jan, 25060, 0, false, false}, {2, mar, 20000, 0, false, true}, {3, mar, 10000, 0, false, true}}, 1500, "[{2 1000} {3 500}]", 0},
		{"costs of an earlier day first", []spread.Debt{{1, mar, 20000, 0, false, true}, {2, feb, 10000, 0, false, true}}, 15000, "[{2 10000} {1 5000}]", 0},
		{"nothing owed", nil, 4940, "[]", 4940},
		{"nothing paid", []spread.Debt{{1, jan, 300, 0, false, false}}, 0, "[]", 0},
	} {
		shares, rest := spread.Allocate(c.debts, c.amount)
		if got := fmt.Sprint(shares); got != c.want || rest != c.rest {
			t.Errorf("%s: %s rest %d, want %s rest %d", c.name, got, rest, c.want, c.rest)
		}
	}
}

// The agreed order goes by the month of the bill, one charge after the other,
// whatever day it falls due.
func TestAllocateOldest(t *testing.T) {
	const early, last = clock.Date(20250110), clock.Date(20250331)
	debts := []spread.Debt{{1, early, 100, 202502, false, false}, {2, last, 100, 202501, false, false}, {3, last, 50, 202501, false, false}}
	for amount, want := range map[money.Fen]string{0: "[] 0", 60: "[{2 60}] 0", 120: "[{2 100} {3 20}] 0", 300: "[{2 100} {3 50} {1 100}] 50"} {
		shares, rest := spread.PolicyOldest.Allocate(debts, amount)
		if got := fmt.Sprint(shares, " ", int64(rest)); got != want {
			t.Errorf("%d: %s, want %s", amount, got, want)
		}
	}
	late := append(debts, spread.Debt{Charge: 4, Due: early, Left: 10, Month: 202501, Interest: true})
	if shares, _ := spread.PolicyOldest.Allocate(late, 255); fmt.Sprint(shares) != "[{2 100} {3 50} {1 100} {4 5}]" {
		t.Errorf("late fees after all principals: %v", shares)
	}
	costs := append(late, spread.Debt{Charge: 5, Due: last, Left: 20, Month: 202503, Costs: true})
	if shares, _ := spread.PolicyOldest.Allocate(costs, 25); fmt.Sprint(shares) != "[{5 20} {2 5}]" {
		t.Errorf("costs before the oldest: %v", shares)
	}
	if shares, _ := spread.PolicyStatutory.Allocate(debts, 60); fmt.Sprint(shares) != "[{1 60}]" {
		t.Errorf("by law: %v", shares)
	}
}

// Whatever is owed and paid: nothing is lost, no debt gets more than it has
// left, and no later day gets a fen while an earlier one is open.
func TestAllocateAlways(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		debts := make([]spread.Debt, rapid.IntRange(0, 12).Draw(t, "n"))
		left := map[id.ID]spread.Debt{}
		for i := range debts {
			debts[i] = spread.Debt{Charge: id.ID(i + 1), Due: clock.Date(20260101 + rapid.IntRange(0, 3).Draw(t, "day")), Left: money.Fen(rapid.Int64Range(1, 50_000).Draw(t, "left"))}
			left[debts[i].Charge] = debts[i]
		}
		amount := money.Fen(rapid.Int64Range(0, 300_000).Draw(t, "amount"))
		shares, rest := spread.Allocate(debts, amount)
		sum, last := rest, clock.Date(0)
		for _, s := range shares {
			d := left[s.Charge]
			if s.Amount <= 0 || s.Amount > d.Left || d.Due < last {
				t.Fatalf("share %+v of debt %+v", s, d)
			}
			sum, last = sum+s.Amount, d.Due
			d.Left -= s.Amount
			left[s.Charge] = d
		}
		if sum != amount {
			t.Fatalf("%d of %d is gone", sum, amount)
		}
		for _, d := range left {
			if d.Left > 0 && (rest > 0 || d.Due < last) {
				t.Fatalf("debt %+v stays open while %d is left or day %v was paid", d, rest, last)
			}
		}
	})
}
