package meter

import (
	"context"

	"linli/internal/kit/actor"
	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
	"linli/internal/kit/supply"
)

// DialFields are what a new meter shows of itself.
type DialFields struct {
	Number     string    `json:"number" minLength:"1" maxLength:"40" doc:"表号"`
	Digits     int       `json:"digits" minimum:"3" maximum:"10" doc:"整数位数，走满后从 0 开始"`
	Multiplier money.Qty `json:"multiplier,omitempty" minimum:"0" default:"10000" doc:"倍率，万分之一"`
	Start      money.Qty `json:"start,omitempty" minimum:"0" doc:"起始读数，万分之一"`
}

func (f *DialFields) rules() Meter {
	return Meter{Number: f.Number, Digits: f.Digits, Multiplier: f.Multiplier, Start: f.Start}
}

// MeterFields are what people fill in of a meter.
type MeterFields struct {
	DialFields
	Room       id.ID      `json:"room_id,omitempty" doc:"装在哪间房；公共部位的表为空"`
	Place      string     `json:"place,omitempty" maxLength:"60" doc:"公共部位的位置"`
	Kind       string     `json:"kind" enum:"water,hot_water,electricity,gas,heat" doc:"水、热水、电、燃气、供热"`
	Band       string     `json:"band,omitempty" enum:"sharp,peak,flat,valley" doc:"分时表的这一路是尖、峰、平、谷；不分时段为空"`
	UsedBefore money.Qty  `json:"used_before,omitempty" minimum:"0" doc:"录入前本年度已用量，万分之一，计入阶梯"`
	Installed  clock.Date `json:"installed" doc:"装表日期"`
}

// MeterJSON is a meter in answers.
type MeterJSON struct {
	ID id.ID `json:"id"`
	MeterFields
	Label   string     `json:"label" doc:"房号，或公共部位的位置"`
	Unit    string     `json:"unit" doc:"立方米、度"`
	Removed clock.Date `json:"removed,omitempty" doc:"拆表日期，在用则没有"`
	Follows id.ID      `json:"replaces_id,omitempty" doc:"换下的是哪块表"`
}

func toMeter(m *Meter, labels map[id.ID]string) MeterJSON {
	label := m.Place
	if m.Room != 0 {
		label = labels[m.Room]
	}
	return MeterJSON{ID: m.ID, Label: label, Unit: m.Kind.Unit(), Removed: m.Removed, Follows: m.Replaces, MeterFields: MeterFields{
		DialFields: DialFields{m.Number, m.Digits, m.Multiplier, m.Start}, Room: m.Room, Place: m.Place, Kind: string(m.Kind), Band: string(m.Band),
		UsedBefore: m.UsedBefore, Installed: m.Installed}}
}

func (s *Service) meterJSON(ctx context.Context, q db.Q, project id.ID, list []Meter) ([]MeterJSON, error) {
	rooms := []id.ID{}
	for i := range list {
		if list[i].Room != 0 {
			rooms = append(rooms, list[i].Room)
		}
	}
	labels, err := s.estate.Labels(ctx, q, project, rooms)
	if err != nil {
		return nil, err
	}
	out := make([]MeterJSON, len(list))
	for i := range list {
		out[i] = toMeter(&list[i], labels)
	}
	return out, nil
}

type meterOut struct{ Body MeterJSON }

func (s *Service) meterAnswer(ctx context.Context, project id.ID, fn func(tx *db.Tx) (Meter, error)) (*meterOut, error) {
	out := &meterOut{}
	err := s.db.Write(ctx, func(tx *db.Tx) error {
		m, err := fn(tx)
		if err != nil {
			return err
		}
		list, err := s.meterJSON(ctx, tx, project, []Meter{m})
		if err == nil {
			out.Body = list[0]
		}
		return err
	})
	return out, err
}

type installIn struct {
	Project id.ID `path:"project"`
	Body    MeterFields
}

func (s *Service) installAPI(ctx context.Context, who actor.Actor, in *installIn) (*meterOut, error) {
	b := in.Body
	m := b.rules()
	m.Room, m.Place, m.Kind, m.Band, m.UsedBefore, m.Installed = b.Room, b.Place, supply.Kind(b.Kind), supply.Band(b.Band), b.UsedBefore, b.Installed
	return s.meterAnswer(ctx, in.Project, func(tx *db.Tx) (Meter, error) { return s.Install(ctx, tx, who, in.Project, m) })
}

