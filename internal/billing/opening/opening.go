// Package opening reads what was charged before Linli: 期初欠费 and paid
// history, one row per room, fee item and month or period, from our own sheet
// or another system's, and turns it into one charge per month. It knows neither
// tables nor bills and stores nothing. Part of billing.
package opening

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"linli/internal/kit/clock"
	"linli/internal/kit/money"
	"linli/internal/kit/sheet"
	"linli/internal/kit/spool"
)

// The columns by their inner names.
const (
	ColBuilding = "building"
	ColUnit     = "unit"
	ColRoom     = "room"
	ColItem     = "item"
	ColMonth    = "month"
	ColFrom     = "from"
	ColUntil    = "until"
	ColAmount   = "amount"
	ColPaid     = "paid"
	ColOwed     = "owed"
	ColDue      = "due"
	ColPaidOn   = "paid_on"
	ColNote     = "note"
)

// Columns are the columns of the sheet, ours first. The titles cover
// MicroCommunity's 房屋费用信息 and 房屋缴费历史 as they are.
func Columns() []sheet.TableColumn {
	return []sheet.TableColumn{
		{Field: ColRoom, Titles: []string{"房号", "房屋", "房屋编码", "房屋编号", "房间", "房间号", "房屋名称", "房屋全称", "门牌号", "室号"}, Required: true, Note: "写全：楼栋-单元-房号，如 3-2-1502 或 3栋2单元1502；没有单元写 3-0-101", Example: "3-2-1502"},
		{Field: ColItem, Titles: []string{"费用项目", "收费项目", "费用名称", "费用类型", "收费名称", "项目名称", "费项", "费用"}, Required: true, Note: "和系统里的费用项目同名", Example: "物业服务费"},
		{Field: ColMonth, Titles: []string{"账期", "费用月份", "所属月份", "月份", "账单月份", "计费月份"}, Note: "写成 2025-03；一行是几个月的，留空，填开始日期和结束日期", Example: "2025-03"},
		{Field: ColFrom, Titles: []string{"开始日期", "开始时间", "费用开始时间", "计费开始时间", "计费起始时间", "起始日期", "开始月份"}, Note: "账期留空时填；2025-01-01", Example: ""},
		{Field: ColUntil, Titles: []string{"结束日期", "结束时间", "费用结束时间", "计费结束时间", "截止日期", "结束月份"}, Note: "含这一天，2025-12-31；从某月 1 日写到另一月 1 日的，算到前一天。金额按月分开，合计不变", Example: ""},
		{Field: ColAmount, Titles: []string{"应收金额", "应收", "应缴金额", "收费金额", "应交金额", "费用金额", "金额"}, Note: "元，最多两位小数", Example: "268.50"},
		{Field: ColPaid, Titles: []string{"已收金额", "已收", "实缴金额", "实收金额", "已缴金额", "已交金额", "收款金额"}, Note: "元；没收过留空或填 0。超过应收的部分请作预存另收", Example: "100.00"},
		{Field: ColOwed, Titles: []string{"欠费金额", "欠费", "未收金额", "未缴金额", "欠缴金额", "欠款"}, Note: "选填，填了就要等于应收减已收；只填这一列的，按全部没收", Example: "168.50"},
		{Field: ColDue, Titles: []string{"应缴日期", "应收日期", "缴费期限", "到期日"}, Note: "选填，不填按费用项目的规则", Example: "2025-03-31"},
		{Field: ColPaidOn, Titles: []string{"缴费日期", "缴费时间", "收款日期", "付款时间"}, Note: "选填，已收的是哪天收的", Example: "2025-03-08"},
		{Field: ColNote, Titles: []string{"备注", "说明", "原收据号", "收据号", "票据号"}, Note: "选填，写进这笔费用的说明", Example: "旧系统收据 0031245"},
		{Field: ColBuilding, Titles: []string{"楼栋", "楼号", "栋号", "楼栋编号", "楼宇"}, Foreign: true},
		{Field: ColUnit, Titles: []string{"单元", "单元号", "单元编号"}, Foreign: true},
	}
}

