package meter

import (
	"context"
	"fmt"

	"linli/internal/kit/actor"
	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/id"
	"linli/internal/kit/page"
	"linli/internal/kit/supply"
)

// byItself is who takes readings over on the day of a project.
const byItself = "远传自动抄表"

// due is the last day of reading that is over.
func (p *Platform) due(today clock.Date) clock.Date {
	month := today.Month()
	if today.Day() <= p.Day {
		month = month.Add(-1)
	}
	return month.First().AddDays(p.Day - 1)
}

// TakeDue takes over, once a month and after the day that each project has
// chosen, what its meters showed on it or shortly before. A server that stood
// still makes up for it; what cut it off is gone on with. What could not be
// taken is left for people: see Missed.
func (s *Service) TakeDue(ctx context.Context) error {
	all, err := s.inUse(ctx)
	if err != nil {
		return fmt.Errorf("take readings: %w", err)
	}
	today := clock.DateOf(s.db.Clock().Now())
	for project, p := range all {
		if p.Day == 0 {
			continue
		}
		c, err := s.Contact(ctx, s.db.Reader(ctx), project)
		if err == nil && c.TakenMonth < p.due(today).Month() {
			err = s.takeAll(ctx, project, p.due(today))
		}
		if err != nil {
			return fmt.Errorf("take readings of %s: %w", project, err)
		}
	}
	return nil
}

// takeAll takes the meters of a project over part by part.
func (s *Service) takeAll(ctx context.Context, project id.ID, day clock.Date) error {
	taken, missed := 0, 0
	for after := id.ID(0); ; {
		meters, err := hungMeters(ctx, s.db.Reader(ctx), project, after, maxTaken)
		if err != nil {
			return err
		}
		if len(meters) == 0 {
			break
		}
		after = meters[len(meters)-1].ID
		byKind := map[supply.Kind][]id.ID{}
		for i := range meters {
			byKind[meters[i].Kind] = append(byKind[meters[i].Kind], meters[i].ID)
		}
		for _, kind := range supply.Kinds() {
			if len(byKind[kind]) == 0 {
				continue
			}
			var t Taken
			err := s.db.Write(ctx, func(tx *db.Tx) (err error) {
				t, err = s.Take(ctx, tx, actor.System(byItself), project, OfferFilter{Kind: kind, Month: day.Month(), Until: day, Fresh: true}, byKind[kind])
				return err
			})
			if err != nil {
				return err
			}
			taken += len(t.Readings)
			for i := range t.Left {
				switch {
				case t.Left[i].Fate != ReadOnce:
					missed++
				case t.Left[i].Reading.Remote: // by a try that was cut off
					taken++
				}
			}
		}
	}
	return s.db.Write(ctx, func(tx *db.Tx) error { return noteTaken(ctx, tx, project, day.Month(), taken, missed) })
}

// maxMissed is how many missed meters are named.
const maxMissed = 50

// Missed are the meters that the last taking over by itself could not read and
// nobody has read since, with the reason that stands now.
func (s *Service) Missed(ctx context.Context, q db.Q, project id.ID, within actor.Buildings) ([]Offer, error) {
	out := []Offer{}
	c, err := s.Contact(ctx, q, project)
	if err != nil || c.Missed == 0 {
		return out, err
	}
	p, err := onePlatform(ctx, q, project)
	if err != nil || !p.Active || p.Day == 0 {
		return out, err
	}
	rooms, err := s.sheetRooms(ctx, q, project, 0, within)
	if err != nil {
		return nil, fmt.Errorf("rooms of missed meters: %w", err)
	}
	day := c.TakenMonth.First().AddDays(p.Day - 1)
	for _, kind := range supply.Kinds() {
		f := SheetFilter{Request: page.Request{Limit: maxMissed}, Kind: kind, Month: c.TakenMonth, Shown: Unread}
		meters, err := sheetMeters(ctx, q, project, &f, rooms, -1, 0)
		if err != nil {
			return nil, err
		}
		offers, err := s.offer(ctx, q, project, &OfferFilter{Kind: kind, Month: c.TakenMonth, Until: day, Fresh: true}, meters)
		if err != nil {
			return nil, err
		}
		out = append(out, offers...)
	}
	return out[:min(len(out), maxMissed+1)], nil
}
