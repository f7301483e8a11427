package cashier

import (
	"linli/internal/kit/fault"
	"linli/internal/kit/money"
)

// What is refused when the counter lets small change go.
var (
	ErrRoundOff = fault.New(fault.Conflict, "rounding_off", "本项目不抹零，请按应收收款")
	ErrRound    = fault.New(fault.Conflict, "rounding_changed", "抹零的金额刚有变动，请刷新后再收")
)

// mayRound holds the rounding (抹零) that the screen showed against the rule of
// the project: cash only, downwards only, and only when the receipt pays all
// that it is for, so that the charges are settled and nothing is left open.
// owed is what the receipt pays, in fen. Source: domain 1.5.
func (st *Setting) mayRound(in *Taking, owed money.Fen) error {
	if in.Rounded == 0 {
		return nil
	}
	if st.RoundTo == 0 {
		return ErrRoundOff.At("body.rounded", ErrRoundOff.Text, int64(in.Rounded))
	}
	cash := in.sum(MethodCash)
	due := owed - (in.sum() - cash) // what cash is to pay
	if cash == 0 || due%st.RoundTo != in.Rounded || cash+in.Rounded != due {
		return ErrRound.At("body.rounded", "现金应收 "+due.Comma(), int64(in.Rounded))
	}
	return nil
}

// moneyOf is what each line got in money; what was let go falls on the last
// lines, as in the postings. On a red receipt both are negative.
func (r *Receipt) moneyOf() []money.Fen {
	if r.Rounded < 0 {
		m := r.Mirror()
		out := m.moneyOf()
		for i := range out {
			out[i] = -out[i]
		}
		return out
	}
	out, gone := make([]money.Fen, len(r.Lines)), r.Rounded
	for i := len(r.Lines) - 1; i >= 0; i-- {
		part := min(gone, r.Lines[i].Amount)
		if gone == 0 {
			part = 0
		}
		out[i], gone = r.Lines[i].Amount-part, gone-part
	}
	return out
}

// knownRounding reports whether RoundTo is one of none, 角, 元.
func (st *Setting) knownRounding() bool {
	return st.RoundTo == 0 || st.RoundTo == money.OneJiao || st.RoundTo == money.OneYuan
}
