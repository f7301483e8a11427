package cashier

import (
	"context"
	"fmt"
	"slices"

	"linli/internal/billing"
	"linli/internal/kit/actor"
	"linli/internal/kit/db"
	"linli/internal/kit/fault"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
	"linli/internal/ledger"
)

// RefundEnded gives back months that were paid for and will not be served. It
// is asked for and approved with the document of the room that fills the socket.
const RefundEnded RefundKind = "ended"

// ErrEndedChanged is answered when money of the months has gone another way.
var ErrEndedChanged = fault.New(fault.Conflict, "ended_changed", "这几个月的收款刚有变动，请在“红冲与退款”撤回这笔退款，再重新申请提前终止退费，金额按现在的收款重算")

// Ended is what an application of the kind gives back of its receipt: Lines are
// taken off charges, Kept of their sum pays what was used. The money is the rest.
type Ended struct {
	Lines []billing.Settlement
	Kept  money.Fen
}

// Ender is the socket of the room that ends what was paid ahead. The counter
// calls it inside the transaction of the red receipt.
type Ender interface {
	// Ended tells what an application gives back.
	Ended(ctx context.Context, q db.Q, project, refund id.ID) (Ended, error)
	// StillOwed leaves out months that are partly given back and wait for the rest of it.
	StillOwed(ctx context.Context, q db.Q, project id.ID, charges []billing.Charge) ([]billing.Charge, error)
	// EndMonths takes the months back that nobody has paid any more, and answers
	// the charge for what is kept, none when nothing is.
	EndMonths(ctx context.Context, tx *db.Tx, who actor.Actor, project, refund id.ID) (billing.Charge, error)
	// DropEnded notes that the application was refused or withdrawn, or refuses that.
	DropEnded(ctx context.Context, tx *db.Tx, project, refund id.ID) error
}

// EndMonths fills the socket while the house is built.
func (s *Service) EndMonths(e Ender) { s.ender = e }

// PaidPart is what a receipt has paid of a charge and not given back, in fen.
type PaidPart struct {
	Charge, Receipt id.ID
	Number          string
	Amount          money.Fen
}

// PaidParts tells which receipts have paid charges, by receipt and charge.
func (s *Service) PaidParts(ctx context.Context, q db.Q, project id.ID, charges []id.ID) ([]PaidPart, error) {
	out, err := paidParts(ctx, q, project, charges)
	if err != nil {
		return nil, fmt.Errorf("receipts of charges: %w", err)
	}
	return out, nil
}

// EndedAsk is an application of RefundEnded.
type EndedAsk struct {
	ID       id.ID // of the application, by which the socket knows it
	Receipt  id.ID
	Amount   money.Fen // of the receipt's money
	Original bool      // by the channel that took it, where there is one
	Method   Method    // else; MethodPrepay leaves it with the payer as prepaid money
	Account  string
	Reason   string
}

// MayEnd refuses what AskEnded would. The receipt stays locked.
func (s *Service) MayEnd(ctx context.Context, tx *db.Tx, project id.ID, in EndedAsk) error {
	_, err := s.draftEndedAsk(ctx, tx, project, in)
	return err
}

func (s *Service) draftEndedAsk(ctx context.Context, tx *db.Tx, project id.ID, in EndedAsk) (Refund, error) {
	f := Refund{ID: in.ID, Kind: RefundEnded, Amount: in.Amount, Method: in.Method, Account: in.Account, Reason: in.Reason, Version: 1}
	r, err := s.lockReceipt(ctx, tx, project, in.Receipt)
	if err != nil {
		return f, err
	}
	f.Receipt, f.ReceiptNumber, f.Room, f.RoomLabel, f.Payer, f.PayerName = r.ID, r.Number, r.Room, r.RoomLabel, r.Payer, r.PayerName
	if in.Original && s.Original(&r) {
		err = s.askOriginal(&f, &r)
	} else if in.Method.Name() == "" || in.Method.online() {
		err = ErrRefund.Say("收据 %s 不能原路退，请选择怎么退", r.Number).At("body.method", "请选择怎么退", string(in.Method))
	}
	if err == nil && f.Method == MethodPrepay {
		err = r.mayRefund() // it moves no money that came in
	} else if err == nil {
		err = s.stillRefundable(ctx, tx, project, &r, &f)
	}
	return f, err
}

// AskEnded makes an application that stands approved already: its document was
// asked for by one person and approved by another. What goes by a channel is
// sent at once. Errors: ErrRefund, ErrRefundMuch, ErrEndedChanged, and those of
// DecideRefund.
func (s *Service) AskEnded(ctx context.Context, tx *db.Tx, asked, decided actor.Actor, project id.ID, in EndedAsk) (Refund, error) {
	f, err := s.draftEndedAsk(ctx, tx, project, in)
	if err != nil {
		return f, err
	}
	return f, s.insertApproved(ctx, tx, asked, decided, project, &f)
}

