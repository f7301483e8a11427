package meter

import (
	"context"
	"time"

	"linli/internal/kit/actor"
	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
	"linli/internal/kit/supply"
	"linli/internal/kit/web"
)

func (s *Service) platformRoutes(w *web.Server) {
	const in = "/projects/{project}"
	route(w, "read-meter-platform", "GET", in+"/meter-platform", "远传表采集平台的接入：怎么连、现在连上没有", PermRead, s.readPlatformAPI)
	web.Handle(w, web.Op{ID: "put-meter-platform", Method: "PUT", Path: in + "/meter-platform", Summary: "设置采集平台", Tag: "meter", Permission: PermManage, Secrets: true}, s.putPlatformAPI)
	web.Handle(w, web.Op{ID: "try-meter-platform", Method: "POST", Path: in + "/meter-platform-trials", Summary: "试连采集平台，听几秒钟，不保存", Tag: "meter",
		Permission: PermManage, Secrets: true}, s.tryPlatformAPI)
	route(w, "list-refused-signals", "GET", in+"/refused-signals", "平台发来而没有收下的消息，最近 50 条", PermRead, s.refusalsAPI)
	route(w, "list-unknown-meters", "GET", in+"/unknown-meters", "平台上有、系统里没有的表，最多 200 块", PermRead, s.unknownsAPI)
	honour(w, "list-missed-meters", "GET", in+"/missed-meters", "上次自动抄表没抄上、以后也没人抄的表，最多 51 块", PermRecord, s.missedAPI)
	honour(w, "list-remote-readings", "GET", in+"/remote-readings", "远传读数能抄的表：上期、最近上报、用量、备注", PermRecord, s.offersAPI)
	honour(w, "take-remote-readings", "POST", in+"/remote-readings", "用远传读数抄表，规矩和手工录入一样", PermRecord, s.takeAPI)
}

// PlatformFields are how a platform is reached and read.
type PlatformFields struct {
	Host   string `json:"host" maxLength:"200" doc:"平台地址，tcp:// 或 ssl:// 开头，带端口"`
	Client string `json:"client_id,omitempty" maxLength:"200" doc:"客户端编号，平台没有指定就留空"`
	Login  string `json:"login,omitempty" maxLength:"200" doc:"账号"`
	Topic  string `json:"topic" maxLength:"200" doc:"订阅的主题，可用 + 和 #"`
	Number string `json:"number_field" maxLength:"200" doc:"消息里表号的字段，内层用点，如 data.sn"`
	Value  string `json:"value_field" maxLength:"200" doc:"读数的字段"`
	Time   string `json:"time_field" maxLength:"200" doc:"时间的字段：秒、毫秒、RFC 3339 或北京时间 2006-01-02 15:04:05"`
}

// SecretField is a password on its way in.
type SecretField struct {
	Secret string `json:"secret,omitempty" maxLength:"200" doc:"密码；留空为不改，换了地址要重填"`
}

func (f *PlatformFields) platform(secret string) Platform {
	return Platform{Host: f.Host, Client: f.Client, Login: f.Login, Secret: secret, Topic: f.Topic, Number: f.Number, Value: f.Value, Time: f.Time}
}

// PlatformJSON is the access in answers, never with its password.
type PlatformJSON struct {
	PlatformFields
	HasSecret bool        `json:"has_secret" doc:"已存密码"`
	Day       int         `json:"take_day" doc:"每月几号自动抄表，0 为不自动抄"`
	Active    bool        `json:"active" doc:"启用"`
	Version   int         `json:"version" doc:"修改时原样带回，没有设置过为 0"`
	Contact   ContactJSON `json:"contact"`
}

// ContactJSON is how the connection stands.
type ContactJSON struct {
	State      string      `json:"state" enum:"off,connecting,connected,lost" doc:"没有在连、正在连、已连接、断了"`
	Reason     string      `json:"reason" doc:"为什么断了"`
	Since      *time.Time  `json:"since,omitempty" doc:"从什么时候起"`
	Last       *time.Time  `json:"last_at,omitempty" doc:"最近一条消息"`
	Messages   int64       `json:"messages" doc:"收到的消息"`
	Refused    int64       `json:"refused" doc:"其中看不懂的读数"`
	TakenMonth clock.Month `json:"taken_month,omitempty" doc:"最近一次自动抄表的账期"`
	Taken      int         `json:"taken" doc:"抄上几块"`
	Missed     int         `json:"missed" doc:"几块没抄上"`
}

func shanghai(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = t.In(clock.Shanghai())
	return &t
}

type platformOut struct{ Body PlatformJSON }

func (s *Service) platformAnswer(ctx context.Context, q db.Q, project id.ID) (*platformOut, error) {
	p, err := onePlatform(ctx, q, project)
	if err != nil {
		return nil, err
	}
	c, err := s.Contact(ctx, q, project)
	if err != nil {
		return nil, err
	}
	return &platformOut{PlatformJSON{PlatformFields: PlatformFields{p.Host, p.Client, p.Login, p.Topic, p.Number, p.Value, p.Time}, HasSecret: p.Secret != "",
		Day: p.Day, Active: p.Active, Version: p.Version, Contact: ContactJSON{string(c.State), c.Reason, shanghai(c.Since), shanghai(c.Last), c.Messages, c.Refused,
			c.TakenMonth, c.Taken, c.Missed}}}, nil
}

