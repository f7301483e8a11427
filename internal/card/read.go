package card

import (
	"fmt"
	"io"
	"strings"
	"time"

	"linli/internal/kit/clock"
	"linli/internal/kit/fault"
	"linli/internal/kit/money"
	"linli/internal/kit/sheet"
)

// maxLines is how many rows one file may have: about a month of a large project.
const maxLines = 5000

// titles are the column titles that acquirers use.
func titles() []sheet.TableColumn {
	return []sheet.TableColumn{
		{Field: "date", Titles: []string{"交易日期时间", "交易日期", "交易时间", "清算日期", "日期", "入账日期"}, Required: true},
		{Field: "time", Titles: []string{"时间", "交易时刻", "交易时间"}},
		{Field: "amount", Titles: []string{"交易金额", "金额", "交易金额（元）", "消费金额", "本金"}, Required: true},
		{Field: "fee", Titles: []string{"手续费", "交易手续费", "商户手续费", "手续费金额"}},
		{Field: "kind", Titles: []string{"交易类型", "交易类别", "类型", "交易名称", "业务类型"}, Required: true},
		{Field: "terminal", Titles: []string{"终端号", "终端编号", "POS终端号", "终端"}},
		{Field: "batch", Titles: []string{"批次号", "批次", "终端批次号"}},
		{Field: "voucher", Titles: []string{"凭证号", "流水号", "凭证号/流水号", "终端流水号", "交易流水号", "凭证号码", "POS流水号"}},
		{Field: "reference", Titles: []string{"参考号", "检索参考号", "交易参考号", "系统参考号"}},
		{Field: "origin", Titles: []string{"原参考号", "原检索参考号", "原交易参考号"}},
		{Field: "card", Titles: []string{"卡号后四位", "卡号", "交易卡号", "银行卡号", "卡号后4位", "卡尾号"}},
	}
}

// acquirerFile is a file as it was read.
type acquirerFile struct {
	hash  string
	lines []Line
	other int
}

// readFile reads a file of any acquirer by the titles of its columns; a cell
// that cannot be read refuses the whole file.
func readFile(name string, r io.ReaderAt, size int64) (*acquirerFile, error) {
	limits := sheet.DefaultLimits()
	limits.Rows = maxLines
	book, err := sheet.Open(name, r, size, limits)
	if err != nil {
		return nil, err
	}
	defer book.Close()
	f := &acquirerFile{hash: book.Hash()}
	same := map[string]int{}
	var problems *fault.Error
	refuse := func(line int, title, message, value string) {
		if problems == nil {
			problems = ErrFile
		}
		if len(problems.Fields) < 20 {
			problems = problems.At(fmt.Sprintf("第 %d 行 %s", line, title), message, value)
		}
	}
	table, err := book.ReadTable(titles(), false, func(row *sheet.TableRow) error {
		l, title, message := readLine(book.Dates(), row)
		switch {
		case message != "":
			refuse(row.Line, title, message, row.Text(map[string]string{"日期": "date", "交易金额": "amount", "手续费": "fee"}[title]))
		case l.Kind == "":
			f.other++
		default:
			key := l.mark(0)
			same[key]++
			l.Print = l.mark(same[key])
			f.lines = append(f.lines, l)
		}
		return nil
	})
	switch {
	case err != nil:
		return nil, err
	case problems != nil:
		return nil, problems
	case len(table.Problems) > 0:
		p := table.Problems[0]
		return nil, ErrFile.At(p.Cell, p.Message, p.Value)
	case len(f.lines) == 0:
		return nil, ErrFile.Say("文件里没有消费、撤销或退货，请确认导出的是交易明细")
	}
	return f, nil
}

// readLine reads a row; a row of another kind, such as the sum below, has none.
func readLine(dates sheet.DateSystem, row *sheet.TableRow) (l Line, title, problem string) {
	l = Line{No: row.Line, Words: cutTo(row.Text("kind"), 20), Terminal: code(row.Text("terminal"), 20), Batch: code(row.Text("batch"), 20),
		Voucher: code(row.Text("voucher"), 40), Reference: code(row.Text("reference"), 40), Origin: code(row.Text("origin"), 40), Last4: last4(row.Text("card"))}
	if l.Kind = kindOf(l.Words); l.Kind == "" {
		return l, "", ""
	}
	amount, err := yuan(row.Text("amount"))
	if err != nil || amount == 0 {
		return l, "交易金额", "不是金额"
	}
	if l.Amount = max(amount, -amount); amount < 0 && l.Kind == LineSale {
		l.Kind = LineVoid
	}
	if text := row.Text("fee"); text != "" {
		if l.Fee, err = yuan(text); err != nil {
			return l, "手续费", "不是金额"
		}
	}
	if l.At, err = moment(dates, row.Text("date"), row.Text("time")); err != nil {
		return l, "日期", "读不出日期"
	}
	l.Day = clock.DateOf(l.At)
	return l, "", ""
}

// kindOf reads the kind of a transaction; "" is none that moves money.
func kindOf(words string) LineKind {
	switch {
	case strings.Contains(words, "撤销"), strings.Contains(words, "冲正"):
		return LineVoid
	case strings.Contains(words, "退货"), strings.Contains(words, "退款"):
		return LineRefund
	case strings.Contains(words, "消费"), strings.Contains(words, "预授权完成"), strings.Contains(words, "付款"):
		return LineSale
	}
	return ""
}

// yuan reads an amount, which may be below zero.
func yuan(text string) (money.Fen, error) {
	text, below := strings.CutPrefix(strings.NewReplacer(",", "", "，", "", " ", "", "¥", "", "￥", "", "+", "", "元", "").Replace(text), "-")
	v, err := money.ParseYuan(text)
	if below {
		v = -v
	}
	return v, err
}

// moment reads 2026-11-18 10:02:03, also with the time in a column of its own
// or as 100203, and a day without any time.
func moment(dates sheet.DateSystem, date, clockText string) (time.Time, error) {
	date = strings.TrimSpace(strings.ReplaceAll(date, "T", " "))
	if len(date) == 14 && strings.Trim(date, "0123456789") == "" {
		date = date[:8] + " " + date[8:]
	}
	day, rest, _ := strings.Cut(date, " ")
	y, m, d, err := dates.ParseDate(day)
	if err != nil {
		return time.Time{}, err
	}
	on, err := clock.NewDate(y, m, d)
	if err != nil {
		return time.Time{}, err
	}
	if rest = strings.TrimSpace(rest); rest == "" {
		if rest = strings.TrimSpace(clockText); strings.Contains(rest, " ") {
			_, rest, _ = strings.Cut(rest, " ")
		}
	}
	for _, form := range []string{"15:04:05", "15:04", "150405"} {
		if t, err := time.Parse(form, rest); err == nil {
			return on.Start().Add(time.Duration(t.Hour())*time.Hour + time.Duration(t.Minute())*time.Minute + time.Duration(t.Second())*time.Second), nil
		}
	}
	return on.Start(), nil
}

// code is a number that people and spreadsheets write with spaces, or with the
// leading apostrophe that keeps it text.
func code(text string, n int) string {
	return cutTo(strings.ToUpper(strings.NewReplacer(" ", "", "'", "", "\t", "").Replace(text)), n)
}

// last4 are the last four digits of a card, which may be masked.
func last4(text string) string {
	text = code(text, 40)
	if len(text) < 4 {
		return ""
	}
	if text = text[len(text)-4:]; strings.Trim(text, "0123456789") != "" {
		return ""
	}
	return text
}

func cutTo(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return string(r[:n])
	}
	return s
}
