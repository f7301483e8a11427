package sheet

import (
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/xuri/excelize/v2"
)

// Column describes one column of a table to be written.
type Column struct {
	Title    string
	Width    int // in characters; 0 is 14
	Required bool
	Note     string // goes to the explanation sheet
	Example  string // likewise
	Decimals int    // decimals shown for numbers, e.g. 2 for yuan
	Text     bool   // an input column that must stay text: phone, ID number, room
}

// Sheet is a table to be written. Rows is called once and hands each row to emit.
type Sheet struct {
	Name    string
	Columns []Column
	Rows    func(emit func(cells []Value) error) error
}

// Value is one cell to be written.
type Value struct {
	text   string
	number bool
}

// Text is a cell that stays text whatever it begins with.
func Text(s string) Value { return Value{text: s} }

// Int is a whole number.
func Int(n int64) Value { return Value{text: strconv.FormatInt(n, 10), number: true} }

// Decimal is a number from an exact plain decimal such as 1234.50. Excel keeps
// 15 significant digits; what has more, or is no plain decimal, is written as text.
func Decimal(s string) Value {
	if plain, ok := plainNumber(s); ok && exact(s, plain) && strings.Trim(s, "-0123456789.") == "" {
		return Value{text: s, number: true}
	}
	return Value{text: s}
}

// exact reports whether the 15-digit form kept every digit.
func exact(s, plain string) bool {
	clean := func(v string) string {
		v, neg := strings.CutPrefix(v, "-")
		v = strings.TrimLeft(v, "0")
		if strings.Contains(v, ".") {
			v = strings.TrimRight(strings.TrimRight(v, "0"), ".")
		}
		if neg && v != "" {
			return "-" + v
		}
		return v
	}
	return clean(s) == clean(plain)
}

// String is what stands in the cell; Number says that it is one.
func (v Value) String() string { return v.text }
func (v Value) Number() bool   { return v.number }

// ExplainSheet is the name of the sheet that WriteXLSX adds for column notes.
const ExplainSheet = "填写说明"

// WriteXLSX streams the sheets, and a sheet 填写说明 when a column has a note.
// A row has to have at most as many cells as its sheet has columns.
func WriteXLSX(w io.Writer, sheets []Sheet) (err error) {
	f := excelize.NewFile()
	defer func() {
		if cerr := f.Close(); cerr != nil && err == nil {
			err = fmt.Errorf("close xlsx: %w", cerr)
		}
	}()
	if explain, ok := explanation(sheets); ok {
		sheets = append(append([]Sheet(nil), sheets...), explain)
	}
	for i, s := range sheets {
		if i == 0 {
			err = f.SetSheetName("Sheet1", s.Name)
		} else {
			_, err = f.NewSheet(s.Name)
		}
		if err != nil {
			return fmt.Errorf("name sheet %q: %w", s.Name, err)
		}
		if err := writeSheet(f, s); err != nil {
			return fmt.Errorf("write sheet %q: %w", s.Name, err)
		}
	}
	if _, err := f.WriteTo(w); err != nil {
		return fmt.Errorf("write xlsx: %w", err)
	}
	return nil
}

func explanation(sheets []Sheet) (Sheet, bool) {
	var rows [][]Value
	for _, s := range sheets {
		for _, c := range s.Columns {
			if c.Note == "" && c.Example == "" {
				continue
			}
			need := "选填"
			if c.Required {
				need = "必填"
			}
			rows = append(rows, []Value{Text(s.Name), Text(c.Title), Text(need), Text(c.Note), Text(c.Example)})
		}
	}
	return Sheet{
		Name:    ExplainSheet,
		Columns: []Column{{Title: "工作表"}, {Title: "列"}, {Title: "是否必填", Width: 10}, {Title: "怎么填", Width: 60}, {Title: "例子", Width: 24}},
		Rows:    FromSlice(rows),
	}, len(rows) > 0
}

// FromSlice makes the Rows of a Sheet from rows at hand.
func FromSlice(rows [][]Value) func(func([]Value) error) error {
	return func(emit func([]Value) error) error {
		for _, r := range rows {
			if err := emit(r); err != nil {
				return err
			}
		}
		return nil
	}
}

