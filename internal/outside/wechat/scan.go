package wechat

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"linli/internal/payment"
)

// The channel takes the money of a payer's code.
var _ payment.Scanner = (*Channel)(nil)

// here is the address of the till, which is this server.
const here = "127.0.0.1"

// Scan takes the money of the code that the payer shows. There is no
// notification about it: what is not answered is asked for. Source: WeChat Pay
// APIv3, 付款码支付.
func (c *Channel) Scan(ctx context.Context, m payment.Merchant, o payment.Order, code, _ string) (payment.Trade, error) {
	client, err := c.client(ctx, &m)
	if errors.Is(err, payment.ErrMerchant) {
		return payment.Trade{}, &payment.Refusal{Words: notTaken + "本项目的微信支付商户资料不能用，请管理员检查", Cause: err.Error()}
	}
	if err != nil {
		return payment.Trade{}, err
	}
	shop, _, _ := strings.Cut(o.Number, "_")
	body := party(&m, fields{"description": cut(o.Title, maxTitle), "out_trade_no": o.Number, "amount": amount(&o), "payer": fields{"auth_code": code},
		"scene_info": fields{"device_ip": here, "store_info": fields{"out_id": shop}}})
	var t transaction
	if err := post(ctx, client, at(&m, "/codepay"), body, &t); err != nil {
		return refusedCode(&m, &o, err)
	}
	if t.State == "USERPAYING" { // the answer may hold nothing else
		return payment.Trade{Number: o.Number, Merchant: m.Account(), State: payment.TradeOpen}, nil
	}
	trade, err := t.trade(&m)
	if err == nil && trade.Number != o.Number {
		err = fmt.Errorf("pay for %s: told of %s", o.Number, trade.Number)
	}
	return trade, err
}

const notTaken = "没有扣款。"

// refusedCode tells what is certain from what nobody knows. The codes of the
// second version of the protocol lack the underscores. Source: WeChat Pay,
// 付款码支付, 错误码.
func refusedCode(m *payment.Merchant, o *payment.Order, err error) (payment.Trade, error) {
	code, message, status := said(err)
	name, words := strings.ReplaceAll(code, "_", ""), ""
	switch name {
	case "USERPAYING":
		return payment.Trade{Number: o.Number, Merchant: m.Account(), State: payment.TradeOpen}, nil
	case "AUTHCODEEXPIRE", "AUTHCODEEXPIRED", "AUTHCODEINVALID", "AUTHCODEERROR":
		words = "付款码过期或已用过，请付款人刷新付款码后重扫"
	case "NOTENOUGH":
		words = "付款人的余额不足，请换一张卡，或换一种方式付款"
	case "NOTSUPORTCARD", "NOTSUPPORTCARD":
		words = "付款人的这张卡不能用付款码，请换一张卡，或换一种方式付款"
	case "RULELIMIT", "ACCOUNTERROR", "TRADEERROR":
		words = "付款人的微信现在不能用付款码付这笔钱（" + plain(message) + "），请出示收款码让付款人扫，或换一种方式付款"
	case "NOAUTH":
		words = notOpened("付款码支付")
	case "PARAMERROR", "INVALIDREQUEST", "SIGNERROR", "APPIDMCHIDNOTMATCH", "MCHNOTEXISTS", "APPIDNOTEXIST", "ORDERCLOSED", "ORDERREVERSED":
		words = "微信支付的说明：" + plain(message) + "。请换一种方式收款"
	}
	if words == "" || status < 400 || status >= 500 || status == http.StatusTooManyRequests {
		return payment.Trade{}, fmt.Errorf("pay: %s", plain(err.Error()))
	}
	return payment.Trade{}, &payment.Refusal{Words: notTaken + words, Cause: code + " " + plain(message)}
}

// Reverse takes a payment back, or closes what was not paid. An order that
// WeChat Pay never heard of cannot be paid: it is asked about some time after it
// was sent. Source: WeChat Pay APIv3, 撤销.
func (c *Channel) Reverse(ctx context.Context, m payment.Merchant, number string) error {
	client, err := c.client(ctx, &m)
	if err != nil {
		return err
	}
	var t transaction
	err = post(ctx, client, at(&m, numbered(number)+"/reverse"), party(&m, nil), &t)
	if code, _, status := said(err); status == http.StatusNotFound && code == "ORDER_NOT_EXIST" || code == "ORDER_REVERSED" {
		return nil
	}
	if err != nil {
		return fmt.Errorf("reverse: %s", plain(err.Error()))
	}
	if t.Number != number {
		return fmt.Errorf("reverse %s: told of %s", number, t.Number)
	}
	return nil
}
