package meter

import (
	"context"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"linli/internal/audit"
	"linli/internal/kit/actor"
	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
	"linli/internal/kit/supply"
)

// State is where a reading stands.
type State string

// The states. What waits for review is not charged until somebody confirms it.
const (
	Good      State = "ok"
	Review    State = "review"
	Confirmed State = "confirmed"
	Void      State = "void"
)

// Reading is what a meter showed on a day, and what was used since the one
// before. A reading is never changed: the last one may be made void and
// entered anew while nobody was charged for it.
type Reading struct {
	ID        id.ID
	Meter     id.ID
	Room      id.ID
	Kind      supply.Kind
	Month     clock.Month // whose usage it is
	Date      clock.Date
	Value     money.Qty
	Previous  money.Qty
	Usage     money.Qty // multiplied, never below zero
	Carry     money.Qty // what an estimate had too much, taken off the next usage; never above zero
	Rolled    bool      // the dial went through zero; when entered: somebody saw that it did
	Estimated bool
	Final     bool // the meter was taken down
	State     State
	Mean      money.Qty // of the months before, when it was looked at
	Run       id.ID     // the run that charged it, 0 = none
	Reader    string
	DecidedBy string
	Note      string
	Photo     id.ID // of the dial, 0 without
	Import    id.ID // the sheet that brought it, 0 when it was typed
	Remote    bool  // the meter said it itself
	At        time.Time

	told bool // only somebody's word says that the dial went through zero
}

// Advance is how far a dial of the given range went from prev to cur: less than
// before is only believed when at least nine tenths of the dial are missing,
// which is a dial that went through zero (cases B08, B11).
func Advance(prev, cur, dial money.Qty) (went money.Qty, rolled bool, err error) {
	if cur >= prev {
		return cur - prev, false, nil
	}
	if (prev-cur)*10 < dial*9 {
		return 0, false, ErrDecreased.Say("本期读数 %s 小于上期 %s，请核对是否抄错或换表", cur, prev)
	}
	return dial - prev + cur, true, nil
}

// Record enters a reading. correct replaces the last one of the same month.
// Errors: ErrReading, ErrRemoved, ErrReadTwice, ErrOrder, ErrBilled,
// ErrDecreased, ErrTooMuch, fault.ErrNotFound.
func (s *Service) Record(ctx context.Context, tx *db.Tx, who actor.Actor, project id.ID, r Reading, correct bool) (Reading, error) {
	m, err := lockMeter(ctx, tx, project, r.Meter)
	if err != nil {
		return r, err
	}
	r.Final = false
	return s.record(ctx, tx, who, project, &m, r, correct)
}

func (s *Service) record(ctx context.Context, tx *db.Tx, who actor.Actor, project id.ID, m *Meter, r Reading, correct bool) (Reading, error) {
	if err := r.check(m, clock.DateOf(tx.Now())); err != nil {
		return r, err
	}
	if err := s.checkPhoto(ctx, tx, who, project, r.Photo); err != nil {
		return r, err
	}
	if correct {
		if err := s.takeBack(ctx, tx, who, project, &r); err != nil {
			return r, err
		}
	}
	b, err := s.basis(ctx, tx, project, m, r.Month)
	if err != nil {
		return r, err
	}
	if err := r.gauge(m, b); err != nil {
		return r, err
	}
	r.ID, r.Reader, r.At = tx.NewID(), who.Name, tx.Now()
	if err := insertReadings(ctx, tx, project, r); err != nil {
		return r, err
	}
	s.audit.Record(tx, audit.Entry{Project: project, Who: who, Action: "meter.read", Kind: "reading", Subject: r.ID,
		Summary: fmt.Sprintf("%s表 %s 抄 %s：%s → %s，用量 %s", m.Kind.Label(), m.Number, r.Month, r.Previous, r.Value, r.Usage), After: r})
	return r, nil
}

// takeBack makes the last reading of the same meter and month void, so that r can
// take its place.
func (s *Service) takeBack(ctx context.Context, tx *db.Tx, who actor.Actor, project id.ID, r *Reading) error {
	last, err := lastReadings(ctx, tx, project, r.Meter, 1)
	if err != nil || len(last) == 0 || last[0].Month != r.Month {
		return err
	}
	if last[0].Run != 0 {
		return ErrBilled
	}
	return setState(ctx, tx, project, last[0].ID, Void, who.Name, "改读数")
}

// check refuses what cannot be a reading of the meter whatever came before.
func (r *Reading) check(m *Meter, today clock.Date) error {
	if m.Removed != 0 {
		return ErrRemoved
	}
	if r.Date == 0 || r.Date > today {
		return ErrReading.At("body.date", "要填写抄表日期，不能晚于今天", r.Date.String())
	}
	latest := r.Date.Month()
	if r.Month == 0 {
		r.Month = latest
	}
	if r.Final {
		latest = latest.Add(1) // the month of the day may be charged already
	}
	switch {
	case r.Month > latest || r.Month < r.Date.Month().Add(-1):
		return ErrReading.At("body.month", "账期应是抄表当月或上个月", r.Month.String())
	case r.Value < 0 || r.Value >= m.Range():
		return ErrReading.At("body.value", fmt.Sprintf("这块表整数 %d 位，读数要小于 %s", m.Digits, m.Range()), int64(r.Value))
	case utf8.RuneCountInString(r.Note) > 200:
		return ErrReading.At("body.note", "最多 200 个字", "")
	}
	return nil
}