// draftEnded takes the months back of a receipt that the application names.
func (s *Service) draftEnded(ctx context.Context, tx *db.Tx, project id.ID, r, red *Receipt, f *Refund) error {
	if err := r.mayRefund(); err != nil {
		return err
	}
	if s.ender == nil {
		return fault.ErrNotFound
	}
	e, err := s.ender.Ended(ctx, tx, project, f.ID)
	if err != nil {
		return err
	}
	if f.Method == MethodPrepay {
		red.PrepaidUsed = -f.Amount
	} else if f.Amount > r.Refundable() {
		return ErrRefundMuch.Say("收据 %s 实收 %s 元，已退 %s 元，不能再退 %s 元", r.Number, r.Income().Comma(), r.Refunded.Comma(), f.Amount.Comma())
	}
	gone, _, err := takenBack(ctx, tx, project, r.ID)
	if err != nil {
		return fmt.Errorf("read red receipts: %w", err)
	}
	for _, x := range e.Lines {
		i := slices.IndexFunc(r.Lines, func(l Line) bool { return l.Charge == x.Charge })
		if i < 0 || x.Amount > r.Lines[i].Amount-gone[x.Charge] {
			return ErrEndedChanged
		}
		l := r.Lines[i]
		l.Amount, l.Owed = -x.Amount, -x.Amount
		red.Lines = append(red.Lines, l)
	}
	if red.settled() != -f.Amount-e.Kept {
		return ErrEndedChanged
	}
	return nil
}

// endMonths lets the socket take back what has become free, and pays out of it
// what is kept.
func (s *Service) endMonths(ctx context.Context, tx *db.Tx, who actor.Actor, project id.ID, f *Refund, red *Receipt) error {
	if f.Method == MethodPrepay {
		if err := s.payment.Credit(ctx, tx, project, red.Room, red.Payer, f.Amount, ledger.DocReceipt, red.ID); err != nil {
			return err
		}
	}
	c, err := s.ender.EndMonths(ctx, tx, who, project, f.ID)
	if err != nil {
		return err
	}
	if kept := -f.Amount - red.settled(); kept > 0 {
		settled, err := s.billing.Settle(ctx, tx, project, []billing.Settlement{{Charge: c.ID, Amount: kept}})
		if err != nil {
			return err
		}
		said, err := s.billing.ExplainRead(ctx, tx, project, settled)
		if err != nil {
			return err
		}
		red.Lines = append(red.Lines, Line{Charge: c.ID, Room: c.Subject, RoomLabel: red.Lines[0].RoomLabel, Item: c.Item, ItemName: c.ItemName,
			Month: c.Month, How: said[c.ID].Short(), Owed: kept, Amount: kept})
	}
	return nil
}

// promised adds to gone what applications for ended months will give back, so
// that no other refund takes the same lines meanwhile, and answers whether there are any.
func (s *Service) promised(ctx context.Context, q db.Q, project, receipt id.ID, gone map[id.ID]money.Fen) (bool, error) {
	list, err := endedOnTheWay(ctx, q, project, receipt)
	if err != nil {
		return false, fmt.Errorf("ended months on their way: %w", err)
	}
	for _, refund := range list {
		e, err := s.ender.Ended(ctx, q, project, refund)
		if err != nil {
			return true, err
		}
		for _, x := range e.Lines {
			gone[x.Charge] += x.Amount
		}
	}
	return len(list) > 0, nil
}

// drop lets go of what an application held that is not followed any more.
func (s *Service) drop(ctx context.Context, tx *db.Tx, project id.ID, f *Refund) error {
	if f.Kind == RefundEnded {
		return s.ender.DropEnded(ctx, tx, project, f.ID)
	}
	return s.dropCandidate(ctx, tx, project, f)
}

// net are the lines without those that give a part of the others back: what is
// kept of months that are given back stays in the same account, room and item.
func net(lines []Line) []Line {
	if !slices.ContainsFunc(lines, func(l Line) bool { return l.Amount < 0 }) {
		return lines
	}
	out := make([]Line, 0, len(lines))
	var kept money.Fen
	for _, l := range lines {
		if l.Amount < 0 {
			kept -= l.Amount
			continue
		}
		out = append(out, l)
	}
	for i := len(out) - 1; i >= 0 && kept > 0; i-- {
		part := min(kept, out[i].Amount)
		out[i].Amount -= part
		kept -= part
	}
	return slices.DeleteFunc(out, func(l Line) bool { return l.Amount == 0 })
}
