package dunning

import (
	"context"
	"errors"

	"linli/internal/kit/actor"
	"linli/internal/kit/db"
	"linli/internal/kit/id"
	"linli/internal/kit/web"
	"linli/internal/notify"
)

func (s *Service) scheduleRoutes(w *web.Server) {
	const in = "/projects/{project}"
	route(w, "read-reminder-schedule", "GET", in+"/dunning/schedule", "账单推送和提醒的日程", PermRead, s.scheduleAPI)
	route(w, "put-reminder-schedule", "PUT", in+"/dunning/schedule", "修改账单推送和提醒的日程（整条提交）", PermSetting, s.putScheduleAPI)
	route(w, "read-contact-wish", "GET", in+"/people/{person}/contact-wish", "住户是否要求只发账单、不发提醒", notify.PermRead, s.wishAPI)
	route(w, "put-contact-wish", "PUT", in+"/people/{person}/contact-wish", "登记住户的联系意愿", notify.PermWrite, s.putWishAPI)
}

type scheduleJSON struct {
	Push       bool   `json:"push" doc:"发布出账时推送账单"`
	Steps      []int  `json:"steps" maxItems:"8" nullable:"false" doc:"应缴日后第几天提醒；负数为到期前，0 为当天"`
	Inbox      string `json:"inbox,omitempty" enum:"off,beside,first" doc:"站内消息（缴费页面上的消息）：off 不用，beside 和短信、邮件同时发，first 先发站内消息、没有人打开再发短信或邮件"`
	InboxHours int    `json:"inbox_hours,omitempty" minimum:"1" maximum:"168" doc:"先发站内消息时，几小时没有打开改发短信或邮件"`
	PaidAway   bool   `json:"paid_away,omitempty" doc:"收款、作废收据和退款后也发短信或邮件；缴费页面上的通知不用另外打开"`
	Version    int    `json:"version" minimum:"0" doc:"修改时原样带回，没有设置过为 0"`
}

type scheduleOut struct{ Body scheduleJSON }

func toSchedule(sc Schedule) *scheduleOut {
	if sc.Steps == nil {
		sc.Steps = []int{}
	}
	return &scheduleOut{scheduleJSON(sc)}
}

func (s *Service) scheduleAPI(ctx context.Context, _ actor.Actor, in *struct {
	Project id.ID `path:"project"`
}) (*scheduleOut, error) {
	sc, err := s.Schedule(ctx, s.DB.Reader(ctx), in.Project)
	return toSchedule(sc), err
}

func (s *Service) putScheduleAPI(ctx context.Context, who actor.Actor, in *struct {
	Project id.ID `path:"project"`
	Body    scheduleJSON
}) (*scheduleOut, error) {
	sc, err := s.SetSchedule(ctx, who, in.Project, Schedule(in.Body))
	return toSchedule(sc), err
}

type wishJSON struct {
	Quiet bool `json:"quiet" doc:"只发账单，不发提醒"`
}

func (s *Service) wishAPI(ctx context.Context, _ actor.Actor, in *struct {
	Project id.ID `path:"project"`
	Person  id.ID `path:"person"`
}) (*struct{ Body wishJSON }, error) {
	q := s.DB.Reader(ctx)
	_, missing := s.Estate.Person(ctx, q, in.Project, in.Person)
	quiet, err := s.Notify.Quiet(ctx, q, in.Project, in.Person)
	return &struct{ Body wishJSON }{wishJSON{quiet}}, errors.Join(missing, err)
}

func (s *Service) putWishAPI(ctx context.Context, who actor.Actor, in *struct {
	Project id.ID `path:"project"`
	Person  id.ID `path:"person"`
	Body    wishJSON
}) (*struct{ Body wishJSON }, error) {
	err := s.DB.Write(ctx, func(tx *db.Tx) error {
		if _, err := s.Estate.Person(ctx, tx, in.Project, in.Person); err != nil {
			return err
		}
		return s.Notify.SetQuiet(ctx, tx, who, in.Project, in.Person, in.Body.Quiet)
	})
	return &struct{ Body wishJSON }{in.Body}, err
}
