package meter

import (
	"context"
	"time"

	"linli/internal/kit/actor"
	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
	"linli/internal/kit/page"
	"linli/internal/kit/supply"
	"linli/internal/kit/web"
)

// ReadingJSON is a reading in answers.
type ReadingJSON struct {
	ID        id.ID       `json:"id"`
	Meter     id.ID       `json:"meter_id"`
	Month     clock.Month `json:"month" doc:"用量算在哪个账期"`
	Date      clock.Date  `json:"date" doc:"抄表日期"`
	Value     money.Qty   `json:"value" doc:"读数，万分之一"`
	Previous  money.Qty   `json:"previous" doc:"上期读数，万分之一"`
	Usage     money.Qty   `json:"usage" doc:"用量，已乘倍率，万分之一"`
	Carry     money.Qty   `json:"carry" doc:"估抄多计、留待以后扣除的用量，不大于 0，万分之一"`
	Rolled    bool        `json:"rolled" doc:"表字翻转"`
	Estimated bool        `json:"estimated" doc:"估抄"`
	State     string      `json:"state" enum:"ok,review,confirmed,void" doc:"正常、待复核、已复核、已作废"`
	Mean      money.Qty   `json:"mean" doc:"前几期均值，万分之一；期数不够为 0"`
	Billed    bool        `json:"billed" doc:"已出账，不能再改"`
	Reader    string      `json:"reader" doc:"谁抄的"`
	DecidedBy string      `json:"decided_by" doc:"谁复核或作废的"`
	Note      string      `json:"note"`
	Final     bool        `json:"final" doc:"拆表时的读数"`
	Photo     bool        `json:"photo" doc:"有表盘照片"`
	Import    id.ID       `json:"import_id,omitempty" doc:"由哪份抄表单导入"`
	Remote    bool        `json:"remote" doc:"远传表自己上报的"`
	At        time.Time   `json:"created_at" doc:"录入时间"`
}

func toReading(r *Reading) ReadingJSON {
	return ReadingJSON{r.ID, r.Meter, r.Month, r.Date, r.Value, r.Previous, r.Usage, r.Carry, r.Rolled, r.Estimated, string(r.State), r.Mean, r.Run != 0,
		r.Reader, r.DecidedBy, r.Note, r.Final, r.Photo != 0, r.Import, r.Remote, r.At.In(clock.Shanghai())}
}

type readingOut struct{ Body ReadingJSON }

func (s *Service) readingAnswer(ctx context.Context, fn func(tx *db.Tx) (Reading, error)) (*readingOut, error) {
	out := &readingOut{}
	err := s.db.Write(ctx, func(tx *db.Tx) error {
		r, err := fn(tx)
		out.Body = toReading(&r)
		return err
	})
	return out, err
}

type sheetIn struct {
	Project id.ID `path:"project"`
	page.Request
	Month    web.Month `query:"month" doc:"账期，空为本月"`
	Kind     string    `query:"kind" default:"water" enum:"water,hot_water,electricity,gas,heat" doc:"水、热水、电、燃气、供热"`
	Building id.ID     `query:"building_id" doc:"楼栋"`
	Shown    string    `query:"shown" enum:"unread,review" doc:"只看没抄的、待复核的；空为全部"`
}

// SheetRowJSON is one line of a reading list.
type SheetRowJSON struct {
	Meter    MeterJSON    `json:"meter"`
	Previous money.Qty    `json:"previous" doc:"上期读数，万分之一"`
	Since    clock.Date   `json:"since" doc:"上期抄表日期，没抄过为装表日期"`
	Reading  *ReadingJSON `json:"reading,omitempty" doc:"本期读数，没抄则没有"`
	Building id.ID        `json:"building_id,omitempty" doc:"楼栋，公共部位则没有"`
	Name     string       `json:"building_name,omitempty" doc:"楼栋名称"`
	Floor    int          `json:"floor" doc:"楼层；公共部位为 0"`
	Unusual  money.Qty    `json:"unusual_above,omitempty" doc:"用量超过它要复核，万分之一；期数不够则没有"`
}

