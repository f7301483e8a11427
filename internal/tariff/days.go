package tariff

import (
	"fmt"
	"math/bits"

	"linli/internal/kit/clock"
)

// Days is a set of days of one month; bit 0 is the 1st.
type Days uint32

// WholeMonth is the set of all days of a month of n.
func WholeMonth(n int) Days { return Days(uint64(1)<<n - 1) }

// SpanIn is the part of from…until (both included, 0 = open) that lies in m.
func SpanIn(m clock.Month, from, until clock.Date) Days {
	first, last := m.First(), m.Last()
	if from > last || until != 0 && until < first {
		return 0
	}
	set := WholeMonth(last.Day())
	if from > first {
		set &^= WholeMonth(from.Day() - 1)
	}
	if until != 0 && until < last {
		set &= WholeMonth(until.Day())
	}
	return set
}

// Count is how many days the set has.
func (d Days) Count() int { return bits.OnesCount32(uint32(d)) }

// FirstDay is the day of the month of the first, of a set that is not empty.
func (d Days) FirstDay() int { return bits.TrailingZeros32(uint32(d)) + 1 }

// LastDay is that of the last, or 0.
func (d Days) LastDay() int { return bits.Len32(uint32(d)) }

// Weigh says what part of a month of n days is charged for the covered days.
// Sources of the habits: domain 1.2; cases A08–A14.
func (h Habit) Weigh(covered Days, n int) (num, den int64) {
	c := covered.Count()
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
		if covered.FirstDay() > 15 || covered.LastDay() <= 15 {
			return 1, 2
		}
		return 1, 1
	case Next:
		return int64(covered & 1), 1
	}
	return int64(c), int64(n)
}

// Text words the part of a month that was charged for n days of it.
func (h Habit) Text(n int, m clock.Month) string {
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
