package formula

import (
	"math"
	"math/bits"

	"linli/internal/kit/money"
)

// number is an exact fraction ±num/den with den > 0. It is reduced only when a
// result would not fit otherwise, because reducing costs more than computing.
type number struct {
	neg bool
	num wide
	den wide
}

func fraction(n int64, den uint64) number {
	if n < 0 {
		return number{true, wide{0, -uint64(n)}, wide{0, den}}
	}
	return number{false, wide{0, uint64(n)}, wide{0, den}}
}

func (a number) reduced() number {
	if g := gcd(a.num, a.den); g.hi != 0 || g.lo > 1 {
		a.num, _ = a.num.div(g)
		a.den, _ = a.den.div(g)
	}
	return a
}

func (a number) negated() number {
	a.neg = !a.neg && !a.num.zero()
	return a
}

func (a number) mul(b number) (number, error) {
	neg := a.neg != b.neg
	num, ok1 := a.num.mul(b.num)
	den, ok2 := a.den.mul(b.den)
	if !ok1 || !ok2 {
		a, b = a.reduced(), b.reduced()
		left, right := number{num: a.num, den: b.den}.reduced(), number{num: b.num, den: a.den}.reduced()
		num, ok1 = left.num.mul(right.num)
		den, ok2 = left.den.mul(right.den)
		if !ok1 || !ok2 {
			return number{}, ErrOverflow
		}
	}
	return number{neg && !num.zero(), num, den}, nil
}

func (a number) div(b number) (number, error) {
	if b.num.zero() {
		return number{}, ErrDivideByZero
	}
	b.num, b.den = b.den, b.num
	return a.mul(b)
}

func (a number) add(b number) (number, error) {
	if a.den == b.den {
		if sum, ok := addSigned(a, b); ok {
			return sum, nil
		}
	} else if x, y, ok := aligned(a, b); ok {
		if sum, ok := addSigned(x, y); ok {
			return sum, nil
		}
	}
	x, y, ok := aligned(a.reduced(), b.reduced())
	if !ok {
		return number{}, ErrOverflow
	}
	sum, ok := addSigned(x, y)
	if !ok {
		return number{}, ErrOverflow
	}
	return sum, nil
}

// aligned brings two fractions to their lowest common denominator.
func aligned(a, b number) (x, y number, ok bool) {
	up, down := b.den, a.den
	if g := gcd(a.den, b.den); g.hi != 0 || g.lo > 1 {
		up, _ = up.div(g)
		down, _ = down.div(g)
	}
	var ok1, ok2, ok3 bool
	a.num, ok1 = a.num.mul(up)
	b.num, ok2 = b.num.mul(down)
	a.den, ok3 = a.den.mul(up)
	b.den = a.den
	return a, b, ok1 && ok2 && ok3
}

func addSigned(a, b number) (number, bool) {
	if a.neg == b.neg {
		sum, ok := a.num.add(b.num)
		return number{a.neg, sum, a.den}, ok
	}
	switch a.num.cmp(b.num) {
	case 1:
		return number{a.neg, a.num.sub(b.num), a.den}, true
	case -1:
		return number{b.neg, b.num.sub(a.num), a.den}, true
	}
	return number{false, wide{}, a.den}, true
}

func (a number) cmp(b number) int {
	if a.neg != b.neg {
		if a.neg {
			return -1
		}
		return 1
	}
	c := 0
	if a.den == b.den {
		c = a.num.cmp(b.num)
	} else {
		c = compareFractions(a.num, a.den, b.num, b.den)
	}
	if a.neg {
		return -c
	}
	return c
}

// compareFractions compares a/b with c/d through their continued fractions, so
// that no product can overflow.
func compareFractions(a, b, c, d wide) int {
	for sign := 1; ; sign = -sign {
		q1, r1 := a.div(b)
		q2, r2 := c.div(d)
		if order := q1.cmp(q2); order != 0 {
			return sign * order
		}
		if r1.zero() || r2.zero() {
			return sign * r1.cmp(r2)
		}
		a, b, c, d = b, r1, d, r2
	}
}

// toPlaces rounds to a number of decimals; away decides an inexact result.
func (a number) toPlaces(places int, away func(neg, odd bool, half int) bool) (number, error) {
	scale := wide{0, pow10(places)}
	scaled, ok := a.num.mul(scale)
	if !ok {
		a = a.reduced()
		if scaled, ok = a.num.mul(scale); !ok {
			return number{}, ErrOverflow
		}
	}
	q, r := scaled.div(a.den)
	if !r.zero() && away(a.neg, q.lo&1 == 1, half(r, a.den)) {
		if q, ok = q.add(wide{0, 1}); !ok {
			return number{}, ErrOverflow
		}
	}
	return number{a.neg && !q.zero(), q, scale}, nil
}

// fen reads the number as yuan and rounds it once to a multiple of unit.
func (a number) fen(mode money.Rounding, unit money.Fen) (money.Fen, error) {
	num, ok1 := a.num.mul(wide{0, 100})
	den, ok2 := a.den.mul(wide{0, uint64(unit)})
	if !ok1 || !ok2 {
		var err error
		if a, err = a.mul(number{num: wide{0, 100}, den: wide{0, uint64(unit)}}); err != nil {
			return 0, err
		}
		num, den = a.num, a.den
	}
	q, r := num.div(den)
	if q.hi != 0 {
		return 0, ErrOverflow
	}
	if !r.zero() && mode.Away(q.lo&1 == 1, half(r, den)) {
		if q.lo++; q.lo == 0 {
			return 0, ErrOverflow
		}
	}
	hi, lo := bits.Mul64(q.lo, uint64(unit))
	if hi != 0 || lo > math.MaxInt64 {
		return 0, ErrOverflow
	}
	if a.neg {
		return money.Fen(-lo), nil
	}
	return money.Fen(lo), nil
}

// The longest decimals that are printed: in full when the fraction ends, cut
// with an ellipsis when it does not.
const (
	exactPlaces = 24
	cutPlaces   = 8
)

// decimal writes the number without trailing zeros; a fraction that never ends
// is cut after eight decimals and marked with "…".
func (a number) decimal() string {
	a = a.reduced()
	whole, rest := a.num.div(a.den)
	out := make([]byte, 0, 32)
	if a.neg {
		out = append(out, '-')
	}
	out = append(out, whole.text()...)
	if rest.zero() {
		return string(out)
	}
	out = append(out, '.')
	start := len(out)
	for len(out)-start < exactPlaces && !rest.zero() {
		scaled, ok := rest.mul(wide{0, 10})
		if !ok {
			break
		}
		var digit wide
		digit, rest = scaled.div(a.den)
		out = append(out, byte('0'+digit.lo))
	}
	if rest.zero() {
		return string(out)
	}
	if len(out) > start+cutPlaces {
		out = out[:start+cutPlaces]
	}
	return string(out) + "…"
}

func (a wide) text() string {
	var digits [40]byte
	i := len(digits)
	for {
		q, r := a.div(wide{0, 10})
		i--
		digits[i] = byte('0' + r.lo)
		if a = q; a.zero() {
			return string(digits[i:])
		}
	}
}
