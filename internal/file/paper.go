package file

import (
	"context"

	"linli/internal/kit/actor"
	"linli/internal/kit/id"
	"linli/internal/kit/sheet"
)

// paperRows is how many rows are put on paper: some seventy pages. What is
// longer is cut, and says so; it leaves whole as a table.
const paperRows = quickRows

// Paper is a list as it is printed.
type Paper struct {
	Name    string
	Columns []sheet.Column
	Rows    [][]sheet.Value
	Cut     bool // there are more rows
}

// Paper is a list with the filters of its page, to be printed; personal data in
// it is masked. It may be read by whoever may export the list. Columns that say
// nothing are left out. Errors: ErrNoOffer, export.ErrFilter, actor.ErrForbidden.
func (s *Service) Paper(ctx context.Context, who actor.Actor, project id.ID, w Wish) (Paper, error) {
	w.Clear = false
	o, ask, err := s.admit(who, project, &w)
	if err != nil {
		return Paper{}, err
	}
	if o.Write != nil {
		return Paper{}, ErrNoOffer
	}
	p := Paper{Name: o.Name}
	if p.Rows, p.Cut, err = first(ctx, o, ask, paperRows); err != nil {
		return p, err
	}
	if p.Columns, err = o.Titles(ctx, project); err == nil {
		p.tighten()
	}
	return p, err
}

// tighten leaves out the columns in which no row has anything.
func (p *Paper) tighten() {
	said := make([]bool, len(p.Columns))
	for _, row := range p.Rows {
		for i := range row {
			said[i] = said[i] || row[i].String() != ""
		}
	}
	if len(p.Rows) == 0 {
		return
	}
	p.Columns = only(p.Columns, said)
	for i := range p.Rows {
		p.Rows[i] = only(p.Rows[i], said)
	}
}

func only[T any](list []T, said []bool) []T {
	out := list[:0:0]
	for i := range list {
		if said[i] {
			out = append(out, list[i])
		}
	}
	return out
}