type sheetOut struct {
	Body struct {
		page.List[SheetRowJSON]
		Meters int `json:"meters" doc:"在用的表，块"`
		Read   int `json:"read" doc:"本期已抄"`
		Review int `json:"review" doc:"待复核"`
	}
}

func (s *Service) sheetAPI(ctx context.Context, who actor.Actor, in *sheetIn) (*sheetOut, error) {
	q, within := s.db.Reader(ctx), who.Within(PermRead, in.Project)
	f := SheetFilter{in.Request, in.Month.Month, supply.Kind(in.Kind), in.Building, Shown(in.Shown), within}
	if f.Month == 0 {
		f.Month = clock.MonthOf(s.db.Clock().Now())
	}
	l, err := s.Sheet(ctx, q, in.Project, f)
	if err != nil {
		return nil, err
	}
	counts, err := s.Counts(ctx, q, in.Project, f.Kind, f.Month, within)
	if err != nil {
		return nil, err
	}
	meters := make([]Meter, len(l.Items))
	for i := range l.Items {
		meters[i] = l.Items[i].Meter
	}
	named, err := s.meterJSON(ctx, q, in.Project, meters)
	if err != nil {
		return nil, err
	}
	spots, err := s.spots(ctx, q, in.Project, meters)
	if err != nil {
		return nil, err
	}
	limits, err := s.Limits(ctx, q, in.Project, f.Kind, f.Month, meters)
	if err != nil {
		return nil, err
	}
	out := &sheetOut{}
	b := &out.Body
	b.Next, b.Items, b.Meters, b.Read, b.Review = l.Next, make([]SheetRowJSON, len(l.Items)), counts.Meters, counts.Read, counts.Review
	for i := range l.Items {
		b.Items[i] = toSheetRow(&l.Items[i], named[i], f.Month)
		at := spots[meters[i].Room]
		b.Items[i].Building, b.Items[i].Name, b.Items[i].Floor, b.Items[i].Unusual = at.building, at.name, at.floor, limits[meters[i].ID]
	}
	return out, nil
}

func toSheetRow(r *SheetRow, m MeterJSON, month clock.Month) SheetRowJSON {
	out := SheetRowJSON{Meter: m, Previous: r.Meter.Start, Since: r.Meter.Installed}
	switch {
	case r.Last == nil:
	case r.Last.Month == month:
		now := toReading(r.Last)
		out.Reading, out.Previous = &now, r.Last.Previous
		if r.Before != nil {
			out.Since = r.Before.Date
		}
	default:
		out.Previous, out.Since = r.Last.Value, r.Last.Date
	}
	return out
}

type recordIn struct {
	Project id.ID `path:"project"`
	Body    struct {
		Meter     id.ID       `json:"meter_id"`
		Month     clock.Month `json:"month,omitempty" doc:"账期，空为抄表当月"`
		Date      clock.Date  `json:"date" doc:"抄表日期"`
		Value     money.Qty   `json:"value" minimum:"0" doc:"读数，万分之一"`
		Estimated bool        `json:"estimated,omitempty" doc:"估抄，下次按实际读数找平"`
		Rolled    bool        `json:"rolled,omitempty" doc:"比上期小，因为表字翻转；读数本身看不出的，先待复核"`
		Photo     id.ID       `json:"photo_id,omitempty" doc:"表盘照片，先上传照片"`
		Correct   bool        `json:"correct,omitempty" doc:"改本期已抄的读数，原来的作废"`
		Note      string      `json:"note,omitempty" maxLength:"200" doc:"备注"`
	}
}

