package invoice

import (
	"net/http"

	"linli/internal/kit/export"
	"linli/internal/kit/web"
)

// Routes registers the operations of the room.
func (s *Service) Routes(w *web.Server) {
	const in = "/projects/{project}"
	const docs, one = in + "/invoices", in + "/invoices/{invoice}"
	web.Handle(w, web.Op{ID: "invoice-seller", Method: http.MethodGet, Path: in + "/invoice-seller", Tag: "invoice",
		Permission: PermSetting, Summary: "开票设置：销方资料和开票平台，不含密钥"}, s.apiSeller)
	web.Handle(w, web.Op{ID: "invoice-seller-put", Method: http.MethodPut, Path: in + "/invoice-seller", Tag: "invoice", Secrets: true,
		Permission: PermSetting, Summary: "设置销方资料和开票平台"}, s.apiPutSeller)
	web.Handle(w, web.Op{ID: "invoice-taxes", Method: http.MethodGet, Path: in + "/invoice-taxes", Tag: "invoice",
		Permission: PermSetting, Summary: "各费用项目的税率和编码，按起始日"}, s.apiTaxes)
	web.Handle(w, web.Op{ID: "invoice-tax-put", Method: http.MethodPut, Path: in + "/invoice-taxes/{item}", Tag: "invoice",
		Permission: PermSetting, Summary: "定费用项目从某天起的税率和编码，同一天重设则替换"}, s.apiPutTax)
	web.Handle(w, web.Op{ID: "invoice-titles", Method: http.MethodGet, Path: in + "/invoice-titles", Tag: "invoice",
		Buildings: true, Permission: PermRead, Summary: "一位缴费人的抬头，常用的在前"}, s.apiTitles)
	web.Handle(w, web.Op{ID: "invoice-title-add", Method: http.MethodPost, Path: in + "/invoice-titles", Tag: "invoice", Status: http.StatusCreated,
		Buildings: true, Permission: PermAsk, Summary: "给缴费人加一个抬头"}, s.apiAddTitle)
	web.Handle(w, web.Op{ID: "invoice-title-edit", Method: http.MethodPatch, Path: in + "/invoice-titles/{title}", Tag: "invoice",
		Buildings: true, Permission: PermAsk, Summary: "改抬头，设为常用或停用"}, s.apiEditTitle)
	web.Handle(w, web.Op{ID: "invoice-offer", Method: http.MethodGet, Path: in + "/invoice-offer", Tag: "invoice",
		Buildings: true, Permission: PermRead, Summary: "一张收据或一间房的收据还能开多少票"}, s.apiOffer)
	web.Handle(w, web.Op{ID: "invoice-list", Method: http.MethodGet, Path: docs, Tag: "invoice",
		Buildings: true, Permission: PermRead, Summary: "发票，新的在前"}, s.apiList)
	web.Handle(w, web.Op{ID: "invoice-ask", Method: http.MethodPost, Path: docs, Tag: "invoice", Status: http.StatusCreated,
		Buildings: true, Permission: PermAsk, Summary: "按收据申请开票；停车、租赁的单独一张"}, s.apiAsk)
	web.Handle(w, web.Op{ID: "invoice-issue", Method: http.MethodPost, Path: in + "/invoice-batches", Tag: "invoice", Status: http.StatusAccepted,
		Permission: PermIssue, Summary: "把申请、失败或没有结果的发票交给开票平台；随后读它们，直到开出"}, s.apiIssue)
	web.Handle(w, web.Op{ID: "invoice-one", Method: http.MethodGet, Path: one, Tag: "invoice",
		Buildings: true, Permission: PermRead, Summary: "一张发票"}, s.apiOne)
	web.Handle(w, web.Op{ID: "invoice-cancel", Method: http.MethodPost, Path: one + "/cancel", Tag: "invoice",
		Permission: PermAsk, Summary: "撤销没有开出的申请；别人的申请要有开票权限"}, s.apiCancel)
	web.Handle(w, web.Op{ID: "invoice-reverse", Method: http.MethodPost, Path: one + "/red", Tag: "invoice", Status: http.StatusAccepted,
		Permission: PermIssue, Summary: "红冲：开红字发票，开出后原来的金额可以重开或退款"}, s.apiReverse)
	web.Handle(w, web.Op{ID: "invoice-file", Method: http.MethodGet, Path: one + "/file", Tag: "invoice",
		Buildings: true, Permission: PermRead, Summary: "发票的版式文件（PDF 或 OFD），打印用它"}, s.apiFile)
}

// Exports are the lists of the room that can be taken out as tables.
func (s *Service) Exports() []export.Offer { return []export.Offer{s.exported()} }
