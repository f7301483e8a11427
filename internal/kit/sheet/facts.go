package sheet

import (
	"encoding/xml"
	"errors"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/xuri/excelize/v2"
)

// facts is what the row iterator of excelize does not tell about a sheet: the
// type of each cell, hidden rows and columns, merges, and whether the XML is
// whole (the iterator takes a broken end for the end).
type facts struct {
	rows       []rowFact    // those with content
	shapes     [][]cellFact // of the rows; most rows of a table are alike
	filled     int
	hiddenRows int
	columns    int
	hiddenCols [][2]int
	merges     map[int][]merge // by column, from the top
	merged     int
}

type rowFact struct {
	number int32
	shape  int32
	hidden bool
}

type cellFact struct {
	col    uint16
	kind   cellType
	format uint16 // style index
}

type cellType uint8

const (
	typeNumber cellType = iota
	typeText
	typeBool
	typeISODate
	typeError
	flagFormula cellType = 0x80
)

type merge struct {
	top, bottom int
	wide        string // A2:B2 when it spans columns
}

// scanner walks the XML of one worksheet once.
type scanner struct {
	book  *Book
	part  *part
	facts *facts
	dec   *xml.Decoder
	row   int
	col   int

	hidden bool             // of the row
	cells  []cellFact       // of the row
	shapes map[string]int32 // by their bytes
	shape  []byte
}

// maxShapes is how many shapes are compared; a sheet with more has none.
const maxShapes = 4096

// facts scans a worksheet on first use and remembers the result.
func (b *Book) facts(p *part) (*facts, error) {
	if p.facts != nil {
		return p.facts, nil
	}
	rc, err := b.xlsx.open(p.path)
	if err != nil {
		return nil, err
	}
	defer rc.Close()
	s := &scanner{book: b, part: p, facts: &facts{merges: map[int][]merge{}}, dec: xml.NewDecoder(rc), shapes: map[string]int32{}}
	if err := s.scan(); err != nil {
		return nil, err
	}
	for _, list := range s.facts.merges {
		slices.SortStableFunc(list, func(x, y merge) int { return x.top - y.top })
	}
	p.facts = s.facts
	return p.facts, nil
}

func (s *scanner) scan() error {
	for {
		tok, err := s.dec.Token()
		if errors.Is(err, io.EOF) {
			s.endRow()
			return nil
		}
		if err != nil {
			return s.damaged(err)
		}
		el, ok := tok.(xml.StartElement)
		if !ok {
			continue
		}
		switch el.Name.Local {
		case "row":
			err = s.startRow(el)
		case "c":
			err = s.cell(el)
		case "col":
			s.column(el)
		case "mergeCell":
			err = s.merge(attr(el, "ref"))
		}
		if err != nil {
			return err
		}
	}
}

func (s *scanner) damaged(err error) error {
	return ErrDamaged.Say("工作表“%s”第 %d 行之后的内容已损坏，请用 Excel 或 WPS 打开后另存为 xlsx 再传", visible(s.part.name), s.row).Because(err)
}

func (s *scanner) startRow(el xml.StartElement) error {
	if err := s.book.late(); err != nil {
		return err
	}
	next := s.row + 1
	if r := attr(el, "r"); r != "" {
		n, err := strconv.Atoi(r)
		if err != nil || n < next || n > excelize.TotalRows {
			return ErrCellRef.Say("工作表“%s”里有位置不正确的行“%s”（在第 %d 行之后），请用 Excel 或 WPS 打开后另存为 xlsx 再传", visible(s.part.name), visible(r), s.row)
		}
		next = n
	}
	s.endRow()
	s.row, s.col, s.hidden = next, 0, isTrue(attr(el, "hidden"))
	return nil
}

// endRow keeps a row that had content. Rows that are alike share their shape,
// or 50,000 rows would cost many times what they hold.
func (s *scanner) endRow() {
	if len(s.cells) == 0 {
		return
	}
	s.shape = s.shape[:0]
	for _, c := range s.cells {
		s.shape = append(s.shape, byte(c.col), byte(c.col>>8), byte(c.kind), byte(c.format), byte(c.format>>8))
	}
	shape, known := s.shapes[string(s.shape)]
	if !known {
		shape = int32(len(s.facts.shapes))
		s.facts.shapes = append(s.facts.shapes, slices.Clone(s.cells))
		if len(s.shapes) < maxShapes {
			s.shapes[string(s.shape)] = shape
		}
	}
	s.facts.rows = append(s.facts.rows, rowFact{number: int32(s.row), shape: shape, hidden: s.hidden})
	s.cells = s.cells[:0]
}

