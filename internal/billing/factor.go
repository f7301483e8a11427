package billing

import "fmt"

// Factor is the part of a month (or of a period, for prices per period) that
// is charged: numerator × 10,000 + denominator.
type Factor int64

// whole is the factor 1.
const whole Factor = 10001

func factorOf(num, den int64) Factor {
	if num == den {
		return whole
	}
	return Factor(num*10000 + den)
}

// Num and Den are the two numbers of the fraction.
func (f Factor) Num() int64 { return int64(f) / 10000 }

// Den is never zero for a stored charge.
func (f Factor) Den() int64 { return int64(f) % 10000 }

func (f Factor) String() string {
	if f == whole {
		return "1"
	}
	return fmt.Sprintf("%d/%d", f.Num(), f.Den())
}
