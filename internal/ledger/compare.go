package ledger

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
)

// DocSum is what one document has posted, in fen, and on which dates.
type DocSum struct {
	Kind   DocKind
	Doc    id.ID
	Amount money.Fen
	From   clock.Date
	Until  clock.Date
}

// Place is what postings are about: a room and a fee item, or 0.
type Place struct{ Subject, Item id.ID }

// LastDoc stands behind every document there is.
const LastDoc = id.ID(1<<63 - 1)

// SumsByDoc adds up the postings of every document with after < id ≤ upto, in
// the order of ids, so that a room can hold its documents against the book.
func (s *Service) SumsByDoc(ctx context.Context, q db.Q, project, after, upto id.ID, kinds ...DocKind) ([]DocSum, error) {
	out, err := sumsByDoc(ctx, q, project, after, upto, kinds)
	if err != nil {
		return nil, fmt.Errorf("sums by document: %w", err)
	}
	return out, nil
}

// NetByPlace is debit minus credit of an account, in fen, by what the
// postings are about. Only the given kinds of documents count.
func (s *Service) NetByPlace(ctx context.Context, q db.Q, project id.ID, account Account, kinds ...DocKind) (map[Place]money.Fen, error) {
	out, err := netByPlace(ctx, q, project, account, kinds)
	if err != nil {
		return nil, fmt.Errorf("net by place: %w", err)
	}
	return out, nil
}

// NetByDay is debit minus credit of an account on every day with postings, in
// fen, but for some kinds of documents.
func (s *Service) NetByDay(ctx context.Context, q db.Q, project id.ID, account Account, without ...DocKind) (map[clock.Date]money.Fen, error) {
	out, err := netByDay(ctx, q, project, account, without)
	if err != nil {
		return nil, fmt.Errorf("net by day: %w", err)
	}
	return out, nil
}

// NetByDoc is debit minus credit of an account by document, in fen, but for
// some kinds of documents.
func (s *Service) NetByDoc(ctx context.Context, q db.Q, project id.ID, account Account, without ...DocKind) (map[id.ID]money.Fen, error) {
	out, err := netByDoc(ctx, q, project, account, without)
	if err != nil {
		return nil, fmt.Errorf("net by document: %w", err)
	}
	return out, nil
}

// LastNumbers tells where a series stands in each year.
func (s *Service) LastNumbers(ctx context.Context, q db.Q, project id.ID, series string) (map[int]int64, error) {
	out, err := lastNumbers(ctx, q, project, series)
	if err != nil {
		return nil, fmt.Errorf("last numbers of %s: %w", series, err)
	}
	return out, nil
}

// Numbered is how many documents of a year have a number, and the last of them.
type Numbered struct{ Count, Last int64 }

// BrokenNumbers names the years in which the documents of a series are not as
// many as its numbers, or whose numbers nobody has counted, as sentences for the
// operator. noun is what a document is called.
func (s *Service) BrokenNumbers(ctx context.Context, q db.Q, project id.ID, series, noun string, have map[int]Numbered) ([]string, error) {
	stands, err := s.LastNumbers(ctx, q, project, series)
	if err != nil {
		return nil, err
	}
	names, err := s.Prefixes(ctx, q, project)
	if err != nil {
		return nil, err
	}
	years := map[int]bool{}
	for year := range stands {
		years[year] = true
	}
	for year := range have {
		years[year] = true
	}
	var out []string
	for _, year := range slices.Sorted(maps.Keys(years)) {
		n, last := have[year], stands[year]
		if n == (Numbered{last, last}) {
			continue
		}
		out = append(out, fmt.Sprintf("%d 年%s号已发到 %s，%s却有 %d 张，最后是第 %d 号", year, noun, names.Number(series, year, last), noun, n.Count, n.Last))
	}
	return out, nil
}
