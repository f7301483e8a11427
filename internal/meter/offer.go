package meter

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"linli/internal/audit"
	"linli/internal/kit/actor"
	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/fault"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
	"linli/internal/kit/page"
	"linli/internal/kit/supply"
)

// Fate is what can become of what a remote meter says.
type Fate string

// The fates. What Waits can be taken over and has to be looked at then.
const (
	Takeable Fate = "ready"
	Waits    Fate = "review"
	Barred   Fate = "refused"
	ReadOnce Fate = "read"
	Mute     Fate = "silent"
)

// Offer is a meter with what the platform says that it shows.
type Offer struct {
	Meter   Meter
	Sample  Sample // without a number when the platform said nothing
	Reading Reading
	Since   clock.Date // of the reading before, or of the installation
	Fate    Fate
	Remarks []string
}

// OfferFilter chooses meters of a kind, and the day up to whose end their
// newest value counts.
type OfferFilter struct {
	Kind     supply.Kind
	Month    clock.Month
	Until    clock.Date
	Building id.ID
	Within   actor.Buildings
	Fresh    bool // what was said long before that day does not count
}

// maxOffers is how many meters are looked at together.
const maxOffers = 2000

// quiet is how many days a meter may say nothing before people are told.
const quiet = 3

// ErrManyMeters asks for a part.
var ErrManyMeters = fault.New(fault.Invalid, "meter_too_many", "一次最多 2000 块表，请先选楼栋")

func (f *OfferFilter) check(today clock.Date) error {
	switch {
	case f.Until == 0 || f.Until > today:
		return ErrReading.At("until", "截至日期不能晚于今天", f.Until.String())
	case f.Until.Month() < f.Month || f.Until.Month() > f.Month.Add(1):
		return ErrReading.At("until", "截至日期应在账期当月或下个月", f.Until.String())
	}
	return nil
}

// Offers lists what could be taken over for a month, meter by meter; nothing is
// written. Errors: ErrReading, ErrManyMeters.
func (s *Service) Offers(ctx context.Context, q db.Q, project id.ID, f OfferFilter) ([]Offer, error) {
	if err := f.check(clock.DateOf(s.db.Clock().Now())); err != nil {
		return nil, err
	}
	rooms, err := s.sheetRooms(ctx, q, project, f.Building, f.Within)
	if err != nil {
		return nil, fmt.Errorf("rooms of offers: %w", err)
	}
	meters, err := sheetMeters(ctx, q, project, &SheetFilter{Request: page.Request{Limit: maxOffers}, Kind: f.Kind, Month: f.Month}, rooms, -1, 0)
	if err != nil {
		return nil, err
	}
	if len(meters) > maxOffers {
		return nil, ErrManyMeters
	}
	return s.offer(ctx, q, project, &f, meters)
}

// offer finds what each meter's newest value would be as a reading, by the rules
// of readings that people enter.
func (s *Service) offer(ctx context.Context, q db.Q, project id.ID, f *OfferFilter, meters []Meter) ([]Offer, error) {
	numbers := make([]string, len(meters))
	for i := range meters {
		numbers[i] = meters[i].Number
	}
	said, err := signalsUpTo(ctx, q, project, numbers, f.Until)
	if err != nil {
		return nil, err
	}
	shared, err := sharedNumbers(ctx, q, project, numbers)
	if err != nil {
		return nil, err
	}
	known, err := s.bases(ctx, q, project, f.Kind, f.Month, meters)
	if err != nil {
		return nil, err
	}
	used, out := map[accountKey]money.Qty{}, make([]Offer, len(meters))
	for i := range meters {
		o := &out[i]
		o.Meter = meters[i]
		b, at := known[o.Meter.ID], accountOf(&o.Meter)
		b.already += used[at]
		if err := o.weigh(f, b, said[o.Meter.Number], shared[o.Meter.Number], clock.DateOf(s.db.Clock().Now())); err != nil {
			return nil, err
		}
		if o.takeable() {
			used[at] += o.Reading.Usage
		}
	}
	return out, nil
}

func (o *Offer) takeable() bool { return o.Fate == Takeable || o.Fate == Waits }

