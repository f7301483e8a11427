package roster

import (
	"cmp"
	"slices"

	"linli/internal/kit/spool"
)

// RowError is one reason why a file cannot be imported as it is.
type RowError struct {
	Row     int    // as Excel shows it; 0 for the file as a whole
	Cell    string // C12, or empty
	Title   string // our title of the column
	Value   string // what stands there; phone and ID numbers are masked
	Message string
}

// Code names the fields of an error for the spool.
func (e *RowError) Code(c *spool.Coder) {
	spool.Int(c, &e.Row)
	for _, s := range []*string{&e.Cell, &e.Title, &e.Value, &e.Message} {
		c.Text(s)
	}
}

// errorList is what is wrong with a file, which may be more than its rows.
type errorList struct {
	lie    spool.File
	places []errorPlace
	err    error // why one could not be added
}

type errorPlace struct {
	at  int64
	row int32
}

func (l *errorList) add(e RowError) {
	at, err := l.lie.Add(&e)
	if err != nil {
		l.err = err
		return
	}
	l.places = append(l.places, errorPlace{at, int32(e.Row)})
}

func (l *errorList) len() int { return len(l.places) }

func (l *errorList) at(i int) (e RowError, err error) {
	err = l.lie.Read(l.places[i].at, &e)
	return e, err
}

// sort puts them in the order of the file; those of one row stay as they came.
func (l *errorList) sort() {
	slices.SortStableFunc(l.places, func(a, b errorPlace) int { return cmp.Compare(a.row, b.row) })
}

// clear empties the list.
func (l *errorList) clear() error {
	err := l.close()
	*l = errorList{}
	return err
}

func (l *errorList) close() error { return l.lie.Close() }
