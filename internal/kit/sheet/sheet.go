// Package sheet reads and writes tables: xlsx and csv in, xlsx and csv out. It
// never guesses in silence: what a cell shows but does not mean (an error, a
// lost digit, a merge over columns) arrives as Cell.Problem, and what a file
// may not be (too big, damaged, in no known encoding) is refused by name. Kit.
package sheet

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"sync/atomic"
	"time"

	"github.com/xuri/excelize/v2"

	"linli/internal/kit/fault"
)

// Limits bounds what one file may cost. A zero field takes its default.
type Limits struct {
	FileBytes     int64         // the file as uploaded
	UnpackedBytes int64         // all zip parts together
	PartBytes     int64         // one XML part, which may lie in memory
	SheetBytes    int64         // one worksheet, which is never in memory as a whole
	Parts         int           // zip parts
	Rows          int           // rows with content below title and header
	Columns       int           // the last column that may hold content
	CellChars     int           // characters in one cell, Excel's own limit
	Merges        int           // merged areas in one sheet
	Time          time.Duration // from Open to Close
}

// headRows is how far down FindHeader looks; Limits.Rows does not count them.
const headRows = 20

// DefaultLimits is the one table of import limits; docs and tests quote it.
func DefaultLimits() Limits {
	return Limits{
		FileBytes:     20 << 20,
		UnpackedBytes: 100 << 20,
		PartBytes:     16 << 20,
		SheetBytes:    64 << 20,
		Parts:         2000,
		Rows:          50_000,
		Columns:       100,
		CellChars:     32_767,
		Merges:        50_000,
		Time:          60 * time.Second,
	}
}

// What a file is refused for. The text carries the sheet, row or cell.
var (
	ErrFormat   = fault.New(fault.Invalid, "sheet_format", "只能导入 xlsx 或 csv 文件，请另存后再传")
	ErrDamaged  = fault.New(fault.Invalid, "sheet_damaged", "文件已损坏，请用 Excel 或 WPS 打开后另存为 xlsx 再传")
	ErrLimit    = fault.New(fault.Invalid, "sheet_limit", "文件超过导入上限，请拆成几个文件")
	ErrCellRef  = fault.New(fault.Invalid, "sheet_cell_ref", "文件里有位置不正确的单元格，请另存为 xlsx 再传")
	ErrEncoding = fault.New(fault.Invalid, "sheet_encoding", "文件里有认不出的字节，请另存为 xlsx 或 CSV UTF-8 再传")
	ErrQuote    = fault.New(fault.Invalid, "sheet_quote", "引号不成对，请另存为 xlsx 再传")
	ErrNoSheet  = fault.New(fault.NotFound, "sheet_not_found", "文件里没有这个工作表")
	ErrHeader   = fault.New(fault.Invalid, "sheet_header", "没有找到表头")
	ErrDate     = fault.New(fault.Invalid, "sheet_date", "日期不正确，请写成 2026-02-03")
)

// Kind is what a cell holds.
type Kind uint8

// The kinds of cells. A formula cell carries the value cached by Excel, which
// may be stale: the caller shows 公式 and asks before using it.
const (
	KindEmpty Kind = iota
	KindText
	KindNumber
	KindDate
	KindError
	KindFormula
)

// Cell is one cell as text. Numbers are plain decimals of at most 15
// significant digits, dates are 2006-01-02 (with " 15:04:05" when they carry a
// time of day).
type Cell struct {
	Text    string
	Ref     string // C12
	Kind    Kind
	Hidden  bool   // its row or column is hidden
	Merged  bool   // the value was copied down from a merge over rows
	Problem string // Chinese; why the value must not be used as it stands
}

// Info describes one sheet. Counts include title and header rows.
type Info struct {
	Name       string
	Hidden     bool // the whole sheet
	Rows       int  // rows with content
	HiddenRows int  // of them hidden or filtered away
	Columns    int  // last column with content
}

// Book is an open file. It is read by one goroutine and must be closed.
type Book struct {
	name    string
	hash    string
	limits  Limits
	timer   *time.Timer
	expired atomic.Bool
	xlsx    *workbook
	csv     *csvFile
	left    map[int]bool // rows that Rows passes over
	leftOf  string       // of this sheet
}

// Open checks and opens a table of size bytes; the content decides between
// xlsx and csv, never the name. The time limit runs until Close, so read the
// rows into your own structures first and write to the database afterwards.
// Errors: ErrFormat, ErrDamaged, ErrLimit, ErrEncoding.
func Open(name string, r io.ReaderAt, size int64, limits Limits) (*Book, error) {
	b := &Book{name: name, limits: limits.orDefault()}
	if size > b.limits.FileBytes {
		return nil, ErrLimit.Say("文件 %d MB，超过上限 %d MB，请拆成几个文件", (size+1<<20-1)>>20, b.limits.FileBytes>>20)
	}
	if size == 0 {
		return nil, ErrFormat.Say("文件是空的，请检查后再传")
	}
	sum := sha256.New()
	if _, err := io.Copy(sum, io.NewSectionReader(r, 0, size)); err != nil {
		return nil, ErrDamaged.Because(err)
	}
	b.hash = hex.EncodeToString(sum.Sum(nil))
	b.timer = time.AfterFunc(b.limits.Time, func() { b.expired.Store(true) })
	if err := b.open(r, size); err != nil {
		return nil, errors.Join(err, b.Close())
	}
	return b, nil
}

