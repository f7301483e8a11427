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
	web.Handle(w, web.Op{ID: "wechat-callback", Method: http.MethodPost, Path: "/callbacks/wechat/{token}", Tag: "payment", Public: true,
		Status: http.StatusNoContent, MaxBody: 64 << 10, Summary: "微信支付的结果通知；凭签名受理，地址里含项目"}, s.apiWechatCallback)
	web.Handle(w, web.Op{ID: "alipay-callback", Method: http.MethodPost, Path: "/callbacks/alipay/{token}", Tag: "payment", Public: true, Form: true,
		MaxBody: 64 << 10, Summary: "支付宝的结果通知；凭签名受理，地址里含项目，受理后答 success"}, s.apiAlipayCallback)
}
