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

func TestCorrectionsWaitAndAreAppliedWithHistory(t *testing.T) {
	run(t, func(t *testing.T, h *house) {
		var person estate.Person
		var rooms []estate.Room
		write := func(f func(tx *db.Tx) error) error { return h.d.Write(h.ctx, f) }
		err := write(func(tx *db.Tx) (err error) {
			if person, err = h.s.CreatePerson(h.ctx, tx, h.who, h.p, estate.PersonInput{Name: "陈建国", Phone: "13805715678"}); err != nil {
				return err
			}
			b, err := h.s.CreateBuilding(h.ctx, tx, h.who, h.p, estate.Building{Name: "77栋"})
			if err != nil {
				return err
			}
			rooms = []estate.Room{{Building: b.ID, Name: "101", Area: 8930}}
			return h.s.CreateRooms(h.ctx, tx, h.who, h.p, rooms)
		})
		if err != nil {
			t.Fatal(err)
		}
		ask := func(c estate.Correction) (out estate.Correction, err error) {
			c.AskedBy, c.Way, c.Reason = "陈建国", "phone", "号码换了"
			err = write(func(tx *db.Tx) (err error) {
				out, err = h.s.AskCorrection(h.ctx, tx, h.who, h.p, c)
				return err
			})
			return out, err
		}
		decide := func(c estate.Correction, approve bool) error {
			return write(func(tx *db.Tx) error {
				_, err := h.s.DecideCorrection(h.ctx, tx, h.who, h.p, c.ID, c.Version, approve, "看过证件")
				return err
			})
		}
		of := func(field, value string) estate.Correction {
			return estate.Correction{Kind: "person", Subject: person.ID, Field: field, New: value}
		}
		room := func(field, value string) estate.Correction {
			return estate.Correction{Kind: "room", Subject: rooms[0].ID, Field: field, New: value}
		}
		for name, c := range map[string]struct {
			c    estate.Correction
			want error
		}{
			"a short phone":     {of("phone", "1380571"), estate.ErrCorrection},
			"the same phone":    {of("phone", "138 0571 5678"), estate.ErrCorrectionSame},
			"the same name":     {of("name", "陈建国"), estate.ErrCorrectionSame},
			"a room's field":    {of("area", "90"), estate.ErrCorrection},
			"an area of words":  {room("area", "九十"), estate.ErrCorrection},
			"the same area":     {room("area", "89.3"), estate.ErrCorrectionSame},
			"ground floor zero": {room("floor", "0"), estate.ErrCorrection},
			"a stranger":        {estate.Correction{Kind: "person", Subject: 7, Field: "name", New: "某人"}, fault.ErrNotFound},
		} {
			if _, err := ask(c.c); !errors.Is(err, c.want) {
				t.Errorf("%s: %v, want %v", name, err, c.want)
			}
		}
		if _, err := ask(room("area", "-5")); fault.As(err) == nil || len(fault.As(err).Fields) != 1 || fault.As(err).Fields[0].Message != "面积要大于 0，例如 89.50" {
			t.Errorf("an area below nothing: %+v", fault.As(err))
		}
		phone, err := ask(of("phone", "139 0571 1234"))
		if err != nil || phone.Old != "138****5678" || phone.New != "139****1234" {
			t.Fatalf("%+v %v", phone, err)
		}
		area, err := ask(room("area", "90.5"))
		if err != nil || area.New != "90.5" {
			t.Fatalf("%+v %v", area, err)
		}
		if err := decide(phone, true); err != nil {
			t.Fatal(err)
		}
		if p, err := h.s.Person(h.ctx, h.d.Reader(h.ctx), h.p, person.ID); err != nil || p.PhoneMask != "139****1234" {
			t.Errorf("after approval: %+v %v", p, err)
		}
		if err := decide(phone, false); !errors.Is(err, estate.ErrCorrectionDone) {
			t.Errorf("decided twice: %v", err)
		}
		second, err := ask(room("area", "91"))
		if err != nil {
			t.Fatal(err)
		}
		if err := decide(area, true); err != nil {
			t.Fatal(err)
		}
		if err := decide(second, true); !errors.Is(err, estate.ErrCorrectionMoved) {
			t.Errorf("changed meanwhile: %v", err)
		}
		if err := decide(second, false); err != nil {
			t.Fatal(err)
		}
		if r, err := h.s.Room(h.ctx, h.d.Reader(h.ctx), h.p, rooms[0].ID); err != nil || r.Area != 9050 {
			t.Errorf("after approval: %+v %v", r, err)
		}
		for state, want := range map[string][]id.ID{"": {second.ID, area.ID, phone.ID}, estate.CorrectionApproved: {area.ID, phone.ID}, estate.CorrectionOpen: {}} {
			var got []id.ID
			f := estate.CorrectionFilter{Request: page.Request{Limit: 2}, State: state}
			for more := true; more; more = f.Cursor != "" {
				l, err := h.s.Corrections(h.ctx, h.d.Reader(h.ctx), h.p, f)
				if err != nil {
					t.Fatal(err)
				}
				for _, c := range l.Items {
					got = append(got, c.ID)
				}
				f.Cursor = l.Next
			}
			if len(got) != len(want) || len(got) > 0 && got[0] != want[0] {
				t.Errorf("state %q lists %v, want %v", state, got, want)
			}
		}
	})
}
