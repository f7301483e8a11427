package formula

import "math/bits"

// wide is an unsigned 128-bit integer.
type wide struct{ hi, lo uint64 }

func (a wide) zero() bool { return a.hi|a.lo == 0 }

func (a wide) cmp(b wide) int {
	switch {
	case a.hi < b.hi || a.hi == b.hi && a.lo < b.lo:
		return -1
	case a == b:
		return 0
	}
	return 1
}

func (a wide) add(b wide) (sum wide, ok bool) {
	lo, carry := bits.Add64(a.lo, b.lo, 0)
	hi, carry := bits.Add64(a.hi, b.hi, carry)
	return wide{hi, lo}, carry == 0
}

// sub needs a ≥ b.
func (a wide) sub(b wide) wide {
	lo, borrow := bits.Sub64(a.lo, b.lo, 0)
	hi, _ := bits.Sub64(a.hi, b.hi, borrow)
	return wide{hi, lo}
}

func (a wide) mul(b wide) (product wide, ok bool) {
	hi, lo := bits.Mul64(a.lo, b.lo)
	if a.hi|b.hi == 0 {
		return wide{hi, lo}, true
	}
	if a.hi != 0 && b.hi != 0 {
		return wide{}, false
	}
	// One of the two terms is zero.
	over1, cross1 := bits.Mul64(a.hi, b.lo)
	over2, cross2 := bits.Mul64(a.lo, b.hi)
	top, carry := bits.Add64(hi, cross1|cross2, 0)
	return wide{top, lo}, over1|over2|carry == 0
}

// div needs b ≠ 0.
func (a wide) div(b wide) (quotient, rest wide) {
	if b.hi == 0 {
		if a.hi == 0 {
			return wide{0, a.lo / b.lo}, wide{0, a.lo % b.lo}
		}
		high := a.hi / b.lo
		low, r := bits.Div64(a.hi%b.lo, a.lo, b.lo)
		return wide{high, low}, wide{0, r}
	}
	if a.cmp(b) < 0 {
		return wide{}, a
	}
	// Estimate from the top 64 bits of the divisor; the estimate less one is
	// never too large and at most one too small (Hacker's Delight, 9-5).
	shift := uint(bits.LeadingZeros64(b.hi))
	top := b.hi<<shift | b.lo>>1>>(63-shift)
	estimate, _ := bits.Div64(a.hi>>1, a.hi<<63|a.lo>>1, top)
	estimate >>= 63 - shift
	if estimate > 0 {
		estimate--
	}
	product, _ := b.mul(wide{0, estimate})
	rest = a.sub(product)
	if rest.cmp(b) >= 0 {
		estimate++
		rest = rest.sub(b)
	}
	return wide{0, estimate}, rest
}

func gcd(a, b wide) wide {
	for !b.zero() {
		if a.hi|b.hi == 0 {
			x, y := a.lo, b.lo
			for y != 0 {
				x, y = y, x%y
			}
			return wide{0, x}
		}
		_, r := a.div(b)
		a, b = b, r
	}
	return a
}

// half compares the rest of a division with half of the divisor.
func half(rest, divisor wide) int { return rest.cmp(divisor.sub(rest)) }

func pow10(places int) uint64 {
	p := uint64(1)
	for range places {
		p *= 10
	}
	return p
}