func writeSheet(f *excelize.File, s Sheet) error {
	styles, err := columnStyles(f, s.Columns)
	if err != nil {
		return err
	}
	sw, err := f.NewStreamWriter(s.Name)
	if err != nil {
		return err
	}
	if err := writeHead(f, sw, s.Columns, styles); err != nil {
		return err
	}
	line := 1
	buf := make([]any, 0, len(s.Columns))
	err = s.Rows(func(cells []Value) error {
		line++
		buf = buf[:0]
		for i, v := range cells {
			if i >= len(styles) {
				return fmt.Errorf("row %d has %d cells for %d columns", line, len(cells), len(styles))
			}
			cell, err := v.cell(styles[i])
			if err != nil {
				return fmt.Errorf("row %d: %w", line, err)
			}
			buf = append(buf, cell)
		}
		return sw.SetRow("A"+strconv.Itoa(line), buf)
	})
	if err != nil {
		return err
	}
	return sw.Flush()
}

func writeHead(f *excelize.File, sw *excelize.StreamWriter, columns []Column, styles []int) error {
	head, err := f.NewStyle(&excelize.Style{
		Font:      &excelize.Font{Bold: true},
		Fill:      excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{"E8EFEA"}},
		Alignment: &excelize.Alignment{Vertical: "center", WrapText: true},
		NumFmt:    49,
	})
	if err != nil {
		return err
	}
	titles := make([]any, len(columns))
	for i, c := range columns {
		width := c.Width
		if width == 0 {
			width = 14
		}
		if err := sw.SetColWidth(i+1, i+1, float64(min(width, 255))); err != nil {
			return err
		}
		if styles[i] != 0 {
			if err := sw.SetColStyle(i+1, i+1, styles[i]); err != nil {
				return err
			}
		}
		title := c.Title
		if c.Required {
			title += "（必填）"
		}
		titles[i] = excelize.Cell{StyleID: head, Value: title}
	}
	if err := sw.SetPanes(&excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"}); err != nil {
		return err
	}
	return sw.SetRow("A1", titles)
}

func columnStyles(f *excelize.File, columns []Column) ([]int, error) {
	styles := make([]int, len(columns))
	for i, c := range columns {
		style := &excelize.Style{NumFmt: 49}
		switch {
		case c.Text:
		case c.Decimals > 0:
			code := "0." + strings.Repeat("0", min(c.Decimals, 10))
			style = &excelize.Style{CustomNumFmt: &code}
		default:
			continue
		}
		id, err := f.NewStyle(style)
		if err != nil {
			return nil, err
		}
		styles[i] = id
	}
	return styles, nil
}

// cell is the value for excelize. A number travels as the double that Excel
// stores anyway: up to 15 significant digits its shortest form is the decimal
// it came from, digit for digit.
func (v Value) cell(style int) (any, error) {
	if !v.number {
		if v.text == "" {
			return excelize.Cell{StyleID: style}, nil
		}
		return excelize.Cell{StyleID: style, Value: v.text}, nil
	}
	if n, err := strconv.ParseInt(v.text, 10, 64); err == nil {
		return excelize.Cell{StyleID: style, Value: n}, nil
	}
	n, err := strconv.ParseFloat(v.text, 64)
	if err != nil {
		return nil, err
	}
	return excelize.Cell{StyleID: style, Value: n}, nil
}

// WriteCSV writes one table as CSV in UTF-8 with a byte order mark, which
// Excel needs. Text that a spreadsheet would take for a formula gets a leading
// apostrophe, which Open takes off again.
func WriteCSV(w io.Writer, s Sheet) error {
	if _, err := io.WriteString(w, "\uFEFF"); err != nil {
		return fmt.Errorf("write csv: %w", err)
	}
	line := make([]byte, 0, 256)
	emit := func(cells []Value) error {
		line = line[:0]
		for i, v := range cells {
			if i > 0 {
				line = append(line, ',')
			}
			line = appendCSV(line, v)
		}
		_, err := w.Write(append(line, '\r', '\n'))
		return err
	}
	titles := make([]Value, len(s.Columns))
	for i, c := range s.Columns {
		titles[i] = Text(c.Title)
	}
	if err := emit(titles); err != nil {
		return fmt.Errorf("write csv: %w", err)
	}
	if err := s.Rows(emit); err != nil {
		return fmt.Errorf("write csv: %w", err)
	}
	return nil
}

func appendCSV(line []byte, v Value) []byte {
	text := v.text
	if !v.number && text != "" && strings.ContainsRune("=+-@\t\r", rune(text[0])) {
		text = "'" + text
	}
	if !strings.ContainsAny(text, "\",;\t\r\n") {
		return append(line, text...)
	}
	line = append(line, '"')
	line = append(line, strings.ReplaceAll(text, `"`, `""`)...)
	return append(line, '"')
}
