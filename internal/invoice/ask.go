package invoice

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"linli/internal/cashier"
	"linli/internal/kit/actor"
	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
)

const (
	maxReceipts = 50
	maxRemark   = 200
)

// Application is what somebody asks to have on an invoice: everything that the
// receipts brought for charges and that is neither given back nor on another
// invoice.
type Application struct {
	Receipts []id.ID
	Items    []id.ID // only these fee items; empty means all
	Title    id.ID   // a remembered one, or
	New      *Title  // one to remember
	Special  bool    // 增值税专用发票
	Place    string  // 车牌号 or 房屋坐落, where a lease is among the lines
	Remark   string
	Expected money.Fen // what the screen showed
	Issue    bool      // have it issued at once
}

func (in *Application) check() error {
	in.Place, in.Remark = strings.TrimSpace(in.Place), strings.TrimSpace(in.Remark)
	slices.Sort(in.Receipts)
	in.Receipts = slices.Compact(in.Receipts)
	switch {
	case len(in.Receipts) == 0 || len(in.Receipts) > maxReceipts:
		return ErrAsk.Say("请选择 1–50 张收据").At("body.receipt_ids", "1–50 张", len(in.Receipts))
	case utf8.RuneCountInString(in.Place) > maxText:
		return ErrAsk.At("body.place", "最多 100 个字", nil)
	case utf8.RuneCountInString(in.Remark) > maxRemark:
		return ErrAsk.At("body.remark", "最多 200 个字", nil)
	}
	return nil
}

