package ledger

import (
	"context"
	"fmt"
	"regexp"
	"slices"

	"linli/internal/kit/db"
	"linli/internal/kit/fault"
	"linli/internal/kit/id"
)

// What people are told about the prefixes of numbers.
var (
	ErrPrefix      = fault.New(fault.Invalid, "prefix_invalid", "字头应为 1 到 6 个大写字母")
	ErrPrefixTaken = fault.New(fault.Conflict, "prefix_taken", "另一种单据在用这个字头，请换一个")
	ErrPrefixUsed  = fault.New(fault.Conflict, "prefix_used", "这一年已经发过号，字头不能再改，可以改下一年的")
)

// Stand is where a series of numbers stands in a year.
type Stand struct {
	Series string // SJ
	Year   int
	Last   int64 // newest number given, from 1 without gap
}

// Stands tells where every series of a project stands, by series and year.
func (s *Service) Stands(ctx context.Context, q db.Q, project id.ID) ([]Stand, error) {
	out, err := stands(ctx, q, project)
	if err != nil {
		return nil, fmt.Errorf("series of project: %w", err)
	}
	return out, nil
}

// Prefix is what the numbers of a series begin with from a year on.
type Prefix struct {
	Series string
	Year   int
	Text   string
}

// Prefixes are those of a project, by series and year; a series that is not
// among them has its own name for a prefix.
type Prefixes []Prefix

// Of is the prefix of a series in a year.
func (p Prefixes) Of(series string, year int) string {
	text := series
	for _, x := range p {
		if x.Series == series && x.Year <= year {
			text = x.Text
		}
	}
	return text
}

// Number writes the number of a document: prefix, year, six digits or more.
func (p Prefixes) Number(series string, year int, seq int64) string {
	return fmt.Sprintf("%s%d-%06d", p.Of(series, year), year, seq)
}

// Prefixes reads those of a project.
func (s *Service) Prefixes(ctx context.Context, q db.Q, project id.ID) (Prefixes, error) {
	out, err := prefixes(ctx, q, project)
	if err != nil {
		return nil, fmt.Errorf("prefixes of project: %w", err)
	}
	return out, nil
}

// CopyPrefixes gives a new project the prefixes of another one.
func (s *Service) CopyPrefixes(ctx context.Context, tx *db.Tx, from, to id.ID) error {
	list, err := s.Prefixes(ctx, tx, from)
	if err != nil {
		return err
	}
	for _, p := range list {
		if err := putPrefix(ctx, tx, to, p); err != nil {
			return fmt.Errorf("copy prefixes: %w", err)
		}
	}
	return nil
}

// NextDocument is NextNumber with the number as it is written on the document.
func (s *Service) NextDocument(ctx context.Context, tx *db.Tx, project id.ID, series string, year int) (string, int64, error) {
	seq, p, err := s.NextDocuments(ctx, tx, project, series, year, 1)
	return p.Number(series, year, seq), seq, err
}

// NextDocuments takes the next n numbers of a series and answers the first of
// them, and the prefixes to write them with.
func (s *Service) NextDocuments(ctx context.Context, tx *db.Tx, project id.ID, series string, year, n int) (int64, Prefixes, error) {
	seq, err := s.nextNumbers(ctx, tx, project, series, year, n)
	if err != nil {
		return 0, nil, err
	}
	// Read behind the lock of the series: a prefix is never changed under a number.
	p, err := s.Prefixes(ctx, tx, project)
	return seq, p, err
}

var prefixText = regexp.MustCompile(`^[A-Z]{1,6}$`)

// SetPrefix says what the numbers of a series begin with in a year and after
// it, as long as the year has no number; others are all series of the project,
// whose prefixes must differ. It gives back the prefix before. Errors:
// ErrPrefix, ErrPrefixTaken, ErrPrefixUsed.
func (s *Service) SetPrefix(ctx context.Context, tx *db.Tx, project id.ID, others []string, p Prefix) (string, error) {
	if !prefixText.MatchString(p.Text) {
		return "", ErrPrefix.At("body.prefix", ErrPrefix.Text, p.Text)
	}
	free, err := holdSeries(ctx, tx, project, p.Series, p.Year)
	if err != nil {
		return "", fmt.Errorf("set prefix: %w", err)
	}
	if !free {
		return "", ErrPrefixUsed
	}
	all, err := s.Prefixes(ctx, tx, project)
	if err != nil {
		return "", err
	}
	// Whatever the year: two kinds of documents with one prefix cannot be told apart.
	if p.Text != p.Series && slices.Contains(others, p.Text) || slices.ContainsFunc(all, func(x Prefix) bool { return x.Series != p.Series && x.Text == p.Text }) {
		return "", ErrPrefixTaken.At("body.prefix", ErrPrefixTaken.Text, p.Text)
	}
	if err := putPrefix(ctx, tx, project, p); err != nil {
		return "", fmt.Errorf("set prefix: %w", err)
	}
	return all.Of(p.Series, p.Year), nil
}
