package meter

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/fault"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
	"linli/internal/kit/sheet"
	"linli/internal/kit/spool"
	"linli/internal/kit/supply"
	"linli/internal/roster"

	"golang.org/x/text/width"
)

// The columns of a sheet of readings.
const (
	colBuilding  = "building"
	colUnit      = "unit"
	colRoom      = "room"
	colNumber    = "number"
	colKind      = "kind"
	colBand      = "band"
	colMonth     = "month"
	colSince     = "since"
	colPrevious  = "previous"
	colValue     = "value"
	colDate      = "date"
	colRolled    = "rolled"
	colEstimated = "estimated"
	colNote      = "note"
)

// sheetColumns are our titles first, then those of other systems, among them
// MicroCommunity's 水电抄表.
func sheetColumns() []sheet.TableColumn {
	return []sheet.TableColumn{
		{Field: colBuilding, Titles: []string{"楼栋", "楼栋编号", "楼号", "栋号", "楼栋号"}, Foreign: true},
		{Field: colUnit, Titles: []string{"单元", "单元编号", "单元号"}, Foreign: true},
		{Field: colRoom, Titles: []string{"房屋或位置", "房号", "房屋", "房屋编码", "房屋编号", "房间", "房间号", "位置"},
			Note: "写全：楼栋-单元-房号，如 3-2-1502；公共部位的表写装在哪里。填了表号可以不填", Example: "3-2-1502"},
		{Field: colNumber, Titles: []string{"表号", "表编号", "仪表编号", "表具编号", "水表号", "电表号", "水表编号", "电表编号"},
			Note: "一间房只有一块这种表时可以不填", Example: "W3-2-1502"},
		{Field: colKind, Titles: []string{"表种类", "表类型", "抄表类型", "仪表类型"}, Note: "水、热水、电、燃气、供热；不填为上传时选的", Example: "水"},
		{Field: colBand, Titles: []string{"时段"}, Note: "分时电表写尖、峰、平、谷，其他不填", Example: ""},
		{Field: colMonth, Titles: []string{"账期", "所属月份", "费用月份"}, Note: "用量算在哪个月，如 2026-11；不填为抄表当月", Example: "2026-11"},
		{Field: colSince, Titles: []string{"上期日期", "上期读表时间", "上期抄表日期", "上次抄表日期"}, Note: "供核对，不会导入", Example: "2026-10-31"},
		{Field: colPrevious, Titles: []string{"上期读数", "上期度数", "上次读数", "上次度数", "起码"}, Note: "供核对：和系统里的不一致就不收；从没抄过的表按它定起始读数", Example: "210"},
		{Field: colValue, Titles: []string{"本期读数", "本期度数", "本次读数", "本次度数", "止码"}, Required: true, Note: "表上的数，最多 4 位小数；没抄的留空", Example: "225"},
		{Field: colDate, Titles: []string{"抄表日期", "本期读表时间", "本期抄表日期", "本次抄表日期", "读表时间", "抄表时间"}, Required: true,
			Note: "写成 2026-11-20，不能晚于今天", Example: "2026-11-20"},
		{Field: colRolled, Titles: []string{"表字翻转", "翻转"}, Note: "表走满后从 0 开始，读数比上期小时写“是”，导入后待复核", Example: ""},
		{Field: colEstimated, Titles: []string{"估抄"}, Note: "没抄到、按估计填的写“是”，下次按实际读数找平", Example: ""},
		{Field: colNote, Titles: []string{"备注", "说明"}, Note: "选填，最多 200 个字", Example: ""},
	}
}

// ReadingTemplate is the sheet to be filled in: the meters that a filter finds,
// with what is known of each. day stands as the day of reading.
func (s *Service) ReadingTemplate(ctx context.Context, q db.Q, project id.ID, f SheetFilter, day clock.Date) (sheet.Sheet, error) {
	var rows [][]sheet.Value
	for {
		l, err := s.Sheet(ctx, q, project, f)
		if err != nil {
			return sheet.Sheet{}, fmt.Errorf("fill template: %w", err)
		}
		rooms := make([]id.ID, len(l.Items))
		for i := range l.Items {
			rooms[i] = l.Items[i].Meter.Room
		}
		labels, err := s.estate.Labels(ctx, q, project, rooms)
		if err != nil {
			return sheet.Sheet{}, fmt.Errorf("fill template: %w", err)
		}
		for i := range l.Items {
			label := l.Items[i].Meter.Place
			if room := l.Items[i].Meter.Room; room != 0 {
				label = labels[room]
			}
			rows = append(rows, templateRow(&l.Items[i], label, f.Month, day))
		}
		if f.Cursor = l.Next; l.Next == "" {
			break
		}
	}
	t := sheet.Template("抄表", sheetColumns())
	t.Rows = sheet.FromSlice(rows)
	for i := range t.Columns {
		title := t.Columns[i].Title
		t.Columns[i].Text = title != "上期读数" && title != "本期读数"
	}
	return t, nil
}

