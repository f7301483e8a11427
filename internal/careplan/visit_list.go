package careplan

import (
	"context"
	"fmt"

	"linli/internal/kit/actor"
	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/id"
	"linli/internal/kit/page"
	"linli/internal/kit/search"
)

// Withdrawn stands among the results of a filter for visits that were taken back;
// under the other results are only those that were not.
const Withdrawn Result = "withdrawn"

// maxCalled is how many homes a search may mean: what is more is no search, and
// would not go into one statement.
const maxCalled = 5000

// VisitFilter narrows the list; what is zero does not.
type VisitFilter struct {
	page.Request
	Plan        id.ID
	Subject     id.ID
	Room        id.ID
	Building    id.ID
	By          id.ID
	Result      Result
	From, Until clock.Date
	Text        string // part of a name, or a room
	Count       bool   // adds up the whole list, and names who visited
	Within      actor.Buildings

	called []visited // who and which rooms the text means, nil without a text
}

// visited is who was visited, and where.
type visited struct{ subject, room id.ID }

// VisitSum adds up the whole list of a filter.
type VisitSum struct {
	Count, Fine, Follow, Missed, Withdrawn int
}

// Visitor is somebody who recorded visits.
type Visitor struct {
	ID   id.ID
	Name string
}

// VisitList is one page, what all of them come to, and whoever recorded any
// visit within the limit.
type VisitList struct {
	page.List[Visit]
	Sum      VisitSum
	Visitors []Visitor
}

// Visits lists visits, those of the newest day first, withdrawn ones too.
func (s *Service) Visits(ctx context.Context, q db.Q, project id.ID, f VisitFilter) (VisitList, error) {
	var out VisitList
	var day clock.Date
	var below id.ID
	if _, err := page.Decode(f.Cursor, &day, &below); err != nil {
		return out, err
	}
	if f.Limit <= 0 {
		f.Limit = 50
	}
	if err := s.call(ctx, q, project, &f); err != nil {
		return out, fmt.Errorf("search visits: %w", err)
	}
	list, err := listVisits(ctx, q, project, &f, day, below)
	if err != nil {
		return out, err
	}
	out.List = page.Cut(list, f.Limit, func(v Visit) []any { return []any{v.Day, v.ID} })
	if !f.Count {
		return out, nil
	}
	if out.Sum, err = sumVisits(ctx, q, project, &f); err == nil {
		out.Visitors, err = visitors(ctx, q, project, f.Within)
	}
	return out, err
}

// call finds whom the text of a filter means among those whom its other
// conditions leave.
func (s *Service) call(ctx context.Context, q db.Q, project id.ID, f *VisitFilter) error {
	text := search.Normalize(f.Text)
	if text == "" {
		return nil
	}
	all, err := visitedBy(ctx, q, project, f)
	if err != nil {
		return err
	}
	rooms, people := make([]id.ID, len(all)), make([]id.ID, len(all))
	for i, x := range all {
		rooms[i], people[i] = x.room, x.subject
	}
	labels, err := s.estate.Labels(ctx, q, project, rooms)
	if err != nil {
		return err
	}
	names, err := s.estate.PersonNames(ctx, q, project, people)
	f.called = []visited{}
	for _, x := range all {
		if meant(f.Text, labels[x.room], names[x.subject]) {
			f.called = append(f.called, x)
		}
	}
	if err == nil && len(f.called) > maxCalled {
		return ErrVisitText.At("query.q", "符合的住户太多", f.Text)
	}
	return err
}
