package sim

import (
	"compress/gzip"
	"crypto/sha1"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"

	"linli/internal/kit/clock"
)

// Columns of a trade bill of type ALL. Source: WeChat Pay, 下载交易账单.
const (
	billHead = "交易时间,公众账号ID,商户号,特约商户号,设备号,微信订单号,商户订单号,用户标识,交易类型,交易状态,付款银行,货币种类,应结订单金额,代金券金额,微信退款单号,商户退款单号,退款金额,充值券退款金额,退款类型,退款状态,商品名称,商户数据包,手续费,费率,订单金额,申请退款金额,费率备注"
	billSums = "总交易单数,应结订单总金额,退款总金额,充值券退款总金额,手续费总金额,订单总金额,申请退款总金额"
	// feePer100k is the rate of the platform, 0.60 %.
	feePer100k = 600
	readyHour  = 10
)

func (s *Sim) bill(c *caller, r *http.Request, _ []byte) (any, error) {
	q := r.URL.Query()
	day, err := time.ParseInLocation(time.DateOnly, q.Get("bill_date"), clock.Shanghai())
	if err != nil || q.Get("bill_type") != "" && q.Get("bill_type") != "ALL" {
		return nil, refuse(400, "PARAM_ERROR", "账单日期或类型不正确")
	}
	s.mu.Lock()
	merchant, err := s.accountOf(c, q.Get("sub_mchid"))
	s.mu.Unlock()
	if err != nil {
		return nil, err
	}
	now := s.o.Clock.Now()
	if now.Before(day.AddDate(0, 0, 1).Add(readyHour * time.Hour)) {
		return nil, refuse(400, "STATEMENT_CREATING", "账单生成中，请 30 分钟后再试")
	}
	sum := sha1.New()
	lines, err := s.writeBill(sum, merchant, day, false)
	if err != nil {
		return nil, err
	}
	if lines == 0 {
		return nil, refuse(400, "NO_STATEMENT_EXIST", "账单文件不存在")
	}
	address := fmt.Sprintf("https://api.mch.weixin.qq.com/v3/billdownload/file?token=%s.%s.%s.%d", c.number, merchant, day.Format(time.DateOnly), now.Unix())
	if q.Get("tar_type") == "GZIP" {
		address += "&tartype=gzip"
	}
	return map[string]string{"hash_type": "SHA1", "hash_value": hex.EncodeToString(sum.Sum(nil)), "download_url": address}, nil
}

// billAtOnce is how many trades are written into a bill before others may use
// the books.
const billAtOnce = 500

// writeBill writes the bill of a day, oldest first, and answers its lines; a day
// without any has no bill. Tampered with, its first payment is another.
func (s *Sim) writeBill(to io.Writer, merchant string, day time.Time, tamper bool) (lines int, err error) {
	s.mu.Lock()
	list := s.sorted()
	s.mu.Unlock()
	slices.Reverse(list)
	var sums billSum
	for part := range slices.Chunk(list, billAtOnce) {
		var text strings.Builder
		s.mu.Lock()
		for _, t := range part {
			if (t.Merchant == merchant || t.signer() == merchant) && t.Transaction != "" && !t.Forgotten {
				t.billRows(&text, &sums, day.Format(time.DateOnly))
			}
		}
		s.mu.Unlock()
		out := text.String()
		if changed := strings.Replace(out, ",`SUCCESS,`", ",`REVOKED,`", 1); tamper && changed != out {
			out, tamper = changed, false
		}
		if _, err := io.WriteString(to, out); err != nil {
			return sums.lines, err
		}
	}
	if sums.lines == 0 {
		return 0, nil
	}
	_, err = fmt.Fprintf(to, "%s\r\n`%d,`%s,`%s,`0.00,`%s,`%s,`%s\r\n", billSums, sums.lines, yuan(sums.total), yuan(sums.back), fine(sums.fees), yuan(sums.total), yuan(sums.back))
	return sums.lines, err
}

// billSum adds up a bill: amounts in fen, fees in fen×100.
type billSum struct {
	lines             int
	total, back, fees int64
}

