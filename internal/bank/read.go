package bank

import (
	"crypto/sha256"
	"fmt"
	"io"
	"strings"
	"unicode"

	"linli/internal/kit/clock"
	"linli/internal/kit/fault"
	"linli/internal/kit/money"
	"linli/internal/kit/sheet"
)

// maxRows is how many rows one statement may have: about a month of a
// large project.
const maxRows = 5000

// titles are the titles that banks use.
func titles() []sheet.TableColumn {
	return []sheet.TableColumn{
		{Field: "date", Titles: []string{"交易日期", "记账日期", "入账日期", "交易时间", "交易日", "日期", "入账时间", "记账日"}, Required: true},
		{Field: "credit", Titles: []string{"收入金额", "贷方发生额", "贷方金额", "存入金额", "入账金额", "收入", "贷方", "贷方发生额/元", "转入金额"}},
		{Field: "amount", Titles: []string{"交易金额", "发生额", "金额", "发生金额"}},
		{Field: "side", Titles: []string{"借贷标志", "收支标志", "借贷方向", "收付标志", "交易方向", "借/贷", "收/支", "收支类型", "借贷"}},
		{Field: "payer", Titles: []string{"对方户名", "对方名称", "付款人名称", "付款方户名", "付款人", "对方账户名称", "对方单位名称", "付款人户名", "对方单位", "户名"}},
		{Field: "account", Titles: []string{"对方账号", "付款账号", "付款人账号", "对方账户", "付款方账号", "对方帐号"}},
		{Field: "remark", Titles: []string{"附言", "备注", "用途", "交易附言", "客户附言", "摘要备注"}},
		{Field: "summary", Titles: []string{"摘要", "交易摘要", "交易类型", "业务摘要"}},
		{Field: "reference", Titles: []string{"交易流水号", "流水号", "银行流水号", "交易参考号", "凭证号", "回单编号", "柜员流水号", "核心流水号", "凭证号码"}},
	}
}

// statement is a statement as it was read.
type statement struct {
	rows []Row // money that came
	out  int   // rows of money that went
}

// readFile reads a statement of any bank by the titles of its columns; a cell
// that cannot be read refuses the whole file.
func readFile(name string, r io.ReaderAt, size int64) (*statement, error) {
	limits := sheet.DefaultLimits()
	limits.Rows = maxRows
	book, err := sheet.Open(name, r, size, limits)
	if err != nil {
		return nil, err
	}
	defer book.Close()
	f := &statement{}
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
		amount, ok, message := amountOf(row)
		if message != "" {
			refuse(row.Line, "金额", message, row.Text("amount")+row.Text("credit"))
			return nil
		}
		if !ok {
			f.out++
			return nil
		}
		date, err := dateOf(book.Dates(), row.Text("date"))
		if err != nil {
			refuse(row.Line, "日期", "读不出日期", row.Text("date"))
			return nil
		}
		f.take(row, book.Hash(), name, date, amount, same)
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
	}
	return f, nil
}

// take adds a row; rows that are alike in all are told apart by their order.
func (f *statement) take(row *sheet.TableRow, hash, name string, date clock.Date, amount money.Fen, same map[string]int) {
	b := Row{FileHash: hash, FileName: cutTo(name, 100), Line: row.Line, Date: date, Amount: amount, Payer: cutTo(row.Text("payer"), 100),
		Account: cutTo(strings.ReplaceAll(row.Text("account"), " ", ""), 60), Reference: cutTo(row.Text("reference"), 80), State: StateOpen}
	parts := []string{}
	for _, field := range []string{"remark", "summary"} {
		if text := row.Text(field); text != "" {
			parts = append(parts, text)
		}
	}
	b.Remark = cutTo(strings.Join(parts, " "), 200)
	for _, text := range []*string{&b.Payer, &b.Account, &b.Reference, &b.Remark} {
		*text = seen(*text)
	}
	key := b.mark(0)
	same[key]++
	b.Print = b.mark(same[key])
	f.rows = append(f.rows, b)
}

// seen is a text without what hides in it or turns it round.
func seen(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.In(r, unicode.Cc, unicode.Cf) {
			return -1
		}
		return r
	}, text)
}

// mark is the print of a row that is the nth of its kind.
func (b *Row) mark(nth int) string {
	return fmt.Sprintf("%x", sha256.Sum256(fmt.Appendf(nil, "%d|%d|%s|%s|%s|%s|%d", b.Date, b.Amount, b.Payer, b.Account, b.Remark, b.Reference, nth)))
}

// amountOf is what came by a row; ok is false when money went or none moved.
func amountOf(row *sheet.TableRow) (amount money.Fen, ok bool, problem string) {
	text := row.Text("credit")
	side := row.Text("side")
	if text == "" {
		if text = row.Text("amount"); text != "" && side != "" && !strings.ContainsAny(side, "贷收入存") && !strings.EqualFold(side, "C") {
			return 0, false, ""
		}
	}
	text = strings.NewReplacer(",", "", "，", "", " ", "", "¥", "", "￥", "", "+", "").Replace(text)
	if text == "" || text == "-" || strings.HasPrefix(text, "-") {
		return 0, false, ""
	}
	v, err := money.ParseYuan(text)
	if err != nil {
		return 0, false, "不是金额"
	}
	return v, v > 0, ""
}

func dateOf(dates sheet.DateSystem, text string) (clock.Date, error) {
	for _, cut := range []string{" ", "T"} {
		if head, _, found := strings.Cut(text, cut); found && len(head) >= 8 {
			text = head
		}
	}
	y, m, d, err := dates.ParseDate(text)
	if err != nil {
		return 0, err
	}
	return clock.NewDate(y, m, d)
}
