package sheet

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"unicode/utf8"
)

// csvFile is a decoded csv; its text is at most Limits.FileBytes of input.
type csvFile struct {
	text      []byte
	delimiter byte
	rows      int // with content
	columns   int
}

func (b *Book) openCSV(r io.ReaderAt, size int64) (*csvFile, error) {
	raw := make([]byte, size)
	if _, err := r.ReadAt(raw, 0); err != nil && !errors.Is(err, io.EOF) {
		return nil, ErrDamaged.Because(err)
	}
	text, err := decodeText(raw)
	if err != nil {
		return nil, err
	}
	c := &csvFile{text: text}
	c.delimiter, c.text = sniff(text)
	err = b.scanCSV(c, func(row int, cells []Cell) error {
		if c.rows++; c.rows > b.limits.Rows+headRows {
			return ErrLimit.Say("文件超过 %d 行，请拆成几个文件", b.limits.Rows)
		}
		c.columns = max(c.columns, len(cells))
		return nil
	})
	return c, err
}

func (b *Book) csvRows(each func(int, []Cell) error) error { return b.scanCSV(b.csv, each) }

// sniff finds the delimiter in the first lines: the one that most lines agree
// on. Excel's own "sep=;" line wins.
func sniff(text []byte) (byte, []byte) {
	first, rest, _ := bytes.Cut(text, []byte("\n"))
	line := bytes.TrimRight(first, "\r")
	if len(line) == 5 && bytes.EqualFold(line[:4], []byte("sep=")) {
		return line[4], rest
	}
	best, most := byte(','), 0
	for _, d := range []byte{',', '\t', ';'} {
		if n := agreement(text, d); n > most {
			best, most = d, n
		}
	}
	return best, text
}

// agreement is the number of the first lines that hold a delimiter outside of quotes.
func agreement(text []byte, d byte) int {
	lines, agreed, found, quoted := 0, 0, false, false
	for _, c := range text {
		switch {
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == d:
			found = true
		case c == '\n':
			if found {
				agreed++
			}
			found = false
			if lines++; lines == headRows {
				return agreed
			}
		}
	}
	if found {
		agreed++
	}
	return agreed
}

// csvScan is one walk over the text. Unlike encoding/csv it keeps the row
// numbers that Excel shows (blank lines count, a line break in quotes does not)
// and forgives a quote inside of an unquoted value.
type csvScan struct {
	book  *Book
	file  *csvFile
	at    int
	row   int
	line  int
	cells []Cell
}

func (b *Book) scanCSV(c *csvFile, each func(int, []Cell) error) error {
	s := &csvScan{book: b, file: c, line: 1}
	for s.at < len(c.text) {
		if err := b.late(); err != nil {
			return err
		}
		filled, err := s.next()
		if err != nil {
			return err
		}
		if !filled {
			continue
		}
		if err := each(s.row, s.cells); err != nil {
			return err
		}
	}
	return nil
}

// next reads one record and reports whether it holds anything.
func (s *csvScan) next() (bool, error) {
	s.row++
	s.cells = s.cells[:0]
	last := 0
	for {
		text, err := s.field()
		if err != nil {
			return false, err
		}
		cell := Cell{Text: text, Ref: Ref(s.row, len(s.cells)+1)}
		if text != "" {
			cell.Kind = KindText
			if len(s.cells) >= s.book.limits.Columns {
				return false, ErrLimit.Say("%s 超出了第 %d 列，请删去用不到的列", cell.Ref, s.book.limits.Columns)
			}
			last = len(s.cells) + 1
		}
		if err := checkText(&cell, s.book.limits.CellChars); err != nil {
			return false, err
		}
		if len(s.cells) < s.book.limits.Columns {
			s.cells = append(s.cells, cell)
		}
		if s.endOfRecord() {
			s.cells = s.cells[:last]
			return last > 0, nil
		}
	}
}

// endOfRecord steps over the delimiter or the end of the line.
func (s *csvScan) endOfRecord() bool {
	if s.at >= len(s.file.text) {
		return true
	}
	c := s.file.text[s.at]
	s.at++
	if c == '\r' && s.at < len(s.file.text) && s.file.text[s.at] == '\n' {
		s.at++
	}
	if c == s.file.delimiter {
		return false
	}
	s.line++
	return true
}

func (s *csvScan) field() (string, error) {
	text := s.file.text
	if s.at < len(text) && text[s.at] == '"' {
		return s.quoted()
	}
	start := s.at
	for s.at < len(text) && text[s.at] != s.file.delimiter && text[s.at] != '\n' && text[s.at] != '\r' {
		s.at++
	}
	return bareValue(string(text[start:s.at])), nil
}

func (s *csvScan) quoted() (string, error) {
	text, opened := s.file.text, s.line
	var out strings.Builder
	for s.at++; s.at < len(text); s.at++ {
		switch c := text[s.at]; {
		case c != '"':
			if c == '\n' {
				s.line++
			}
			out.WriteByte(c)
		case s.at+1 < len(text) && text[s.at+1] == '"':
			out.WriteByte('"')
			s.at++
		default:
			s.at++
			if s.at < len(text) && text[s.at] != s.file.delimiter && text[s.at] != '\n' && text[s.at] != '\r' {
				return "", ErrQuote.Say("第 %d 行的引号不成对，请另存为 xlsx 再传", s.line)
			}
			return strings.ReplaceAll(bareValue(out.String()), "\r\n", "\n"), nil
		}
		if out.Len() > utf8.UTFMax*s.book.limits.CellChars {
			return "", ErrLimit.Say("第 %d 行的一个单元格超过 %d 个字（可能是引号不成对）", opened, s.book.limits.CellChars)
		}
	}
	return "", ErrQuote.Say("第 %d 行的引号没有结束，请另存为 xlsx 再传", opened)
}

// bareValue takes off what other programs put around a value so that Excel
// keeps it as text: ="0101", a trailing tab, our own leading apostrophe.
func bareValue(s string) string {
	if len(s) > 3 && strings.HasPrefix(s, `="`) && strings.HasSuffix(s, `"`) {
		return s[2 : len(s)-1]
	}
	if len(s) > 1 && s[0] == '\'' && strings.ContainsRune("=+-@", rune(s[1])) {
		return s[1:]
	}
	return strings.TrimRight(s, "\t")
}
