package sim

import (
	"archive/zip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"net/http"
	"slices"
	"strings"
	"time"

	"golang.org/x/text/encoding/simplifiedchinese"

	"linli/internal/kit/clock"
)

// Columns of the two files of a trade bill, and the lines around them. Source:
// Alipay, 查询对账单下载地址, 业务账单.
const (
	billHead  = "支付宝交易号,商户订单号,业务类型,商品名称,创建时间,完成时间,门店编号,门店名称,操作员,终端号,对方账户,订单金额（元）,商家实收（元）,支付宝红包（元）,集分宝（元）,支付宝优惠（元）,商家优惠（元）,券核销金额（元）,券名称,商家红包消费金额（元）,卡消费金额（元）,退款批次号/请求号,服务费（元）,分润（元）,备注"
	sumHead   = "门店编号,门店名称,交易订单总笔数,退款订单总笔数,订单金额（元）,商家实收（元）,支付宝优惠（元）,商家优惠（元）,卡消费金额（元）,服务费（元）,分润（元）,实收净额（元）"
	billBegin = "#-----------------------------------------业务明细列表----------------------------------------"
	billEnd   = "#-----------------------------------------业务明细列表结束------------------------------------"
	sumBegin  = "#-----------------------------------------业务汇总列表----------------------------------------"
	sumEnd    = "#----------------------------------------业务汇总列表结束-------------------------------------"
	// feePer10k is the rate of the platform, 0.60 %.
	feePer10k = 60
	readyHour = 10
	// billLink is how long the address of a file is good.
	billLink = 30 * time.Second
)

// billed is what a bill tells of a day, added up.
type billed struct {
	paid, back, fees, taken int64 // fen; taken is paid less back
	payments, refunds       int
}

func (s *Sim) bill(c *call) (map[string]any, error) {
	var in struct {
		Kind string `json:"bill_type"`
		Date string `json:"bill_date"`
	}
	if err := json.Unmarshal(c.biz, &in); err != nil {
		return nil, invalid("isv.invalid-parameter", "biz_content 不是 JSON")
	}
	now := s.o.Clock.Now()
	day, err := time.ParseInLocation(time.DateOnly, in.Date, clock.Shanghai())
	if err != nil || in.Kind != "trade" || !now.After(day.AddDate(0, 0, 1)) {
		return nil, refuse("invalid_arguments", "入参不合法")
	}
	if now.Before(day.AddDate(0, 0, 1).Add(readyHour*time.Hour)) || s.billOf(c.app.Number, day).none() {
		return nil, refuse("isp.bill_not_exist", "账单不存在")
	}
	token := fmt.Sprintf("%s.%s.%d", c.app.Number, day.Format(time.DateOnly), now.Unix())
	sig, err := s.sign([]byte(token))
	if err != nil {
		return nil, err
	}
	return map[string]any{"bill_download_url": fmt.Sprintf("http://%s/downloadBillFile.resource?bizType=trade&userId=%s&fileType=csv.zip&bizDates=%s&downloadFileName=%s_%s.csv.zip&fileId=%s&token=%s",
		c.host, c.app.Number, day.Format("20060102"), account(c.app.Number), day.Format("20060102"), token, fmt.Sprintf("%x", sig))}, nil
}

// account is the number of a seller's account in the name and head of a file.
func account(seller string) string { return seller + "0156" }

func (b *billed) none() bool { return b.payments+b.refunds == 0 }

// billAtOnce is how many trades are put into a bill before others may use the
// books.
const billAtOnce = 500

// billOf adds up the bill of a day.
func (s *Sim) billOf(seller string, day time.Time) *billed {
	var b billed
	for list := range s.billedOn(seller, day) {
		for i := range list {
			l := &list[i]
			if l.back {
				b.back, b.refunds = b.back+l.amount, b.refunds+1
			} else {
				b.paid, b.fees, b.payments = b.paid+l.amount, b.fees+l.fee, b.payments+1
			}
		}
	}
	b.taken = b.paid + b.back
	return &b
}

// billLine is a payment or a refund in a bill, fen.
type billLine struct {
	back        bool
	row         string
	amount, fee int64
}

// billedOn are the lines of a day, oldest first, some at a time.
func (s *Sim) billedOn(seller string, day time.Time) iter.Seq[[]billLine] {
	s.mu.Lock()
	list := s.sorted()
	s.mu.Unlock()
	slices.Reverse(list)
	on := day.Format(time.DateOnly)
	return func(yield func([]billLine) bool) {
		for part := range slices.Chunk(list, billAtOnce) {
			var out []billLine
			s.mu.Lock()
			for _, t := range part {
				if t.Seller == seller && t.paid() && !t.Forgotten {
					out = append(out, t.billLines(on)...)
				}
			}
			s.mu.Unlock()
			if !yield(out) {
				return
			}
		}
	}
}

func (t *trade) billLines(on string) (out []billLine) {
	if t.PaidAt.In(clock.Shanghai()).Format(time.DateOnly) == on {
		total := t.Total
		if t.Billed != 0 {
			total = t.Billed
		}
		fee := (total*feePer10k + 5000) / 10000
		if t.Fee != nil {
			fee = *t.Fee
		}
		out = append(out, billLine{row: t.billRow("交易", t.PaidAt, total, -fee, ""), amount: total, fee: -fee})
	}
	for i := range t.Refunds {
		if r := &t.Refunds[i]; r.At.In(clock.Shanghai()).Format(time.DateOnly) == on {
			out = append(out, billLine{back: true, row: t.billRow("退款", r.At, -r.Amount, 0, r.Number), amount: -r.Amount})
		}
	}
	return out
}