func (s *Service) readPlatformAPI(ctx context.Context, _ actor.Actor, in *projectIn) (*platformOut, error) {
	return s.platformAnswer(ctx, s.db.Reader(ctx), in.Project)
}

type putPlatformIn struct {
	Project id.ID `path:"project"`
	Body    struct {
		PlatformFields
		SecretField
		Day     int  `json:"take_day" minimum:"0" maximum:"28" doc:"每月几号自动抄表，0 为不自动抄"`
		Active  bool `json:"active" doc:"启用"`
		Version int  `json:"version" minimum:"0" doc:"读到的版本，没有设置过为 0"`
	}
}

func (s *Service) putPlatformAPI(ctx context.Context, who actor.Actor, in *putPlatformIn) (out *platformOut, err error) {
	p := in.Body.platform(in.Body.Secret)
	p.Day, p.Active, p.Version = in.Body.Day, in.Body.Active, in.Body.Version
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		if _, err := s.SetPlatform(ctx, tx, who, in.Project, p); err != nil {
			return err
		}
		out, err = s.platformAnswer(ctx, tx, in.Project)
		return err
	})
	return out, err
}

type tryPlatformIn struct {
	Project id.ID `path:"project"`
	Body    struct {
		PlatformFields
		SecretField
	}
}

// SampleJSON is what a platform says that a meter showed.
type SampleJSON struct {
	Number string    `json:"number" doc:"表号"`
	Value  money.Qty `json:"value" doc:"读数，万分之一"`
	At     time.Time `json:"at" doc:"表上报的时间"`
}

func toSample(x *Sample) SampleJSON {
	return SampleJSON{x.Number, x.Value, x.At.In(clock.Shanghai())}
}

// RefusedJSON is a message that could not be kept.
type RefusedJSON struct {
	Topic   string    `json:"topic" doc:"主题"`
	Payload string    `json:"payload" doc:"内容的开头"`
	Reason  string    `json:"reason" doc:"为什么没有收下"`
	At      time.Time `json:"at" doc:"什么时候收到"`
}

func toRefused(list []Refused) []RefusedJSON {
	out := make([]RefusedJSON, len(list))
	for i := range list {
		x := &list[i]
		out[i] = RefusedJSON{x.Topic, x.Payload, x.Reason, x.At.In(clock.Shanghai())}
	}
	return out
}

type trialOut struct {
	Body struct {
		Seconds  int           `json:"seconds" doc:"听了几秒"`
		Messages int           `json:"messages" doc:"听到几条消息"`
		Samples  []SampleJSON  `json:"samples" nullable:"false" doc:"读得懂的前几个"`
		Refused  []RefusedJSON `json:"refused" nullable:"false" doc:"读不懂的前几个"`
	}
}

func (s *Service) tryPlatformAPI(ctx context.Context, _ actor.Actor, in *tryPlatformIn) (*trialOut, error) {
	t, err := s.Try(ctx, in.Project, in.Body.platform(in.Body.Secret))
	if err != nil {
		return nil, err
	}
	out := &trialOut{}
	b := &out.Body
	b.Seconds, b.Messages, b.Samples, b.Refused = int(trialPatience/time.Second), t.Messages, make([]SampleJSON, len(t.Samples)), toRefused(t.Refused)
	for i := range t.Samples {
		b.Samples[i] = toSample(&t.Samples[i])
	}
	return out, nil
}

type refusalsOut struct {
	Body struct {
		Items []RefusedJSON `json:"items" nullable:"false" doc:"新的在前"`
	}
}

func (s *Service) refusalsAPI(ctx context.Context, _ actor.Actor, in *projectIn) (*refusalsOut, error) {
	list, err := s.Refusals(ctx, s.db.Reader(ctx), in.Project)
	out := &refusalsOut{}
	out.Body.Items = toRefused(list)
	return out, err
}

// UnknownJSON is a number that no meter has.
type UnknownJSON struct {
	SampleJSON
	First time.Time `json:"first_at" doc:"第一次收到"`
}

type unknownsOut struct {
	Body struct {
		Items []UnknownJSON `json:"items" nullable:"false" doc:"新的在前"`
	}
}

func (s *Service) unknownsAPI(ctx context.Context, _ actor.Actor, in *projectIn) (*unknownsOut, error) {
	list, err := s.Unknowns(ctx, s.db.Reader(ctx), in.Project)
	out := &unknownsOut{}
	out.Body.Items = make([]UnknownJSON, len(list))
	for i := range list {
		out.Body.Items[i] = UnknownJSON{toSample(&list[i].Sample), list[i].First.In(clock.Shanghai())}
	}
	return out, err
}

type offersIn struct {
	Project  id.ID     `path:"project"`
	Month    web.Month `query:"month" doc:"账期，空为本月"`
	Kind     string    `query:"kind" default:"water" enum:"water,hot_water,electricity,gas,heat" doc:"水、热水、电、燃气、供热"`
	Building id.ID     `query:"building_id" doc:"楼栋"`
	Until    web.Date  `query:"until" doc:"取到哪一天为止最近的读数，空为今天（账期已过的取账期最后一天）"`
}

