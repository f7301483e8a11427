package sheet

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// TableColumn is one column of a table that is read in: the titles it is known
// by, ours first, and what its template says of it.
type TableColumn struct {
	Field    string
	Titles   []string
	Required bool
	Note     string
	Example  string
	Foreign  bool                // only in other systems' files, not in our template
	Mask     func(string) string // how a problem shows what stands there; nil as it is
}

// TableProblem is one reason why a table cannot be taken as it is.
type TableProblem struct {
	Row     int    // as Excel shows it; 0 for the table as a whole
	Cell    string // C12, or empty
	Title   string // our title of the column
	Value   string
	Message string
}

// Table is what reading a table found beside its rows.
type Table struct {
	Header        *Header
	Rows          int      // with content, without the hidden ones that were skipped
	HiddenRows    int      // also when they were skipped
	HiddenColumns []string // titles of hidden columns with content
	Formulas      int
	Merged        int
	Problems      []TableProblem
	columns       []TableColumn
}

// TableRow is one row while it is read.
type TableRow struct {
	Line  int
	table *Table
	cells []Cell
}

// maxShown is how much of a value a problem repeats, in characters.
const maxShown = 60

// ReadTable finds the header by the columns' titles and hands every row with
// content to each, valid only during the call. Errors: ErrHeader, those of
// Rows and of each.
func (b *Book) ReadTable(columns []TableColumn, skipHidden bool, each func(r *TableRow) error) (*Table, error) {
	synonyms, required := map[string][]string{}, []string{}
	for _, c := range columns {
		if synonyms[c.Field] = c.Titles; c.Required {
			required = append(required, c.Field)
		}
	}
	h, err := b.FindHeader(synonyms, required)
	if err != nil {
		return nil, err
	}
	t := &Table{Header: h, columns: columns}
	hidden := map[string]bool{}
	err = b.Rows(h.Sheet, func(line int, cells []Cell) error {
		r := &TableRow{line, t, cells}
		if line <= h.Row || r.blank() {
			return nil
		}
		off := !slices.ContainsFunc(cells, func(c Cell) bool { return c.Ref != "" && !c.Hidden })
		if off {
			if t.HiddenRows++; skipHidden {
				return nil
			}
		}
		t.Rows++
		for _, c := range columns {
			r.look(c, off, hidden)
		}
		return each(r)
	})
	if err != nil {
		return nil, err
	}
	if t.Rows == 0 && t.HiddenRows == 0 {
		return nil, ErrHeader.Say("表头（第 %d 行）下面没有数据，请填写后再传", h.Row)
	}
	for _, c := range columns {
		if hidden[c.Field] {
			t.HiddenColumns = append(t.HiddenColumns, c.Titles[0])
		}
	}
	return t, nil
}

func (r *TableRow) blank() bool {
	for _, i := range r.table.Header.Columns {
		if i < len(r.cells) && (strings.TrimSpace(r.cells[i].Text) != "" || r.cells[i].Problem != "") {
			return false
		}
	}
	return true
}

func (r *TableRow) look(c TableColumn, rowHidden bool, hidden map[string]bool) {
	cell := r.table.Header.Cell(r.cells, c.Field)
	if cell.Problem != "" {
		r.table.Refuse(r.Line, c.Field, cell.Text, cell.Problem)
	}
	if cell.Text == "" {
		return
	}
	if cell.Kind == KindFormula {
		r.table.Formulas++
	}
	if cell.Merged {
		r.table.Merged++
	}
	if cell.Hidden && !rowHidden {
		hidden[c.Field] = true
	}
}

// Text is what stands in a column, without spaces around it.
func (r *TableRow) Text(field string) string {
	return strings.TrimSpace(r.table.Header.Cell(r.cells, field).Text)
}

// Refuse notes what is wrong with a cell of a row.
func (r *TableRow) Refuse(field, message string) {
	r.table.Refuse(r.Line, field, r.Text(field), message)
}

// Refuse notes what is wrong with a cell, also after the rows have been read.
func (t *Table) Refuse(line int, field, value, message string) {
	p := TableProblem{Row: line, Value: visible(value), Message: message}
	for _, c := range t.columns {
		if c.Field != field {
			continue
		}
		if p.Title = c.Titles[0]; c.Mask != nil {
			p.Value = c.Mask(p.Value)
		}
	}
	if utf8.RuneCountInString(p.Value) > maxShown {
		p.Value = string([]rune(p.Value)[:maxShown]) + "…"
	}
	if i, ok := t.Header.Columns[field]; ok {
		p.Cell = Ref(line, i+1)
	}
	t.Problems = append(t.Problems, p)
}

// Template is the empty table with its explanations.
func Template(name string, columns []TableColumn) Sheet {
	s := Sheet{Name: name, Rows: FromSlice(nil)}
	for _, c := range columns {
		if !c.Foreign {
			s.Columns = append(s.Columns, Column{Title: c.Titles[0], Required: c.Required, Note: c.Note, Example: c.Example, Text: true,
				Width: max(10, 2*utf8.RuneCountInString(c.Titles[0])+4)})
		}
	}
	return s
}
