package privacy

import (
	"context"
	"net/http"

	"linli/internal/kit/actor"
	"linli/internal/kit/id"
	"linli/internal/kit/web"
)

// Routes registers the operations of the room.
func (s *Service) Routes(w *web.Server) {
	const at = "/projects/{project}/people/{person}/erasure"
	web.Handle(w, web.Op{ID: "preview-erasure", Method: http.MethodGet, Path: at, Tag: "privacy", Permission: PermErase,
		Summary: "注销个人信息前看：还有什么没办完"}, s.previewAPI)
	web.Handle(w, web.Op{ID: "erase-person", Method: http.MethodPost, Path: at, Tag: "privacy", Permission: PermErase,
		Summary: "注销个人信息，不能撤销；收据、发票、凭证和操作日志依法保留"}, s.eraseAPI)
}

type tieJSON struct {
	Kind string `json:"kind" enum:"home,debt,money,refund,online,deposit,invoice" doc:"住在这里、欠费、预存、退款、线上收款、押金、发票"`
	Text string `json:"text" doc:"是什么，怎么办"`
	Room id.ID  `json:"room_id" doc:"在哪一户办，0 为不分户"`
}

type erasureOut struct {
	Body struct {
		Name string    `json:"name"`
		Ties []tieJSON `json:"ties" nullable:"false" doc:"先要办完的事，没有则可以注销"`
	}
}

func (s *Service) previewAPI(ctx context.Context, _ actor.Actor, in *struct {
	Project id.ID `path:"project"`
	Person  id.ID `path:"person"`
}) (*erasureOut, error) {
	e, err := s.Preview(ctx, s.DB.Reader(ctx), in.Project, in.Person)
	if err != nil {
		return nil, err
	}
	out := &erasureOut{}
	out.Body.Name, out.Body.Ties = e.Person.Name, []tieJSON{}
	for _, t := range e.Ties {
		out.Body.Ties = append(out.Body.Ties, tieJSON(t))
	}
	return out, nil
}

func (s *Service) eraseAPI(ctx context.Context, who actor.Actor, in *struct {
	Project id.ID `path:"project"`
	Person  id.ID `path:"person"`
	Body    struct {
		Name   string `json:"name" minLength:"1" maxLength:"60" doc:"照抄登记的姓名，以免注销错人"`
		Reason string `json:"reason" minLength:"2" maxLength:"200" doc:"谁来申请、怎样核对的身份；会记入操作日志，不要写证件号"`
	}
}) (*struct{}, error) {
	return nil, s.Erase(ctx, who, in.Project, in.Person, in.Body.Name, in.Body.Reason)
}