// weigh holds one value against what is known of its meter.
func (o *Offer) weigh(f *OfferFilter, b *basis, said Sample, shared bool, today clock.Date) error {
	m := &o.Meter
	o.Sample, o.Since = said, m.Installed
	o.Reading = Reading{Meter: m.ID, Month: f.Month, Date: clock.DateOf(said.At), Value: said.Value, Previous: m.Start, Remote: true}
	if len(b.past) > 0 {
		last := &b.past[0]
		if last.Month == f.Month {
			o.Fate, o.Reading, o.Since = ReadOnce, *last, last.Date
			return nil
		}
		o.Reading.Previous, o.Since = last.Value, last.Date
	}
	if said.Number == "" {
		o.Fate, o.Remarks = Mute, []string{"平台没有上报过这个表号"}
		return nil
	}
	if days := f.Until.Sub(o.Reading.Date); days >= quiet {
		o.Remarks = append(o.Remarks, fmt.Sprintf("到 %s 已 %d 天没有上报", f.Until, days))
		if f.Fresh {
			o.Fate = Mute
			return nil
		}
	}
	if shared {
		o.Fate, o.Remarks = Barred, append(o.Remarks, "几块表用同一个表号，分不清是哪一块，请核对表号或手工抄")
		return nil
	}
	o.Fate = Takeable
	err := o.Reading.check(m, today)
	if err == nil {
		err = o.Reading.gauge(m, b)
	}
	if no := fault.As(err); no != nil {
		o.Fate, o.Remarks = Barred, append(o.Remarks, reason(no))
		return nil
	}
	if err != nil {
		return err
	}
	if len(b.past) == 0 {
		o.Remarks = append(o.Remarks, "第一次抄，请核对起始读数")
	}
	if o.Reading.Rolled {
		o.Remarks = append(o.Remarks, "表字翻转")
	}
	if o.Reading.State == Review {
		o.Fate, o.Remarks = Waits, append(o.Remarks, fmt.Sprintf("用量明显偏大（前几期平均 %s），录入后待复核", o.Reading.Mean))
	}
	return nil
}

// reason is a refusal in one sentence.
func reason(no *fault.Error) string {
	if errors.Is(no, ErrReading) && len(no.Fields) > 0 {
		return no.Fields[0].Message
	}
	return no.Text
}

// Taken is what became of meters whose values should be taken over.
type Taken struct {
	Readings []Reading // that were entered
	Review   int       // of them wait for review
	Left     []Offer   // that were not: refused, silent, or read already
}

// maxTaken is how many meters one command takes over.
const maxTaken = 500

// Take enters what remote meters of one kind showed last as readings of a month,
// by the rules of readings that people enter; what these refuse is left and
// named. Errors: ErrReading, fault.ErrNotFound.
func (s *Service) Take(ctx context.Context, tx *db.Tx, who actor.Actor, project id.ID, f OfferFilter, ids []id.ID) (Taken, error) {
	if err := f.check(clock.DateOf(tx.Now())); err != nil {
		return Taken{}, err
	}
	ids = slices.Compact(slices.Sorted(slices.Values(ids)))
	if err := lockMeters(ctx, tx, project, ids); err != nil {
		return Taken{}, err
	}
	meters, err := metersOf(ctx, tx, project, ids)
	if err != nil {
		return Taken{}, err
	}
	if len(meters) != len(ids) || slices.ContainsFunc(meters, func(m Meter) bool { return m.Kind != f.Kind }) {
		return Taken{}, fault.ErrNotFound
	}
	offers, err := s.offer(ctx, tx, project, &f, meters)
	if err != nil {
		return Taken{}, err
	}
	out, numbers := Taken{}, []string{}
	for i := range offers {
		o := &offers[i]
		if !o.takeable() {
			out.Left = append(out.Left, *o)
			continue
		}
		if o.Fate == Waits {
			out.Review++
		}
		r := o.Reading
		r.ID, r.Reader, r.At = tx.NewID(), who.Name, tx.Now()
		out.Readings, numbers = append(out.Readings, r), append(numbers, o.Meter.Number)
	}
	if err := insertReadings(ctx, tx, project, out.Readings...); err != nil {
		return Taken{}, err
	}
	return out, s.recordTaken(ctx, tx, who, project, &f, &out, numbers)
}

func (s *Service) recordTaken(ctx context.Context, tx *db.Tx, who actor.Actor, project id.ID, f *OfferFilter, t *Taken, numbers []string) error {
	if len(t.Readings) == 0 {
		return nil
	}
	words := fmt.Sprintf("用远传读数抄%s表 %s：%d 块表", f.Kind.Label(), f.Month, len(t.Readings))
	e := audit.Entry{Project: project, Who: who, Action: "meter.taken", Kind: "reading", Summary: fmt.Sprintf("%s，待复核 %d 块", words, t.Review),
		After: map[string]any{"readings": len(t.Readings), "review": t.Review, "until": f.Until}}
	return s.audit.RecordEach(ctx, tx, e, words, len(t.Readings), func(i int) audit.Part {
		r := &t.Readings[i]
		return audit.Part{Subject: r.Room, Kind: "reading", Record: r.ID, Note: fmt.Sprintf("表号 %s：%s → %s，用量 %s", numbers[i], r.Previous, r.Value, r.Usage),
			After: map[string]any{"value": r.Value, "usage": r.Usage, "date": r.Date}}
	})
}