// Ask writes applications down: one, or two when 不动产经营租赁 (such as parking) is
// among the lines, which stands on an invoice of its own. Errors: ErrOff,
// ErrAsk, ErrTitle, ErrPayers, ErrNothing, ErrChanged, ErrNoTax,
// fault.ErrNotFound.
func (s *Service) Ask(ctx context.Context, who actor.Actor, project id.ID, in Application) ([]Invoice, error) {
	in.Receipts = slices.Clone(in.Receipts)
	if err := in.check(); err != nil {
		return nil, err
	}
	var out []Invoice
	err := s.db.Write(ctx, func(tx *db.Tx) error {
		seller, err := s.Seller(ctx, tx, project)
		if err != nil {
			return err
		}
		if !seller.Active {
			return ErrOff
		}
		kept, err := s.cashier.LockKept(ctx, tx, project, in.Receipts)
		if err != nil {
			return err
		}
		left, err := s.left(ctx, tx, project, kept, &seller)
		if err != nil {
			return err
		}
		left = only(left, in.Items)
		if err := agreed(kept, left, in.Expected); err != nil {
			return err
		}
		title, err := s.titled(ctx, tx, who, project, kept[0].Receipt.Payer, &in)
		if err != nil {
			return err
		}
		if out, err = draft(tx, who, kept, left, &title, &in); err != nil {
			return err
		}
		for i := range out {
			if err := insertDoc(ctx, tx, project, &out[i]); err != nil {
				return fmt.Errorf("write invoice: %w", err)
			}
			s.record(tx, who, project, &out[i], "invoice.asked", "申请", nil)
			if in.Issue {
				if err := s.begin(ctx, tx, who, project, &out[i]); err != nil {
					return err
				}
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("ask for invoice: %w", err)
	}
	return out, nil
}

// Left is what one line of a receipt still has for an invoice.
type Left struct {
	Receipt id.ID
	Number  string
	Date    clock.Date
	Line    cashier.Line
	Amount  money.Fen // above zero
	Tax     Tax
	Taxed   bool // Tax is known and fits the seller
}

// left takes what is on invoices from what receipts have kept.
func (s *Service) left(ctx context.Context, q db.Q, project id.ID, kept []cashier.Kept, seller *Seller) ([]Left, error) {
	taxes, err := s.Taxes(ctx, q, project)
	if err != nil {
		return nil, err
	}
	ids := []id.ID{}
	for _, k := range kept {
		ids = append(ids, k.Receipt.ID)
	}
	covered, err := liveCovers(ctx, q, project, ids)
	if err != nil {
		return nil, fmt.Errorf("what is on invoices: %w", err)
	}
	out := []Left{}
	for _, k := range kept {
		for _, l := range k.Receipt.Lines {
			amount := k.Free[l.Charge] - covered[spot{k.Receipt.ID, l.Charge}]
			if amount <= 0 {
				continue
			}
			x := Left{Receipt: k.Receipt.ID, Number: k.Receipt.Number, Date: k.Receipt.Date, Line: l, Amount: amount}
			x.Tax, x.Taxed = TaxOn(taxes[l.Item], k.Receipt.Date, seller.Small)
			out = append(out, x)
		}
	}
	return out, nil
}

func only(left []Left, items []id.ID) []Left {
	if len(items) == 0 {
		return left
	}
	return slices.DeleteFunc(left, func(l Left) bool { return !slices.Contains(items, l.Line.Item) })
}

// agreed refuses receipts of several payers, nothing, another amount than the
// screen showed, and fee items without tax.
func agreed(kept []cashier.Kept, left []Left, expected money.Fen) error {
	first := &kept[0].Receipt
	for _, k := range kept {
		if k.Receipt.Payer != first.Payer || first.Payer == 0 && k.Receipt.Room != first.Room {
			return ErrPayers
		}
	}
	var sum money.Fen
	for _, l := range left {
		sum += l.Amount
		if !l.Taxed {
			return ErrNoTax.Say("“%s”在 %s 还没有可用的税率，请财务在开票设置里设好后再申请", l.Line.ItemName, l.Date)
		}
	}
	if sum == 0 {
		return ErrNothing
	}
	if sum != expected {
		return ErrChanged.Say("可开金额现在是 %s 元，请刷新后再申请", sum.Comma()).At("body.expected", "现在是 "+sum.Comma(), int64(sum))
	}
	return nil
}

// titled finds or remembers the title.
func (s *Service) titled(ctx context.Context, tx *db.Tx, who actor.Actor, project, payer id.ID, in *Application) (Title, error) {
	t := Title{}
	switch {
	case in.New != nil:
		t = *in.New
		t.Payer = payer
		if payer == 0 { // nobody to remember it for
			return t, first(t.check(), mayBeSpecial(in, &t))
		}
		var err error
		if t, err = s.remember(ctx, tx, who, project, t); err != nil {
			return t, err
		}
	default:
		var err error
		if t, err = oneTitle(ctx, tx, project, in.Title); err != nil || t.Payer != payer || !t.Active {
			return t, ErrTitle.Say("请选择抬头").At("body.title_id", "没有这个抬头，请重新选择", nil)
		}
	}
	return t, mayBeSpecial(in, &t)
}

func first(list ...error) error {
	for _, err := range list {
		if err != nil {
			return err
		}
	}
	return nil
}

func mayBeSpecial(in *Application, t *Title) error {
	if in.Special && !t.Company {
		return ErrAsk.Say("个人抬头只能开普通发票").At("body.special", "个人抬头只能开普通发票", true)
	}
	return nil
}

// draft makes the invoices of what is left, leases apart.
func draft(tx *db.Tx, who actor.Actor, kept []cashier.Kept, left []Left, title *Title, in *Application) ([]Invoice, error) {
	out := []Invoice{}
	for _, lease := range []bool{false, true} {
		part := slices.DeleteFunc(slices.Clone(left), func(l Left) bool { return l.Tax.Lease != lease })
		if len(part) == 0 {
			continue
		}
		r := &kept[0].Receipt
		v := Invoice{ID: tx.NewID(), Kind: Blue, State: Asked, Special: in.Special, Payer: r.Payer, PayerName: r.PayerName, Room: r.Room, RoomLabel: r.RoomLabel,
			Company: title.Company, Buyer: title.Party, Remark: in.Remark, AskedBy: who.Account, Asker: who.Name, AskedAt: tx.Now(), round: 0}
		if lease {
			if v.Place = in.Place; v.Place == "" {
				return nil, ErrAsk.Say("停车、租赁的发票要写车牌号或房屋坐落").At("body.place", "请填车牌号或房屋坐落", nil)
			}
			v.From, v.Until = span(part)
		}
		if err := v.fill(part); err != nil {
			return nil, err
		}
		out = append(out, v)
	}
	return out, nil
}

// span is the first and the last month of the lines.
func span(list []Left) (from, until clock.Month) {
	for _, l := range list {
		if from == 0 || l.Line.Month < from {
			from = l.Line.Month
		}
		until = max(until, l.Line.Month)
	}
	return from, until
}

// fill gathers what is left by fee item and tax, and parts each line once.
func (v *Invoice) fill(part []Left) error {
	type alike struct {
		item        id.ID
		code, short string
		rate        int
		simple      bool
	}
	at := map[alike]int{}
	for _, l := range part {
		k := alike{l.Line.Item, l.Tax.Code, l.Tax.Short, l.Tax.Rate, l.Tax.Simple}
		n, ok := at[k]
		if !ok {
			n = len(v.Lines)
			at[k] = n
			v.Lines = append(v.Lines, Line{Item: k.item, Name: l.Line.ItemName, Code: k.code, Short: k.short, Rate: k.rate, Simple: k.simple})
		}
		v.Lines[n].Gross += l.Amount
		v.Covers = append(v.Covers, Cover{Receipt: l.Receipt, Number: l.Number, Charge: l.Line.Charge, Amount: l.Amount})
	}
	for i := range v.Lines {
		l := &v.Lines[i]
		var err error
		if l.Net, l.Tax, err = Split(l.Gross, l.Rate); err != nil {
			return err
		}
	}
	v.sum()
	return nil
}
