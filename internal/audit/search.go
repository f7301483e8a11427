package audit

import (
	"context"
	"fmt"
	"strings"
	"time"

	"linli/internal/kit/id"
	"linli/internal/kit/page"
)

// searchStep is how many entries one statement looks through for a text, and
// searchSteps how many such steps one page of the list takes at most, within
// searchTime. No index finds a piece of a sentence, so a page looks so far and
// its cursor goes on from there: however long the log is, a page answers soon. A
// list without a text is read from an index and takes one step.
const (
	searchStep  = 2_000
	searchSteps = 50
	searchTime  = 50 * time.Millisecond
	maxWords    = 5
)

// Found is a page of entries. LookedTo is where a search for a text stopped
// looking though there is more: older entries are on the next pages. It is zero
// when the page is full or the log is at its end.
type Found struct {
	page.List[Row]
	LookedTo time.Time
}

// place is where a list stands: after this entry, going back in time.
type place struct{ at, seq int64 }

// words are what a text asks for, every one of them.
func words(text string) []string {
	out := strings.Fields(strings.ToLower(clean(text)))
	return out[:min(len(out), maxWords)]
}

// Search lists the entries of one project, newest first, that fit the filter.
func (s *Service) Search(ctx context.Context, project id.ID, f Filter) (Found, error) {
	var from place
	if _, err := page.Decode(f.Cursor, &from.at, &from.seq); err != nil {
		return Found{}, err
	}
	if f.Limit <= 0 {
		f.Limit = 50
	}
	q, asked := s.db.Reader(ctx), words(f.Text)
	var rows []Row
	until := s.db.Clock().Now().Add(searchTime)
	for n := 0; n < searchSteps && (n == 0 || s.db.Clock().Now().Before(until)); n++ {
		end, err := s.stepEnd(ctx, project, f, from, len(asked) > 0)
		if err != nil {
			return Found{}, err
		}
		more, err := listRows(ctx, q, project, f, asked, from, end, f.Limit+1-len(rows))
		if err != nil {
			return Found{}, fmt.Errorf("list audit entries: %w", err)
		}
		rows = append(rows, more...)
		if len(rows) > f.Limit || end == (place{}) {
			return Found{List: page.Cut(rows, f.Limit, func(r Row) []any { return []any{r.At.UnixMicro(), r.Seq} })}, nil
		}
		from = end
	}
	return Found{List: page.List[Row]{Items: rows, Next: page.Encode(from.at, from.seq)}, LookedTo: time.UnixMicro(from.at)}, nil
}

// stepEnd is the last entry a step looks at; the zero place is the end of the log.
func (s *Service) stepEnd(ctx context.Context, project id.ID, f Filter, from place, step bool) (place, error) {
	if !step {
		return place{}, nil
	}
	end, err := placeAfter(ctx, s.db.Reader(ctx), project, f, from, s.step)
	if err != nil {
		return place{}, fmt.Errorf("step through audit entries: %w", err)
	}
	return end, nil
}

// Entries is Search without the place it stopped at.
func (s *Service) Entries(ctx context.Context, project id.ID, f Filter) (page.List[Row], error) {
	found, err := s.Search(ctx, project, f)
	return found.List, err
}

// Doer is somebody who stands in the log.
type Doer struct {
	Account id.ID
	Name    string // as in the newest entry
}

// Choices are what a log can be filtered by: who and what stands in it.
type Choices struct {
	Doers   []Doer // without the system itself and visitors
	Kinds   []string
	Actions []string
}

// maxChoices bounds each list of Choices; no installation comes near it.
const maxChoices = 1000

// Choices reads what stands in the log of a project, by one look into an index
// for each value.
func (s *Service) Choices(ctx context.Context, project id.ID) (Choices, error) {
	q := s.db.Reader(ctx)
	var out Choices
	var err error
	if out.Doers, err = doers(ctx, q, project); err != nil {
		return Choices{}, fmt.Errorf("choices of the audit log: %w", err)
	}
	if out.Kinds, err = distinct(ctx, q, project, byKind); err != nil {
		return Choices{}, fmt.Errorf("choices of the audit log: %w", err)
	}
	if out.Actions, err = distinct(ctx, q, project, byAction); err != nil {
		return Choices{}, fmt.Errorf("choices of the audit log: %w", err)
	}
	return out, nil
}
