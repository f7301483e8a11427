package alipay

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"linli/internal/kit/clock"
	"linli/internal/kit/money"
	"linli/internal/payment"
)

// maxBillLine is how long one line of a bill may be, in bytes.
const maxBillLine = 1 << 20

// centOfFee is a fen in the unit of fees, 10⁻⁵ yuan.
const centOfFee = 1000

var (
	accountLine  = regexp.MustCompile(`^#账号：\[(\d+)\]`)
	paymentsLine = regexp.MustCompile(`^#交易合计：(\d+)笔，商家实收共(-?[0-9.]+)元`)
	refundsLine  = regexp.MustCompile(`^#退款合计：(\d+)笔，商家实收退款共(-?[0-9.]+)元`)
)

// sums are what a bill says about itself, or what its lines add up to: how
// many payments and refunds, and what the seller received and gave back.
type sums struct {
	payments, refunds int
	received, back    money.Fen
}

// bill is a file of details while it is read.
type bill struct {
	m       *payment.Merchant
	day     clock.Date
	columns []string
	known   bool // whose account it is
	ended   bool
	counted sums
	told    sums
	totals  payment.BillTotals
}

// readBill reads a file of details in UTF-8 and holds its lines against its
// own sums.
func readBill(r io.Reader, m *payment.Merchant, day clock.Date, each func(payment.BillLine) error) (payment.BillTotals, error) {
	b := bill{m: m, day: day, told: sums{payments: -1, refunds: -1}}
	lines := bufio.NewScanner(r)
	lines.Buffer(make([]byte, 64<<10), maxBillLine)
	for lines.Scan() {
		line := strings.TrimRight(strings.TrimPrefix(lines.Text(), "\ufeff"), "\r\n")
		switch {
		case strings.TrimSpace(line) == "":
		case strings.HasPrefix(line, "#"):
			if err := b.remark(line); err != nil {
				return b.totals, err
			}
		case b.ended:
			return b.totals, errors.New("lines after the end of the bill")
		case b.columns == nil:
			b.columns = cells(line)
		default:
			l, received, err := b.line(line)
			if err != nil {
				return b.totals, fmt.Errorf("line %d of the bill: %w", b.totals.Lines+1, err)
			}
			b.count(&l, received)
			if err := each(l); err != nil {
				return b.totals, err
			}
		}
	}
	if err := lines.Err(); err != nil {
		return b.totals, fmt.Errorf("read bill: %w", err)
	}
	if !b.known || !b.ended || b.counted != b.told {
		return b.totals, fmt.Errorf("the lines add up to %+v, the bill says %+v", b.counted, b.told)
	}
	return b.totals, nil
}

// remark reads a line about the bill itself.
func (b *bill) remark(line string) error {
	if m := accountLine.FindStringSubmatch(line); m != nil {
		if !strings.HasPrefix(m[1], b.m.Number) {
			return fmt.Errorf("a bill of the account %s", m[1])
		}
		b.known = true
	}
	if strings.Contains(line, "业务明细列表结束") {
		b.ended = true
	}
	read := func(m []string) (int, money.Fen, error) {
		n, err := strconv.Atoi(m[1])
		if err != nil {
			return 0, 0, fmt.Errorf("sums of the bill: %w", err)
		}
		sum, err := signed(m[2])
		if err != nil {
			return 0, 0, fmt.Errorf("sums of the bill: %w", err)
		}
		return n, sum, nil
	}
	var err error
	if m := paymentsLine.FindStringSubmatch(line); m != nil {
		b.told.payments, b.told.received, err = read(m)
	} else if m := refundsLine.FindStringSubmatch(line); m != nil {
		b.told.refunds, b.told.back, err = read(m)
	}
	return err
}

func (b *bill) count(l *payment.BillLine, received money.Fen) {
	b.totals.Lines++
	b.totals.Amount += l.Amount
	b.totals.Back += l.Back
	b.totals.Fee += l.Fee
	if l.State == payment.BillRefund {
		b.counted.refunds++
		b.counted.back += received
	} else {
		b.counted.payments++
		b.counted.received += received
	}
}

// signed reads an amount of yuan that may be negative.
func signed(s string) (money.Fen, error) {
	digits, minus := strings.CutPrefix(s, "-")
	v, err := money.ParseYuan(digits)
	if minus {
		v = -v
	}
	return v, err
}

func cells(line string) []string {
	out := strings.Split(line, ",")
	for i := range out {
		out[i] = strings.TrimSpace(out[i])
	}
	return out
}

// row finds the cells of a line by the names of their columns. A comma in the
// name of the goods, or in the remark at the end, divides a cell.
func (b *bill) row(line string) (map[string]string, error) {
	list := cells(line)
	goods := slices.Index(b.columns, "商品名称")
	if more := len(list) - len(b.columns); more > 0 && goods >= 0 {
		for n := 0; n <= more; n++ {
			if _, err := time.Parse(time.DateTime, list[goods+n+1]); err == nil {
				list = slices.Concat(list[:goods], []string{strings.Join(list[goods:goods+n+1], ",")}, list[goods+n+1:])
				break
			}
		}
		if len(list) > len(b.columns) {
			last := len(b.columns) - 1
			list = append(list[:last:last], strings.Join(list[last:], ","))
		}
	}
	if len(list) != len(b.columns) {
		return nil, fmt.Errorf("%d cells under %d titles", len(list), len(b.columns))
	}
	out := map[string]string{}
	for i, name := range b.columns {
		out[name] = list[i]
	}
	return out, nil
}

// line reads one payment or refund. What counts is 订单金额: 商家实收 lacks what
// the seller gave away himself. Fees are negative when they were taken.
func (b *bill) line(line string) (l payment.BillLine, received money.Fen, err error) {
	row, err := b.row(line)
	if err != nil {
		return l, 0, err
	}
	yuan := func(column string) money.Fen {
		v, bad := signed(row[column])
		if bad != nil {
			err = errors.Join(err, fmt.Errorf("%s: %w", column, bad))
		}
		return v
	}
	amount, fee := yuan("订单金额（元）"), yuan("服务费（元）")
	received = yuan("商家实收（元）")
	l = payment.BillLine{Transaction: row["支付宝交易号"], Number: row["商户订单号"], Merchant: b.m.Number, Words: row["业务类型"], Currency: "CNY",
		State: payment.BillOther, Amount: amount, Settled: received, Fee: -int64(fee) * centOfFee}
	switch l.Words {
	case "交易":
		l.State = payment.BillPaid
	case "退款":
		l.State, l.RefundNumber, l.Refund = payment.BillRefund, row["退款批次号/请求号"], row["退款批次号/请求号"]
		if l.Refund == "" {
			l.Refund = l.Number // given back as a whole, under the number of the order
		}
		l.Amount, l.Settled, l.Back, l.BackState = 0, 0, max(amount, -amount), payment.BackDone
	}
	at, bad := time.ParseInLocation(time.DateTime, row["完成时间"], clock.Shanghai())
	switch {
	case err != nil:
		return l, 0, err
	case bad != nil:
		return l, 0, fmt.Errorf("完成时间: %w", bad)
	case clock.DateOf(at) != b.day:
		return l, 0, fmt.Errorf("a trade of %s in the bill of %s", clock.DateOf(at), b.day)
	case l.Transaction == "" || l.State == payment.BillPaid && l.Amount <= 0 || l.State == payment.BillRefund && l.Back <= 0:
		return l, 0, errors.New("a trade without number or amount")
	}
	l.At = at
	return l, received, nil
}
