package file

import (
	"context"
	"errors"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"linli/internal/kit/actor"
	"linli/internal/kit/clock"
	"linli/internal/kit/fault"
	"linli/internal/kit/id"
	"linli/internal/kit/page"
	"linli/internal/kit/web"
)

// Routes registers the operations of the download centre.
func (s *Service) Routes(w *web.Server) {
	const in = "/projects/{project}/exports"
	web.Handle(w, web.Op{ID: "start-export", Method: "POST", Path: in, Summary: "导出一个列表，带着页面上的筛选条件", Tag: "file", Permission: PermExport, Buildings: true}, s.startExportAPI)
	web.Handle(w, web.Op{ID: "list-exports", Method: "GET", Path: in, Summary: "下载中心：我导出的文件", Tag: "file", Permission: PermExport, Buildings: true}, s.listExportsAPI)
	web.Handle(w, web.Op{ID: "read-export", Method: "GET", Path: in + "/{export}", Summary: "查看我的一次导出：进度、结果", Tag: "file", Permission: PermExport, Buildings: true}, s.readExportAPI)
	web.Handle(w, web.Op{ID: "read-export-file", Method: "GET", Path: in + "/{export}/file", Summary: "下载我导出的文件", Tag: "file", Permission: PermExport, Buildings: true, Hidden: true}, s.downloadAPI)
	web.Handle(w, web.Op{ID: "read-list-paper", Method: "GET", Path: "/projects/{project}/list-paper", Summary: "打印一个列表：筛选出的全部行，号码打码", Tag: "file", Permission: PermExport, Buildings: true}, s.paperAPI)
	web.Handle(w, web.Op{ID: "list-export-kinds", Method: "GET", Path: "/projects/{project}/export-kinds", Summary: "我可以导出的列表", Tag: "file", Permission: PermExport, Buildings: true}, s.kindsAPI)
}

type exportJSON struct {
	ID      id.ID      `json:"id"`
	Kind    string     `json:"kind" doc:"导出的是什么，如 rooms、charges"`
	Name    string     `json:"name" doc:"文件名"`
	Clear   bool       `json:"clear" doc:"含完整的手机号、证件号"`
	State   string     `json:"state" enum:"waiting,ready,failed,expired" doc:"生成中、可下载、没能生成、已过期"`
	Rows    int        `json:"rows" doc:"行数；生成中为已写的行数"`
	Size    int64      `json:"size" doc:"字节"`
	Failure string     `json:"failure" doc:"没能生成的原因"`
	At      time.Time  `json:"created_at"`
	DoneAt  *time.Time `json:"done_at,omitempty"`
	Expires *time.Time `json:"expires_at,omitempty" doc:"到这时删除"`
}

func toExport(e Export) exportJSON {
	out := exportJSON{ID: e.ID, Kind: e.Kind, Name: e.Name, Clear: e.Clear, State: e.State, Rows: e.Rows, Size: e.Size, Failure: e.Failure, At: e.At.In(clock.Shanghai())}
	if !e.DoneAt.IsZero() {
		done, expires := e.DoneAt.In(clock.Shanghai()), e.Expires().In(clock.Shanghai())
		out.DoneAt, out.Expires = &done, &expires
	}
	return out
}

type kindsOut struct {
	Body struct {
		Items []kindJSON `json:"items" nullable:"false"`
	}
}

type kindJSON struct {
	Kind  string `json:"kind" doc:"导出的是什么，如 rooms、charges"`
	Name  string `json:"name" doc:"列表的名称"`
	Clear bool   `json:"clear" doc:"写明原因后可以带完整的手机号、证件号"`
}

func (s *Service) kindsAPI(_ context.Context, who actor.Actor, in *struct {
	Project id.ID `path:"project"`
}) (*kindsOut, error) {
	out := &kindsOut{}
	out.Body.Items = []kindJSON{}
	for _, k := range s.Kinds(who, in.Project) {
		out.Body.Items = append(out.Body.Items, kindJSON{k.Key, k.Name, k.Clear})
	}
	return out, nil
}

type startExportIn struct {
	Project id.ID `path:"project"`
	Body    struct {
		Kind   string `json:"kind" minLength:"1" maxLength:"60" doc:"rooms、people、occupants、charges、receipts、lines、audit、project …"`
		Query  string `json:"query,omitempty" maxLength:"2000" doc:"列表页的筛选条件，和列表接口的查询参数相同，如 state=open&item_id=1"`
		Clear  bool   `json:"clear,omitempty" doc:"完整的手机号、证件号；要有查看完整号码的权限并写明原因"`
		Reason string `json:"reason,omitempty" maxLength:"200" doc:"为什么要完整的号码，会记入操作日志"`
	}
}

type exportOut struct{ Body exportJSON }

func (s *Service) startExportAPI(ctx context.Context, who actor.Actor, in *startExportIn) (*exportOut, error) {
	b := in.Body
	e, err := s.Export(ctx, who, in.Project, Wish{Key: b.Kind, Query: b.Query, Clear: b.Clear, Reason: b.Reason})
	return &exportOut{toExport(e)}, err
}

type listExportsIn struct {
	Project id.ID `path:"project"`
	page.Request
}

type exportsOut struct{ Body page.List[exportJSON] }

func (s *Service) listExportsAPI(ctx context.Context, who actor.Actor, in *listExportsIn) (*exportsOut, error) {
	l, err := s.Exports(ctx, who, in.Project, in.Request)
	out := &exportsOut{page.List[exportJSON]{Items: make([]exportJSON, len(l.Items)), Next: l.Next}}
	for i, e := range l.Items {
		out.Body.Items[i] = toExport(e)
	}
	return out, err
}

type exportIn struct {
	Project id.ID `path:"project"`
	Export  id.ID `path:"export"`
}

func (s *Service) readExportAPI(ctx context.Context, who actor.Actor, in *exportIn) (*exportOut, error) {
	e, err := s.OneExport(ctx, who, in.Project, in.Export)
	return &exportOut{toExport(e)}, err
}

func (s *Service) downloadAPI(ctx context.Context, who actor.Actor, in *exportIn) (*huma.StreamResponse, error) {
	f, e, err := s.Download(ctx, who, in.Project, in.Export)
	if errors.Is(err, fault.ErrNotFound) {
		return nil, fault.ErrNotFound.Say("取不到这个文件：它不是用现在登录的账号导出的，或已到期删除。需要的话请重新导出")
	}
	if err != nil {
		return nil, err
	}
	kind := "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
	if o := s.offers[e.Kind]; o.Suffix != "" {
		kind = "application/zip"
	}
	return web.Send(f, web.Sent{Name: e.Name, Type: kind, Size: e.Size}), nil
}
