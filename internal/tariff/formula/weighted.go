package formula

import "linli/internal/kit/money"

// Term is a formula for one room that stands for Num ÷ Den of the whole, such
// as the days of a month on which one price counted. Num ≥ 0, Den > 0.
type Term struct {
	Formula *Formula
	Vars    *Vars
	Num     int64
	Den     int64
}

func total(terms []Term) (number, error) {
	sum := fraction(0, 1)
	for _, t := range terms {
		value, err := t.Formula.compute(t.Vars)
		if err != nil {
			return number{}, err
		}
		if t.Num != t.Den {
			if value, err = value.mul(fraction(t.Num, uint64(t.Den))); err != nil {
				return number{}, err
			}
		}
		if sum, err = sum.add(value); err != nil {
			return number{}, err
		}
	}
	return sum, nil
}

// Sum adds the terms exactly and rounds the sum once, like Eval. A sum below
// zero is ErrNegative unless every formula was parsed with AllowNegative.
func Sum(terms []Term, mode money.Rounding, unit money.Fen) (money.Fen, error) {
	if unit <= 0 {
		return 0, money.ErrUnit
	}
	if !mode.Valid() {
		return 0, money.ErrRounding
	}
	value, err := total(terms)
	if err != nil {
		return 0, err
	}
	amount, err := value.fen(mode, unit)
	if err != nil || amount >= 0 {
		return amount, err
	}
	for _, t := range terms {
		if !t.Formula.allowNegative {
			return 0, ErrNegative
		}
	}
	return amount, nil
}

// SumValue returns the sum in yuan before rounding, as EvalValue writes it.
func SumValue(terms []Term) (string, error) {
	value, err := total(terms)
	if err != nil {
		return "", err
	}
	return value.decimal(), nil
}

// Filled returns the formula with the room's values in place of names, for
// explanations: "118.42 ㎡ × 2.35 元/㎡·月", or "(5 层 - 5) × 5 + 10". Of conditions
// it shows the branch that was taken, and why.
func (f *Formula) Filled(v *Vars) string {
	text, _ := f.told(v)
	return text
}