// gauge finds what a reading means: what was used since the one before, and
// whether that is unusual.
func (r *Reading) gauge(m *Meter, b *basis) error {
	if err := r.measure(m, b); err != nil {
		return err
	}
	r.Meter, r.Room, r.Kind = m.ID, m.Room, m.Kind
	return r.judge(b)
}

// measure computes usage against the reading before.
func (r *Reading) measure(m *Meter, b *basis) error {
	r.Previous = m.Start
	since, carry, floor := m.Installed, money.Qty(0), m.Start
	if len(b.past) == 0 {
		carry = b.carry
	}
	if len(b.past) > 0 {
		last := b.past[0]
		if last.Month == r.Month && !r.Final {
			return ErrReadTwice
		}
		if last.Month > r.Month {
			return ErrOrder
		}
		r.Previous, since, carry, floor = last.Value, last.Date, last.Carry, last.Value
		if last.Estimated {
			// An estimate may have been too high; the last value that somebody
			// saw is what the dial cannot be below.
			floor = m.Start
			if b.seen != nil {
				floor = b.seen.Value
			}
		}
	}
	if r.Date < since {
		return ErrOrder
	}
	if b.billed {
		return ErrBilled.Say("%s 的用量已出账，请把账期选到下个月", r.Month)
	}
	went, err := r.advance(floor, m.Range())
	if err != nil {
		return err
	}
	usage, err := money.MulDiv(int64(went), int64(m.Multiplier), 10_000, money.HalfUp)
	if err != nil {
		return ErrTooMuch
	}
	net := money.Qty(usage) + carry
	r.Usage, r.Carry = max(net, 0), min(net, 0)
	return nil
}

// advance is how far the dial went, and whether through zero. Where the readings
// alone do not tell, somebody's word does, and is looked at by another.
func (r *Reading) advance(floor, dial money.Qty) (money.Qty, error) {
	said := r.Rolled
	r.Rolled = false
	if r.Value < r.Previous && r.Value >= floor {
		return r.Value - r.Previous, nil
	}
	went, rolled, err := Advance(r.Previous, r.Value, dial)
	if err != nil && said {
		went, rolled, r.told, err = dial-r.Previous+r.Value, true, true, nil
	}
	r.Rolled = rolled
	return went, err
}

// Confirm lets unusual usage be charged. Errors: ErrNoReview, ErrReason,
// fault.ErrNotFound.
func (s *Service) Confirm(ctx context.Context, tx *db.Tx, who actor.Actor, project, reading id.ID, note string) (Reading, error) {
	return s.decide(ctx, tx, who, project, reading, note, Confirmed, func(r *Reading, _ bool) error {
		if r.State != Review {
			return ErrNoReview
		}
		return nil
	})
}

// MakeVoid takes back the last reading of a meter while nobody was charged for
// it. Errors: ErrBilled, ErrNotLast, ErrReason, fault.ErrNotFound.
func (s *Service) MakeVoid(ctx context.Context, tx *db.Tx, who actor.Actor, project, reading id.ID, note string) (Reading, error) {
	return s.decide(ctx, tx, who, project, reading, note, Void, func(r *Reading, last bool) error {
		switch {
		case r.Run != 0:
			return ErrBilled
		case !last || r.Final || r.State == Void:
			return ErrNotLast
		}
		return nil
	})
}

func (s *Service) decide(ctx context.Context, tx *db.Tx, who actor.Actor, project, reading id.ID, note string, to State, allowed func(*Reading, bool) error) (Reading, error) {
	note = strings.TrimSpace(note)
	if n := utf8.RuneCountInString(note); n < 2 || n > 200 {
		return Reading{}, ErrReason
	}
	r, err := oneReading(ctx, tx, project, reading)
	if err != nil {
		return r, err
	}
	m, err := lockMeter(ctx, tx, project, r.Meter)
	if err != nil {
		return r, err
	}
	past, err := lastReadings(ctx, tx, project, m.ID, 1)
	if err != nil {
		return r, err
	}
	if r, err = oneReading(ctx, tx, project, reading); err != nil {
		return r, err
	}
	if err := allowed(&r, len(past) > 0 && past[0].ID == r.ID); err != nil {
		return r, err
	}
	before := r
	r.State, r.DecidedBy, r.Note = to, who.Name, note
	verb := map[State]string{Confirmed: "复核通过", Void: "作废读数"}[to]
	s.audit.Record(tx, audit.Entry{Project: project, Who: who, Action: "meter.reading_" + string(to), Kind: "reading", Subject: r.ID,
		Summary: fmt.Sprintf("%s：%s表 %s %s 用量 %s，%s", verb, m.Kind.Label(), m.Number, r.Month, r.Usage, note), Before: before, After: r})
	return r, setState(ctx, tx, project, r.ID, to, who.Name, note)
}

// Readings lists what a meter showed, newest first, void ones among them.
func (s *Service) Readings(ctx context.Context, q db.Q, project, meter id.ID) ([]Reading, error) {
	return readingsOf(ctx, q, project, meter)
}