// Template is the empty sheet with its explanations.
func Template() sheet.Sheet { return sheet.Template("期初欠费", Columns()) }

// Row is one row of the sheet.
type Row struct {
	Line                 int
	Building, Unit, Room string // as written
	Item                 string
	From, Until          clock.Date // both included
	Amount, Paid         money.Fen
	Due, PaidOn          clock.Date // 0 when the sheet does not say
	Note                 string
}

// Code names the fields of a row for the spool.
func (row *Row) Code(c *spool.Coder) {
	spool.Int(c, &row.Line)
	for _, s := range []*string{&row.Building, &row.Unit, &row.Room, &row.Item, &row.Note} {
		c.Text(s)
	}
	for _, d := range []*clock.Date{&row.From, &row.Until, &row.Due, &row.PaidOn} {
		spool.Int(c, d)
	}
	spool.Int(c, &row.Amount)
	spool.Int(c, &row.Paid)
}

// Sheet is a sheet that has been read; its rows lie in a spool. It must be
// closed.
type Sheet struct {
	*sheet.Table
	rows   spool.File // Row
	count  int
	months int // of all rows together
}

const (
	maxMonths            = 120     // of one row
	maxCharges           = 600_000 // of a sheet: 50,000 rows of a year
	maxNote              = 100     // characters
	maxAmount  money.Fen = 100_000_000 * 100
)

// Read reads the sheet; what is wrong with rows is in Problems. note is told
// how many rows are read. Errors: those of sheet.Book.ReadTable.
func Read(ctx context.Context, b *sheet.Book, skipHidden bool, note func(done int)) (*Sheet, error) {
	out := &Sheet{}
	t, err := b.ReadTable(Columns(), skipHidden, func(r *sheet.TableRow) error {
		if err := ctx.Err(); err != nil {
			return err
		}
		note(out.count)
		row, ok := readRow(b, r)
		if !ok {
			return nil
		}
		before := out.months
		if out.months += row.Until.Month().Sub(row.From.Month()) + 1; before <= maxCharges && out.months > maxCharges {
			r.Refuse(ColUntil, fmt.Sprintf("到这一行为止，各行的月数合计超过 %d，请分成几张表导入", maxCharges))
		}
		out.count++
		_, err := out.rows.Add(&row)
		return err
	})
	if err != nil {
		return nil, errors.Join(err, out.Close())
	}
	out.Table = t
	return out, nil
}

// Close gives back what the rows lie in.
func (s *Sheet) Close() error { return s.rows.Close() }

func readRow(b *sheet.Book, r *sheet.TableRow) (Row, bool) {
	row := Row{Line: r.Line, Building: r.Text(ColBuilding), Unit: r.Text(ColUnit), Room: r.Text(ColRoom), Item: r.Text(ColItem), Note: r.Text(ColNote)}
	ok := true
	refuse := func(field, message string) { ok = false; r.Refuse(field, message) }
	if row.Room == "" {
		refuse(ColRoom, "房号要填写")
	}
	if row.Item == "" {
		refuse(ColItem, "费用项目要填写")
	}
	if runes := []rune(row.Note); len(runes) > maxNote {
		row.Note = string(runes[:maxNote]) + "…"
	}
	row.readPeriod(b, r, refuse)
	row.readAmounts(r, refuse)
	date := func(field string, to *clock.Date) {
		if text := r.Text(field); text != "" {
			d, err := dateOf(b, text)
			if err != nil {
				refuse(field, "日期应写成 2025-03-08")
			}
			*to = d
		}
	}
	date(ColDue, &row.Due)
	date(ColPaidOn, &row.PaidOn)
	return row, ok
}

func dateOf(b *sheet.Book, text string) (clock.Date, error) {
	y, m, d, err := b.Dates().ParseDate(text)
	if err != nil {
		return 0, err
	}
	return clock.NewDate(y, m, d)
}

