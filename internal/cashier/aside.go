package cashier

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"linli/internal/billing"
	"linli/internal/cashier/spread"
	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/fault"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
	"linli/internal/ledger"
)

// What is refused when money is set aside: for what the project does not charge,
// and beyond what may be paid ahead.
var (
	ErrPrepayItem = fault.New(fault.Invalid, "prepay_item", "没有这项费用，或已停用，请重新选择预存用途")
	ErrAsideCap   = fault.New(fault.Invalid, "aside_beyond_cap", "超过了这项费用可存的专用预存")
)

// Aside is prepaid money that may pay one fee item only (专用预存).
type Aside struct {
	Item   id.ID
	Name   string
	Amount money.Fen
}

// Aside is what a payer has set aside for single fee items in some rooms, the
// oldest item first; the rest of the prepaid money may pay every charge.
func (s *Service) Aside(ctx context.Context, q db.Q, project, payer id.ID, rooms []id.ID) ([]Aside, error) {
	wallets, err := s.payment.WalletsIn(ctx, q, project, rooms)
	if err != nil {
		return nil, err
	}
	return s.nameAside(ctx, q, project, wallets.Aside(payer, rooms))
}

func (s *Service) nameAside(ctx context.Context, q db.Q, project id.ID, have map[id.ID]money.Fen) ([]Aside, error) {
	var out []Aside
	for item, amount := range have {
		name, _, err := s.billing.ItemName(ctx, q, project, item)
		if err != nil {
			return nil, fmt.Errorf("name prepaid money: %w", err)
		}
		out = append(out, Aside{item, name, amount})
	}
	slices.SortFunc(out, func(a, b Aside) int { return int(a.Item - b.Item) })
	return out, nil
}

// anyUse is the prepaid money that may pay every charge.
func (seat *Seat) anyUse() money.Fen {
	sum := seat.Prepaid
	for _, a := range seat.Aside {
		sum -= a.Amount
	}
	return sum
}

// usable is how much of the prepaid money may pay these debts.
func (seat *Seat) usable(open []Open) money.Fen {
	sum := seat.anyUse()
	for _, a := range seat.Aside {
		sum += min(a.Amount, sumLeft(ofItem(open, a.Item)))
	}
	return min(sum, sumLeft(open))
}

// Usable is how much of its prepaid money may pay what the household owes.
func (seat *Seat) Usable() money.Fen { return seat.usable(seat.Open) }

func ofItem(open []Open, item id.ID) []Open {
	return slices.DeleteFunc(slices.Clone(open), func(o Open) bool { return o.Item != item })
}

// spent is prepaid money that a receipt uses; Item 0 is of any use.
type spent struct {
	item   id.ID
	amount money.Fen
}

// allocate spreads the receipt's amount over the debts by the policy of the
// project. Prepaid money that was set aside pays its own item first, in the same
// order, before money of any use (domain 1.6). rest is what no debt takes.
func (seat *Seat) allocate(open []Open, amount, prepaid money.Fen) (shares []spread.Share, rest money.Fen, uses []spent) {
	policy := seat.Setting.Policy
	got := map[id.ID]money.Fen{}
	for _, a := range seat.Aside {
		part := min(a.Amount, prepaid, sumLeft(ofItem(open, a.Item)))
		if part <= 0 {
			continue
		}
		own, _ := policy.Allocate(seat.debts(ofItem(open, a.Item)), part)
		for _, s := range own {
			got[s.Charge] += s.Amount
		}
		uses = append(uses, spent{a.Item, part})
		prepaid, amount = prepaid-part, amount-part
	}
	if prepaid > 0 {
		uses = append(uses, spent{0, prepaid})
	}
	left := []Open{}
	for _, o := range open {
		if o.Left -= got[o.Charge]; o.Left > 0 {
			left = append(left, o)
		}
	}
	others, rest := policy.Allocate(seat.debts(left), amount)
	return spread.Joined(others, got, seat.debts(open)), rest, uses
}

