package notify

import (
	"context"
	"time"

	"linli/internal/kit/actor"
	"linli/internal/kit/clock"
	"linli/internal/kit/id"
	"linli/internal/kit/page"
)

type messageJSON struct {
	ID          id.ID         `json:"id"`
	Kind        string        `json:"kind" enum:"bill,before,due,after,paid,back,returned,code,alert,test"`
	KindName    string        `json:"kind_name" doc:"账单、到期前提醒……"`
	Room        id.ID         `json:"room_id" doc:"试发的为空"`
	RoomLabel   string        `json:"room_label"`
	Person      string        `json:"person_name"`
	Channel     string        `json:"channel" enum:"mail,sms,inbox"`
	ChannelName string        `json:"channel_name" doc:"邮件、短信、站内消息"`
	Address     string        `json:"address_mask" doc:"打码的地址"`
	Spare       string        `json:"spare_name" doc:"发不出去，或站内消息没有人打开时换哪个渠道，没有为空"`
	Subject     string        `json:"subject"`
	Body        string        `json:"body"`
	State       string        `json:"state" enum:"waiting,sending,sent,delivered,failed,dropped" doc:"待发、发送中、已发出、已送达、没发出去、不用发了"`
	Reason      string        `json:"reason" doc:"为什么在等、没发出去或不用发了"`
	Next        *time.Time    `json:"next_at,omitempty" doc:"待发的什么时候发；站内消息没有人打开时什么时候换渠道"`
	CreatedAt   time.Time     `json:"created_at"`
	SentAt      *time.Time    `json:"sent_at,omitempty"`
	DeliveredAt *time.Time    `json:"delivered_at,omitempty" doc:"服务商回执说送达的时间；站内消息是住户打开的时间"`
	OpenedAt    *time.Time    `json:"opened_at,omitempty" doc:"住户在缴费页面第一次打开的时间，后来改走别的渠道的也有"`
	Attempts    []attemptJSON `json:"attempts" nullable:"false" doc:"列表里为空"`
}

type attemptJSON struct {
	No      int       `json:"no"`
	Carrier string    `json:"channel_name" doc:"邮件、阿里云短信、腾讯云短信、站内消息"`
	At      time.Time `json:"at"`
	OK      bool      `json:"ok"`
	Code    string    `json:"code" doc:"服务商的代码"`
	Text    string    `json:"text"`
}

func (s *Service) carrierName(key string) string {
	if c := s.carriers[key]; c != nil {
		return c.Name()
	}
	if key == Inbox {
		return channelName(key)
	}
	return key
}

func moment(at time.Time) *time.Time {
	if at.IsZero() || at.UnixMicro() == 0 {
		return nil
	}
	at = at.In(clock.Shanghai())
	return &at
}

func (s *Service) toMessage(m *Message, attempts []Attempt) messageJSON {
	j := messageJSON{ID: m.ID, Kind: m.Kind, KindName: KindName(m.Kind), Room: m.Room, RoomLabel: m.RoomLabel, Person: m.PersonName, Channel: m.Channel,
		ChannelName: channelName(m.Channel), Address: m.AddressMask, Subject: m.Subject, Body: m.Body, State: string(m.State), Reason: m.Reason,
		CreatedAt: m.Created.In(clock.Shanghai()), SentAt: moment(m.SentAt), DeliveredAt: moment(m.DeliveredAt), OpenedAt: moment(m.OpenedAt), Attempts: []attemptJSON{}}
	if m.Spare != "" {
		j.Spare = channelName(m.Spare)
	}
	if m.State == Waiting || m.State == Sent && m.Channel == Inbox && m.Spare != "" {
		j.Next = moment(m.Next)
	}
	for _, a := range attempts {
		j.Attempts = append(j.Attempts, attemptJSON{a.No, s.carrierName(a.Carrier), a.At.In(clock.Shanghai()), a.OK, a.Code, a.Text})
	}
	return j
}

type messagesOut struct{ Body page.List[messageJSON] }

func (s *Service) listMessagesAPI(ctx context.Context, _ actor.Actor, in *struct {
	Project id.ID `path:"project"`
	page.Request
	State   string `query:"state" enum:"waiting,sending,sent,delivered,failed,dropped" doc:"空为全部"`
	Kind    string `query:"kind" enum:"bill,before,due,after,paid,back,returned,code,alert,test" doc:"空为全部"`
	Channel string `query:"channel" enum:"mail,sms,inbox" doc:"空为全部"`
	Room    id.ID  `query:"room_id" doc:"只看一间房的"`
	Text    string `query:"q" maxLength:"40" doc:"姓名或房号"`
}) (*messagesOut, error) {
	l, err := s.Messages(ctx, s.DB.Reader(ctx), in.Project, Filter{in.Request, State(in.State), in.Kind, in.Channel, in.Room, in.Text})
	out := &messagesOut{}
	out.Body.Items, out.Body.Next = []messageJSON{}, l.Next
	for i := range l.Items {
		out.Body.Items = append(out.Body.Items, s.toMessage(&l.Items[i], nil))
	}
	return out, err
}

type messageIn struct {
	Project id.ID `path:"project"`
	Message id.ID `path:"message"`
}

type messageOut struct{ Body messageJSON }

func (s *Service) readMessageAPI(ctx context.Context, _ actor.Actor, in *messageIn) (*messageOut, error) {
	m, list, err := s.Message(ctx, s.DB.Reader(ctx), in.Project, in.Message)
	return &messageOut{s.toMessage(&m, list)}, err
}

func (s *Service) resendAPI(ctx context.Context, who actor.Actor, in *messageIn) (*messageOut, error) {
	m, err := s.Resend(ctx, who, in.Project, in.Message)
	return &messageOut{s.toMessage(&m, nil)}, err
}

func (s *Service) onwardAPI(ctx context.Context, who actor.Actor, in *messageIn) (*messageOut, error) {
	m, err := s.Onward(ctx, who, in.Project, in.Message)
	return &messageOut{s.toMessage(&m, nil)}, err
}
