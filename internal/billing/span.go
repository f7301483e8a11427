package billing

import (
	"fmt"
	"math/bits"

	"linli/internal/kit/clock"
)

// days is a set of days of one month; bit 0 is the 1st.
type days uint32

func wholeMonth(n int) days { return days(uint64(1)<<n - 1) }

// spanIn is the part of from…until (both included, 0 = open) that lies in m.
func spanIn(m clock.Month, from, until clock.Date) days {
	first, last := m.First(), m.Last()
	if from > last || until != 0 && until < first {
		return 0
	}
	set := wholeMonth(last.Day())
	if from > first {
		set &^= wholeMonth(from.Day() - 1)
	}
	if until != 0 && until < last {
		set &= wholeMonth(until.Day())
	}
	return set
}

func (d days) count() int    { return bits.OnesCount32(uint32(d)) }
func (d days) firstDay() int { return bits.TrailingZeros32(uint32(d)) + 1 }
func (d days) lastDay() int  { return bits.Len32(uint32(d)) }

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

// weigh says what part of a month of n days is charged for the covered days.
// Sources of the habits: domain 1.2; cases A08–A14.
func (h Habit) weigh(covered days, n int) (num, den int64) {
	c := covered.count()
	if c == n {
		return 1, 1
	}
	if c == 0 {
		return 0, 1
	}
	switch h {
	case D30:
		return int64(min(c, 30)), 30
	case D365:
		return int64(c) * 12, 365
	case Half:
		if covered.firstDay() > 15 || covered.lastDay() <= 15 {
			return 1, 2
		}
		return 1, 1
	case Next:
		return int64(covered & 1), 1
	}
	return int64(c), int64(n)
}

// text words the part of a month that was charged for n days of it.
func (h Habit) text(n int, m clock.Month) string {
	switch h {
	case D30:
		return fmt.Sprintf("%d 天 ÷ 30 天", min(n, 30))
	case D365:
		return fmt.Sprintf("%d 天 × 12 ÷ 365 天", n)
	case Half:
		return "半个月"
	case Next:
		return "整月"
	}
	return fmt.Sprintf("%d 天 ÷ 当月 %d 天", n, m.Days())
}
