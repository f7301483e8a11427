package meter

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"linli/internal/kit/actor"
	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/id"
)

// What is kept of a project at most: numbers that the platform knows, and
// refused messages.
const (
	maxNumbers = 20_000
	maxRefused = 50
)

// dayKey names what is kept once: the newest of a number on a day.
type dayKey struct {
	number string
	day    clock.Date
}

// Keep stores what came from a platform: the newest of each meter and day.
// What comes twice, late or out of order changes nothing that is newer, so it
// may be told the same again, by several servers as well.
func (s *Service) Keep(ctx context.Context, project id.ID, p *Platform, list []Message) error {
	err := s.db.Write(ctx, func(tx *db.Tx) error {
		good, bad := p.readAll(list, tx.Now())
		fresh, wrong, err := sift(ctx, tx, project, good)
		if err != nil {
			return err
		}
		if err := putSignals(ctx, tx, project, fresh); err != nil {
			return err
		}
		bad = append(bad, wrong...)
		if err := putRefused(ctx, tx, project, bad[max(0, len(bad)-maxRefused):]); err != nil {
			return err
		}
		return countMessages(ctx, tx, project, len(list), len(bad))
	})
	if err != nil {
		return fmt.Errorf("keep signals: %w", err)
	}
	return nil
}

// sift leaves of some samples those that say something new, in the order of
// their keys, and refuses two values for one moment and numbers beyond the limit.
func sift(ctx context.Context, q db.Q, project id.ID, list []Sample) (fresh []Sample, bad []Refused, err error) {
	numbers, since := map[string]bool{}, clock.Date(0)
	for i := range list {
		numbers[list[i].Number] = true
		if day := clock.DateOf(list[i].At); since == 0 || day < since {
			since = day
		}
	}
	names := slices.Sorted(maps.Keys(numbers))
	known, err := daysOf(ctx, q, project, names, since)
	if err != nil {
		return nil, nil, err
	}
	met, all, err := knownNumbers(ctx, q, project, names)
	if err != nil {
		return nil, nil, err
	}
	refuse := func(x *Sample, reason string) {
		bad = append(bad, Refused{Payload: fmt.Sprintf("%s %s %s", x.Number, x.Value, x.At.In(clock.Shanghai()).Format(time.DateTime)), Reason: reason, At: x.At})
	}
	changed := map[dayKey]Sample{}
	for i := range list {
		x := &list[i]
		key := dayKey{x.Number, clock.DateOf(x.At)}
		before, seen := known[key]
		switch {
		case seen && before.At.Equal(x.At) && before.Value != x.Value:
			refuse(x, fmt.Sprintf("同一时刻已有另一个读数 %s", before.Value))
		case seen && !before.At.Before(x.At):
		case !met[x.Number] && all >= maxNumbers:
			refuse(x, fmt.Sprintf("平台上的表超过 %d 块，多的不存", maxNumbers))
		default:
			if !met[x.Number] {
				met[x.Number] = true
				all++
			}
			known[key], changed[key] = *x, *x
		}
	}
	fresh = slices.SortedFunc(maps.Values(changed), func(a, b Sample) int {
		return cmp.Or(cmp.Compare(a.Number, b.Number), a.At.Compare(b.At))
	})
	return fresh, bad, nil
}

// ForgetSignals drops what came longer ago than signals are kept.
func (s *Service) ForgetSignals(ctx context.Context) error {
	projects, err := s.estate.Projects(ctx, actor.System("清理"))
	if err != nil {
		return fmt.Errorf("forget signals: %w", err)
	}
	before := clock.DateOf(s.db.Clock().Now()).AddDays(-keepSignals)
	for i := range projects {
		err = errors.Join(err, s.db.Write(ctx, func(tx *db.Tx) error { return dropSignals(ctx, tx, projects[i].ID, before) }))
	}
	if err != nil {
		return fmt.Errorf("forget signals: %w", err)
	}
	return nil
}

// Unknown is a number that the platform knows and no meter of the project has.
type Unknown struct {
	Sample
	First time.Time // when it was first heard of
}

// maxUnknown is how many of them are listed.
const maxUnknown = 200

// Unknowns lists numbers of the platform that no meter has that hangs, the
// newest first.
func (s *Service) Unknowns(ctx context.Context, q db.Q, project id.ID) ([]Unknown, error) {
	return unknownNumbers(ctx, q, project, maxUnknown)
}

// Contact is what the connection to a platform is like.
type Contact struct {
	State    ContactState
	Reason   string // why there is none, in words
	Since    time.Time
	Last     time.Time // the newest message, zero for none
	Messages int64
	Refused  int64
	// What was taken over by itself last, 0 for never.
	TakenMonth    clock.Month
	Taken, Missed int
	holder        id.ID
	until         time.Time
}

// ContactState is how a connection stands.
type ContactState string

// The states; what nobody holds is off.
const (
	ContactOff  ContactState = "off"
	Connecting  ContactState = "connecting"
	Connected   ContactState = "connected"
	ContactLost ContactState = "lost"
)

// Contact reads how the connection of a project stands. A server that fell
// silent holds none.
func (s *Service) Contact(ctx context.Context, q db.Q, project id.ID) (Contact, error) {
	c, err := oneContact(ctx, q, project)
	if err == nil && c.until.Before(s.db.Clock().Now()) {
		c.State, c.Reason = ContactOff, ""
	}
	return c, err
}

// Refusals lists the messages that were refused last, the newest first.
func (s *Service) Refusals(ctx context.Context, q db.Q, project id.ID) ([]Refused, error) {
	return refusals(ctx, q, project)
}

// inUse are the projects whose platform is in use.
func (s *Service) inUse(ctx context.Context) (map[id.ID]Platform, error) {
	projects, err := s.estate.Projects(ctx, actor.System("远传"))
	if err != nil {
		return nil, err
	}
	list := make([]id.ID, len(projects))
	for i := range projects {
		list[i] = projects[i].ID
	}
	return activePlatforms(ctx, s.db.Reader(ctx), list)
}