// monthOf reads 2025-03, 2025年3月, 2025.3, 202503 and dates.
func monthOf(b *sheet.Book, text string) (clock.Month, error) {
	t := strings.NewReplacer("年", "-", "/", "-", ".", "-", "月", "", " ", "").Replace(text)
	if len(t) == 6 && strings.Trim(t, "0123456789") == "" {
		t = t[:4] + "-" + t[4:]
	}
	if y, m, ok := strings.Cut(t, "-"); ok && len(y) == 4 && len(m) == 1 {
		t = y + "-0" + m
	}
	if m, err := clock.ParseMonth(t); err == nil {
		return m, nil
	}
	d, err := dateOf(b, text)
	return d.Month(), err
}

func (row *Row) readPeriod(b *sheet.Book, r *sheet.TableRow, refuse func(field, message string)) {
	month, from, until := r.Text(ColMonth), r.Text(ColFrom), r.Text(ColUntil)
	if month == "" && from == "" && until == "" {
		refuse(ColMonth, "账期要填写，如 2025-03；或填开始日期和结束日期")
		return
	}
	if month != "" {
		m, err := monthOf(b, month)
		if err != nil {
			refuse(ColMonth, "账期应写成 2025-03")
			return
		}
		row.From, row.Until = m.First(), m.Last()
	}
	if from == "" && until == "" {
		return
	}
	if from == "" || until == "" {
		if month == "" {
			refuse(ColUntil, "开始日期和结束日期要一起填")
		}
		return
	}
	d, err := dateOf(b, from)
	if err != nil {
		refuse(ColFrom, "日期应写成 2025-01-01")
		return
	}
	e, err := dateOf(b, until)
	if err != nil {
		refuse(ColUntil, "日期应写成 2025-12-31")
		return
	}
	if e > d && e.Day() == 1 && d.Day() == 1 {
		e = e.AddDays(-1) // other systems name the day after
	}
	switch {
	case e < d:
		refuse(ColUntil, "结束日期早于开始日期")
	case e.Month().Sub(d.Month()) >= maxMonths:
		refuse(ColUntil, fmt.Sprintf("一行最多 %d 个月，请分成几行", maxMonths))
	case month != "" && (d.Month() != row.From.Month() || e.Month() != row.From.Month()):
		refuse(ColMonth, "和开始日期、结束日期不是同一个月")
	case month == "":
		row.From, row.Until = d, e
	}
}

func (row *Row) readAmounts(r *sheet.TableRow, refuse func(field, message string)) {
	var owed money.Fen
	wrong := false
	read := func(field string, to *money.Fen) (given bool) {
		text := strings.NewReplacer(",", "", "，", "", "元", "", "¥", "", "￥", "").Replace(r.Text(field))
		if text == "" {
			return false
		}
		n, err := money.ParseYuan(text)
		if err != nil || n > maxAmount {
			wrong = true
			refuse(field, "金额应为不超过 1 亿的数字，最多两位小数，如 268.50")
			return true
		}
		*to = n
		return true
	}
	amount, paid, left := read(ColAmount, &row.Amount), read(ColPaid, &row.Paid), read(ColOwed, &owed)
	switch {
	case wrong:
		return
	case !amount && !left:
		refuse(ColAmount, "应收金额要填写")
	case !amount:
		row.Amount = owed + row.Paid
	case left && !paid && owed <= row.Amount:
		row.Paid = row.Amount - owed
	case left && owed != row.Amount-row.Paid:
		refuse(ColOwed, fmt.Sprintf("欠费应等于应收减已收：%s − %s", row.Amount.Yuan(), row.Paid.Yuan()))
	}
	if row.Paid > row.Amount {
		refuse(ColPaid, "已收超过应收；多收的请作预存另收")
	}
	if (amount || left) && row.Amount == 0 {
		refuse(ColAmount, "金额要大于 0；没有费用的行请删去")
	}
}
