package sheet

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"
)

// reading is one walk over a worksheet: values from the excelize iterator,
// everything else from the facts.
type reading struct {
	book  *Book
	part  *part
	facts *facts
	cells []Cell
	carry map[int]*carried
}

// carried is the merge a column stands in and the value at its top.
type carried struct {
	next int // index of the first merge that does not end above the row
	top  Cell
	row  int
}

func (b *Book) xlsxRows(p *part, each func(int, []Cell) error) (err error) {
	facts, err := b.facts(p)
	if err != nil {
		return err
	}
	rows, err := b.xlsx.file.Rows(p.name)
	if err != nil {
		return ErrDamaged.Because(err)
	}
	defer func() {
		if cerr := rows.Close(); cerr != nil && err == nil {
			err = ErrDamaged.Because(cerr)
		}
	}()
	rd := &reading{book: b, part: p, facts: facts, carry: map[int]*carried{}}
	at := 0
	for _, fact := range facts.rows {
		number := int(fact.number)
		if err := b.late(); err != nil {
			return err
		}
		for at++; at < number; at++ {
			if err := skip(rows); err != nil {
				return rd.lost(at, err)
			}
		}
		if !rows.Next() {
			return rd.lost(at, rows.Error())
		}
		values, err := rows.Columns()
		if err != nil {
			return rd.lost(at, err)
		}
		if err := rd.row(fact, values); err != nil {
			return err
		}
		if err := each(number, rd.cells); err != nil {
			return err
		}
	}
	return nil
}

func skip(rows *excelize.Rows) error {
	if !rows.Next() {
		return fmt.Errorf("the iterator ended early: %w", rows.Error())
	}
	_, err := rows.Columns()
	return err
}

func (rd *reading) lost(row int, err error) error {
	return ErrDamaged.Say("工作表“%s”的第 %d 行读不出来，请用 Excel 或 WPS 打开后另存为 xlsx 再传", visible(rd.part.name), row).Because(err)
}

// row turns the values of one row into cells.
func (rd *reading) row(fact rowFact, values []string) error {
	rd.cells = rd.cells[:0]
	number := int(fact.number)
	for col := 1; col <= rd.facts.columns; col++ {
		rd.cells = append(rd.cells, Cell{Ref: Ref(number, col), Hidden: fact.hidden || rd.facts.hiddenCol(col)})
	}
	for _, cf := range rd.facts.shapes[fact.shape] {
		cell := &rd.cells[cf.col-1]
		if int(cf.col) <= len(values) {
			cell.Text = values[cf.col-1]
		}
		if err := rd.book.interpret(cell, cf); err != nil {
			return err
		}
	}
	for col, list := range rd.facts.merges {
		if col <= len(rd.cells) {
			rd.fill(number, col, list)
		}
	}
	return nil
}

// fill copies the top value of a merge over rows down and marks merges over columns.
func (rd *reading) fill(row, col int, list []merge) {
	c := rd.carry[col]
	if c == nil {
		c = &carried{}
		rd.carry[col] = c
	}
	for c.next < len(list) && list[c.next].bottom < row {
		c.next++
	}
	if c.next == len(list) || list[c.next].top > row {
		return
	}
	m, cell := list[c.next], &rd.cells[col-1]
	if m.wide != "" {
		cell.Problem = fmt.Sprintf("%s 横向合并了几列，请取消合并后分开填写", m.wide)
		return
	}
	if row == m.top {
		c.top, c.row = *cell, row
	}
	if row > m.top && cell.Kind == KindEmpty && c.row == m.top {
		hidden, ref := cell.Hidden, cell.Ref
		*cell = c.top
		cell.Hidden, cell.Ref, cell.Merged = hidden, ref, true
	}
}

// interpret gives a raw value its kind and its text.
func (b *Book) interpret(cell *Cell, cf cellFact) error {
	switch cf.kind &^ flagFormula {
	case typeText:
		cell.Kind = KindText
	case typeBool:
		cell.Kind = KindText
		cell.Text = map[string]string{"1": "TRUE", "0": "FALSE"}[cell.Text]
	case typeISODate:
		cell.Kind = KindDate
		cell.Text = strings.TrimSuffix(strings.Replace(cell.Text, "T", " ", 1), " 00:00:00")
	case typeError:
		cell.Kind = KindError
		cell.Problem = fmt.Sprintf("单元格的值是错误 %s，请改正后再传", cell.Text)
	default:
		b.number(cell, b.xlsx.format(int(cf.format)))
	}
	if cf.kind&flagFormula != 0 && cell.Kind != KindError {
		cell.Kind = KindFormula
	}
	if cell.Text == "" && cell.Kind == KindText {
		cell.Kind = KindEmpty
	}
	return checkText(cell, b.limits.CellChars)
}

// checkText refuses an over-long cell and marks text that must not be stored.
func checkText(cell *Cell, limit int) error {
	if len(cell.Text) > limit {
		if n := utf8.RuneCountInString(cell.Text); n > limit {
			return ErrLimit.Say("%s 有 %d 个字，超过上限 %d", cell.Ref, n, limit)
		}
	}
	for _, r := range cell.Text {
		if r == utf8.RuneError || r == 0xFFFE || r == 0xFFFF || unicode.IsControl(r) && r != '\n' && r != '\r' && r != '\t' {
			cell.Problem = fmt.Sprintf("含有认不出的字符（U+%04X），请重新输入", r)
			break
		}
	}
	return nil
}

// visible makes a name from a file safe to show: short, without control characters.
func visible(s string) string {
	s = strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return '?'
		}
		return r
	}, s)
	if r := []rune(s); len(r) > 80 {
		s = string(r[:80]) + "…"
	}
	return s
}