type installAllIn struct {
	Project id.ID `path:"project"`
	Body    struct {
		Building  id.ID      `json:"building_id,omitempty" doc:"只为一栋楼装；空为全项目"`
		Kind      string     `json:"kind" enum:"water,hot_water,electricity,gas,heat" doc:"水、热水、电、燃气、供热"`
		Band      string     `json:"band,omitempty" enum:"sharp,peak,flat,valley" doc:"分时表的一路：尖、峰、平、谷；不分时段为空"`
		Digits    int        `json:"digits" minimum:"3" maximum:"10" doc:"整数位数"`
		Installed clock.Date `json:"installed" doc:"装表日期"`
	}
}

type installAllOut struct {
	Body struct {
		Meters int `json:"meters" doc:"新装了几块"`
	}
}

func (s *Service) installAllAPI(ctx context.Context, who actor.Actor, in *installAllIn) (*installAllOut, error) {
	out, b := &installAllOut{}, in.Body
	err := s.db.Write(ctx, func(tx *db.Tx) (err error) {
		out.Body.Meters, err = s.InstallAll(ctx, tx, who, in.Project, b.Building, Meter{Kind: supply.Kind(b.Kind), Band: supply.Band(b.Band), Digits: b.Digits, Installed: b.Installed})
		return err
	})
	return out, err
}

type amendIn struct {
	Project id.ID `path:"project"`
	Meter   id.ID `path:"meter"`
	Body    struct {
		DialFields
		UsedBefore money.Qty `json:"used_before,omitempty" minimum:"0" doc:"录入前本年度已用量，万分之一，计入阶梯"`
	}
}

func (s *Service) amendAPI(ctx context.Context, who actor.Actor, in *amendIn) (*meterOut, error) {
	m := in.Body.rules()
	m.ID, m.UsedBefore = in.Meter, in.Body.UsedBefore
	return s.meterAnswer(ctx, in.Project, func(tx *db.Tx) (Meter, error) { return s.Amend(ctx, tx, who, in.Project, m) })
}

type removeIn struct {
	Project id.ID `path:"project"`
	Meter   id.ID `path:"meter"`
	Body    struct {
		Date      clock.Date  `json:"date" doc:"拆表日期"`
		Final     money.Qty   `json:"final" minimum:"0" doc:"拆表时的读数，万分之一"`
		Estimated bool        `json:"estimated,omitempty" doc:"表坏了，读数是估的"`
		Rolled    bool        `json:"rolled,omitempty" doc:"比上期小，因为表字翻转"`
		Reason    string      `json:"reason" minLength:"2" maxLength:"200" doc:"为什么换或拆"`
		Photo     id.ID       `json:"photo_id,omitempty" doc:"旧表表盘的照片"`
		New       *DialFields `json:"new,omitempty" doc:"换上的表；只拆不换则没有"`
	}
}

func (s *Service) removeAPI(ctx context.Context, who actor.Actor, in *removeIn) (*meterOut, error) {
	b := &in.Body
	x := Exchange{Meter: in.Meter, Date: b.Date, Final: b.Final, Estimated: b.Estimated, Rolled: b.Rolled, Reason: b.Reason, Photo: b.Photo}
	if in.Body.New != nil {
		m := in.Body.New.rules()
		x.New = &m
	}
	return s.meterAnswer(ctx, in.Project, func(tx *db.Tx) (Meter, error) { return s.Remove(ctx, tx, who, in.Project, x) })
}

type listRoomMetersIn struct {
	Project id.ID `path:"project"`
	Room    id.ID `path:"room"`
}

type metersOut struct {
	Body struct {
		Items []MeterJSON `json:"items" nullable:"false"`
	}
}

func (s *Service) listRoomMetersAPI(ctx context.Context, who actor.Actor, in *listRoomMetersIn) (*metersOut, error) {
	q := s.db.Reader(ctx)
	if _, err := s.estate.RoomWithin(ctx, q, in.Project, in.Room, who.Within(PermRead, in.Project)); err != nil {
		return nil, err
	}
	list, err := s.OfRoom(ctx, q, in.Project, in.Room)
	if err != nil {
		return nil, err
	}
	out := &metersOut{}
	out.Body.Items, err = s.meterJSON(ctx, q, in.Project, list)
	return out, err
}
