package billing

import (
	"fmt"
	"slices"

	"linli/internal/kit/id"
	"linli/internal/kit/money"
	"linli/internal/tariff"
)

// Cause says why a run differs from the period before. The causes of a run sum
// exactly to its difference.
type Cause int

// The causes, as stored; Now and Last are the two sides of the equation
// Now = Last + all the others.
const (
	Now            Cause = 0
	Last           Cause = 1
	PriceChanged   Cause = 2
	AreaChanged    Cause = 3
	NewlyCharged   Cause = 4
	Ended          Cause = 5
	PartMonth      Cause = 6
	FormulaChanged Cause = 7
	Corrected      Cause = 8 // by hand, now or then
	NotComputed    Cause = 9 // had a charge, cannot be computed now
	OtherCause     Cause = 10
	DiscountCause  Cause = 11 // a discount that began, changed or ended

	QuantityChanged Cause = 12 // people who live there, or how many are charged

	causes = 13
)

// Word is the cause's stable name in the API.
func (c Cause) Word() string {
	words := [causes]string{"now", "last", "price", "area", "new", "ended", "part_month", "formula", "correction", "fault", "other", "discount", "quantity"}
	if c < 0 || c >= causes {
		return "other"
	}
	return words[c]
}

// Label is the cause's Chinese name.
func (c Cause) Label() string {
	labels := [causes]string{"本次", "上期", "单价调整", "面积更正", "新增收费", "停止收费", "不满整月", "公式调整", "人工更正", "未能算出", "其他", "优惠减免", "人数或数量变化"}
	if c < 0 || c >= causes {
		return "其他"
	}
	return labels[c]
}

// prior is the charge of the same room and item one period before.
type prior struct {
	room     id.ID
	rate     id.ID
	quantity money.Qty
	price    money.Price
	factor   Factor
	amount   money.Fen
	computed money.Fen // before correction by hand
	gross    money.Fen // computed before discounts, 0 = without any
	plain    bool      // computed from the columns alone
}

// sumCell is what one cause of one item adds up to in a part.
type sumCell struct {
	lines  int64
	amount money.Fen
}

// look is a line that a person should look at before release.
type look struct {
	kind   lookKind
	line   int // index of the line in its part, -1 when there is none
	room   id.ID
	item   id.ID
	month  int32
	reason string
	last   money.Fen
	amount money.Fen
}

type lookKind int

const (
	lookFault  lookKind = 1
	lookChange lookKind = 2
)

// maxLooks is how many of the biggest changes a part keeps.
const maxLooks = 20

// comparer sorts differences into causes.
type comparer struct {
	sums  [][causes]sumCell // by item of the plan
	looks []look
}

func (k *comparer) add(item int, c Cause, amount money.Fen) {
	if amount != 0 {
		cell := &k.sums[item][c]
		cell.lines++
		cell.amount += amount
	}
}

// compare explains the step from the charge before to the one now. Either may
// be nil, gone says why there is none now; skip both when the month was already
// charged by an earlier run.
func (k *comparer) compare(it *tariff.PlanItem, now *line, at int, before *prior, gone Cause) {
	if now != nil {
		k.add(it.Index, Now, now.amount)
	}
	if before == nil {
		if now != nil {
			k.add(it.Index, NewlyCharged, now.amount)
		}
		return
	}
	k.add(it.Index, Last, before.amount)
	if now == nil {
		k.add(it.Index, gone, -before.amount)
		return
	}
	k.add(it.Index, Corrected, before.computed-before.amount)
	if now.gross() > 0 || before.gross > 0 {
		now, before = k.undiscounted(it, now, before)
	}
	if now.amount == before.computed {
		return
	}
	if it.Basis != tariff.ByFormula && before.plain && now.isPlain() {
		if repriced, ok := k.steps(it, now, before); ok {
			k.noteChange(it, now, at, before, repriced)
			return
		}
	}
	k.add(it.Index, k.single(it, now, before), now.amount-before.computed)
	if now.rate == before.rate {
		k.noteChange(it, now, at, before, before.amount)
	}
}

