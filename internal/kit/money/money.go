// Package money holds the integers that Linli counts in, and the few operations
// on them that must never lose a fen: multiply-then-divide over 128 bits, one
// explicit rounding, exact splitting, exact parsing, and printing in figures and
// in 大写. It computes without floats and without a decimal library. Kit.
package money

import (
	"errors"
	"math"
	"math/bits"
)

// Fen is an amount in fen (分, 0.01 yuan). In JSON it is an integer.
type Fen int64

// Price is a price in millionths of a yuan (yuan ×10⁻⁶), per ㎡, per kWh or per piece.
type Price int64

// Area is an area in hundredths of a square metre (㎡ ×10⁻²).
type Area int64

// Qty is a quantity in ten-thousandths (×10⁻⁴): kWh, m³, pieces, hours.
type Qty int64

// The places an amount may be rounded to, as multiples of one fen.
const (
	OneFen  Fen = 1
	OneJiao Fen = 10
	OneYuan Fen = 100
)

const (
	fenPerYuan  = 100
	areaPlaces  = 2
	qtyPlaces   = 4
	pricePlaces = 6
	qtyPerArea  = 100
)

var (
	// ErrOverflow says that a result does not fit 64 bits.
	ErrOverflow = errors.New("money: result out of range")
	// ErrDivideByZero says that a divisor is zero.
	ErrDivideByZero = errors.New("money: division by zero")
	// ErrUnit says that a rounding unit is not positive.
	ErrUnit = errors.New("money: rounding unit must be positive")
	// ErrRounding says that a rounding mode is unknown.
	ErrRounding = errors.New("money: unknown rounding mode")
	// ErrFormat says that a text is not a plain decimal of the allowed length.
	ErrFormat = errors.New("money: not a plain decimal number")
)

// MulDiv returns a×b÷c, rounded once. The product is kept in 128 bits.
// Errors: ErrDivideByZero, ErrOverflow, ErrRounding.
func MulDiv(a, b, c int64, mode Rounding) (int64, error) {
	if c == 0 {
		return 0, ErrDivideByZero
	}
	if !mode.Valid() {
		return 0, ErrRounding
	}
	negative := (a < 0) != (b < 0) != (c < 0)
	divisor := magnitude(c)
	hi, lo := bits.Mul64(magnitude(a), magnitude(b))
	if hi >= divisor {
		return 0, ErrOverflow
	}
	quotient, rest := bits.Div64(hi, lo, divisor)
	if rest != 0 && mode.Away(quotient&1 == 1, compareHalf(rest, divisor)) {
		if quotient == math.MaxUint64 {
			return 0, ErrOverflow
		}
		quotient++
	}
	return signed(negative, quotient)
}

// RoundTo rounds an amount to a multiple of unit (OneFen, OneJiao, OneYuan).
// The difference is the caller's to book (抹零 is a discount line, never lost).
// Errors: ErrUnit, ErrOverflow, ErrRounding.
func (f Fen) RoundTo(unit Fen, mode Rounding) (Fen, error) {
	if unit <= 0 {
		return 0, ErrUnit
	}
	count, err := MulDiv(int64(f), 1, int64(unit), mode)
	if err != nil {
		return 0, err
	}
	whole, err := MulDiv(count, int64(unit), 1, Down)
	return Fen(whole), err
}

// Add returns f+g, or ErrOverflow.
func (f Fen) Add(g Fen) (Fen, error) {
	sum := f + g
	if (g > 0 && sum < f) || (g < 0 && sum > f) {
		return 0, ErrOverflow
	}
	return sum, nil
}

// TimesArea returns price × area in fen, rounded once.
func (p Price) TimesArea(a Area, mode Rounding) (Fen, error) {
	// yuan ×10⁻⁶ × ㎡ ×10⁻² = fen ×10⁻⁶
	fen, err := MulDiv(int64(p), int64(a), 1_000_000, mode)
	return Fen(fen), err
}

// TimesQty returns price × quantity in fen, rounded once.
func (p Price) TimesQty(q Qty, mode Rounding) (Fen, error) {
	// yuan ×10⁻⁶ × 10⁻⁴ = fen ×10⁻⁸
	fen, err := MulDiv(int64(p), int64(q), 100_000_000, mode)
	return Fen(fen), err
}

// Qty returns the area as a quantity (㎡ ×10⁻⁴), exactly, or ErrOverflow.
func (a Area) Qty() (Qty, error) {
	q, err := MulDiv(int64(a), qtyPerArea, 1, Down)
	return Qty(q), err
}

// Area returns the quantity as an area (㎡ ×10⁻²), rounded once.
func (q Qty) Area(mode Rounding) (Area, error) {
	a, err := MulDiv(int64(q), 1, qtyPerArea, mode)
	return Area(a), err
}

func magnitude(x int64) uint64 {
	if x < 0 {
		return -uint64(x)
	}
	return uint64(x)
}

func signed(negative bool, m uint64) (int64, error) {
	if negative {
		if m > 1<<63 {
			return 0, ErrOverflow
		}
		return int64(-m), nil
	}
	if m > math.MaxInt64 {
		return 0, ErrOverflow
	}
	return int64(m), nil
}

func compareHalf(rest, divisor uint64) int {
	other := divisor - rest
	switch {
	case rest < other:
		return -1
	case rest > other:
		return 1
	}
	return 0
}
