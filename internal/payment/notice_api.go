package payment

import (
	"context"

	"linli/internal/kit/actor"
)

type callbackIn struct {
	Token     string `path:"token" maxLength:"80" doc:"含项目的口令，随订单告知微信"`
	Serial    string `header:"Wechatpay-Serial" doc:"微信支付公钥 ID 或平台证书序列号"`
	Signature string `header:"Wechatpay-Signature" doc:"签名"`
	Timestamp string `header:"Wechatpay-Timestamp"`
	Nonce     string `header:"Wechatpay-Nonce"`
	Type      string `header:"Wechatpay-Signature-Type"`
	Body      messageJSON
	RawBody   []byte
}

// messageJSON is the envelope of a notification; only the signed bytes count.
type messageJSON struct {
	_         struct{} `additionalProperties:"true"`
	ID        string   `json:"id,omitempty" doc:"通知编号"`
	EventType string   `json:"event_type,omitempty" doc:"TRANSACTION.SUCCESS 等"`
}

func (s *Service) apiWechatCallback(ctx context.Context, _ actor.Actor, in *callbackIn) (*struct{}, error) {
	header := map[string]string{"Wechatpay-Serial": in.Serial, "Wechatpay-Signature": in.Signature, "Wechatpay-Timestamp": in.Timestamp,
		"Wechatpay-Nonce": in.Nonce, "Wechatpay-Signature-Type": in.Type}
	return nil, s.TakeNotice(ctx, "wechat", in.Token, header, in.RawBody)
}

// alipayIn is a notification as a form. What is signed are its fields as they
// came, so it is not read here.
type alipayIn struct {
	Token   string `path:"token" maxLength:"80" doc:"含项目的口令，随订单告知支付宝"`
	RawBody []byte `contentType:"application/x-www-form-urlencoded"`
}

// heardOut is the only answer that Alipay takes for heard.
type heardOut struct {
	ContentType string `header:"Content-Type"`
	Body        []byte
}

func (s *Service) apiAlipayCallback(ctx context.Context, _ actor.Actor, in *alipayIn) (*heardOut, error) {
	if err := s.TakeNotice(ctx, "alipay", in.Token, nil, in.RawBody); err != nil {
		return nil, err
	}
	return &heardOut{"text/plain; charset=utf-8", []byte("success")}, nil
}
