package money_test

import (
	"math"
	"math/big"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"linli/internal/kit/money"
)

func TestSplit(t *testing.T) {
	tests := []struct {
		name    string
		total   money.Fen
		weights []int64
		want    []money.Fen
	}{
		{"F4 three owners", 100_00, []int64{1, 1, 1}, []money.Fen{33_34, 33_33, 33_33}},
		{"F4 seven meters", 100_00, []int64{1, 1, 1, 1, 1, 1, 1}, []money.Fen{14_29, 14_29, 14_29, 14_29, 14_28, 14_28, 14_28}},
		{"thirds", 100, []int64{1, 1, 1}, []money.Fen{34, 33, 33}},
		{"ties favour the earlier", 2, []int64{1, 1, 1, 1}, []money.Fen{1, 1, 0, 0}},
		{"largest remainder wins", 100, []int64{1, 2, 4}, []money.Fen{14, 29, 57}},
		{"zero weight gets nothing", 7, []int64{0, 2, 0, 1}, []money.Fen{0, 5, 0, 2}},
		{"all zero is equal", 5, []int64{0, 0, 0}, []money.Fen{2, 2, 1}},
		{"negative mirrors", -100, []int64{1, 1, 1}, []money.Fen{-34, -33, -33}},
		{"zero total", 0, []int64{3, 4}, []money.Fen{0, 0}},
		{"one part", 99, []int64{5}, []money.Fen{99}},
		{"none", 99, nil, nil},
		{"smallest total", math.MinInt64, []int64{1}, []money.Fen{math.MinInt64}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := money.Split(tt.total, tt.weights); !slices.Equal(got, tt.want) {
				t.Errorf("got %v, want %v", got, tt.want)
			}
		})
	}
}

func TestSplitSumsAndStaysFair(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		total := rapid.OneOf(rapid.Int64Range(-1000, 1000), rapid.Int64()).Draw(t, "total")
		weights := rapid.SliceOfN(rapid.OneOf(rapid.Int64Range(0, 5), rapid.Int64Range(0, math.MaxInt64/64)), 1, 60).Draw(t, "weights")
		parts := money.Split(money.Fen(total), weights)
		weightSum, partSum := new(big.Int), new(big.Int)
		for i := range weights {
			weightSum.Add(weightSum, big.NewInt(weights[i]))
			partSum.Add(partSum, big.NewInt(int64(parts[i])))
		}
		if partSum.Cmp(big.NewInt(total)) != 0 {
			t.Fatalf("parts %v sum to %s, not %d", parts, partSum, total)
		}
		if weightSum.Sign() == 0 {
			return
		}
		for i, w := range weights {
			exact := new(big.Int).Mul(big.NewInt(total), big.NewInt(w))
			low, high := bigRound(exact, weightSum, money.Down), bigRound(exact, weightSum, money.Up)
			if part := big.NewInt(int64(parts[i])); part.CmpAbs(low) < 0 || part.CmpAbs(high) > 0 {
				t.Fatalf("part %d is %s, the share is between %s and %s", i, part, low, high)
			}
			for j := range i {
				if weights[j] == w && abs(parts[j]) < abs(parts[i]) {
					t.Fatalf("equal weights %d and %d: the later got more", j, i)
				}
			}
		}
		again := money.Split(money.Fen(total), weights)
		if !slices.Equal(parts, again) {
			t.Fatal("not deterministic")
		}
	})
}

func TestSplitKeepsTheOrderOfManyTies(t *testing.T) {
	weights := make([]int64, 300)
	for i := range weights {
		weights[i] = int64(1 + i%2) // every odd one has the larger remainder
	}
	parts := money.Split(100, weights)
	for i, part := range parts {
		want := money.Fen(0)
		if i%2 == 1 && i < 200 {
			want = 1
		}
		if part != want {
			t.Fatalf("part %d is %d, want %d", i, part, want)
		}
	}
}

func TestSplitPanicsOnBadWeights(t *testing.T) {
	for name, weights := range map[string][]int64{
		"negative":  {3, -1},
		"too large": {math.MaxInt64, 1},
	} {
		t.Run(name, func(t *testing.T) {
			defer func() {
				if recover() == nil {
					t.Error("did not panic")
				}
			}()
			money.Split(10, weights)
		})
	}
}

func abs(f money.Fen) money.Fen {
	if f < 0 {
		return -f
	}
	return f
}