func (s *scanner) cell(el xml.StartElement) error {
	col := s.col + 1
	if r := attr(el, "r"); r != "" {
		c, row, err := excelize.CellNameToCoordinates(r)
		if err != nil || row != s.row || c < col {
			return ErrCellRef.Say("工作表“%s”里有位置不正确的单元格“%s”，请用 Excel 或 WPS 打开后另存为 xlsx 再传", visible(s.part.name), visible(r))
		}
		col = c
	}
	s.col = col
	if s.row == 0 {
		return s.damaged(nil)
	}
	var body struct {
		Value   string    `xml:"v"`
		Formula *struct{} `xml:"f"`
		Inline  *struct{} `xml:"is"`
	}
	if err := s.dec.DecodeElement(&body, &el); err != nil {
		return s.damaged(err)
	}
	if body.Value == "" && body.Formula == nil && body.Inline == nil {
		return nil
	}
	return s.keep(el, body.Value, body.Formula != nil)
}

func (s *scanner) keep(el xml.StartElement, value string, formula bool) error {
	ref := Ref(s.row, s.col)
	if s.col > s.book.limits.Columns {
		return ErrLimit.Say("工作表“%s”的 %s 超出了第 %d 列，请删去用不到的列", visible(s.part.name), ref, s.book.limits.Columns)
	}
	fact := cellFact{col: uint16(s.col)}
	switch attr(el, "t") {
	case "s":
		fact.kind = typeText
		if n, err := strconv.Atoi(strings.TrimSpace(value)); err != nil || n < 0 || n >= s.book.xlsx.strings {
			return ErrDamaged.Say("工作表“%s”的 %s 指向不存在的文字，请用 Excel 或 WPS 打开后另存为 xlsx 再传", visible(s.part.name), ref)
		}
	case "str", "inlineStr":
		fact.kind = typeText
	case "b":
		fact.kind = typeBool
	case "d":
		fact.kind = typeISODate
	case "e":
		fact.kind = typeError
	}
	if formula {
		fact.kind |= flagFormula
	}
	if style, err := strconv.ParseUint(attr(el, "s"), 10, 16); err == nil {
		fact.format = uint16(style)
	}
	f := s.facts
	if len(s.cells) == 0 {
		f.filled++
		if s.hidden {
			f.hiddenRows++
		}
		if f.filled > s.book.limits.Rows+headRows {
			return ErrLimit.Say("工作表“%s”超过 %d 行，请拆成几个文件", visible(s.part.name), s.book.limits.Rows)
		}
	}
	s.cells = append(s.cells, fact)
	f.columns = max(f.columns, s.col)
	return nil
}

func (s *scanner) column(el xml.StartElement) {
	if !isTrue(attr(el, "hidden")) {
		return
	}
	from, err1 := strconv.Atoi(attr(el, "min"))
	to, err2 := strconv.Atoi(attr(el, "max"))
	if err1 == nil && err2 == nil && len(s.facts.hiddenCols) < s.book.limits.Columns {
		s.facts.hiddenCols = append(s.facts.hiddenCols, [2]int{from, to})
	}
}

func (s *scanner) merge(ref string) error {
	from, to, _ := strings.Cut(ref, ":")
	if to == "" {
		return nil
	}
	c1, r1, err1 := excelize.CellNameToCoordinates(from)
	c2, r2, err2 := excelize.CellNameToCoordinates(to)
	if err1 != nil || err2 != nil || c2 < c1 || r2 < r1 {
		return ErrCellRef.Say("工作表“%s”里有位置不正确的合并单元格“%s”，请用 Excel 或 WPS 打开后另存为 xlsx 再传", visible(s.part.name), visible(ref))
	}
	if s.facts.merged++; s.facts.merged > s.book.limits.Merges {
		return ErrLimit.Say("工作表“%s”的合并单元格超过 %d 处，请取消合并后再传", visible(s.part.name), s.book.limits.Merges)
	}
	m := merge{top: r1, bottom: r2}
	if c2 > c1 {
		m.wide = ref
	}
	for c := c1; c <= min(c2, s.book.limits.Columns); c++ {
		s.facts.merges[c] = append(s.facts.merges[c], m)
	}
	return nil
}

func (f *facts) hiddenCol(col int) bool {
	for _, r := range f.hiddenCols {
		if col >= r[0] && col <= r[1] {
			return true
		}
	}
	return false
}

func attr(el xml.StartElement, name string) string {
	for _, a := range el.Attr {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}

func isTrue(s string) bool { return s == "1" || s == "true" }
