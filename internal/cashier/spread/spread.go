// Package spread is the order in which an amount meets debts: by the law, by an
// agreement, by the largest remainder. It knows no household. Part of cashier.
package spread

import (
	"cmp"
	"slices"

	"linli/internal/kit/clock"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
)

// Policy names the order in which an amount meets the debts. It is stored on
// every receipt.
type Policy string

// The policies.
const (
	// PolicyChosen is the payer naming the debts (民法典 560, first sentence):
	// only those are paid, among themselves in the order of the law.
	PolicyChosen Policy = "chosen"
	// PolicyStatutory is the order of the law without an agreement (民法典 560):
	// what fell due first is paid first; debts due on the same day share in
	// proportion, by the largest remainder. What it cost to collect them is paid
	// before all of them, and of one debt the interest before the principal (民法典 561).
	PolicyStatutory Policy = "statutory"
	// PolicyOldest is an agreed order (民法典 560 leaves it to the parties): month
	// by month, the oldest first, each charge whole before the next, and late
	// fees after all principals (561 leaves that to the parties, too). Of costs it
	// says nothing, so that they go first as the law has it.
	PolicyOldest Policy = "oldest"
)

// Name is the policy in words.
func (p Policy) Name() string {
	switch p {
	case PolicyChosen:
		return "按所选费用"
	case PolicyStatutory:
		return "先抵实现债权的费用，再先到期先还，同日到期按比例，先违约金后本金"
	case PolicyOldest:
		return "先抵实现债权的费用，再按账期从旧到新，逐项还清，先本金后违约金"
	}
	return ""
}

// Debt is one open charge.
type Debt struct {
	Charge id.ID
	Due    clock.Date
	Left   money.Fen   // still owed, above zero
	Month  clock.Month // billing month, looked at by PolicyOldest only
	// Interest marks the late fee of a charge that fell due on Due.
	Interest bool
	// Costs marks what it cost to collect the others, and is due.
	Costs bool
}

// Share is the part of a payment that one charge gets.
type Share struct {
	Charge id.ID
	Amount money.Fen // above zero, never above what the debt has left
}

// Allocate spreads amount (fen) over the debts in the order of the policy.
// PolicyChosen has narrowed the debts before and keeps the order of the law.
func (p Policy) Allocate(debts []Debt, amount money.Fen) (shares []Share, rest money.Fen) {
	if p == PolicyOldest {
		return allocateOldest(debts, amount)
	}
	return Allocate(debts, amount)
}

// allocateOldest pays costs, then month by month; within a month the order given.
func allocateOldest(debts []Debt, amount money.Fen) (shares []Share, rest money.Fen) {
	debts = slices.Clone(debts)
	slices.SortStableFunc(debts, func(a, b Debt) int {
		return cmp.Or(order(b.Costs)-order(a.Costs), order(a.Interest)-order(b.Interest), cmp.Compare(a.Month, b.Month))
	})
	for _, d := range debts {
		if amount == 0 {
			break
		}
		part := min(d.Left, amount)
		shares = append(shares, Share{d.Charge, part})
		amount -= part
	}
	return shares, amount
}

// Allocate spreads amount (fen) over the debts: costs first, then due date by
// due date, within one due date in proportion to what is left of each. Shares
// keep the order of costs, due date, late fees, then the order given. rest is
// what no debt takes.
func Allocate(debts []Debt, amount money.Fen) (shares []Share, rest money.Fen) {
	debts = slices.Clone(debts)
	slices.SortStableFunc(debts, func(a, b Debt) int {
		return cmp.Or(order(b.Costs)-order(a.Costs), cmp.Compare(a.Due, b.Due), order(b.Interest)-order(a.Interest))
	})
	rest = amount
	for len(debts) > 0 && rest > 0 {
		n := 1
		for n < len(debts) && debts[n].Due == debts[0].Due && debts[n].Interest == debts[0].Interest && debts[n].Costs == debts[0].Costs {
			n++
		}
		var day []Share
		day, rest = shareDay(debts[:n], rest)
		shares = append(shares, day...)
		debts = debts[n:]
	}
	return shares, rest
}

// shareDay pays debts of one due date. A proportional share of less than all
// rounds up at most to the debt itself, because the debts are whole fen.
func shareDay(debts []Debt, amount money.Fen) (shares []Share, rest money.Fen) {
	weights := make([]int64, len(debts))
	var all money.Fen
	for i, d := range debts {
		weights[i] = int64(d.Left)
		all += d.Left
	}
	take := min(amount, all)
	for i, part := range money.Split(take, weights) {
		if part > 0 {
			shares = append(shares, Share{debts[i].Charge, part})
		}
	}
	return shares, amount - take
}

// Joined adds what debts got before to the shares, whose order stays; what
// stands in got alone comes first, in the order of the debts.
func Joined(shares []Share, got map[id.ID]money.Fen, debts []Debt) []Share {
	for i := range shares {
		shares[i].Amount += got[shares[i].Charge]
		delete(got, shares[i].Charge)
	}
	first := []Share{}
	for _, d := range debts {
		if got[d.Charge] > 0 {
			first = append(first, Share{d.Charge, got[d.Charge]})
		}
	}
	return append(first, shares...)
}

func order(b bool) int {
	if b {
		return 1
	}
	return 0
}
