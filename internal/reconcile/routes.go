package reconcile

import (
	"net/http"

	"linli/internal/kit/web"
	"linli/internal/payment"
)

// Routes registers the operations of the room.
func (s *Service) Routes(w *web.Server) {
	const in = "/projects/{project}"
	web.Handle(w, web.Op{ID: "statement-list", Method: http.MethodGet, Path: in + "/statements", Tag: "payment",
		Permission: payment.PermRead, Summary: "对账：渠道账单按天，新的在前"}, s.apiStatements)
	web.Handle(w, web.Op{ID: "statement-sums", Method: http.MethodGet, Path: in + "/statements/sums", Tag: "payment",
		Permission: payment.PermRead, Summary: "渠道收款报表：一段时间里各商户的收款、退款、手续费和净额，按渠道账单"}, s.apiMerchantSums)
	web.Handle(w, web.Op{ID: "statement-one", Method: http.MethodGet, Path: in + "/statements/{statement}", Tag: "payment",
		Permission: payment.PermRead, Summary: "一天的对账到了哪一步"}, s.apiStatement)
	web.Handle(w, web.Op{ID: "statement-fetch", Method: http.MethodPost, Path: in + "/statements", Tag: "payment", Status: http.StatusAccepted,
		Permission: PermReconcile, Summary: "取一天的渠道账单并对账，取过的重新取；随后读它，直到对完"}, s.apiReconcile)
	web.Handle(w, web.Op{ID: "difference-list", Method: http.MethodGet, Path: in + "/differences", Tag: "payment",
		Permission: payment.PermRead, Summary: "对账差异，新的在前"}, s.apiDifferences)
	web.Handle(w, web.Op{ID: "difference-settle", Method: http.MethodPost, Path: in + "/differences/{difference}/settle", Tag: "payment",
		Permission: PermReconcile, Summary: "处理一处对账差异"}, s.apiSettle)
}
