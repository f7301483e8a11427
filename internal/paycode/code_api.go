package paycode

import (
	"context"
	"encoding/base64"
	"errors"
	"net/http"
	"time"

	"linli/internal/cashier"
	"linli/internal/kit/actor"
	"linli/internal/kit/clock"
	"linli/internal/kit/fault"
	"linli/internal/kit/id"
	"linli/internal/kit/web"
	"linli/internal/payment"
)

// Routes registers the operations of the room.
func (s *Service) Routes(w *web.Server) {
	const in = "/projects/{project}/rooms/{room}/paycode"
	web.Handle(w, web.Op{ID: "paycode-read", Method: http.MethodGet, Path: in, Tag: "paycode",
		Buildings: true, Permission: cashier.PermRead, Summary: "房间的缴费二维码"}, s.apiCode)
	web.Handle(w, web.Op{ID: "paycode-issue", Method: http.MethodPost, Path: in, Tag: "paycode", Status: http.StatusCreated,
		Buildings: true, Permission: PermManage, Summary: "生成缴费二维码；已有的换新，旧码随即停用"}, s.apiIssue)
	web.Handle(w, web.Op{ID: "paycode-end", Method: http.MethodPost, Path: in + "/end", Tag: "paycode", Status: http.StatusNoContent,
		Buildings: true, Permission: PermManage, Summary: "停用缴费二维码"}, s.apiEnd)
	web.Handle(w, web.Op{ID: "paycode-sheet", Method: http.MethodPost, Path: in + "/sheet", Tag: "paycode",
		Buildings: true, Permission: PermManage, Summary: "打印用的缴费二维码，一户一张"}, s.apiSheet)
	s.publicRoutes(w)
	s.proofRoutes(w)
	s.messageRoutes(w)
}

type codeJSON struct {
	State       string     `json:"state" enum:"none,active,ended,moved" doc:"none 没有生成过，active 可用，ended 已停用，moved 换了缴费人、已失效"`
	Link        string     `json:"link,omitempty" doc:"二维码里的网址"`
	Picture     string     `json:"picture,omitempty" doc:"二维码，data: 开头的 SVG"`
	Online      bool       `json:"online" doc:"本项目开通了线上收款"`
	Public      bool       `json:"public" doc:"设置了外面访问本系统的地址，印在纸上的码别人的手机才打得开"`
	Reason      string     `json:"reason,omitempty" doc:"停用的原因"`
	CreatedName string     `json:"created_name,omitempty" doc:"谁生成的"`
	CreatedAt   *time.Time `json:"created_at,omitempty"`
	EndedName   string     `json:"ended_name,omitempty"`
	EndedAt     *time.Time `json:"ended_at,omitempty"`
}

type codeOut struct {
	CacheControl string `header:"Cache-Control"`
	Body         codeJSON
}

type codeRef struct {
	Project id.ID `path:"project"`
	Room    id.ID `path:"room" doc:"房间编号"`
}

func moment(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = t.In(clock.Shanghai())
	return &t
}

func (s *Service) codeAnswer(ctx context.Context, project id.ID, c *Code) (*codeOut, error) {
	online, err := s.Online(ctx, project)
	if err != nil {
		return nil, err
	}
	j := codeJSON{State: "none", Online: online, Public: s.Public}
	if c != nil {
		j.State, j.Reason, j.CreatedName, j.CreatedAt, j.EndedName, j.EndedAt = string(c.State), c.Reason, c.CreatedName, moment(c.CreatedAt), c.EndedName, moment(c.EndedAt)
		if c.State == Active {
			svg, err := payment.QR(c.Link)
			if err != nil {
				return nil, err
			}
			j.Link, j.Picture = c.Link, "data:image/svg+xml;base64,"+base64.StdEncoding.EncodeToString([]byte(svg))
		}
	}
	return &codeOut{"no-store", j}, nil
}

// reach refuses a room outside of what somebody is limited to. A code shows its
// own room only, so other rooms of the household do not matter. Error:
// estate.ErrNoRoom.
func (s *Service) reach(ctx context.Context, project, room id.ID, within actor.Buildings) error {
	if within.Whole() {
		return nil
	}
	_, err := s.Estate.RoomWithin(ctx, s.DB.Reader(ctx), project, room, within)
	return err
}

func (s *Service) apiCode(ctx context.Context, who actor.Actor, in *codeRef) (*codeOut, error) {
	if err := s.reach(ctx, in.Project, in.Room, who.Within(cashier.PermRead, in.Project)); err != nil {
		return nil, err
	}
	c, err := s.Code(ctx, in.Project, in.Room)
	if errors.Is(err, fault.ErrNotFound) {
		return s.codeAnswer(ctx, in.Project, nil)
	}
	if err != nil {
		return nil, err
	}
	return s.codeAnswer(ctx, in.Project, &c)
}

func (s *Service) apiIssue(ctx context.Context, who actor.Actor, in *codeRef) (*codeOut, error) {
	if err := s.reach(ctx, in.Project, in.Room, who.Within(PermManage, in.Project)); err != nil {
		return nil, err
	}
	c, err := s.Issue(ctx, who, in.Project, in.Room)
	if err != nil {
		return nil, err
	}
	return s.codeAnswer(ctx, in.Project, &c)
}

func (s *Service) apiEnd(ctx context.Context, who actor.Actor, in *struct {
	Project id.ID `path:"project"`
	Room    id.ID `path:"room" doc:"房间编号"`
	Body    struct {
		Reason string `json:"reason" maxLength:"200" doc:"停用的原因"`
	}
}) (*struct{}, error) {
	if err := s.reach(ctx, in.Project, in.Room, who.Within(PermManage, in.Project)); err != nil {
		return nil, err
	}
	return nil, s.End(ctx, who, in.Project, in.Room, in.Body.Reason)
}

type sheetJSON struct {
	HTML string `json:"html" doc:"这张纸的网页，交给浏览器打印"`
}

type sheetOut struct {
	CacheControl string `header:"Cache-Control"`
	Body         sheetJSON
}

func (s *Service) apiSheet(ctx context.Context, who actor.Actor, in *codeRef) (*sheetOut, error) {
	if err := s.reach(ctx, in.Project, in.Room, who.Within(PermManage, in.Project)); err != nil {
		return nil, err
	}
	b, err := s.Sheet(ctx, in.Project, in.Room)
	if err != nil {
		return nil, err
	}
	return &sheetOut{"no-store", sheetJSON{string(b)}}, nil
}