// OfferJSON is a meter with what can become of its newest value.
type OfferJSON struct {
	Meter    MeterJSON   `json:"meter"`
	Fate     string      `json:"fate" enum:"ready,review,refused,read,silent" doc:"能抄、能抄但要复核、不能抄、本期已抄、没有读数"`
	Previous money.Qty   `json:"previous" doc:"上期读数，万分之一"`
	Since    clock.Date  `json:"since" doc:"上期抄表日期，没抄过为装表日期"`
	Sample   *SampleJSON `json:"sample,omitempty" doc:"最近上报"`
	Usage    money.Qty   `json:"usage" doc:"抄上后的用量，万分之一；不能抄为 0"`
	Remarks  []string    `json:"remarks" nullable:"false" doc:"备注"`
}

type offersOut struct {
	Body struct {
		Items []OfferJSON `json:"items" nullable:"false"`
		Until clock.Date  `json:"until" doc:"取到哪一天为止"`
	}
}

func (s *Service) offerJSON(ctx context.Context, q db.Q, project id.ID, list []Offer) ([]OfferJSON, error) {
	meters := make([]Meter, len(list))
	for i := range list {
		meters[i] = list[i].Meter
	}
	named, err := s.meterJSON(ctx, q, project, meters)
	if err != nil {
		return nil, err
	}
	out := make([]OfferJSON, len(list))
	for i := range list {
		o := &list[i]
		out[i] = OfferJSON{Meter: named[i], Fate: string(o.Fate), Previous: o.Reading.Previous, Since: o.Since, Remarks: append([]string{}, o.Remarks...)}
		if o.Sample.Number != "" {
			said := toSample(&o.Sample)
			out[i].Sample = &said
		}
		if o.takeable() || o.Fate == ReadOnce {
			out[i].Usage = o.Reading.Usage
		}
	}
	return out, nil
}

func (s *Service) offersAPI(ctx context.Context, who actor.Actor, in *offersIn) (*offersOut, error) {
	q, today := s.db.Reader(ctx), clock.DateOf(s.db.Clock().Now())
	f := OfferFilter{Kind: supply.Kind(in.Kind), Month: in.Month.Month, Until: in.Until.Date, Building: in.Building, Within: who.Within(PermRecord, in.Project)}
	if f.Month == 0 {
		f.Month = today.Month()
	}
	if f.Until == 0 {
		f.Until = min(today, f.Month.Last())
	}
	list, err := s.Offers(ctx, q, in.Project, f)
	if err != nil {
		return nil, err
	}
	out := &offersOut{}
	out.Body.Until = f.Until
	out.Body.Items, err = s.offerJSON(ctx, q, in.Project, list)
	return out, err
}

type missedOut struct {
	Body struct {
		Items []OfferJSON `json:"items" nullable:"false"`
	}
}

func (s *Service) missedAPI(ctx context.Context, who actor.Actor, in *projectIn) (*missedOut, error) {
	q := s.db.Reader(ctx)
	list, err := s.Missed(ctx, q, in.Project, who.Within(PermRecord, in.Project))
	if err != nil {
		return nil, err
	}
	out := &missedOut{}
	out.Body.Items, err = s.offerJSON(ctx, q, in.Project, list)
	return out, err
}

type takeIn struct {
	Project id.ID `path:"project"`
	Body    struct {
		Month  clock.Month `json:"month" doc:"账期"`
		Kind   string      `json:"kind" enum:"water,hot_water,electricity,gas,heat" doc:"水、热水、电、燃气、供热"`
		Until  clock.Date  `json:"until" doc:"取到哪一天为止最近的读数"`
		Meters []id.ID     `json:"meter_ids" minItems:"1" maxItems:"500" nullable:"false" doc:"抄哪些表，一次最多 500 块"`
	}
}

type takeOut struct {
	Body struct {
		Taken  int         `json:"taken" doc:"抄上几块"`
		Review int         `json:"review" doc:"其中待复核"`
		Left   []OfferJSON `json:"left" nullable:"false" doc:"没有抄上的和原因"`
	}
}

func (s *Service) takeAPI(ctx context.Context, who actor.Actor, in *takeIn) (*takeOut, error) {
	out, b := &takeOut{}, &in.Body
	err := s.db.Write(ctx, func(tx *db.Tx) error {
		for _, m := range b.Meters {
			if err := s.reachMeter(ctx, tx, in.Project, m, who.Within(PermRecord, in.Project)); err != nil {
				return err
			}
		}
		t, err := s.Take(ctx, tx, who, in.Project, OfferFilter{Kind: supply.Kind(b.Kind), Month: b.Month, Until: b.Until}, b.Meters)
		if err != nil {
			return err
		}
		out.Body.Taken, out.Body.Review = len(t.Readings), t.Review
		out.Body.Left, err = s.offerJSON(ctx, tx, in.Project, t.Left)
		return err
	})
	return out, err
}