func (l *line) isPlain() bool {
	return l.detail == nil || l.detail.plain()
}

// steps changes price, area and part of the month one after the other. It
// returns what the charge before would be at the new price.
func (k *comparer) steps(it *tariff.PlanItem, now *line, before *prior) (repriced money.Fen, ok bool) {
	amount := func(q money.Qty, p money.Price, f Factor) (money.Fen, error) {
		v, err := it.Basis.Vars(q)
		if err != nil {
			return 0, err
		}
		return plainAmount(it.Item, &v, p, f.Num(), f.Den())
	}
	price, err1 := amount(before.quantity, now.price, before.factor)
	area, err2 := amount(now.quantity, now.price, before.factor)
	if err1 != nil || err2 != nil {
		return 0, false
	}
	k.add(it.Index, PriceChanged, price-before.computed)
	k.add(it.Index, changed(it.Basis), area-price)
	k.add(it.Index, PartMonth, now.amount-area)
	return price, true
}

// single names the one cause of a difference that cannot be taken apart.
func (k *comparer) single(it *tariff.PlanItem, now *line, before *prior) Cause {
	switch {
	case now.rate != before.rate:
		if old, ok := it.Rates[before.rate]; ok && it.Basis == tariff.ByFormula {
			if current, ok := it.Rates[now.rate]; ok && old.Formula != current.Formula {
				return FormulaChanged
			}
		}
		return PriceChanged
	case now.factor != before.factor:
		return PartMonth
	case now.quantity != before.quantity:
		return changed(it.Basis)
	}
	return OtherCause
}

// noteChange keeps the biggest changes that neither the price nor a part of a
// month explains: expected is the charge before at today's price.
func (k *comparer) noteChange(it *tariff.PlanItem, now *line, at int, before *prior, expected money.Fen) {
	beyond := now.amount - expected
	if now.factor != before.factor || max(beyond, -beyond)*2 < expected || max(beyond, -beyond) < 100 {
		return
	}
	step := now.amount - before.amount
	size := max(step, -step)
	reason := fmt.Sprintf("比上期%s %s 元", word(step > 0, "多", "少"), size.Comma())
	if now.quantity != before.quantity {
		reason += "，" + changedText(it.Basis, before.quantity, now.quantity)
	}
	k.looks = append(k.looks, look{lookChange, at, now.subject, it.ID, int32(now.month), reason, before.amount, now.amount})
	if len(k.looks) > 4*maxLooks {
		k.trim()
	}
}

// changed is the cause when the quantity of a charge is another one.
func changed(b tariff.Basis) Cause {
	if b == tariff.ByPeople || b == tariff.ByQuantity || b == tariff.Metered {
		return QuantityChanged
	}
	return AreaChanged
}

func changedText(b tariff.Basis, before, now money.Qty) string {
	switch b {
	case tariff.ByPeople:
		return fmt.Sprintf("人数由 %s 变为 %s", before, now)
	case tariff.ByQuantity:
		return fmt.Sprintf("数量由 %s 变为 %s", before, now)
	}
	if b == tariff.Metered {
		return fmt.Sprintf("用量由 %s 变为 %s", before, now)
	}
	return fmt.Sprintf("面积由 %s 变为 %s ㎡", before, now)
}

// trim keeps the biggest changes.
func (k *comparer) trim() {
	slices.SortStableFunc(k.looks, func(a, b look) int {
		x, y := a.amount-a.last, b.amount-b.last
		return int(min(max(max(y, -y)-max(x, -x), -1), 1))
	})
	k.looks = k.looks[:min(len(k.looks), maxLooks)]
}

func word(b bool, yes, no string) string {
	if b {
		return yes
	}
	return no
}
