package meter

import (
	"context"
	"fmt"
	"strings"
	"unicode/utf8"

	"linli/internal/audit"
	"linli/internal/estate"
	"linli/internal/kit/actor"
	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/fault"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
	"linli/internal/kit/supply"
)

// Meter is one register 表 of a room, or of a common part when Room is 0. A
// meter with several registers is several of these with the same number.
type Meter struct {
	ID         id.ID
	Room       id.ID
	Place      string // of a common part: 3栋1单元电梯
	Kind       supply.Kind
	Band       supply.Band
	Number     string
	Digits     int       // before the point; it rolls over to zero after all nines
	Multiplier money.Qty // 互感器倍率, ×10⁻⁴
	Start      money.Qty // shown when it was installed
	UsedBefore money.Qty // used in the tariff year before it was entered here
	Installed  clock.Date
	Removed    clock.Date // 0 while it hangs
	Replaces   id.ID
}

const maxDigits = 10

func (m *Meter) check() error {
	m.Number, m.Place = strings.TrimSpace(m.Number), strings.TrimSpace(m.Place)
	if m.Multiplier == 0 {
		m.Multiplier = 10_000
	}
	switch {
	case m.Kind.Label() == "":
		return ErrMeter.At("body.kind", "不在可选范围内", string(m.Kind))
	case !m.Band.Valid():
		return ErrMeter.At("body.band", "不在可选范围内", string(m.Band))
	case m.Number == "" || utf8.RuneCountInString(m.Number) > 40:
		return ErrMeter.At("body.number", "要填写，最多 40 个字", m.Number)
	case m.Room == 0 && m.Place == "" || utf8.RuneCountInString(m.Place) > 60:
		return ErrMeter.At("body.place", "公共部位的表要写明装在哪里，最多 60 个字", m.Place)
	case m.Room != 0 && m.Place != "":
		return ErrMeter.At("body.place", "房屋的表不用写位置", m.Place)
	case m.Digits < 3 || m.Digits > maxDigits:
		return ErrMeter.At("body.digits", "整数位数要在 3–10 之间", m.Digits)
	case m.Multiplier < 0 || m.Multiplier > 100_000*10_000:
		return ErrMeter.At("body.multiplier", "倍率要大于 0，最大 100,000", int64(m.Multiplier))
	case m.Start < 0 || m.Start >= m.Range() || m.UsedBefore < 0:
		return ErrMeter.At("body.start", "起始读数要小于表的最大读数", int64(m.Start))
	case m.Installed == 0:
		return ErrMeter.At("body.installed", "要填写装表日期", "")
	}
	return nil
}

// Range is the reading at which the dial rolls over to zero, ×10⁻⁴.
func (m *Meter) Range() money.Qty {
	r := money.Qty(10_000)
	for range m.Digits {
		r *= 10
	}
	return r
}

// Install adds a meter. Errors: ErrMeter, ErrNumber, fault.ErrNotFound.
func (s *Service) Install(ctx context.Context, tx *db.Tx, who actor.Actor, project id.ID, m Meter) (Meter, error) {
	if err := m.check(); err != nil {
		return m, err
	}
	if m.Room != 0 {
		if _, err := s.estate.Room(ctx, tx, project, m.Room); err != nil {
			return m, err
		}
	}
	if m.Installed > clock.DateOf(tx.Now()) {
		return m, ErrMeter.At("body.installed", "不能晚于今天", m.Installed.String())
	}
	m.ID, m.Removed = tx.NewID(), 0
	if err := insertMeters(ctx, tx, project, []Meter{m}); err != nil {
		return m, err
	}
	s.audit.Record(tx, audit.Entry{Project: project, Who: who, Action: "meter.installed", Kind: "meter", Subject: m.ID,
		Summary: "装" + m.Kind.Label() + "表 " + m.Number, After: m})
	return m, nil
}

