package payment

import (
	"context"
	"errors"
	"time"

	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
)

// What a channel may answer beside success. Every other error means that the
// outcome is not known.
var (
	ErrRefusedByChannel = errors.New("the channel does not accept the order")
	ErrNoSuchTrade      = errors.New("the channel knows no such order")
	ErrAlreadyPaid      = errors.New("the channel says the order is paid")
	ErrForged           = errors.New("the message is not signed by the channel")
	// ErrNotScanned is of channels at which an order begins when its code is scanned.
	ErrNotScanned = errors.New("nobody has scanned the code of the order")
)

// Channel is the socket for one way of paying from afar (WeChat Pay, Alipay). It is
// without memory: the merchant comes with every call.
type Channel interface {
	// Key names the channel where it is stored: wechat, alipay.
	Key() string
	// Name is the channel in words.
	Name() string
	// Check refuses a merchant whose keys cannot be used, naming the field.
	Check(m Merchant) error
	// Prepay announces an order and answers the text of its QR code. It may be
	// repeated. Error: ErrRefusedByChannel.
	Prepay(ctx context.Context, m Merchant, o Order, notify string) (code string, err error)
	// Query asks what became of an order. Errors: ErrNoSuchTrade, ErrNotScanned.
	Query(ctx context.Context, m Merchant, number string) (Trade, error)
	// Close makes sure that an order can no longer be paid. Errors:
	// ErrAlreadyPaid, ErrNoSuchTrade, and ErrNotScanned when the code cannot be
	// taken back: it stays good until the order expires.
	Close(ctx context.Context, m Merchant, number string) error
	// Verify opens a notification. Error: ErrForged.
	Verify(ctx context.Context, m Merchant, header map[string]string, body []byte) (Trade, error)
	// Bill reads the channel's bill of a day. The whole bill has been checked
	// before each gets the first line. Errors: ErrNoBill, ErrBillNotReady,
	// ErrBillAbsent, ErrBillRefused, ErrBillBroken, and what each answers.
	Bill(ctx context.Context, m Merchant, day clock.Date, each func(BillLine) error) (BillTotals, error)
}

// TradeState is what a channel says about an order.
type TradeState string

// The states that matter here; whatever else a channel says is TradeOther.
const (
	TradeOpen   TradeState = "open"
	TradePaid   TradeState = "paid"
	TradeClosed TradeState = "closed"
	TradeOther  TradeState = "other"
)

// Trade is an order as the channel sees it, signed by it.
type Trade struct {
	Number      string // ours
	Transaction string // the channel's
	Merchant    string
	State       TradeState
	Amount      money.Fen // of the order, before the channel's coupons
	Currency    string
	PaidAt      time.Time
	Back        *RefundStatus // the message is about a refund of the trade

	sinceReversal bool // asked for after the order was reversed
}

// Settling is money that came through a channel and has to be booked.
type Settling struct {
	Order       Order
	Transaction string
	Amount      money.Fen // captured
	PaidAt      time.Time // as the channel says
	Lines       []OrderLine
}

// Settled is what became of it. Amount = the paid lines + Rest; Rest is prepaid
// money of the payer now.
type Settled struct {
	Receipt id.ID
	Number  string
	Day     clock.Date // of the receipt
	Rest    money.Fen
}

// Settler is the socket of the counter: it turns captures into receipts inside
// the transaction that records the captures, and answers in their order. Lines
// that are not owed any more are left out.
type Settler interface {
	SettleOrders(ctx context.Context, tx *db.Tx, project id.ID, list []Settling) ([]Settled, error)
	RefundSettler
}