// billRow is a payment or a refund in the bill; many cells carry a tab.
func (t *trade) billRow(kind string, done time.Time, amount, fee int64, refund string) string {
	at := func(t time.Time) string { return t.In(clock.Shanghai()).Format(time.DateTime) }
	text := func(s string) string { return strings.ReplaceAll(s, ",", "，") }
	return strings.Join([]string{t.Transaction + "\t", t.Number + "\t", kind, text(t.Subject), at(t.At), at(done), "\t", "\t", "\t", "\t", "*三(159****5620)\t",
		yuan(amount), yuan(amount), "0.00", "0.00", "0.00", "0.00", "0.00", "", "0.00\t", "0.00", refund + "\t", yuan(fee), "0.00", ""}, ",")
}

func head(title, seller string, day time.Time, begin string) []string {
	span := "2006年01月02日 15:04:05"
	return []string{title, "#账号：[" + account(seller) + "]", "#起始日期：[" + day.Format(span) + "]   终止日期：[" + day.AddDate(0, 0, 1).Format(span) + "]", begin}
}

// packBill writes the archive of a day: two files, names and contents in GBK,
// and nothing says so. Cut, its last line is missing.
func (s *Sim) packBill(to io.Writer, seller string, day time.Time, cut bool) error {
	b := s.billOf(seller, day)
	made := "#导出时间：[" + s.o.Clock.Now().In(clock.Shanghai()).Format("2006年01月02日 15:04:05") + "]"
	name := account(seller) + "_" + day.Format("20060102") + "_业务明细"
	z := zip.NewWriter(to)
	sums := append(head("#支付宝业务汇总查询", seller, day, sumBegin), sumHead,
		fmt.Sprintf("\t,合计\t,%d,%d,%s,%s,0.00,0.00,0.00,%s,0.00,%s", b.payments, b.refunds, yuan(b.taken), yuan(b.taken), yuan(b.fees), yuan(b.taken+b.fees)), sumEnd, made)
	f, err := member(z, name+"(汇总).csv")
	if err == nil {
		err = f.lines(sums...)
	}
	if err != nil {
		return err
	}
	if f, err = member(z, name+".csv"); err != nil {
		return err
	}
	if err := f.lines(append(head("#支付宝业务明细查询", seller, day, billBegin), billHead)...); err != nil {
		return err
	}
	left := b.payments + b.refunds
	for list := range s.billedOn(seller, day) {
		for i := range list {
			if left--; left == 0 && cut {
				break
			}
			if err := f.lines(list[i].row); err != nil {
				return err
			}
		}
	}
	err = f.lines(billEnd, fmt.Sprintf("#交易合计：%d笔，商家实收共%s元，商家优惠共0.00元", b.payments, yuan(b.paid)),
		fmt.Sprintf("#退款合计：%d笔，商家实收退款共%s元，商家优惠退款共0.00元", b.refunds, yuan(b.back)), made)
	return errors.Join(err, z.Close())
}

// packed is a file in an archive.
type packed struct{ to io.Writer }

func member(z *zip.Writer, name string) (packed, error) {
	gbk, err := simplifiedchinese.GBK.NewEncoder().String(name)
	if err != nil {
		return packed{}, fmt.Errorf("name of a file: %w", err)
	}
	f, err := z.CreateHeader(&zip.FileHeader{Name: gbk, NonUTF8: true, Method: zip.Deflate})
	if err != nil {
		return packed{}, fmt.Errorf("pack bill: %w", err)
	}
	return packed{simplifiedchinese.GBK.NewEncoder().Writer(f)}, nil
}

func (p packed) lines(list ...string) error {
	for _, line := range list {
		if _, err := io.WriteString(p.to, line+"\r\n"); err != nil {
			return fmt.Errorf("pack bill: %w", err)
		}
	}
	return nil
}

// download gives the file of an address that is at most half a minute old; who
// asks is not checked, the address is the key.
func (s *Sim) download(w http.ResponseWriter, r *http.Request) {
	token := r.URL.Query().Get("fileId")
	sig, err := s.sign([]byte(token))
	parts := strings.Split(token, ".")
	var made int64
	if len(parts) == 3 {
		if _, err := fmt.Sscan(parts[2], &made); err != nil {
			made = 0
		}
	}
	if err != nil || made == 0 || r.URL.Query().Get("token") != fmt.Sprintf("%x", sig) || s.o.Clock.Now().Sub(time.Unix(made, 0)) > billLink {
		http.Error(w, "下载地址已失效", http.StatusForbidden)
		return
	}
	day, err := time.ParseInLocation(time.DateOnly, parts[1], clock.Shanghai())
	if err != nil {
		http.Error(w, "下载地址不正确", http.StatusForbidden)
		return
	}
	w.Header().Set("Content-Type", "application/zip")
	if err := s.packBill(w, parts[0], day, s.fault().CutBills); err != nil {
		s.o.Log.Info("simulator: the client has gone", "error", err)
	}
}
