package cashier

import (
	"slices"
	"time"

	"linli/internal/kit/clock"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
	"linli/internal/ledger"
)

// Method is how money came.
type Method string

// The methods of the counter.
const (
	MethodCash     Method = "cash"
	MethodCard     Method = "card"     // card terminal of the bank
	MethodTransfer Method = "transfer" // bank transfer
	MethodPrepay   Method = "prepay"   // the payer's own prepaid money
	MethodWechat   Method = "wechat"   // WeChat Pay; comes by orders, never by hand
	MethodAlipay   Method = "alipay"   // likewise
)

// Name is the method in words.
func (m Method) Name() string {
	switch m {
	case MethodCash:
		return "现金"
	case MethodCard:
		return "刷卡"
	case MethodTransfer:
		return "转账"
	case MethodPrepay:
		return "预存抵扣"
	case MethodWechat:
		return "微信"
	case MethodAlipay:
		return "支付宝"
	case MethodDeposit:
		return "押金抵扣"
	}
	return ""
}

// account is where the money of the method lies.
func (m Method) account() ledger.Account {
	switch m {
	case MethodCash:
		return ledger.Cash
	case MethodPrepay:
		return ledger.Prepaid
	case MethodWechat, MethodAlipay:
		return ledger.Clearing
	case MethodDeposit:
		return ledger.Deposit
	}
	return ledger.Bank
}

// State is what became of a receipt.
type State string

// The states. A void receipt keeps its number.
const (
	StateValid State = "valid"
	StateVoid  State = "void"
)

// What a valid receipt may be besides, for the list: both keep counting on
// their days and sum to zero together.
const (
	StateRed      State = "red"      // takes back, in part or whole
	StateReversed State = "reversed" // taken back as a whole
)

// Pay is one part of the money.
type Pay struct {
	Method    Method
	Amount    money.Fen
	Reference string     // voucher or transfer number, as typed
	Terminal  string     // of the card terminal
	Last4     string     // last four digits of the card
	On        clock.Date // day of a transfer, 0 when not told
}

// Line is what one charge got.
type Line struct {
	Charge    id.ID
	Room      id.ID
	RoomLabel string
	Item      id.ID
	ItemName  string
	Month     clock.Month
	How       string    // how the charge was computed
	Owed      money.Fen // open before this receipt
	Amount    money.Fen // paid by this receipt
}

// Receipt is the paper a payer gets. All amounts are in fen:
// Amount = the pays = the lines − Rounded + ToPrepay + Deposit. On a red receipt
// they are all negative.
type Receipt struct {
	ID           id.ID
	Number       string // SJ2026-000123
	Year         int
	Seq          int64 // 1..n per project and year, without gap
	Room         id.ID // the room at the counter; prepaid money goes to it
	RoomLabel    string
	Payer        id.ID // 0 while the room has no payer on file
	PayerName    string
	Policy       Policy
	Amount       money.Fen
	OwedBefore   money.Fen // of the whole household
	OwedAfter    money.Fen
	PrepaidUsed  money.Fen
	ToPrepay     money.Fen // more than was owed, put into the wallet
	Ahead        money.Fen // for months charged with this receipt, before their time
	AheadRun     id.ID     // run of these charges, 0 without
	Rounded      money.Fen // 抹零: let go so that the lines are paid
	PrepaidAfter money.Fen // of the whole household
	Tendered     money.Fen // cash as handed over
	Change       money.Fen
	Cashier      id.ID
	CashierName  string
	Date         clock.Date
	At           time.Time
	State        State
	VoidBy       id.ID
	VoidName     string
	VoidReason   string
	VoidAt       time.Time
	Prints       int
	Shift        id.ID // the cashier's shift it belongs to
	ShiftState   ShiftState
	ShiftNumber  string // once the shift is closed
	Lines        []Line
	Pays         []Pay

	RedOf          id.ID // the receipt that this red one takes back, 0 for money of a wallet
	RedOfNumber    string
	ReversedBy     id.ID // the red receipt that took this one back as a whole
	ReversedNumber string
	Refund         id.ID     // the application that a red receipt pays
	Refunded       money.Fen // money given back of this receipt so far
	Deposit        money.Fen // taken as 押金, a liability
	DepositID      id.ID
	DepositName    string // 装修押金

	PrepayItem id.ID // the fee item that ToPrepay may pay alone, 0 for any
	PrepayName string
	uses       []spent // what prepaid money it takes, until it is booked
	monthly    bool    // PrepayItem has a price by month, until it is booked
}

