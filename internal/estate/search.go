package estate

import (
	"context"
	"unicode/utf8"

	"linli/internal/estate/naming"
	"linli/internal/kit/actor"
	"linli/internal/kit/db"
	"linli/internal/kit/id"
	"linli/internal/kit/search"
)

// Hit is one answer of the search box: a household, or a person without one.
type Hit struct {
	Room      id.ID // 0 for a person who is nothing to any room now
	Label     string
	Person    id.ID // who was found, or who pays for the room
	Name      string
	PhoneMask string
	Part      string
	Why       string // room, name, phone, id_number
}

const (
	maxHits  = 50
	maxQuery = 60
)

// Search finds households by room in any usual spelling, by name, pinyin or
// initials, by phone, its last four digits or ID number. The whole result is
// ranked: exact rooms, rooms that begin so, exact numbers, exact names, names
// that begin so. Text is taken literally.
func (s *Service) Search(ctx context.Context, project id.ID, text string, limit int) ([]Hit, error) {
	return s.SearchWithin(ctx, project, text, limit, nil)
}

// SearchWithin is Search for somebody who is limited to buildings: rooms
// outside of them are not found, nor is who is nothing to a room inside.
func (s *Service) SearchWithin(ctx context.Context, project id.ID, text string, limit int, within actor.Buildings) ([]Hit, error) {
	hits := &hits{limit: min(max(limit, 1), maxHits), within: within, seen: map[[2]id.ID]bool{}, list: []Hit{}}
	if text = naming.Clean(text); text == "" || utf8.RuneCountInString(text) > maxQuery {
		return hits.list, nil
	}
	q := s.db.Reader(ctx)
	if search.Classify(text).Has(search.Room) {
		if err := s.searchRooms(ctx, q, project, text, hits); err != nil {
			return nil, err
		}
	}
	return hits.list, s.searchPeople(ctx, q, project, text, hits)
}

type hits struct {
	limit  int
	within actor.Buildings
	seen   map[[2]id.ID]bool
	list   []Hit
}

func (h *hits) left() int { return h.limit - len(h.list) }

func (h *hits) add(hit Hit) {
	key := [2]id.ID{hit.Room, hit.Person}
	if hit.Why == "room" {
		key[1] = 0
	}
	if h.left() > 0 && !h.seen[key] && !h.seen[[2]id.ID{hit.Room, 0}] {
		h.seen[key] = true
		h.list = append(h.list, hit)
	}
}

func (s *Service) searchRooms(ctx context.Context, q db.Q, project id.ID, text string, h *hits) error {
	keys := search.QueryRoomKeys(text)
	for _, exact := range []bool{true, false} {
		for _, key := range keys {
			for _, column := range []string{"key", "short_key", "name_key", "term"} {
				if h.left() <= 0 {
					return nil
				}
				found, err := roomHits(ctx, q, project, column, key, exact, h)
				if err != nil {
					return err
				}
				for _, hit := range found {
					h.add(hit)
				}
			}
		}
	}
	return nil
}

func (s *Service) searchPeople(ctx context.Context, q db.Q, project id.ID, text string, h *hits) error {
	var people []id.ID
	why := "name"
	blind, column, ok := s.blindQuery(project, text)
	if ok && h.left() > 0 {
		var err error
		if people, err = blindHits(ctx, q, project, column, blind, h); err != nil {
			return err
		}
		if why = "phone"; column == "id_blind" {
			why = "id_number"
		}
		if err := s.addPeople(ctx, q, project, people, why, h); err != nil {
			return err
		}
	}
	for _, find := range []func(context.Context, db.Q, id.ID, string, *hits) ([]id.ID, error){fullNameHits, nameHits} {
		if h.left() <= 0 {
			return nil
		}
		people, err := find(ctx, q, project, text, h)
		if err != nil {
			return err
		}
		if err := s.addPeople(ctx, q, project, people, "name", h); err != nil {
			return err
		}
	}
	return nil
}

// addPeople turns people into the households they belong to.
func (s *Service) addPeople(ctx context.Context, q db.Q, project id.ID, people []id.ID, why string, h *hits) error {
	if len(people) == 0 {
		return nil
	}
	list, err := occupantsOf(ctx, q, project, "person_id", people)
	if err != nil {
		return err
	}
	homes := map[id.ID][]Occupant{}
	for _, o := range list {
		if h.within.Has(o.building) {
			homes[o.Person.ID] = append(homes[o.Person.ID], o)
		}
	}
	for _, p := range people {
		if h.left() <= 0 {
			return nil
		}
		for _, o := range homes[p] {
			h.add(Hit{Room: o.Room, Label: o.RoomLabel, Person: p, Name: o.Person.Name, PhoneMask: o.Person.PhoneMask, Part: o.Part, Why: why})
		}
		if len(homes[p]) > 0 || !h.within.Whole() {
			continue
		}
		one, err := onePerson(ctx, q, project, p)
		if err != nil {
			return err
		}
		h.add(Hit{Person: p, Name: one.Name, PhoneMask: one.PhoneMask, Why: why})
	}
	return nil
}
