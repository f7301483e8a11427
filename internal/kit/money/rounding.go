package money

// Rounding says what happens to the part that is smaller than the unit. Every
// mode treats an amount and its reversal alike: −x rounds to −(x rounded).
type Rounding uint8

const (
	// HalfUp is 四舍五入, half away from zero: the rule on every Chinese bill, and the zero value.
	HalfUp Rounding = iota
	// HalfEven is banker's rounding. It is wrong for bills; it exists to compare with.
	HalfEven
	// Up moves away from zero (进位).
	Up
	// Down moves toward zero (舍去, 抹零).
	Down
)

// Valid reports whether r is one of the four modes.
func (r Rounding) Valid() bool { return r <= Down }

// Away decides an inexact quotient: true moves it one unit away from zero. odd
// says whether the truncated quotient is odd; half compares the remainder with
// half a unit (−1 below, 0 equal, 1 above). Ask only when the remainder is not zero.
func (r Rounding) Away(odd bool, half int) bool {
	switch r {
	case HalfUp:
		return half >= 0
	case HalfEven:
		return half > 0 || half == 0 && odd
	case Up:
		return true
	}
	return false
}

// String returns the stored name: half_up, half_even, up, down.
func (r Rounding) String() string {
	switch r {
	case HalfUp:
		return "half_up"
	case HalfEven:
		return "half_even"
	case Up:
		return "up"
	case Down:
		return "down"
	}
	return "unknown"
}

// Label returns the Chinese name shown beside a rounded amount.
func (r Rounding) Label() string {
	switch r {
	case HalfUp:
		return "四舍五入"
	case HalfEven:
		return "四舍六入五成双"
	case Up:
		return "向上进位"
	case Down:
		return "向下舍去"
	}
	return "未知取整"
}

// ParseRounding reads a stored name. Error: ErrRounding.
func ParseRounding(s string) (Rounding, error) {
	for r := HalfUp; r <= Down; r++ {
		if r.String() == s {
			return r, nil
		}
	}
	return 0, ErrRounding
}