// spend takes the prepaid money of a receipt out of the wallets.
func (s *Service) spend(ctx context.Context, tx *db.Tx, project id.ID, seat *Seat, r *Receipt) error {
	for _, u := range r.uses {
		if err := s.payment.SpendOn(ctx, tx, project, r.Payer, seat.rooms(), u.item, u.amount, ledger.DocReceipt, r.ID); err != nil {
			return err
		}
	}
	return nil
}

// setAside names the fee item that what this receipt prepays is for. Error:
// ErrPrepayItem.
func (s *Service) setAside(ctx context.Context, q db.Q, project id.ID, r *Receipt, item id.ID) error {
	if item == 0 || r.ToPrepay <= 0 {
		return nil
	}
	list, err := s.billing.PrepayItems(ctx, q, project)
	if err != nil {
		return err
	}
	for i := range list {
		if list[i].ID == item {
			r.PrepayItem, r.PrepayName, r.monthly = item, list[i].Name, list[i].Basis.Monthly()
			return nil
		}
	}
	return ErrPrepayItem.At("body.prepay_item_id", "没有这项费用", item.String())
}

// capAside holds what is set aside for a monthly fee, with a booked receipt,
// against what is owed of the fee and the months that may be paid ahead of it:
// setting aside is paying ahead by another name. A fee without a price of its
// months has none to count. Source: domain 0.6. Error: ErrAsideCap.
func (s *Service) capAside(ctx context.Context, tx *db.Tx, project id.ID, seat *Seat, r *Receipt) error {
	if !r.monthly {
		return nil
	}
	free, limit, err := s.coming(db.Join(ctx, tx), project, seat, r.PrepayItem, clock.MonthOf(tx.Now()))
	if err != nil {
		return err
	}
	have, err := s.Aside(ctx, tx, project, r.Payer, []id.ID{r.Room})
	if err != nil {
		return err
	}
	free += sumLeft(ofItem(seat.Open, r.PrepayItem))
	for _, l := range r.Lines {
		if l.Item == r.PrepayItem && seat.isOwn(l.Charge) {
			free -= l.Amount
		}
	}
	for _, a := range have {
		if a.Item == r.PrepayItem {
			free -= a.Amount
		}
	}
	if free >= 0 {
		return nil
	}
	told, most := ErrAsideCap.Say("%s，%s不能再存专用预存，可以存为通用预存", limit.Text, r.PrepayName), max(0, r.ToPrepay+free)
	if most > 0 {
		told = ErrAsideCap.Say("%s，%s专用预存还可存 %s 元，多的可以存为通用预存", limit.Text, r.PrepayName, most.Comma())
	}
	return told.At("body.prepay_item_id", "还可存 "+most.Comma(), int64(r.ToPrepay))
}

// coming is what the months of one fee cost that the room may still pay ahead,
// each at the price of a month that is paid alone.
func (s *Service) coming(ctx context.Context, project id.ID, seat *Seat, item id.ID, now clock.Month) (sum money.Fen, limit *fault.Error, err error) {
	for from, begun := now, false; from <= now.Add(1) && !begun; from = from.Add(1) {
		var months int
		if months, limit = seat.Setting.allowed(now, from); months == 0 {
			continue
		}
		q, err := s.billing.QuoteAhead(ctx, project, seat.Room.ID, billing.AheadAsk{Until: from.Add(months - 1), Alone: true})
		if err != nil && !errors.Is(err, billing.ErrNothingAhead) {
			return 0, nil, err
		}
		sum = 0
		for _, l := range q.Lines {
			if l.Item == item {
				sum, begun = sum+l.Amount, begun || l.Month <= now
			}
		}
	}
	if seat.Setting.AheadMonths == 0 {
		limit = ErrAheadOff.Say("本项目不收预缴")
	}
	return sum, limit, nil
}

// prepayUse words on paper what the prepaid money of the receipt may pay.
func (r *Receipt) prepayUse() string {
	if r.PrepayItem == 0 {
		return "以后的费用可用它抵扣"
	}
	return r.PrepayName + "专用，只抵这项费用"
}
