package cashier

import (
	"context"
	"net/http"

	"linli/internal/kit/actor"
	"linli/internal/kit/id"
	"linli/internal/kit/web"
)

func (s *Service) printSettingRoutes(w *web.Server) {
	const in = "/projects/{project}/print-setting"
	web.Handle(w, web.Op{ID: "print-setting", Method: http.MethodGet, Path: in, Tag: "cashier",
		Permission: PermRead, Summary: "票据样式：收据上的抬头、页脚、电话和盖章处"}, s.apiPrintSetting)
	web.Handle(w, web.Op{ID: "print-setting-put", Method: http.MethodPut, Path: in, Tag: "cashier",
		Permission: PermSetting, Summary: "修改票据样式（整条提交）"}, s.apiPutPrintSetting)
	web.Handle(w, web.Op{ID: "print-setting-sample", Method: http.MethodGet, Path: in + "/sample", Tag: "cashier",
		Permission: PermSetting, Summary: "看还没保存的票据样式打出来的样子"}, s.apiPrintSample)
}

type printSettingJSON struct {
	Header    string `json:"header" maxLength:"60" doc:"收款单位抬头；空为公司名称"`
	Footer    string `json:"footer" maxLength:"120" doc:"页脚一行字"`
	Phone     string `json:"phone" maxLength:"60" doc:"服务电话"`
	Stamp     bool   `json:"stamp" doc:"A4 和 241 毫米纸印“收款单位（盖章）”"`
	StampRoll bool   `json:"stamp_roll" doc:"80 毫米纸也印"`
	Version   int    `json:"version" minimum:"0" doc:"修改时原样带回，没有设置过为 0"`
}

type printSettingOut struct{ Body printSettingJSON }

func (s *Service) apiPrintSetting(ctx context.Context, _ actor.Actor, in *struct {
	Project id.ID `path:"project"`
}) (*printSettingOut, error) {
	ps, err := s.PrintSetting(ctx, s.db.Reader(ctx), in.Project)
	return &printSettingOut{printSettingJSON(ps)}, err
}

func (s *Service) apiPutPrintSetting(ctx context.Context, who actor.Actor, in *struct {
	Project id.ID `path:"project"`
	Body    printSettingJSON
}) (*printSettingOut, error) {
	ps, err := s.SetPrintSetting(ctx, who, in.Project, PrintSetting(in.Body))
	return &printSettingOut{printSettingJSON(ps)}, err
}

func (s *Service) apiPrintSample(ctx context.Context, _ actor.Actor, in *struct {
	Project   id.ID  `path:"project"`
	Paper     string `query:"paper" enum:"80,a4,241" default:"80" doc:"纸张：80 毫米小票、a4 两联或 241 毫米三联"`
	Header    string `query:"header" maxLength:"60"`
	Footer    string `query:"footer" maxLength:"120"`
	Phone     string `query:"phone" maxLength:"60"`
	Stamp     bool   `query:"stamp"`
	StampRoll bool   `query:"stamp_roll"`
}) (*printOut, error) {
	b, err := s.Sample(ctx, in.Project, Paper(in.Paper), PrintSetting{Header: in.Header, Footer: in.Footer, Phone: in.Phone, Stamp: in.Stamp, StampRoll: in.StampRoll})
	if err != nil {
		return nil, err
	}
	return &printOut{"text/html; charset=utf-8", b}, nil
}