// billRows writes what a bill tells of a trade on a day.
func (t *trade) billRows(to *strings.Builder, sums *billSum, on string) {
	write := func(row string) {
		if sums.lines == 0 {
			to.WriteString("\ufeff" + billHead + "\r\n")
		}
		sums.lines++
		to.WriteString(row + "\r\n")
	}
	if t.PaidAt.In(clock.Shanghai()).Format(time.DateOnly) == on {
		fee := t.billed() * feePer100k / 1000
		if t.Fee != nil {
			fee = *t.Fee
		}
		write(t.billRow(fee))
		sums.total, sums.fees = sums.total+t.billed(), sums.fees+fee
	}
	for i := range t.Refunds {
		if r := &t.Refunds[i]; r.At.In(clock.Shanghai()).Format(time.DateOnly) == on {
			fee := -r.billed() * feePer100k / 1000
			write(t.refundRow(r, fee))
			sums.back, sums.fees = sums.back+r.billed(), sums.fees+fee
		}
	}
}

// billed is the total that the bill tells.
func (t *trade) billed() int64 {
	if t.Billed != 0 {
		return t.Billed
	}
	return t.Total
}

// billRow is a payment in the bill; its fee in fen×100.
func (t *trade) billRow(fee int64) string {
	total := yuan(t.billed())
	return t.row(t.PaidAt, "SUCCESS", total, []string{"0", "0", "0.00", "0.00", "", ""}, fee, total, "0.00")
}

func (t *trade) refundRow(r *refund, fee int64) string {
	state := "REFUND"
	if r.Reversal {
		state = "REVOKED"
	}
	return t.row(r.At, state, "0.00", []string{r.ID, r.Number, yuan(r.billed()), "0.00", "ORIGINAL", r.billState()}, fee, "0.00", yuan(r.billed()))
}

func (t *trade) row(at time.Time, state, settled string, back []string, fee int64, total, asked string) string {
	below := ""
	if t.Partner != "" {
		below = t.Merchant
	}
	cells := []string{at.In(clock.Shanghai()).Format(time.DateTime), t.App, t.signer(), below, "", t.Transaction, t.Number, t.Payer, t.kind(), state, "OTHERS", "CNY", settled, "0.00"}
	cells = append(cells, back...)
	cells = append(cells, strings.ReplaceAll(t.Description, ",", "，"), t.Attach, fine(fee), "0.60%", total, asked, "")
	return "`" + strings.Join(cells, ",`")
}

func yuan(fen int64) string { return fmt.Sprintf("%d.%02d", fen/100, fen%100) }

// fine is yuan with the five decimals of fees; v is in fen×100.
func fine(v int64) string {
	if v < 0 {
		return "-" + fine(-v)
	}
	return fmt.Sprintf("%d.%04d0", v/10000, v%10000)
}

// download gives the file of an address that is at most five minutes old. The
// request is signed, the answer is not.
func (s *Sim) download(w http.ResponseWriter, r *http.Request) {
	merchant, _, err := s.authenticate(r)
	if err != nil {
		s.fail(w, err)
		return
	}
	parts := strings.SplitN(r.URL.Query().Get("token"), ".", 4)
	var made int64
	if len(parts) == 4 {
		if _, err := fmt.Sscan(parts[3], &made); err != nil {
			made = 0
		}
	}
	if made == 0 || parts[0] != merchant || s.o.Clock.Now().Sub(time.Unix(made, 0)) > maxSkew {
		s.fail(w, refuse(400, "PARAM_ERROR", "下载地址已失效"))
		return
	}
	day, err := time.ParseInLocation(time.DateOnly, parts[2], clock.Shanghai())
	if err != nil {
		s.fail(w, refuse(400, "PARAM_ERROR", "下载地址不正确"))
		return
	}
	to, done := io.Writer(w), func() error { return nil }
	if r.URL.Query().Get("tartype") == "gzip" {
		z := gzip.NewWriter(w)
		to, done = z, z.Close
	}
	_, err = s.writeBill(to, parts[1], day, s.fault().TamperBills)
	if err = errors.Join(err, done()); err != nil {
		s.o.Log.Info("simulator: the client has gone", "error", err)
	}
}
