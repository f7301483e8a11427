package money

import (
	"math/bits"
	"slices"
)

// Split divides total by weights with the largest remainder: every part is the
// exact share rounded down or up, the parts sum to total, and equal remainders
// favour the earlier index. A zero weight gets nothing. When all weights are
// zero the parts are equal, because the total has to land somewhere. A negative
// total mirrors the positive one. No weights give no parts.
//
// A negative weight, or weights whose sum does not fit 63 bits, is a caller's bug
// that would misplace money: Split panics.
func Split(total Fen, weights []int64) []Fen {
	if len(weights) == 0 {
		return nil
	}
	sum := weightSum(weights)
	if sum == 0 {
		equal := make([]int64, len(weights))
		for i := range equal {
			equal[i] = 1
		}
		return Split(total, equal)
	}
	amount := magnitude(int64(total))
	left := amount
	shares := make([]uint64, len(weights))
	rests := make([]uint64, len(weights))
	for i, w := range weights {
		hi, lo := bits.Mul64(amount, uint64(w))
		shares[i], rests[i] = bits.Div64(hi, lo, sum)
		left -= shares[i]
	}
	giveRest(shares, rests, left)
	parts := make([]Fen, len(weights))
	for i, s := range shares {
		parts[i] = Fen(s)
		if total < 0 {
			parts[i] = Fen(-s)
		}
	}
	return parts
}

func weightSum(weights []int64) uint64 {
	var sum uint64
	for _, w := range weights {
		if w < 0 {
			panic("money: negative weight in Split")
		}
		sum += uint64(w)
		if sum>>63 != 0 {
			panic("money: weights of Split out of range")
		}
	}
	return sum
}

func giveRest(shares, rests []uint64, left uint64) {
	if left == 0 {
		return
	}
	order := make([]int, len(shares))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int {
		switch {
		case rests[a] > rests[b]:
			return -1
		case rests[a] < rests[b]:
			return 1
		}
		return 0
	})
	for _, i := range order[:left] {
		shares[i]++
	}
}
