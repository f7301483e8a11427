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
