package sim

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"fmt"
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

// billed is what a bill tells of a day.
type billed struct {
	rows                    []string
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
	if now.Before(day.AddDate(0, 0, 1).Add(readyHour*time.Hour)) || len(s.billOf(c.app.Number, day).rows) == 0 {
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

func (s *Sim) billOf(seller string, day time.Time) billed {
	s.mu.Lock()
	defer s.mu.Unlock()
	list := s.sorted()
	slices.Reverse(list)
	var b billed
	on := day.Format(time.DateOnly)
	for _, t := range list {
		if t.Seller != seller || !t.paid() || t.Forgotten {
			continue
		}
		if t.PaidAt.In(clock.Shanghai()).Format(time.DateOnly) == on {
			total := t.Total
			if t.Billed != 0 {
				total = t.Billed
			}
			fee := (total*feePer10k + 5000) / 10000
			if t.Fee != nil {
				fee = *t.Fee
			}
			b.rows = append(b.rows, t.billRow("交易", t.PaidAt, total, -fee, ""))
			b.paid, b.fees, b.payments = b.paid+total, b.fees-fee, b.payments+1
		}
		for i := range t.Refunds {
			if r := &t.Refunds[i]; r.At.In(clock.Shanghai()).Format(time.DateOnly) == on {
				b.rows = append(b.rows, t.billRow("退款", r.At, -r.Amount, 0, r.Number))
				b.back, b.refunds = b.back-r.Amount, b.refunds+1
			}
		}
	}
	b.taken = b.paid + b.back
	return b
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

// files are the two files of a bill as text, by name.
func (b *billed) files(seller string, day, now time.Time) (names, texts []string) {
	made := "#导出时间：[" + now.In(clock.Shanghai()).Format("2006年01月02日 15:04:05") + "]"
	lines := append(head("#支付宝业务明细查询", seller, day, billBegin), billHead)
	lines = append(append(lines, b.rows...), billEnd,
		fmt.Sprintf("#交易合计：%d笔，商家实收共%s元，商家优惠共0.00元", b.payments, yuan(b.paid)),
		fmt.Sprintf("#退款合计：%d笔，商家实收退款共%s元，商家优惠退款共0.00元", b.refunds, yuan(b.back)), made)
	sums := append(head("#支付宝业务汇总查询", seller, day, sumBegin), sumHead,
		fmt.Sprintf("\t,合计\t,%d,%d,%s,%s,0.00,0.00,0.00,%s,0.00,%s", b.payments, b.refunds, yuan(b.taken), yuan(b.taken), yuan(b.fees), yuan(b.taken+b.fees)), sumEnd, made)
	name := account(seller) + "_" + day.Format("20060102") + "_业务明细"
	return []string{name + "(汇总).csv", name + ".csv"}, []string{strings.Join(sums, "\r\n") + "\r\n", strings.Join(lines, "\r\n") + "\r\n"}
}

// pack makes the archive: names and contents in GBK, and nothing says so.
func pack(names, texts []string) ([]byte, error) {
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	gbk := simplifiedchinese.GBK
	for i := range names {
		name, err := gbk.NewEncoder().String(names[i])
		if err != nil {
			return nil, fmt.Errorf("name of a file: %w", err)
		}
		f, err := z.CreateHeader(&zip.FileHeader{Name: name, NonUTF8: true, Method: zip.Deflate})
		if err != nil {
			return nil, fmt.Errorf("pack bill: %w", err)
		}
		text, err := gbk.NewEncoder().Bytes([]byte(texts[i]))
		if err != nil {
			return nil, fmt.Errorf("text of a bill: %w", err)
		}
		if _, err := f.Write(text); err != nil {
			return nil, fmt.Errorf("pack bill: %w", err)
		}
	}
	if err := z.Close(); err != nil {
		return nil, fmt.Errorf("pack bill: %w", err)
	}
	return out.Bytes(), nil
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
	b := s.billOf(parts[0], day)
	if s.fault().CutBills && len(b.rows) > 0 {
		b.rows = b.rows[:len(b.rows)-1]
	}
	file, err := pack(b.files(parts[0], day, s.o.Clock.Now()))
	if err != nil {
		s.o.Log.Error("simulator", "error", err)
		http.Error(w, "系统繁忙", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/zip")
	if _, err := w.Write(file); err != nil {
		s.o.Log.Info("simulator: the client has gone", "error", err)
	}
}