// InstallAll gives every room that has no meter of the kind one, numbered by
// the kind and the room, and answers how many. The pattern says everything but
// room and number. Errors: ErrMeter, ErrNumber,
// estate.ErrNoBuilding.
func (s *Service) InstallAll(ctx context.Context, tx *db.Tx, who actor.Actor, project, building id.ID, pattern Meter) (int, error) {
	if building != 0 {
		_, err := s.estate.Building(ctx, tx, project, building)
		if f := fault.As(err); f != nil {
			err = f.At("body.building_id", f.Text, building)
		}
		if err != nil {
			return 0, err
		}
	}
	have, err := roomsWithMeter(ctx, tx, project, pattern.Kind, pattern.Band)
	if err != nil {
		return 0, err
	}
	filter := estate.RoomFilter{}
	if building != 0 {
		filter.Buildings = []id.ID{building}
	}
	rooms := []id.ID{}
	err = s.estate.StreamRooms(ctx, tx, project, filter, func(r *estate.BillingRoom) error {
		if !have[r.ID] {
			rooms = append(rooms, r.ID)
		}
		return nil
	})
	if err != nil || len(rooms) == 0 {
		return 0, err
	}
	labels, err := s.estate.Labels(ctx, tx, project, rooms)
	if err != nil {
		return 0, err
	}
	ids, list := tx.IDs(len(rooms)), make([]Meter, len(rooms))
	for i, room := range rooms {
		m := pattern
		m.ID, m.Room, m.Place, m.Number, m.Removed = ids[i], room, "", labels[room], 0
		if err := m.check(); err != nil {
			return 0, err
		}
		list[i] = m
	}
	if pattern.Installed > clock.DateOf(tx.Now()) {
		return 0, ErrMeter.At("body.installed", "不能晚于今天", pattern.Installed.String())
	}
	if err := insertMeters(ctx, tx, project, list); err != nil {
		return 0, err
	}
	words := fmt.Sprintf("为 %d 间房装%s表", len(list), pattern.Kind.Label())
	return len(list), s.audit.RecordEach(ctx, tx, audit.Entry{Project: project, Who: who, Action: "meter.installed_all", Kind: "meter",
		Summary: words, After: map[string]any{"meters": len(list), "kind": string(pattern.Kind)}}, words, len(list), func(i int) audit.Part {
		return audit.Part{Subject: list[i].Room, Kind: "meter", Record: list[i].ID, Note: "表号 " + list[i].Number, After: map[string]any{"number": list[i].Number, "installed": list[i].Installed}}
	})
}

// Exchange says how a meter is taken off the wall.
type Exchange struct {
	Meter     id.ID
	Date      clock.Date
	Final     money.Qty // what it showed last
	Estimated bool      // it could not be read any more
	Rolled    bool      // its dial went through zero since it was last read
	Reason    string    // why, 2–200 characters
	Photo     id.ID     // of the old dial, 0 without
	New       *Meter    // what hangs in its place: number, digits, multiplier, start; nil for nothing
}

// Remove takes a meter down with its last reading, and hangs another in its
// place when there is one; what was used goes on counting: the month's usage is
// that of both. Where the month of the day is charged already, what the old one
// counted since belongs to the next. Errors: those of Record, ErrRemoved,
// ErrReason, ErrMeter, ErrNumber, fault.ErrNotFound.
func (s *Service) Remove(ctx context.Context, tx *db.Tx, who actor.Actor, project id.ID, x Exchange) (Meter, error) {
	x.Reason = strings.TrimSpace(x.Reason)
	if n := utf8.RuneCountInString(x.Reason); n < 2 || n > 200 {
		return Meter{}, ErrReason
	}
	old, err := lockMeter(ctx, tx, project, x.Meter)
	if err != nil {
		return old, err
	}
	month := x.Date.Month()
	if billed, err := monthBilled(ctx, tx, project, &old, month); err != nil {
		return old, err
	} else if billed {
		month = month.Add(1)
	}
	if _, err := s.record(ctx, tx, who, project, &old, Reading{Meter: old.ID, Date: x.Date, Month: month, Value: x.Final,
		Estimated: x.Estimated, Rolled: x.Rolled, Final: true, Note: x.Reason, Photo: x.Photo}, false); err != nil {
		return old, err
	}
	if err := markRemoved(ctx, tx, project, old.ID, x.Date); err != nil {
		return old, err
	}
	before := old
	old.Removed = x.Date
	if x.New == nil {
		s.audit.Record(tx, audit.Entry{Project: project, Who: who, Action: "meter.removed", Kind: "meter", Subject: old.ID,
			Summary: "拆" + old.Kind.Label() + "表 " + old.Number + "，" + x.Reason, Before: before, After: old})
		return old, nil
	}
	m := *x.New
	m.Room, m.Place, m.Kind, m.Band, m.Installed, m.Replaces, m.UsedBefore = old.Room, old.Place, old.Kind, old.Band, x.Date, old.ID, 0
	if err := m.check(); err != nil {
		return m, err
	}
	m.ID = tx.NewID()
	if err := insertMeters(ctx, tx, project, []Meter{m}); err != nil {
		return m, err
	}
	s.audit.Record(tx, audit.Entry{Project: project, Who: who, Action: "meter.replaced", Kind: "meter", Subject: m.ID,
		Summary: "换" + m.Kind.Label() + "表：" + old.Number + " → " + m.Number + "，" + x.Reason, Before: before, After: m})
	return m, nil
}
