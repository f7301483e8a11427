package reconcile

import (
	"time"

	"linli/internal/kit/clock"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
	"linli/internal/payment"
)

// DifferenceKind is in what a channel's bill and our books differ.
type DifferenceKind string

// The kinds.
const (
	KindUncredited DifferenceKind = "uncredited" // paid there, our order is not
	KindUnknown    DifferenceKind = "unknown"    // paid there, no such order here
	KindMissing    DifferenceKind = "missing"    // credited here, not in the bill
	KindAmount     DifferenceKind = "amount"
	KindState      DifferenceKind = "state"
	KindRefund     DifferenceKind = "refund"         // refunded there, no refund here
	KindBackMissed DifferenceKind = "refund_missing" // refunded here, not in the bill
	KindBackAmount DifferenceKind = "refund_amount"
	KindFee        DifferenceKind = "fee"
)

// Words is the kind for people.
func (k DifferenceKind) Words() string {
	switch k {
	case KindUncredited:
		return "渠道已收，这里没入账"
	case KindUnknown:
		return "渠道已收，这里没有这笔订单"
	case KindMissing:
		return "这里已入账，渠道账单没有"
	case KindAmount:
		return "金额不符"
	case KindState:
		return "状态不符"
	case KindRefund:
		return "渠道退过款，这里没有退款"
	case KindBackMissed:
		return "这里已原路退回，渠道账单没有"
	case KindBackAmount:
		return "退款金额不符"
	case KindFee:
		return "手续费不符"
	}
	return ""
}

// DifferenceState is whether somebody has dealt with a difference.
type DifferenceState string

// The states. One that is gone was not there any more when the bill was
// fetched again.
const (
	DifferenceOpen DifferenceState = "open"
	DifferenceDone DifferenceState = "done"
	DifferenceGone DifferenceState = "gone"
)

// DifferenceSums are what a list of differences comes to, payments and refunds
// apart, as their amounts go opposite ways.
type DifferenceSums struct {
	Count, Fees         int64     // fees are counted only
	There, Here         money.Fen // of payments
	BackThere, BackHere money.Fen // of refunds
}

// Difference is one line in which a bill and our books differ. There and Here
// are the amounts of both sides in fen; of KindFee in 10⁻⁵ yuan.
type Difference struct {
	ID          id.ID
	Statement   id.ID
	Day         clock.Date
	Channel     string
	Merchant    string
	Kind        DifferenceKind
	Transaction string
	Refund      string // the channel's number of the refund
	Number      string
	Order       id.ID
	RoomLabel   string
	There       int64
	Here        int64
	Words       string // the state as the channel writes it
	At          time.Time
	State       DifferenceState
	Remedy      Remedy
	Note        string
	DoneBy      id.ID
	DoneName    string
	DoneAt      time.Time
}

// held is what our books have about a line: the capture of its transaction, the
// order of its number, and the refund of its number.
type held struct {
	payment.Held
	back *payment.DayRefund
}

// oneFen in the unit of fees.
const oneFen = 1000

// compare holds one line of a bill against our books and against the fee that
// is agreed, in 10⁻⁶ (0: what the bill itself says); "" is no difference.
// What is compared is 订单金额 with the captured amount, found by the channel's
// transaction and by our order number.
func compare(l *payment.BillLine, h *held, agreed int64) (kind DifferenceKind, there, here int64) {
	there, here = int64(l.Amount), int64(h.Captured)
	switch {
	case l.State == payment.BillRefund && h.Reversed && h.Captured == 0:
		return "", 0, 0 // what the reversal gave back
	case l.State == payment.BillRefund:
		return compareBack(l, h.back)
	case l.State != payment.BillPaid && h.Captured == 0:
		return "", 0, 0
	case l.State != payment.BillPaid, l.Currency != "CNY":
		return KindState, there, here
	case h.Captured == 0 && h.Order == 0:
		return KindUnknown, there, 0
	case h.Captured == 0:
		return KindUncredited, there, int64(h.Asked)
	case h.Number != l.Number:
		return KindState, there, here
	case h.Captured != l.Amount:
		return KindAmount, there, here
	}
	rate := agreed
	if rate == 0 {
		rate = l.Rate
	}
	if rate > 0 {
		// fen × 10⁻⁶ is 10⁻⁶ fen, and 1000 of the unit are a fen.
		want := (int64(l.Settled)*rate + 500) / 1000
		if off := l.Fee - want; off >= oneFen || -off >= oneFen {
			return KindFee, l.Fee, want
		}
	}
	return "", 0, 0
}

// compareBack holds a refund of a bill against ours. A row is written when the
// channel accepts a refund and never changes: one that failed afterwards is no
// difference.
func compareBack(l *payment.BillLine, r *payment.DayRefund) (kind DifferenceKind, there, here int64) {
	switch {
	case r == nil || r.Transaction != l.Transaction || r.State == payment.RefundStray:
		return KindRefund, int64(l.Back), 0
	case r.State == payment.RefundFailed && (l.BackState == payment.BackDone || r.ChannelID == ""):
		return KindRefund, int64(l.Back), 0
	case r.State != payment.RefundFailed && r.Amount != l.Back:
		return KindBackAmount, int64(l.Back), int64(r.Amount)
	}
	return "", 0, 0
}

// differenceOf is a line as a difference of its statement.
func differenceOf(l *payment.BillLine, st *Statement, kind DifferenceKind, there, here int64, h *held) Difference {
	return Difference{Statement: st.ID, Day: st.Day, Channel: st.Channel, Merchant: st.Merchant, Kind: kind, Transaction: l.Transaction, Refund: l.Refund,
		Number: l.Number, Order: h.Order, RoomLabel: h.RoomLabel, There: there, Here: here, Words: l.Words, At: l.At, State: DifferenceOpen}
}
