package wechat

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"linli/internal/kit/clock"
	"linli/internal/kit/money"
	"linli/internal/payment"
)

// maxBillLine is how long one line of a bill may be, in bytes.
const maxBillLine = 1 << 20

// row is one line of a bill, its cells found by the names of the columns: the
// kinds of bills differ in their columns, and new ones have come before.
type row struct {
	at    map[string]int
	cells []string
	err   error
}

func (r *row) text(column string) string {
	i, ok := r.at[column]
	if !ok || i >= len(r.cells) {
		r.err = errors.Join(r.err, fmt.Errorf("no column %s", column))
		return ""
	}
	return strings.TrimSpace(r.cells[i])
}

func (r *row) has(column string) bool {
	_, ok := r.at[column]
	return ok
}

// decimal reads an amount of yuan as an integer with so many decimals.
func (r *row) decimal(column string, places int) int64 {
	v, err := decimal(r.text(column), places)
	if err != nil {
		r.err = errors.Join(r.err, fmt.Errorf("%s: %w", column, err))
	}
	return v
}

func decimal(s string, places int) (int64, error) {
	digits, minus := strings.CutPrefix(s, "-")
	whole, part, _ := strings.Cut(digits, ".")
	if strings.Trim(part, "0123456789") != "" || len(part) > places && strings.Trim(part[places:], "0") != "" || whole == "" {
		return 0, fmt.Errorf("%q is no amount", s)
	}
	part = (part + strings.Repeat("0", places))[:places]
	v, err := strconv.ParseInt(whole+part, 10, 64)
	if err != nil || v < 0 {
		return 0, fmt.Errorf("%q is no amount", s)
	}
	if minus {
		v = -v
	}
	return v, nil
}

// readBill reads a trade bill from its beginning and holds its lines against
// its own sums. Cells of lines begin with a backtick.
func readBill(f io.ReadSeeker, m *payment.Merchant, day clock.Date, each func(payment.BillLine) error) (payment.BillTotals, error) {
	var sum, told payment.BillTotals
	paid := 0
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return sum, fmt.Errorf("read bill: %w", err)
	}
	lines := bufio.NewScanner(f)
	lines.Buffer(make([]byte, 64<<10), maxBillLine)
	at, summing, summed := map[string]int(nil), false, false
	for lines.Scan() {
		line := strings.TrimRight(strings.TrimPrefix(lines.Text(), "\ufeff"), "\r\n \t")
		switch cells, data := strings.CutPrefix(line, "`"); {
		case line == "":
		case !data:
			at, summing = columns(line), strings.HasPrefix(line, "总交易单数")
		case summing:
			r := row{at: at, cells: strings.Split(cells, ",`")}
			told, summed = r.totals(), true
			if r.err != nil {
				return sum, fmt.Errorf("sums of the bill: %w", r.err)
			}
		default:
			r := row{at: at, cells: strings.Split(cells, ",`")}
			l, err := r.line(m, day)
			if err != nil {
				return sum, fmt.Errorf("line %d of the bill: %w", sum.Lines+1, err)
			}
			sum.Lines, sum.Amount, sum.Back, sum.Fee = sum.Lines+1, sum.Amount+l.Amount, sum.Back+l.Back, sum.Fee+l.Fee
			if l.State == payment.BillPaid {
				paid++
			}
			if err := each(l); err != nil {
				return sum, err
			}
		}
	}
	if err := lines.Err(); err != nil {
		return sum, fmt.Errorf("read bill: %w", err)
	}
	if told.Lines == paid {
		told.Lines = sum.Lines // 总交易单数 without refunds
	}
	if !summed || sum != told {
		return sum, fmt.Errorf("the lines add up to %+v, the bill says %+v", sum, told)
	}
	return sum, nil
}

func columns(line string) map[string]int {
	out := map[string]int{}
	for i, name := range strings.Split(line, ",") {
		out[strings.TrimSpace(name)] = i
	}
	return out
}

func (r *row) totals() payment.BillTotals {
	return payment.BillTotals{Lines: int(r.decimal("总交易单数", 0)), Amount: money.Fen(r.decimal("订单总金额", 2)),
		Back: money.Fen(r.decimal("退款总金额", 2)), Fee: r.decimal("手续费总金额", 5)}
}

// billBack is the state of a refund as a bill writes it.
func billBack(words string) payment.BackState {
	switch words {
	case "SUCCESS":
		return payment.BackDone
	case "PROCESSING":
		return payment.BackOpen
	}
	return payment.BackClosed
}

// line reads one trade. What counts is 订单金额: 应结订单金额 lacks coupons that
// the channel pays.
func (r *row) line(m *payment.Merchant, day clock.Date) (payment.BillLine, error) {
	l := payment.BillLine{Transaction: r.text("微信订单号"), Number: r.text("商户订单号"), Merchant: account(m, r.text("商户号"), r.text("商户号"), r.text("特约商户号")), Words: r.text("交易状态"),
		Currency: r.text("货币种类"), Amount: money.Fen(r.decimal("订单金额", 2)), Settled: money.Fen(r.decimal("应结订单金额", 2)),
		Back: money.Fen(r.decimal("退款金额", 2)), Fee: r.decimal("手续费", 5)}
	l.State = payment.BillOther
	switch l.Words {
	case "SUCCESS":
		l.State = payment.BillPaid
	case "REFUND", "REVOKED": // REVOKED: a scanned order that was taken back
		l.State, l.Refund, l.RefundNumber = payment.BillRefund, r.text("微信退款单号"), r.text("商户退款单号")
		if r.has("退款状态") {
			l.BackState = billBack(r.text("退款状态"))
		}
	}
	if rate, ok := strings.CutSuffix(r.text("费率"), "%"); ok {
		v, err := decimal(rate, 4)
		if err != nil {
			return l, fmt.Errorf("费率: %w", err)
		}
		l.Rate = v
	}
	at, err := time.ParseInLocation(time.DateTime, r.text("交易时间"), clock.Shanghai())
	switch {
	case r.err != nil:
		return l, r.err
	case err != nil:
		return l, fmt.Errorf("交易时间: %w", err)
	case clock.DateOf(at) != day:
		return l, fmt.Errorf("a trade of %s in the bill of %s", clock.DateOf(at), day)
	case l.Transaction == "" || l.State == payment.BillPaid && l.Amount <= 0 || l.State == payment.BillRefund && l.Refund == "":
		return l, errors.New("a trade without number or amount")
	}
	l.At = at
	return l, nil
}