// templateRow is one meter in our column order.
func templateRow(r *SheetRow, label string, month clock.Month, day clock.Date) []sheet.Value {
	m, since, previous := &r.Meter, r.Meter.Installed, r.Meter.Start
	if r.Last != nil {
		since, previous = r.Last.Date, r.Last.Value
	}
	at := map[string]sheet.Value{colRoom: sheet.Text(label), colNumber: sheet.Text(m.Number), colKind: sheet.Text(m.Kind.Label()), colBand: sheet.Text(m.Band.Label()),
		colMonth: sheet.Text(month.String()), colSince: sheet.Text(since.String()), colPrevious: sheet.Decimal(previous.String()), colDate: sheet.Text(day.String())}
	out := []sheet.Value{}
	for _, c := range slices.DeleteFunc(sheetColumns(), func(c sheet.TableColumn) bool { return c.Foreign }) {
		out = append(out, at[c.Field])
	}
	return out
}

// sheetLine is one row with a value, as the sheet tells it.
type sheetLine struct {
	line                 int
	building, unit, room string
	number               string
	kind                 supply.Kind
	band                 supply.Band
	month                clock.Month // 0 = of the date
	previous             money.Qty   // −1 where the sheet says nothing
	value                money.Qty
	date                 clock.Date
	rolled, estimated    bool
	note                 string
	bad                  bool     // something of it could not be read
	shown                []string // what stands in the columns
}

// Code names the fields of a row for the spool.
func (l *sheetLine) Code(c *spool.Coder) {
	spool.Int(c, &l.line)
	kind, band := string(l.kind), string(l.band)
	for _, s := range []*string{&l.building, &l.unit, &l.room, &l.number, &kind, &band, &l.note} {
		c.Text(s)
	}
	l.kind, l.band = supply.Kind(kind), supply.Band(band)
	spool.Int(c, &l.month)
	spool.Int(c, &l.date)
	spool.Int(c, &l.previous)
	spool.Int(c, &l.value)
	for _, b := range []*bool{&l.rolled, &l.estimated, &l.bad} {
		c.Bool(b)
	}
	spool.List(c, &l.shown, c.Text)
}

// cell is what stands in a column.
func (l *sheetLine) cell(field string) string {
	if i := slices.IndexFunc(sheetColumns(), func(c sheet.TableColumn) bool { return c.Field == field }); i >= 0 {
		return l.shown[i]
	}
	return ""
}

// cellFault is what is wrong with one cell.
type cellFault struct{ field, message string }

// faultOf turns a refusal into what is wrong with a cell; other errors stay.
func faultOf(err error) (*cellFault, error) {
	f := fault.As(err)
	if f == nil || f.Kind == fault.Internal {
		return nil, err
	}
	field, text := colValue, f.Text
	switch f.Code {
	case ErrOrder.Code:
		field = colDate
	case ErrBilled.Code:
		field = colMonth
	}
	if len(f.Fields) > 0 {
		field, text = strings.TrimPrefix(f.Fields[0].Location, "body."), f.Fields[0].Message
	}
	return &cellFault{field, text}, nil
}

// Read reads every row of a file; rows without a value are meters that nobody
// has read.
func (r readings) Read(ctx context.Context, project id.ID, b *sheet.Book, o roster.ReadOptions) (roster.ImportedSheet, error) {
	out := &readingSheet{s: r.s, project: project, kind: r.kind}
	t, err := b.ReadTable(sheetColumns(), o.SkipHidden, func(row *sheet.TableRow) error {
		o.Note(out.count)
		if row.Text(colValue) == "" {
			out.blank++
			return ctx.Err()
		}
		out.count++
		l := readLine(row, b.Dates(), r.kind)
		if _, err := out.rows.Add(&l); err != nil {
			return err
		}
		return ctx.Err()
	})
	if err != nil {
		return nil, errors.Join(err, out.Close())
	}
	out.table, out.read = t, len(t.Problems)
	return out, nil
}

