package cashier

import (
	"context"
	"slices"

	"linli/internal/kit/actor"
	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/fault"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
)

// MethodDeposit is money that was held (押金) and pays what is owed; it comes by
// the documents of the keeper, never by hand.
const MethodDeposit Method = "deposit"

// What is refused when held money pays.
var (
	ErrHeldMuch = fault.New(fault.Conflict, "held_more_than_owed", "所选欠费比要抵的少")
	ErrHeldNone = fault.New(fault.Invalid, "held_no_charges", "请选择用押金抵哪些欠费")
	ErrHeldPaid = fault.New(fault.Conflict, "receipt_of_deposit", "这张收据是用押金抵的，不能作废或退款；抵错了请申请红冲，押金随之恢复")
)

// HeldUse is what held money shall pay, in fen: chosen charges of the household
// of a room, and late fees of charges, in the order of the law.
type HeldUse struct {
	Room    id.ID
	Charges []id.ID
	Late    []id.ID
	Amount  money.Fen
	Number  string // of the keeper's document
}

// HeldPart is what one debt gets. Charge is the one that is late, where Late is set.
type HeldPart struct {
	Charge    id.ID
	Late      bool
	RoomLabel string
	ItemName  string
	Month     clock.Month
	Owed      money.Fen
	Amount    money.Fen
}

// held is what the receipt took of held money.
func (r *Receipt) held() money.Fen {
	var sum money.Fen
	for _, p := range r.Pays {
		if p.Method == MethodDeposit {
			sum += p.Amount
		}
	}
	return sum
}

func (s *Service) draftUse(ctx context.Context, tx *db.Tx, who actor.Actor, project id.ID, in *HeldUse) (*Seat, Receipt, error) {
	if len(in.Charges)+len(in.Late) == 0 {
		return nil, Receipt{}, ErrHeldNone
	}
	if in.Amount <= 0 || in.Amount > maxPay {
		return nil, Receipt{}, ErrRefund.Say("请填写抵多少").At("body.settle", "应大于零", int64(in.Amount))
	}
	seat, err := s.lockSeat(ctx, tx, project, in.Room)
	if err != nil {
		return nil, Receipt{}, err
	}
	r, err := draft(tx, who, seat, &Taking{Room: in.Room, Charges: in.Charges, Late: in.Late, Confirmed: true,
		Pays: []Pay{{Method: MethodDeposit, Amount: in.Amount, Reference: in.Number}}})
	if err == nil && r.ToPrepay > 0 {
		err = ErrHeldMuch.Say("所选欠费现在是 %s 元，比要抵的 %s 元少，请重新计算", (in.Amount-r.ToPrepay).Comma(), in.Amount.Comma()).
			At("body.settle", "最多 "+(in.Amount-r.ToPrepay).Comma(), int64(in.Amount))
	}
	return seat, r, err
}

// QuoteHeld tells what each debt would get; the household stays locked. Errors:
// ErrHeldNone, ErrHeldMuch, ErrChargeGone, ErrLateChanged, ErrNoChoice, estate.ErrNoRoom.
func (s *Service) QuoteHeld(ctx context.Context, tx *db.Tx, who actor.Actor, project id.ID, in HeldUse) ([]HeldPart, error) {
	seat, r, err := s.draftUse(ctx, tx, who, project, &in)
	if err != nil {
		return nil, err
	}
	out := make([]HeldPart, len(r.Lines))
	for i, l := range r.Lines {
		out[i] = HeldPart{Charge: l.Charge, RoomLabel: l.RoomLabel, ItemName: l.ItemName, Month: l.Month, Owed: l.Owed, Amount: l.Amount}
		if at := slices.IndexFunc(seat.Late, func(x LateDue) bool { return x.Charge == l.Charge }); at >= 0 {
			out[i].Charge, out[i].Late = seat.Late[at].Fee.Charge.ID, true
		}
	}
	return out, nil
}

// SettleHeld pays debts of a household out of held money and gives the receipt,
// in the transaction of the keeper, who takes the amount off what is held. No
// money comes in. Errors: those of QuoteHeld.
func (s *Service) SettleHeld(ctx context.Context, tx *db.Tx, who actor.Actor, project id.ID, in HeldUse) (Receipt, error) {
	seat, r, err := s.draftUse(ctx, tx, who, project, &in)
	if err != nil {
		return r, err
	}
	return r, s.book(ctx, tx, who, project, seat, &r)
}

// PayHeldBack gives held money back at once by a document that one person asked
// for and another approved: the application stands paid in the list, with its
// red receipt. Errors: ErrRefund, ErrRefundMuch.
func (s *Service) PayHeldBack(ctx context.Context, tx *db.Tx, asked, decided, who actor.Actor, project id.ID, in RefundAsk) (Refund, Receipt, error) {
	in.Kind = RefundHeld
	if err := in.check(); err != nil {
		return Refund{}, Receipt{}, err
	}
	f := Refund{ID: tx.NewID(), Kind: in.Kind, Amount: in.Amount, Method: in.Method, Account: in.Account, Reason: in.Reason, Version: 1}
	if err := s.askHeld(ctx, tx, project, &f, in.Deposit); err != nil {
		return f, Receipt{}, err
	}
	if err := s.insertApproved(ctx, tx, asked, decided, project, &f); err != nil {
		return f, Receipt{}, err
	}
	return s.payRefund(ctx, tx, who, project, f.ID, f.Version)
}

// restoreHeld gives what a receipt took of held money back to it.
func (s *Service) restoreHeld(ctx context.Context, tx *db.Tx, who actor.Actor, project id.ID, red *Receipt, why string) error {
	if amount := -red.held(); amount > 0 {
		return s.keeper.RestoreHeld(ctx, tx, who, project, red.RedOf, amount, red.ID, why)
	}
	return nil
}
