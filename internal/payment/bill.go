package payment

import (
	"errors"
	"time"

	"linli/internal/kit/money"
)

// What a channel answers instead of a bill.
var (
	ErrNoBill       = errors.New("the channel has no bill: nothing was paid or refunded that day")
	ErrBillNotReady = errors.New("the channel is still making the bill")
	ErrBillAbsent   = errors.New("the channel has no bill, or not yet") // it does not tell which
	ErrBillRefused  = errors.New("the channel refuses the bill")
	ErrBillBroken   = errors.New("the bill is damaged")
)

// BillState is what a line of a channel's bill is about.
type BillState string

// The states that matter here.
const (
	BillPaid   BillState = "paid"
	BillRefund BillState = "refund"
	BillOther  BillState = "other"
)

// BillLine is one line of a channel's bill of a day. Amounts in fen; Fee in
// 10⁻⁵ yuan; Rate in 10⁻⁶ (0.60 % is 6000), 0 when it is not told.
type BillLine struct {
	Transaction  string
	Number       string // ours
	Merchant     string
	Refund       string    // the channel's number of the refund
	RefundNumber string    // ours
	BackState    BackState // of a refund, "" when it is not told
	State        BillState
	Words        string // the state as the channel writes it
	Currency     string
	Amount       money.Fen // of the order, before the channel's coupons
	Settled      money.Fen // after them
	Back         money.Fen // refunded
	Fee          int64
	Rate         int64
	At           time.Time
}

// BillTotals are the sums of a bill; Fee in 10⁻⁵ yuan.
type BillTotals struct {
	Lines  int
	Amount money.Fen
	Back   money.Fen
	Fee    int64
	Hash   string
}