func (s *Service) recordAPI(ctx context.Context, who actor.Actor, in *recordIn) (*readingOut, error) {
	b := in.Body
	r := Reading{Meter: b.Meter, Month: b.Month, Date: b.Date, Value: b.Value, Estimated: b.Estimated, Rolled: b.Rolled, Photo: b.Photo, Note: b.Note}
	return s.readingAnswer(ctx, func(tx *db.Tx) (Reading, error) {
		if err := s.reachMeter(ctx, tx, in.Project, b.Meter, who.Within(PermRecord, in.Project)); err != nil {
			return Reading{}, err
		}
		return s.Record(ctx, tx, who, in.Project, r, b.Correct)
	})
}

type decideIn struct {
	Project id.ID `path:"project"`
	Reading id.ID `path:"reading"`
	Body    struct {
		Note string `json:"note" minLength:"2" maxLength:"200" doc:"原因"`
	}
}

func (s *Service) confirmAPI(ctx context.Context, who actor.Actor, in *decideIn) (*readingOut, error) {
	return s.readingAnswer(ctx, func(tx *db.Tx) (Reading, error) {
		if err := s.reachReading(ctx, tx, in.Project, in.Reading, who.Within(PermConfirm, in.Project)); err != nil {
			return Reading{}, err
		}
		return s.Confirm(ctx, tx, who, in.Project, in.Reading, in.Body.Note)
	})
}

func (s *Service) voidAPI(ctx context.Context, who actor.Actor, in *decideIn) (*readingOut, error) {
	return s.readingAnswer(ctx, func(tx *db.Tx) (Reading, error) {
		if err := s.reachReading(ctx, tx, in.Project, in.Reading, who.Within(PermRecord, in.Project)); err != nil {
			return Reading{}, err
		}
		return s.MakeVoid(ctx, tx, who, in.Project, in.Reading, in.Body.Note)
	})
}

type listReadingsIn struct {
	Project id.ID `path:"project"`
	Meter   id.ID `path:"meter"`
}

type readingsOut struct {
	Body struct {
		Items []ReadingJSON `json:"items" nullable:"false" doc:"新的在前，最多 240 条"`
	}
}

func (s *Service) listReadingsAPI(ctx context.Context, who actor.Actor, in *listReadingsIn) (*readingsOut, error) {
	q := s.db.Reader(ctx)
	if _, err := s.One(ctx, q, in.Project, in.Meter); err != nil {
		return nil, err
	}
	if err := s.reachMeter(ctx, q, in.Project, in.Meter, who.Within(PermRead, in.Project)); err != nil {
		return nil, err
	}
	list, err := s.Readings(ctx, q, in.Project, in.Meter)
	if err != nil {
		return nil, err
	}
	out := &readingsOut{}
	out.Body.Items = make([]ReadingJSON, len(list))
	for i := range list {
		out.Body.Items[i] = toReading(&list[i])
	}
	return out, nil
}

// SettingJSON is when usage has to be looked at.
type SettingJSON struct {
	Factor  money.Qty `json:"factor" minimum:"0" doc:"超过均值几倍须复核，万分之一"`
	Periods int       `json:"periods" minimum:"1" maximum:"24" doc:"与前几期的均值比"`
	Version int       `json:"version" doc:"修改时原样带回"`
}

type projectIn struct {
	Project id.ID `path:"project"`
}

type settingOut struct{ Body SettingJSON }

func (s *Service) readSettingAPI(ctx context.Context, _ actor.Actor, in *projectIn) (*settingOut, error) {
	set, err := s.Setting(ctx, s.db.Reader(ctx), in.Project)
	return &settingOut{SettingJSON(set)}, err
}

type putSettingIn struct {
	Project id.ID `path:"project"`
	Body    SettingJSON
}

func (s *Service) putSettingAPI(ctx context.Context, who actor.Actor, in *putSettingIn) (*settingOut, error) {
	out := &settingOut{}
	err := s.db.Write(ctx, func(tx *db.Tx) error {
		set, err := s.SetSetting(ctx, tx, who, in.Project, Setting(in.Body))
		out.Body = SettingJSON(set)
		return err
	})
	return out, err
}
