package audit

import (
	"context"
	"fmt"

	"linli/internal/kit/id"
	"linli/internal/kit/page"
)

// About says whose history is read: records, or whatever touched the data of a
// person.
type About struct {
	page.Request
	Subjects []id.ID // at most some hundred
	Person   id.ID
	Kinds    []string // kinds of subjects; none is all
	Room     string   // first part of the action; empty is all
	Acts     []string // actions of other rooms that are told beside those of Room
}

// History lists what was done to records, newest first: their own entries, and
// their parts of what was done to many at once. Of such a part Kind and Subject
// name what was changed, and Before and After are its own.
func (s *Service) History(ctx context.Context, project id.ID, about About) (page.List[Row], error) {
	var from place
	var no int64
	if _, err := page.Decode(about.Cursor, &from.at, &from.seq, &no); err != nil {
		return page.List[Row]{}, err
	}
	if about.Limit <= 0 {
		about.Limit = 50
	}
	q, subjects := s.db.Reader(ctx), about.Subjects
	if about.Person != 0 {
		subjects = append([]id.ID{about.Person}, subjects...)
	}
	own, err := historyRows(ctx, q, project, about, from, about.Limit+1)
	if err != nil {
		return page.List[Row]{}, fmt.Errorf("read history: %w", err)
	}
	parts, err := historyParts(ctx, q, project, subjects, from, no, about.Limit+1)
	if err != nil {
		return page.List[Row]{}, fmt.Errorf("read history: %w", err)
	}
	l := page.Cut(merged(own, parts), about.Limit, func(r partRow) []any { return []any{r.At.UnixMicro(), r.Seq, r.no} })
	out := page.List[Row]{Items: make([]Row, len(l.Items)), Next: l.Next}
	for i := range l.Items {
		out.Items[i] = l.Items[i].Row
	}
	return out, nil
}

// Parts lists the newest parts of what was done to many records at once, as
// History does.
func (s *Service) Parts(ctx context.Context, project id.ID, subjects []id.ID, limit int) ([]Row, error) {
	list, err := historyParts(ctx, s.db.Reader(ctx), project, subjects, place{}, 0, limit)
	if err != nil {
		return nil, fmt.Errorf("read parts: %w", err)
	}
	out := make([]Row, len(list))
	for i := range list {
		out[i] = list[i].Row
	}
	return out, nil
}

// merged is both lists as one, newest first.
func merged(own []Row, parts []partRow) []partRow {
	out := make([]partRow, 0, len(own)+len(parts))
	for len(own) > 0 && len(parts) > 0 {
		if a, b := &own[0], &parts[0]; a.At.After(b.At) || a.At.Equal(b.At) && a.Seq > b.Seq {
			out, own = append(out, partRow{Row: *a}), own[1:]
		} else {
			out, parts = append(out, *b), parts[1:]
		}
	}
	for _, r := range own {
		out = append(out, partRow{Row: r})
	}
	return append(out, parts...)
}