// Red reports whether the receipt takes back.
func (r *Receipt) Red() bool { return r.Amount < 0 }

// Refundable is the money that came in and was not given back yet.
func (r *Receipt) Refundable() money.Fen {
	if r.Red() || r.State != StateValid || r.ReversedBy != 0 || r.Deposit != 0 {
		return 0
	}
	return r.Income() - r.Refunded
}

// Mirror is the receipt with the opposite sign.
func (r *Receipt) Mirror() Receipt {
	m := *r
	m.Amount, m.PrepaidUsed, m.ToPrepay, m.Deposit, m.Ahead = -r.Amount, -r.PrepaidUsed, -r.ToPrepay, -r.Deposit, -r.Ahead
	m.Rounded = -r.Rounded
	m.Lines, m.Pays = slices.Clone(r.Lines), slices.Clone(r.Pays)
	for i := range m.Lines {
		m.Lines[i].Amount = -r.Lines[i].Amount
	}
	for i := range m.Pays {
		m.Pays[i].Amount = -r.Pays[i].Amount
	}
	return m
}

// Income is the money that really came in: all but prepaid and held money used.
func (r *Receipt) Income() money.Fen { return r.Amount - r.PrepaidUsed - r.held() }

// postings puts the pays against the lines, in order. Prepaid money comes
// first, so that it meets charges and never the wallet it came from; what was
// let go comes last.
func (r *Receipt) postings() []ledger.Posting {
	if r.Red() {
		m := r.Mirror()
		out := m.postings()
		for i := range out {
			out[i].Debit, out[i].Credit = out[i].Credit, out[i].Debit
		}
		return out
	}
	var out []ledger.Posting
	lines, line, left := net(r.Lines), 0, money.Fen(0)
	if len(lines) > 0 {
		left = lines[0].Amount
	}
	type part struct {
		account ledger.Account
		amount  money.Fen
	}
	parts := make([]part, 0, len(r.Pays)+1)
	for _, p := range r.Pays {
		parts = append(parts, part{p.Method.account(), p.Amount})
	}
	for _, p := range append(parts, part{ledger.Allowance, r.Rounded}) {
		for rest := p.amount; rest > 0; {
			e := ledger.Posting{DocKind: ledger.DocReceipt, Doc: r.ID, Date: r.Date, Debit: p.account}
			if line == len(lines) {
				e.Credit, e.Amount, e.Subject = ledger.Prepaid, rest, r.Room
				if r.Deposit != 0 {
					e.Credit = ledger.Deposit
				}
			} else {
				l := lines[line]
				e.Credit, e.Amount, e.Subject, e.Item = ledger.Receivable, min(rest, left), l.Room, l.Item
				if left -= e.Amount; left == 0 {
					if line++; line < len(lines) {
						left = lines[line].Amount
					}
				}
			}
			rest -= e.Amount
			out = append(out, e)
		}
	}
	return out
}

// rooms are the rooms the receipt touches, without repetition.
func (r *Receipt) rooms() []id.ID {
	out := []id.ID{r.Room}
	seen := map[id.ID]bool{r.Room: true}
	for _, l := range r.Lines {
		if !seen[l.Room] {
			seen[l.Room] = true
			out = append(out, l.Room)
		}
	}
	return out
}
