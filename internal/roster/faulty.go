package roster

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"strings"

	"linli/internal/kit/actor"
	"linli/internal/kit/db"
	"linli/internal/kit/fault"
	"linli/internal/kit/id"
	"linli/internal/kit/sheet"
)

// ErrNoGoodRows refuses to import the rest of a file that has none.
var ErrNoGoodRows = fault.New(fault.Conflict, "import_no_good_rows", "这份文件没有可以先导入的行，请改好后重新上传")

// faultTitle is the column behind the faulty rows; no kind of sheet knows it.
const faultTitle = "问题和改法"

// WriteErrors writes what is wrong with a file as a workbook: the rows that have a
// fault as they were uploaded, their faults behind them, to be put right and
// uploaded again; and every fault by cell. The rows show phones and ID numbers, so
// only who uploaded them gets them. Error: fault.ErrNotFound.
func (s *Service) WriteErrors(ctx context.Context, who actor.Actor, project, imp id.ID, w io.Writer) error {
	q := s.db.Reader(ctx)
	im, err := oneImport(ctx, q, project, imp)
	if err != nil {
		return err
	}
	list := cellSheet(ctx, q, project, imp)
	if im.Report.Faulty == 0 || im.By != who.Account {
		return sheet.WriteXLSX(w, []sheet.Sheet{list})
	}
	err = s.withFile(ctx, project, &im, func(b *sheet.Book) error {
		rows, err := faultySheet(ctx, q, project, &im, b)
		if err != nil {
			return err
		}
		return sheet.WriteXLSX(w, []sheet.Sheet{rows, list})
	})
	if errors.Is(err, fault.ErrNotFound) { // the file has expired
		return sheet.WriteXLSX(w, []sheet.Sheet{list})
	}
	return err
}

// cellSheet is every fault of a file, by cell.
func cellSheet(ctx context.Context, q db.Q, project, imp id.ID) sheet.Sheet {
	return sheet.Sheet{
		Name:    "逐格问题",
		Columns: []sheet.Column{{Title: "行", Width: 8}, {Title: "单元格", Width: 10}, {Title: "列"}, {Title: "填的内容", Width: 24}, {Title: faultTitle, Width: 60}},
		Rows: func(emit func([]sheet.Value) error) error {
			return eachError(ctx, q, project, imp, func(e RowError) error {
				return emit([]sheet.Value{sheet.Int(int64(e.Row)), sheet.Text(e.Cell), sheet.Text(e.Title), sheet.Text(e.Value), sheet.Text(e.Message)})
			})
		},
	}
}

// faultySheet is the rows of a file that have a fault, under the titles of the file.
func faultySheet(ctx context.Context, q db.Q, project id.ID, im *Import, b *sheet.Book) (sheet.Sheet, error) {
	out := sheet.Sheet{Name: "有误的行"}
	tops, err := b.Tops()
	if err != nil {
		return out, err
	}
	var at []int // where the columns stand in the file
	for _, top := range tops {
		for _, row := range top.Rows {
			if top.Sheet != im.Report.Sheet || row.Number != im.Report.HeaderRow {
				continue
			}
			for i, c := range row.Cells {
				if c.Text != faultTitle { // of the last time
					at, out.Columns = append(at, i), append(out.Columns, sheet.Column{Title: visible(c.Text), Text: true})
				}
			}
		}
	}
	out.Columns = append(out.Columns, sheet.Column{Title: faultTitle, Width: 60})
	out.Rows = func(emit func([]sheet.Value) error) error {
		next, stop := iter.Pull2(errorsByRow(ctx, q, project, im.ID))
		defer stop()
		e, err, more := next()
		step := func() { e, err, more = next() }
		rerr := b.Rows(im.Report.Sheet, func(line int, cells []sheet.Cell) error {
			for more && err == nil && e.Row < line {
				step()
			}
			words := []string{}
			for more && err == nil && e.Row == line {
				words = append(words, e.words())
				step()
			}
			if len(words) == 0 || err != nil {
				return err
			}
			row := make([]sheet.Value, len(at)+1)
			for i, col := range at {
				if row[i] = sheet.Text(""); col < len(cells) {
					row[i] = sheet.Text(visible(cells[col].Text))
				}
			}
			row[len(at)] = sheet.Text(fmt.Sprintf("原第 %d 行：%s", line, strings.Join(words, "；")))
			return emit(row)
		})
		return errors.Join(rerr, err)
	}
	return out, nil
}

// words are a fault without its place.
func (e *RowError) words() string {
	if e.Title == "" {
		return e.Message
	}
	return e.Title + "：" + e.Message
}

var errEnough = errors.New("enough")

// errorsByRow are the faults of a file in its order.
func errorsByRow(ctx context.Context, q db.Q, project, imp id.ID) iter.Seq2[RowError, error] {
	return func(yield func(RowError, error) bool) {
		err := eachError(ctx, q, project, imp, func(e RowError) error {
			if !yield(e, nil) {
				return errEnough
			}
			return nil
		})
		if err != nil && !errors.Is(err, errEnough) {
			yield(RowError{}, err)
		}
	}
}

// countFaulty is how many rows have a fault; 0 when the file as a whole has one.
func (l *errorList) countFaulty() int {
	rows := map[int32]bool{}
	for _, p := range l.places {
		rows[p.row] = true
	}
	if rows[0] {
		return 0
	}
	return len(rows)
}

// leaveFaulty makes a refused import one of the rows without a fault.
func (im *Import) leaveFaulty() error {
	if im.Report.Faulty == 0 || im.Report.Faulty >= im.Rows {
		return ErrNoGoodRows
	}
	im.Report.Skipped = im.Report.Faulty
	return nil
}

// withBook opens the uploaded file without the rows that are left out.
func (s *Service) withBook(ctx context.Context, project id.ID, im *Import, do func(b *sheet.Book) error) error {
	return s.withFile(ctx, project, im, func(b *sheet.Book) error {
		if im.Report.Skipped == 0 {
			return do(b)
		}
		rows := map[int]bool{}
		err := eachError(ctx, s.db.Reader(ctx), project, im.ID, func(e RowError) error {
			rows[e.Row] = true
			return nil
		})
		if err != nil {
			return err
		}
		b.Leave(im.Report.Sheet, rows)
		return do(b)
	})
}
