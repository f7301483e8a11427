package money

import (
	"strconv"
	"strings"
)

// maxWhole is the longest run of digits before the decimal point that a person may type.
const maxWhole = 10

// ParseYuan reads an amount in yuan as typed or imported: one to ten ASCII digits,
// then optionally a point and one or two digits. Signs, spaces, separators,
// full-width digits and exponents are refused with ErrFormat.
func ParseYuan(s string) (Fen, error) {
	n, err := parseDecimal(s, 2)
	return Fen(n), err
}

// ParsePrice reads a price in yuan with up to six decimals. Error: ErrFormat.
func ParsePrice(s string) (Price, error) {
	n, err := parseDecimal(s, pricePlaces)
	return Price(n), err
}

// ParseArea reads an area in ㎡ with up to two decimals. Error: ErrFormat.
func ParseArea(s string) (Area, error) {
	n, err := parseDecimal(s, areaPlaces)
	return Area(n), err
}

// ParseQty reads a quantity with up to four decimals. Error: ErrFormat.
func ParseQty(s string) (Qty, error) {
	n, err := parseDecimal(s, qtyPlaces)
	return Qty(n), err
}

// NegativeArea tells that s is an area but for the minus before it, for messages
// that say so: to the parsers both are ErrFormat.
func NegativeArea(s string) bool {
	rest := strings.TrimLeft(s, "-−－")
	_, err := ParseArea(rest)
	return err == nil && rest != s
}

func parseDecimal(s string, places int) (int64, error) {
	var n int64
	point := -1
	for i := range len(s) {
		c := s[i]
		if c == '.' && point < 0 {
			point = i
			continue
		}
		if c < '0' || c > '9' || i > maxWhole+places {
			return 0, ErrFormat
		}
		n = n*10 + int64(c-'0')
	}
	whole, decimals := len(s), 0
	if point >= 0 {
		whole, decimals = point, len(s)-point-1
		if decimals == 0 {
			return 0, ErrFormat
		}
	}
	if whole == 0 || whole > maxWhole || decimals > places {
		return 0, ErrFormat
	}
	for ; decimals < places; decimals++ {
		n *= 10
	}
	return n, nil
}

// Yuan returns the amount in yuan with two decimals, "1234.50".
func (f Fen) Yuan() string {
	return fixed(int64(f), 2, false)
}

// Comma returns the amount in yuan with separators, "1,234.50".
func (f Fen) Comma() string {
	plain := f.Yuan()
	start := 0
	if plain[0] == '-' {
		start = 1
	}
	whole := len(plain) - 3
	out := make([]byte, 0, len(plain)+8)
	out = append(out, plain[:start]...)
	for i := start; i < whole; i++ {
		if i > start && (whole-i)%3 == 0 {
			out = append(out, ',')
		}
		out = append(out, plain[i])
	}
	return string(append(out, plain[whole:]...))
}

// String returns the price in yuan without trailing zeros, "2.35".
func (p Price) String() string { return fixed(int64(p), pricePlaces, true) }

// String returns the area in ㎡ without trailing zeros, "118.42".
func (a Area) String() string { return fixed(int64(a), areaPlaces, true) }

// String returns the quantity without trailing zeros, "12.5".
func (q Qty) String() string { return fixed(int64(q), qtyPlaces, true) }

func fixed(n int64, places int, trim bool) string {
	digits := strconv.FormatUint(magnitude(n), 10)
	out := make([]byte, 0, len(digits)+places+2)
	if n < 0 {
		out = append(out, '-')
	}
	for pad := places + 1 - len(digits); pad > 0; pad-- {
		digits = "0" + digits
	}
	cut := len(digits) - places
	decimals := digits[cut:]
	for trim && len(decimals) > 0 && decimals[len(decimals)-1] == '0' {
		decimals = decimals[:len(decimals)-1]
	}
	out = append(out, digits[:cut]...)
	if decimals != "" {
		out = append(out, '.')
		out = append(out, decimals...)
	}
	return string(out)
}
