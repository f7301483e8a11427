package card

import (
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"slices"
	"time"

	"linli/internal/audit"
	"linli/internal/kit/actor"
	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
	"linli/internal/kit/sheet"
)

// LineKind is what a line of an acquirer's file is about.
type LineKind string

// The kinds.
const (
	LineSale   LineKind = "sale"   // 消费
	LineVoid   LineKind = "void"   // 撤销, on the day of the sale
	LineRefund LineKind = "refund" // 退货
)

// Line is one line of an acquirer's file. Amount and Fee in fen, Amount above
// zero whichever way the money went.
type Line struct {
	ID        id.ID
	File      id.ID
	No        int    // of the row in the file
	Print     string // tells the line among all others, in every file it stands in
	Kind      LineKind
	Words     string // the kind as the acquirer writes it
	Terminal  string
	Batch     string
	Voucher   string // 凭证号, the terminal's own count
	Reference string // 检索参考号
	Origin    string // the reference of the sale that a refund gives back, where it is told
	Last4     string
	Amount    money.Fen
	Fee       money.Fen
	At        time.Time
	Day       clock.Date
	Receipt   id.ID // what it was matched with, 0 while nothing was found
	PayNo     int
	Pair      id.ID // the sale or void that it takes back, with nothing of it at the counter
}

// Imported is what a file brought.
type Imported struct {
	Name        string
	Rows        int
	New         int
	Known       int // read from an earlier file
	Other       int // neither paid nor refunded: balance checks, settlements
	From, Until clock.Date
	Open        int // differences of these days that wait for somebody
}

// Import reads a file of the acquirer (xlsx or csv) and matches its days. Lines
// that are known, from the same file or from one that overlaps, stay as they
// are. Errors: ErrFile and those of sheet.
func (s *Service) Import(ctx context.Context, who actor.Actor, project id.ID, name string, r io.ReaderAt, size int64) (Imported, error) {
	name = sheet.PlainName(name)
	f, err := readFile(name, r, size)
	if err != nil {
		return Imported{}, err
	}
	out := Imported{Name: name, Rows: len(f.lines) + f.other, Other: f.other, From: f.lines[0].Day, Until: f.lines[0].Day}
	for i := range f.lines {
		out.From, out.Until = min(out.From, f.lines[i].Day), max(out.Until, f.lines[i].Day)
	}
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		out.New = 0
		if err := lockDays(ctx, tx, project, out.From, out.Until); err != nil {
			return fmt.Errorf("write days: %w", err)
		}
		file := tx.NewID()
		if err := insertFile(ctx, tx, project, file, name, f.hash, who); err != nil {
			return fmt.Errorf("write card file: %w", err)
		}
		var fresh []Line
		for _, l := range f.lines {
			l.ID, l.File = tx.NewID(), file
			added, err := insertLine(ctx, tx, project, &l)
			if err != nil {
				return fmt.Errorf("write card line: %w", err)
			}
			if added {
				fresh = append(fresh, l)
			}
		}
		out.New = len(fresh)
		if err := updateFile(ctx, tx, project, file, len(fresh)); err != nil {
			return fmt.Errorf("write card file: %w", err)
		}
		s.audit.Record(tx, audit.Entry{Project: project, Who: who, Action: "card.imported", Kind: kindFile, Subject: file,
			Summary: fmt.Sprintf("导入刷卡对账文件 %s（%s 至 %s）：%d 行，新增 %d 笔", name, out.From, out.Until, out.Rows, out.New),
			After:   map[string]any{"rows": out.Rows, "new": out.New, "digest": digest(fresh)}})
		var err error
		out.Open, err = s.match(ctx, tx, project, out.From, out.Until)
		return err
	})
	if err != nil {
		return out, fmt.Errorf("import card file: %w", err)
	}
	out.Known = len(f.lines) - out.New
	return out, nil
}

// digest seals the lines that one file added, in the order of their ids.
func digest(lines []Line) string {
	slices.SortFunc(lines, func(a, b Line) int { return int(min(1, max(-1, a.ID-b.ID))) })
	h := sha256.New()
	for i := range lines {
		fmt.Fprintf(h, "%s|%d|%s|%s\n", lines[i].Print, lines[i].Fee, lines[i].Batch, lines[i].Origin)
	}
	return fmt.Sprintf("%x", h.Sum(nil))
}

// mark is the print of a line that is the nth of its kind.
func (l *Line) mark(nth int) string {
	return fmt.Sprintf("%x", sha256.Sum256(fmt.Appendf(nil, "%s|%d|%s|%s|%s|%s|%d|%d", l.Kind, l.Day, l.Terminal, l.Voucher, l.Reference, l.Last4, l.Amount, nth)))
}
