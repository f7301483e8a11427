package meter

import (
	"context"
	"errors"
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
	Kind      Kind
	Month     clock.Month // whose usage it is
	Date      clock.Date
	Value     money.Qty
	Previous  money.Qty
	Usage     money.Qty // multiplied, never below zero
	Carry     money.Qty // what an estimate had too much, taken off the next usage; never above zero
	Rolled    bool      // the dial went through zero
	Estimated bool
	Final     bool // the meter was taken down
	State     State
	Mean      money.Qty // of the months before, when it was looked at
	Run       id.ID     // the run that charged it, 0 = none
	Reader    string
	DecidedBy string
	Note      string
	At        time.Time
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
	if m.Removed != 0 {
		return r, ErrRemoved
	}
	if r.Month == 0 {
		r.Month = r.Date.Month()
	}
	switch today := clock.DateOf(tx.Now()); {
	case r.Date == 0 || r.Date > today:
		return r, ErrReading.At("body.date", "要填写抄表日期，不能晚于今天", r.Date.String())
	case r.Month > r.Date.Month() || r.Month < r.Date.Month().Add(-1):
		return r, ErrReading.At("body.month", "账期应是抄表当月或上个月", r.Month.String())
	case r.Value < 0 || r.Value >= m.Range():
		return r, ErrReading.At("body.value", fmt.Sprintf("这块表整数 %d 位，读数要小于 %s", m.Digits, m.Range()), int64(r.Value))
	case utf8.RuneCountInString(r.Note) > 200:
		return r, ErrReading.At("body.note", "最多 200 个字", "")
	}
	past, err := lastReadings(ctx, tx, project, m.ID, 2)
	if err != nil {
		return r, err
	}
	if len(past) > 0 && past[0].Month == r.Month && correct {
		if past[0].Run != 0 {
			return r, ErrBilled
		}
		if err := setState(ctx, tx, project, past[0].ID, Void, who.Name, "改读数"); err != nil {
			return r, err
		}
		past = past[1:]
	}
	if err := s.measure(ctx, tx, project, m, &r, past); err != nil {
		return r, err
	}
	r.ID, r.Meter, r.Room, r.Kind, r.Reader, r.At = tx.NewID(), m.ID, m.Room, m.Kind, who.Name, tx.Now()
	if err := s.judge(ctx, tx, project, m, &r); err != nil {
		return r, err
	}
	if err := insertReading(ctx, tx, project, &r); err != nil {
		return r, err
	}
	s.audit.Record(tx, audit.Entry{Project: project, Who: who, Action: "meter.read", Kind: "reading", Subject: r.ID,
		Summary: fmt.Sprintf("%s表 %s 抄 %s：%s → %s，用量 %s", m.Kind.Label(), m.Number, r.Month, r.Previous, r.Value, r.Usage), After: r})
	return r, nil
}

// measure computes usage against the reading before; past are the last ones,
// newest first.
func (s *Service) measure(ctx context.Context, q db.Q, project id.ID, m *Meter, r *Reading, past []Reading) error {
	r.Previous = m.Start
	since, carry, floor := m.Installed, money.Qty(0), m.Start
	if len(past) > 0 {
		last := past[0]
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
			seen, err := lastSeen(ctx, q, project, m.ID)
			if err != nil {
				return err
			}
			floor = m.Start
			if seen != nil {
				floor = seen.Value
			}
		}
	}
	if r.Date < since {
		return ErrOrder
	}
	if billed, err := monthBilled(ctx, q, project, m, r.Month); err != nil || billed {
		return errors.Join(err, when(billed, ErrBilled.Say("%s 的用量已出账，请把账期选到下个月", r.Month)))
	}
	var went money.Qty
	if r.Value < r.Previous && r.Value >= floor {
		went = r.Value - r.Previous
	} else {
		var err error
		if went, r.Rolled, err = Advance(r.Previous, r.Value, m.Range()); err != nil {
			return err
		}
	}
	usage, err := money.MulDiv(int64(went), int64(m.Multiplier), 10_000, money.HalfUp)
	if err != nil {
		return ErrTooMuch
	}
	net := money.Qty(usage) + carry
	r.Usage, r.Carry = max(net, 0), min(net, 0)
	return nil
}

func when(is bool, err error) error {
	if is {
		return err
	}
	return nil
}

// Setting is when usage is unusual: above Factor times the mean of the last
// Periods months.
type Setting struct {
	Factor  money.Qty // ×10⁻⁴
	Periods int
	Version int // 0 while nobody has set it
}

// usual is what counts until a project sets its own (case B12).
func usual() Setting { return Setting{Factor: 3 * 10_000, Periods: 6} }

// judge holds the month's usage of the account against the months before.
func (s *Service) judge(ctx context.Context, q db.Q, project id.ID, m *Meter, r *Reading) error {
	r.State = Good
	set, err := s.Setting(ctx, q, project)
	if err != nil {
		return err
	}
	past, already, err := usageBefore(ctx, q, project, m, r.Month, set.Periods)
	if err != nil {
		return err
	}
	if len(past) < set.Periods {
		return nil
	}
	var sum money.Qty
	for _, x := range past {
		sum += x
	}
	mean, err := money.MulDiv(int64(sum), 1, int64(len(past)), money.HalfUp)
	if err != nil {
		return ErrTooMuch
	}
	r.Mean = money.Qty(mean)
	// usage > factor × sum ÷ n, without dividing.
	limit, err := money.MulDiv(int64(set.Factor), int64(sum), 10_000*int64(len(past)), money.Down)
	if err != nil {
		return ErrTooMuch
	}
	if r.Usage+already > money.Qty(limit) {
		r.State = Review
	}
	return nil
}

// Setting reads when usage is unusual.
func (s *Service) Setting(ctx context.Context, q db.Q, project id.ID) (Setting, error) {
	return oneSetting(ctx, q, project)
}

// SetSetting changes it; Version must be the one that was read. Errors:
// ErrReading, fault.ErrStale.
func (s *Service) SetSetting(ctx context.Context, tx *db.Tx, who actor.Actor, project id.ID, set Setting) (Setting, error) {
	if set.Factor <= 10_000 || set.Factor > 100*10_000 {
		return set, ErrReading.At("body.factor", "倍数要大于 1，最大 100", int64(set.Factor))
	}
	if set.Periods < 1 || set.Periods > 24 {
		return set, ErrReading.At("body.periods", "要在 1–24 期之间", set.Periods)
	}
	before, err := s.Setting(ctx, tx, project)
	if err != nil {
		return set, err
	}
	if err := storeSetting(ctx, tx, project, set); err != nil {
		return set, err
	}
	set.Version++
	s.audit.Record(tx, audit.Entry{Project: project, Who: who, Action: "meter.setting", Kind: "setting", Subject: project,
		Summary: fmt.Sprintf("用量超过前 %d 期均值 %s 倍须复核", set.Periods, set.Factor), Before: before, After: set})
	return set, nil
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
