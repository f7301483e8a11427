package paycode

import (
	"context"
	"net/http"
	"time"

	"linli/internal/kit/actor"
	"linli/internal/kit/clock"
	"linli/internal/kit/id"
	"linli/internal/kit/web"
	"linli/internal/notify"
)

func (s *Service) messageRoutes(w *web.Server) {
	const in = "/pay/{token}/messages"
	web.Handle(w, web.Op{ID: "pay-messages", Method: http.MethodGet, Path: in, Tag: "paycode", Public: true,
		Summary: "凭缴费二维码看发给这一户的站内消息，新的在前"}, s.apiMessages)
	web.Handle(w, web.Op{ID: "pay-message-open", Method: http.MethodPost, Path: in + "/{message}/open", Tag: "paycode", Public: true, MaxBody: 4 << 10,
		Summary: "打开一条站内消息，第一次打开记为已读；重复打开结果一样"}, s.apiOpenMessage)
}

type payMessageJSON struct {
	ID       id.ID      `json:"id"`
	Kind     string     `json:"kind" enum:"bill,before,due,after,paid,back,returned"`
	KindName string     `json:"kind_name" doc:"账单、到期前提醒……"`
	Title    string     `json:"title"`
	Body     string     `json:"body" doc:"正文；里面没有全名和号码"`
	At       time.Time  `json:"at" doc:"发出的时间"`
	OpenedAt *time.Time `json:"opened_at,omitempty" doc:"第一次打开的时间，未读没有"`
}

func toMessage(e *notify.Entry) payMessageJSON {
	j := payMessageJSON{ID: e.ID, Kind: e.Kind, KindName: notify.KindName(e.Kind), Title: e.Title, Body: e.Body, At: e.At.In(clock.Shanghai())}
	if !e.OpenedAt.IsZero() {
		at := e.OpenedAt.In(clock.Shanghai())
		j.OpenedAt = &at
	}
	return j
}

type payMessagesOut struct {
	Body struct {
		Items []payMessageJSON `json:"items" nullable:"false" doc:"最近 50 条"`
	}
}

func (s *Service) apiMessages(ctx context.Context, who actor.Actor, in *tokenRef) (*payMessagesOut, error) {
	list, err := s.Messages(ctx, who, in.Token)
	if err != nil {
		return nil, err
	}
	out := &payMessagesOut{}
	out.Body.Items = []payMessageJSON{}
	for i := range list {
		out.Body.Items = append(out.Body.Items, toMessage(&list[i]))
	}
	return out, nil
}

func (s *Service) apiOpenMessage(ctx context.Context, who actor.Actor, in *struct {
	Token   string `path:"token" maxLength:"80" doc:"缴费二维码里的口令，含项目"`
	Message id.ID  `path:"message" doc:"消息编号"`
}) (*struct{ Body payMessageJSON }, error) {
	e, err := s.OpenMessage(ctx, who, in.Token, in.Message)
	if err != nil {
		return nil, err
	}
	return &struct{ Body payMessageJSON }{toMessage(&e)}, nil
}
