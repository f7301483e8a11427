package analytics

import (
	"net/http"

	"linli/internal/kit/export"
	"linli/internal/kit/web"
)

// Routes registers the operations of the room.
func (s *Service) Routes(w *web.Server) {
	const reports, months = "/projects/{project}/reports", "/projects/{project}/book-months"
	web.Handle(w, web.Op{ID: "report-profit", Method: http.MethodGet, Path: reports + "/profit", Tag: "analytics",
		Permission: PermRead, Summary: "收入、支出和利润，按月按项目"}, s.apiProfit)
	web.Handle(w, web.Op{ID: "report-standing", Method: http.MethodGet, Path: reports + "/standing", Tag: "analytics",
		Permission: PermRead, Summary: "收缴率、账龄和余额，可看过去任一天"}, s.apiStanding)
	web.Handle(w, web.Op{ID: "report-public", Method: http.MethodGet, Path: reports + "/public", Tag: "analytics",
		Permission: PermRead, Summary: "公共收益：收入、成本、补充维修资金和结余"}, s.apiPublic)
	web.Handle(w, web.Op{ID: "report-postings", Method: http.MethodGet, Path: reports + "/postings", Tag: "analytics",
		Permission: PermRead, Summary: "记账明细：一个数字由哪些单据组成"}, s.apiPostings)
	web.Handle(w, web.Op{ID: "report-vouchers", Method: http.MethodGet, Path: reports + "/vouchers", Tag: "analytics",
		Permission: PermRead, Summary: "凭证的合计：各月借贷、各税率的收入和税额、没有税率的项目"}, s.apiVouchers)
	web.Handle(w, web.Op{ID: "taxpayers", Method: http.MethodGet, Path: "/projects/{project}/taxpayers", Tag: "analytics",
		Permission: PermRead, Summary: "凭证怎么价税分离，从旧到新"}, s.apiTaxpayers)
	web.Handle(w, web.Op{ID: "taxpayer-put", Method: http.MethodPut, Path: "/projects/{project}/taxpayers", Tag: "analytics",
		Permission: PermScheme, Summary: "设置从某月起凭证怎么价税分离：不分离、一般纳税人、小规模纳税人"}, s.apiSetTaxpayer)
	web.Handle(w, web.Op{ID: "report-projects", Method: http.MethodGet, Path: "/reports/projects", Tag: "analytics",
		Summary: "我能看报表的各个项目，同一口径"}, s.apiProjects)
	web.Handle(w, web.Op{ID: "service-schemes", Method: http.MethodGet, Path: "/projects/{project}/service-schemes", Tag: "analytics",
		Permission: PermRead, Summary: "物业服务计费方式：包干制或酬金制，从旧到新"}, s.apiSchemes)
	web.Handle(w, web.Op{ID: "service-scheme-put", Method: http.MethodPut, Path: "/projects/{project}/service-schemes", Tag: "analytics",
		Permission: PermScheme, Summary: "设置从某月起的计费方式：包干制，或酬金制和酬金"}, s.apiSetScheme)
	web.Handle(w, web.Op{ID: "book-months", Method: http.MethodGet, Path: months, Tag: "analytics",
		Permission: PermRead, Summary: "各月账的状态，新的在前"}, s.apiMonths)
	web.Handle(w, web.Op{ID: "book-month-close", Method: http.MethodPost, Path: months, Tag: "analytics",
		Permission: PermClose, Summary: "月结：锁定这个月的数字，以后的更正记在没结的月份"}, s.apiClose)
	web.Handle(w, web.Op{ID: "book-month-reopen", Method: http.MethodPost, Path: "/projects/{project}/book-month-reopenings", Tag: "analytics",
		Permission: PermReopen, Summary: "反结账：最近一个已月结的月份，要写原因"}, s.apiReopen)
}

// Exports are the reports that can be taken out as tables.
func (s *Service) Exports() []export.Offer {
	return []export.Offer{s.profitOffer(), s.standingOffer(), s.compareOffer(), s.voucherOffer(), s.postingOffer()}
}
