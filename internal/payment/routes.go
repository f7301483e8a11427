package payment

import (
	"net/http"

	"linli/internal/kit/web"
)

// Routes registers the operations of the room.
func (s *Service) Routes(w *web.Server) {
	const in = "/projects/{project}"
	web.Handle(w, web.Op{ID: "merchant-list", Method: http.MethodGet, Path: in + "/merchants", Tag: "payment",
		Permission: PermMerchant, Summary: "线上收款的商户，不含密钥"}, s.apiMerchants)
	web.Handle(w, web.Op{ID: "merchant-wechat-put", Method: http.MethodPut, Path: in + "/merchants/wechat", Tag: "payment", Secrets: true,
		Permission: PermMerchant, Summary: "设置微信支付商户，不填编号为默认的那个"}, s.apiPutWechat)
	web.Handle(w, web.Op{ID: "merchant-wechat-add", Method: http.MethodPost, Path: in + "/merchants/wechat", Tag: "payment", Secrets: true, Status: http.StatusCreated,
		Permission: PermMerchant, Summary: "再加一个微信支付商户，第一个是默认的"}, s.apiAddWechat)
	web.Handle(w, web.Op{ID: "merchant-alipay-put", Method: http.MethodPut, Path: in + "/merchants/alipay", Tag: "payment", Secrets: true,
		Permission: PermMerchant, Summary: "设置支付宝商户，不填编号为默认的那个"}, s.apiPutAlipay)
	web.Handle(w, web.Op{ID: "merchant-alipay-add", Method: http.MethodPost, Path: in + "/merchants/alipay", Tag: "payment", Secrets: true, Status: http.StatusCreated,
		Permission: PermMerchant, Summary: "再加一个支付宝商户，第一个是默认的"}, s.apiAddAlipay)
	web.Handle(w, web.Op{ID: "merchant-items-put", Method: http.MethodPut, Path: in + "/merchants/{merchant}/items", Tag: "payment",
		Permission: PermMerchant, Summary: "指定由这个商户收哪些费用项目的钱，其余由默认商户收"}, s.apiPutItems)
	web.Handle(w, web.Op{ID: "merchant-default", Method: http.MethodPost, Path: in + "/merchants/{merchant}/default", Tag: "payment",
		Permission: PermMerchant, Summary: "改为渠道的默认商户；原来的默认商户变成普通商户"}, s.apiMakeDefault)
	web.Handle(w, web.Op{ID: "candidate-list", Method: http.MethodGet, Path: in + "/refund-candidates", Tag: "payment",
		Permission: PermRead, Summary: "待退款清单：线上多收、重复收、金额不符的钱，新的在前"}, s.apiCandidates)
	web.Handle(w, web.Op{ID: "candidate-handle", Method: http.MethodPost, Path: in + "/refund-candidates/{candidate}/handle", Tag: "payment",
		Permission: PermHandle, Summary: "写明待退款的一笔怎么处理了"}, s.apiHandleCandidate)
	web.Handle(w, web.Op{ID: "statement-list", Method: http.MethodGet, Path: in + "/statements", Tag: "payment",
		Permission: PermRead, Summary: "对账：渠道账单按天，新的在前"}, s.apiStatements)
	web.Handle(w, web.Op{ID: "statement-sums", Method: http.MethodGet, Path: in + "/statements/sums", Tag: "payment",
		Permission: PermRead, Summary: "渠道收款报表：一段时间里各商户的收款、退款、手续费和净额，按渠道账单"}, s.apiMerchantSums)
	web.Handle(w, web.Op{ID: "statement-one", Method: http.MethodGet, Path: in + "/statements/{statement}", Tag: "payment",
		Permission: PermRead, Summary: "一天的对账到了哪一步"}, s.apiStatement)
	web.Handle(w, web.Op{ID: "statement-fetch", Method: http.MethodPost, Path: in + "/statements", Tag: "payment", Status: http.StatusAccepted,
		Permission: PermReconcile, Summary: "取一天的渠道账单并对账，取过的重新取；随后读它，直到对完"}, s.apiReconcile)
	web.Handle(w, web.Op{ID: "difference-list", Method: http.MethodGet, Path: in + "/differences", Tag: "payment",
		Permission: PermRead, Summary: "对账差异，新的在前"}, s.apiDifferences)
	web.Handle(w, web.Op{ID: "difference-settle", Method: http.MethodPost, Path: in + "/differences/{difference}/settle", Tag: "payment",
		Permission: PermReconcile, Summary: "处理一处对账差异"}, s.apiSettle)
	web.Handle(w, web.Op{ID: "wechat-callback", Method: http.MethodPost, Path: "/callbacks/wechat/{token}", Tag: "payment", Public: true,
		Status: http.StatusNoContent, MaxBody: 64 << 10, Summary: "微信支付的结果通知；凭签名受理，地址里含项目"}, s.apiWechatCallback)
	web.Handle(w, web.Op{ID: "alipay-callback", Method: http.MethodPost, Path: "/callbacks/alipay/{token}", Tag: "payment", Public: true, Form: true,
		MaxBody: 64 << 10, Summary: "支付宝的结果通知；凭签名受理，地址里含项目，受理后答 success"}, s.apiAlipayCallback)
}
