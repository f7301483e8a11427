package estate_test

import (
	"errors"
	"testing"

	"linli/internal/estate"
	"linli/internal/kit/db"
	"linli/internal/kit/fault"
	"linli/internal/kit/id"
	"linli/internal/kit/page"
)

func TestTags(t *testing.T) {
	run(t, func(t *testing.T, h *house) {
		var people []id.ID
		var old estate.Tag
		write := func(f func(tx *db.Tx) error) error { return h.d.Write(h.ctx, f) }
		err := write(func(tx *db.Tx) error {
			for _, name := range []string{"陈建国", "林晓峰"} {
				p, err := h.s.CreatePerson(h.ctx, tx, h.who, h.p, estate.PersonInput{Name: name})
				if err != nil {
					return err
				}
				people = append(people, p.ID)
			}
			var err error
			old, err = h.s.CreateTag(h.ctx, tx, h.who, h.p, estate.Tag{Name: " 老人 ", Kind: estate.TagPerson})
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		put := func(subjects []id.ID, on bool) (n int, err error) {
			err = write(func(tx *db.Tx) error {
				n, err = h.s.PutTag(h.ctx, tx, h.who, h.p, old.ID, subjects, on)
				return err
			})
			return n, err
		}
		for _, c := range []struct {
			name     string
			subjects []id.ID
			on       bool
			want     int
			err      error
		}{
			{"one twice", []id.ID{people[0], people[0]}, true, 1, nil},
			{"both, one has it", people, true, 1, nil},
			{"nobody", nil, true, 0, estate.ErrTagMany},
			{"a stranger", []id.ID{people[0], 77}, true, 0, fault.ErrNotFound},
			{"off again", people[:1], false, 1, nil},
		} {
			if n, err := put(append([]id.ID{}, c.subjects...), c.on); n != c.want || !errors.Is(err, c.err) {
				t.Errorf("%s: %d %v, want %d %v", c.name, n, err, c.want, c.err)
			}
		}
		l, err := h.s.People(h.ctx, h.p, estate.PersonFilter{Request: page.Request{Limit: 10}, Tag: old.ID})
		if err != nil || len(l.Items) != 1 || l.Items[0].ID != people[1] {
			t.Fatalf("by tag: %+v %v", l.Items, err)
		}
		err = write(func(tx *db.Tx) error {
			_, err := h.s.CreateTag(h.ctx, tx, h.who, h.p, estate.Tag{Name: "老人", Kind: estate.TagPerson})
			return err
		})
		if !errors.Is(err, estate.ErrTagTaken) {
			t.Errorf("same name: %v", err)
		}
		gone := false
		err = write(func(tx *db.Tx) error {
			_, err := h.s.EditTag(h.ctx, tx, h.who, h.p, old.ID, estate.TagEdit{Version: old.Version, Active: &gone})
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := put(people, true); !errors.Is(err, estate.ErrTagGone) {
			t.Errorf("retired: %v", err)
		}
	})
}

func TestRoomTagFilter(t *testing.T) {
	run(t, func(t *testing.T, h *house) {
		var tag estate.Tag
		var rooms []estate.Room
		err := h.d.Write(h.ctx, func(tx *db.Tx) (err error) {
			b, err := h.s.CreateBuilding(h.ctx, tx, h.who, h.p, estate.Building{Name: "9"})
			if err != nil {
				return err
			}
			rooms = []estate.Room{{Building: b.ID, Name: "101"}, {Building: b.ID, Name: "102"}}
			if err := h.s.CreateRooms(h.ctx, tx, h.who, h.p, rooms); err != nil {
				return err
			}
			if tag, err = h.s.CreateTag(h.ctx, tx, h.who, h.p, estate.Tag{Name: "精装", Kind: estate.TagRoom}); err != nil {
				return err
			}
			_, err = h.s.PutTag(h.ctx, tx, h.who, h.p, tag.ID, []id.ID{rooms[1].ID}, true)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		l, err := h.s.RoomList(h.ctx, h.d.Reader(h.ctx), h.p, estate.RoomListFilter{Request: page.Request{Limit: 10}, Tag: tag.ID})
		if err != nil || len(l.Items) != 1 || l.Items[0].ID != rooms[1].ID {
			t.Errorf("by tag: %+v %v", l.Items, err)
		}
	})
}