func readLine(row *sheet.TableRow, dates sheet.DateSystem, usual supply.Kind) sheetLine {
	l := sheetLine{line: row.Line, building: row.Text(colBuilding), unit: row.Text(colUnit), room: row.Text(colRoom), number: row.Text(colNumber),
		kind: usual, previous: -1, note: row.Text(colNote)}
	for _, c := range sheetColumns() {
		l.shown = append(l.shown, row.Text(c.Field))
	}
	refuse := func(field, message string) {
		l.bad = true
		row.Refuse(field, message)
	}
	var ok bool
	var err error
	if text := row.Text(colKind); text != "" {
		if l.kind, ok = kindOf(text); !ok {
			refuse(colKind, "要写水、热水、电、燃气或供热")
		}
	}
	if text := row.Text(colBand); text != "" {
		if l.band, ok = bandOf(text); !ok {
			refuse(colBand, "要写尖、峰、平或谷，不分时段留空")
		}
	}
	if l.value, ok = quantity(row.Text(colValue)); !ok {
		refuse(colValue, "不是读数；只写数字，最多 4 位小数")
	}
	if text := row.Text(colPrevious); text != "" {
		if l.previous, ok = quantity(text); !ok {
			refuse(colPrevious, "不是读数；只写数字，或留空")
		}
	}
	if text := row.Text(colMonth); text != "" {
		if l.month, err = monthOf(text, dates); err != nil {
			refuse(colMonth, "账期写成 2026-11")
		}
	}
	if l.date, err = dateOf(row.Text(colDate), dates); err != nil {
		refuse(colDate, err.Error())
	}
	yes := func(field string) bool {
		switch strings.ToLower(row.Text(field)) {
		case "", "否", "无", "n", "no", "0":
			return false
		case "是", "有", "y", "yes", "1", "√":
			return true
		}
		refuse(field, "写“是”，或留空")
		return false
	}
	l.rolled, l.estimated = yes(colRolled), yes(colEstimated)
	return l
}

// quantity reads 1286, １２８６.５ and 1,286.
func quantity(text string) (money.Qty, bool) {
	text = strings.ReplaceAll(width.Narrow.String(text), ",", "")
	if whole, decimals, found := strings.Cut(text, "."); found {
		// Excel shows 225.00000 as it was formatted.
		if len(decimals) > 4 {
			decimals = decimals[:4] + strings.TrimRight(decimals[4:], "0")
		}
		text = strings.TrimSuffix(whole+"."+decimals, ".")
	}
	q, err := money.ParseQty(text)
	return q, err == nil
}

// dateOf reads a day; its error is a sentence for the cell.
func dateOf(text string, dates sheet.DateSystem) (clock.Date, error) {
	if text == "" {
		return 0, errors.New("要填写抄表日期，如 2026-11-20")
	}
	y, m, d, err := dates.ParseDate(text)
	if f := fault.As(err); f != nil {
		return 0, errors.New(f.Text)
	}
	return clock.NewDate(y, m, d)
}

func monthOf(text string, dates sheet.DateSystem) (clock.Month, error) {
	text = strings.TrimSuffix(strings.NewReplacer("年", "-", "/", "-", ".", "-").Replace(width.Narrow.String(text)), "月")
	if year, month, found := strings.Cut(text, "-"); found && len(month) == 1 {
		text = year + "-0" + month
	}
	if m, err := clock.ParseMonth(text); err == nil {
		return m, nil
	}
	y, m, _, err := dates.ParseDate(text)
	if err != nil {
		return 0, err
	}
	return clock.NewMonth(y, m)
}

func kindOf(text string) (supply.Kind, bool) {
	text = strings.TrimSuffix(strings.TrimSuffix(strings.TrimSpace(text), "费"), "表")
	k, ok := map[string]supply.Kind{"水": supply.Water, "冷水": supply.Water, "自来水": supply.Water, "热水": supply.HotWater, "电": supply.Electricity, "燃气": supply.Gas, "天然气": supply.Gas, "煤气": supply.Gas, "气": supply.Gas,
		"供热": supply.Heat, "供暖": supply.Heat, "暖气": supply.Heat, "热": supply.Heat, "热力": supply.Heat}[text]
	return k, ok
}

func bandOf(text string) (supply.Band, bool) {
	b, ok := map[string]supply.Band{"尖": supply.Sharp, "峰": supply.Peak, "平": supply.Flat, "谷": supply.Valley}[strings.TrimSuffix(strings.TrimSpace(text), "时")]
	return b, ok
}
