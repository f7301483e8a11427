// Package formula is the language in which a fee item says what one room owes
// for one month: 面积*单价, (楼层-5)*5+10, 如果(人数>3, 12*人数, 36). A text is parsed
// once into a closure that computes exact fractions over integers and rounds
// once, to fen, at the end. It knows no database, no project and no bill.
// It imports only kit/money. Part of tariff.
package formula

import (
	"errors"
	"fmt"

	"linli/internal/kit/money"
)

// Limits of a formula's text.
const (
	MaxLength = 500 // characters
	MaxDepth  = 64  // nested brackets, calls and signs
)

var (
	// ErrDivideByZero says that a divisor came out as zero for this room.
	ErrDivideByZero = errors.New("除数为零")
	// ErrOverflow says that a value left the range that can be computed exactly.
	ErrOverflow = errors.New("数值超出可计算的范围")
	// ErrNegative says that the amount is below zero and the formula was not parsed with AllowNegative.
	ErrNegative = errors.New("结果为负数")
)

// SyntaxError is a mistake in a formula's text, worded for the person who typed it.
type SyntaxError struct {
	Pos  int    // 1-based character, not byte
	Text string // what is wrong and what to write instead
}

func (e *SyntaxError) Error() string {
	return fmt.Sprintf("第 %d 个字符：%s", e.Pos, e.Text)
}

// MissingError says that the room lacks an attribute that the formula needs.
type MissingError struct {
	Attr Attr
}

func (e *MissingError) Error() string {
	return "缺少" + e.Attr.String()
}

// Option changes how a formula is judged.
type Option uint8

// AllowNegative lets Eval return amounts below zero (a discount, a credit).
const AllowNegative Option = 1

// Formula is a parsed formula. It is immutable and safe for concurrent use.
type Formula struct {
	root          *node
	compute       compute
	needs         Attr
	allowNegative bool
}

// Parse reads a formula. The error is a *SyntaxError.
func Parse(src string, options ...Option) (*Formula, error) {
	p := parser{}
	root, err := p.parse(src)
	if err != nil {
		return nil, err
	}
	f := &Formula{root: root, compute: compile(root), needs: p.needs}
	for _, o := range options {
		if o == AllowNegative {
			f.allowNegative = true
		}
	}
	return f, nil
}

// Eval computes the amount for one room and rounds it once to a multiple of unit
// (money.OneFen on every document unless the fee item says otherwise). Errors:
// ErrDivideByZero, ErrOverflow, ErrNegative, *MissingError, money.ErrUnit,
// money.ErrRounding. It does not allocate.
func (f *Formula) Eval(v *Vars, mode money.Rounding, unit money.Fen) (money.Fen, error) {
	if unit <= 0 {
		return 0, money.ErrUnit
	}
	if !mode.Valid() {
		return 0, money.ErrRounding
	}
	value, err := f.compute(v)
	if err != nil {
		return 0, err
	}
	amount, err := value.fen(mode, unit)
	if err != nil {
		return 0, err
	}
	if amount < 0 && !f.allowNegative {
		return 0, ErrNegative
	}
	return amount, nil
}

// EvalValue returns the value in yuan before rounding, as a decimal text for
// explanations: "278.287". A fraction that never ends is cut after eight decimals
// and ends in "…". It may be negative. Errors: those of Eval.
func (f *Formula) EvalValue(v *Vars) (string, error) {
	value, err := f.compute(v)
	if err != nil {
		return "", err
	}
	return value.decimal(), nil
}

// Needs returns the attributes the formula names, as a set.
func (f *Formula) Needs() Attr { return f.needs }

// Uses returns the Chinese names of the attributes the formula names, each once,
// in the order of the constants.
func (f *Formula) Uses() []string {
	var names []string
	for a := Area; a < attrEnd; a <<= 1 {
		if f.needs&a != 0 {
			names = append(names, a.String())
		}
	}
	return names
}