func (b *Book) open(r io.ReaderAt, size int64) (err error) {
	head := make([]byte, min(size, 512))
	if _, err := r.ReadAt(head, 0); err != nil && !errors.Is(err, io.EOF) {
		return ErrDamaged.Because(err)
	}
	low := bytes.ToLower(bytes.TrimSpace(head))
	switch {
	case bytes.HasPrefix(head, []byte("PK\x03\x04")):
		b.xlsx, err = b.openXLSX(r, size)
	case bytes.HasPrefix(head, []byte("\xD0\xCF\x11\xE0")):
		return ErrFormat.Say("这是旧版 xls 或加了密码的文件，请另存为不带密码的 xlsx 再传")
	case bytes.HasPrefix(low, []byte("<html")), bytes.HasPrefix(low, []byte("<!doctype")), bytes.HasPrefix(low, []byte("<table")), bytes.HasPrefix(low, []byte("<?xml")):
		return ErrFormat.Say("这是网页格式的表格，请用 Excel 或 WPS 打开后另存为 xlsx 再传")
	default:
		b.csv, err = b.openCSV(r, size)
	}
	return err
}

// Close ends the time limit and removes temporary files.
func (b *Book) Close() error {
	b.timer.Stop()
	if b.xlsx == nil {
		return nil
	}
	return b.xlsx.file.Close()
}

// Hash is the SHA-256 of the file in hex: the same file twice is the same import.
func (b *Book) Hash() string { return b.hash }

// Dates is the system by which this file counts its dates.
func (b *Book) Dates() DateSystem {
	if b.xlsx != nil && b.xlsx.dates1904 {
		return Dates1904
	}
	return Dates1900
}

// Sheets lists the sheets in the file's order. A csv has one, named like the file.
func (b *Book) Sheets() ([]Info, error) {
	if b.csv != nil {
		return []Info{{Name: b.name, Rows: b.csv.rows, Columns: b.csv.columns}}, nil
	}
	infos := make([]Info, 0, len(b.xlsx.parts))
	for _, p := range b.xlsx.parts {
		facts, err := b.facts(p)
		if err != nil {
			return nil, err
		}
		infos = append(infos, Info{Name: p.name, Hidden: p.hidden, Rows: facts.filled, HiddenRows: facts.hiddenRows, Columns: facts.columns})
	}
	return infos, nil
}

// Leave makes Rows pass over some rows of a sheet.
func (b *Book) Leave(sheet string, rows map[int]bool) { b.leftOf, b.left = sheet, rows }

// Rows calls each for every row with content, from the top, with the row
// number that Excel shows. The slice is valid during the call only. Memory does not
// grow with the file. An error of each stops the reading and is returned as it is.
func (b *Book) Rows(sheet string, each func(row int, cells []Cell) error) error {
	if len(b.left) > 0 && sheet == b.leftOf {
		all := each
		each = func(row int, cells []Cell) error {
			if b.left[row] {
				return nil
			}
			return all(row, cells)
		}
	}
	if b.csv != nil {
		return b.csvRows(each)
	}
	for _, p := range b.xlsx.parts {
		if p.name == sheet {
			return b.xlsxRows(p, each)
		}
	}
	return ErrNoSheet.Say("文件里没有名为“%s”的工作表", sheet)
}

var errStop = errors.New("stop reading")

func (b *Book) late() error {
	if b.expired.Load() {
		return ErrLimit.Say("读这个文件用了超过 %d 秒，请拆成几个文件", int(b.limits.Time/time.Second))
	}
	return nil
}

func (l Limits) orDefault() Limits {
	d := DefaultLimits()
	set := func(v *int, def int) {
		if *v == 0 {
			*v = def
		}
	}
	set64 := func(v *int64, def int64) {
		if *v == 0 {
			*v = def
		}
	}
	set64(&l.FileBytes, d.FileBytes)
	set64(&l.UnpackedBytes, d.UnpackedBytes)
	set64(&l.PartBytes, d.PartBytes)
	set64(&l.SheetBytes, d.SheetBytes)
	set(&l.Parts, d.Parts)
	set(&l.Rows, d.Rows)
	set(&l.Columns, d.Columns)
	set(&l.CellChars, d.CellChars)
	set(&l.Merges, d.Merges)
	if l.Time == 0 {
		l.Time = d.Time
	}
	return l
}

// Ref is the name of a cell by row and column, both from 1.
func Ref(row, col int) string {
	name, err := excelize.CoordinatesToCellName(col, row)
	if err != nil {
		return "?"
	}
	return name
}
