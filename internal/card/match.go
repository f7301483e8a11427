package card

import (
	"strings"

	"linli/internal/cashier"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
)

// near is by how many days a line and its receipt may lie apart when they carry
// the same reference: receipts are written later, refunds arrive later.
const near = 7

// side is one way that the money of a payment by card went: what a void receipt
// took went back as well. Amount above zero.
type side struct {
	*cashier.CardPay
	amount money.Fen
	back   bool
	line   *Line
}

// sides are the ways of payments by card.
func sides(pays []cashier.CardPay) []*side {
	var out []*side
	for i := range pays {
		p := &pays[i]
		if p.Amount < 0 {
			out = append(out, &side{CardPay: p, amount: -p.Amount, back: true})
			continue
		}
		out = append(out, &side{CardPay: p, amount: p.Amount})
		if p.Void {
			out = append(out, &side{CardPay: p, amount: p.Amount, back: true})
		}
	}
	return out
}

// bare is a number without the zeros before it, which one side or the other
// leaves out; zeros alone are no number.
func bare(text string) string { return strings.TrimLeft(code(text, 60), "0") }

func sameCode(a, b string) bool { a, b = bare(a), bare(b); return a != "" && a == b }

// sameTerminal holds also when the counter has not noted the terminal.
func (x *side) sameTerminal(l *Line) bool {
	return bare(x.Terminal) == "" || sameCode(x.Terminal, l.Terminal)
}

// referred is the first way: the reference, whatever the amount.
func (x *side) referred(l *Line) bool {
	apart := x.Date.Sub(l.Day)
	if apart > near || apart < -near {
		return false
	}
	return sameCode(x.Reference, l.Reference) || x.back && (sameCode(x.Origin, l.Origin) || sameCode(x.Origin, l.Reference))
}

// vouched is the second way: terminal, voucher and amount on the same day. A
// voucher of a refund is never noted at the counter: the card tells it.
func (x *side) vouched(l *Line) bool {
	if x.amount != l.Amount || !x.sameTerminal(l) {
		return false
	}
	if !x.back {
		return x.Date == l.Day && sameCode(x.Reference, l.Voucher)
	}
	apart := l.Day.Sub(x.Date)
	return apart >= 0 && apart <= near && (sameCode(x.Origin, l.Voucher) || x.Last4 != "" && x.Last4 == l.Last4)
}

// matchLines ties lines to payments that nothing is tied to yet, by the best
// way first, and lines that take each other back; it answers the changed ones.
func matchLines(lines []*Line, all []*side) []*Line {
	byKey := map[payKey]*side{}
	for _, x := range all {
		byKey[x.key()] = x
	}
	for _, l := range lines {
		if l.Receipt != 0 {
			if x := byKey[payKey{l.Receipt, l.PayNo, l.Kind != LineSale}]; x != nil {
				x.line = l
			}
		}
	}
	var changed []*Line
	for _, way := range []func(*side, *Line) bool{
		func(x *side, l *Line) bool { return x.referred(l) && x.amount == l.Amount }, (*side).referred, (*side).vouched} {
		for _, l := range lines {
			if l.Receipt != 0 || l.Pair != 0 {
				continue
			}
			for _, x := range all {
				if x.line == nil && x.back == (l.Kind != LineSale) && way(x, l) {
					x.line, l.Receipt, l.PayNo = l, x.Receipt, x.No
					changed = append(changed, l)
					break
				}
			}
		}
	}
	return append(changed, pairLines(lines)...)
}

// pairLines ties a void to the sale of the same card before it, when the
// counter knows of neither: the money has come and gone.
func pairLines(lines []*Line) []*Line {
	var changed []*Line
	for _, v := range lines {
		if v.Kind != LineVoid || v.Receipt != 0 || v.Pair != 0 {
			continue
		}
		for _, l := range lines {
			same := l.Day == v.Day && sameCode(l.Terminal, v.Terminal) && l.Amount == v.Amount && l.Last4 == v.Last4 && !l.At.After(v.At)
			if l.Kind == LineSale && l.Receipt == 0 && l.Pair == 0 && same {
				l.Pair, v.Pair = v.ID, l.ID
				changed = append(changed, l, v)
				break
			}
		}
	}
	return changed
}

type payKey struct {
	receipt id.ID
	no      int
	back    bool
}

func (x *side) key() payKey { return payKey{x.Receipt, x.No, x.back} }

// differencesOf are what is left of lines and payments after matching: lines
// and receipts of which the other side knows nothing, amounts that differ, and
// money of void receipts that never went back.
func differencesOf(lines []*Line, all []*side) []Difference {
	var out []Difference
	backs := map[payKey]*side{}
	byKey := map[payKey]*side{}
	for _, x := range all {
		byKey[x.key()] = x
		if x.back {
			backs[x.key()] = x
		}
	}
	for _, l := range lines {
		x := byKey[payKey{l.Receipt, l.PayNo, l.Kind != LineSale}]
		switch {
		case l.Pair != 0:
		case l.Receipt == 0 && l.Kind == LineSale:
			out = append(out, l.difference(KindUnknown, nil))
		case l.Receipt == 0:
			out = append(out, l.difference(KindRefund, nil))
		case x == nil: // beyond the days that were read; it was compared when it was matched
		case x.amount != l.Amount:
			out = append(out, l.difference(KindAmount, x))
		case !x.back && x.Void && backs[payKey{x.Receipt, x.No, true}].line == nil:
			out = append(out, l.difference(KindVoided, x))
		}
	}
	for _, x := range all {
		switch {
		case x.line != nil, x.Void:
		case x.back:
			out = append(out, x.difference(KindBackMissing))
		default:
			out = append(out, x.difference(KindMissing))
		}
	}
	return out
}
