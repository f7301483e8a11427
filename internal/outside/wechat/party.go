package wechat

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/wechatpay-apiv3/wechatpay-go/core"

	"linli/internal/kit/clock"
	"linli/internal/kit/money"
	"linli/internal/payment"
)

// fields are what a request holds, by the names of the protocol.
type fields map[string]any

// partner tells whether a merchant takes money through a partner (服务商).
func partner(m *payment.Merchant) bool { return m.SubNumber != "" }

// at is the address of orders of a merchant, or of what is below it.
func at(m *payment.Merchant, below string) string {
	if partner(m) {
		return Official + "/v3/pay/partner/transactions" + below
	}
	return Official + "/v3/pay/transactions" + below
}

func numbered(number string) string { return "/out-trade-no/" + url.PathEscape(number) }

// party names a merchant in a request, alone or below his partner. Source:
// WeChat Pay, 普通商户 and 服务商.
func party(m *payment.Merchant, more fields) fields {
	out := fields{"appid": m.App, "mchid": m.Number}
	if partner(m) {
		out = fields{"sp_appid": m.App, "sp_mchid": m.Number, "sub_mchid": m.SubNumber}
		if m.SubApp != "" {
			out["sub_appid"] = m.SubApp
		}
	}
	for name, v := range more {
		out[name] = v
	}
	return out
}

// bare is party without apps, for closing and asking.
func bare(m *payment.Merchant) map[string]string {
	if partner(m) {
		return map[string]string{"sp_mchid": m.Number, "sub_mchid": m.SubNumber}
	}
	return map[string]string{"mchid": m.Number}
}

// payerOf names who pays, as the app knows him that AppOf says.
func payerOf(m *payment.Merchant, openid string) map[string]string {
	switch {
	case partner(m) && m.SubApp != "":
		return map[string]string{"sub_openid": openid}
	case partner(m):
		return map[string]string{"sp_openid": openid}
	}
	return map[string]string{"openid": openid}
}

// announced is what the kinds of orders are answered with.
type announced struct {
	Code   string `json:"code_url"`
	Page   string `json:"h5_url"`
	Prepay string `json:"prepay_id"`
}

// announce announces an order of a kind: native, h5 or jsapi. Error:
// payment.ErrRefusedByChannel.
func (c *Channel) announce(ctx context.Context, m *payment.Merchant, o *payment.Order, kind, notify string, more fields) (announced, error) {
	var a announced
	client, err := c.client(ctx, m)
	if err != nil {
		return a, unusable(err)
	}
	body := party(m, fields{"description": cut(o.Title, maxTitle), "out_trade_no": o.Number, "time_expire": o.ExpiresAt.In(clock.Shanghai()).Format(time.RFC3339),
		"notify_url": notify, "amount": amount(o)})
	for name, v := range more {
		body[name] = v
	}
	if err := post(ctx, client, at(m, "/"+kind), body, &a); err != nil {
		if code, message, _ := said(err); strings.ReplaceAll(code, "_", "") == "NOAUTH" {
			return a, &payment.Refusal{Words: notOpened(productName(kind)), Cause: code + " " + plain(message)}
		}
		return a, refusedOr("prepay "+kind, err)
	}
	return a, nil
}

// productName is a kind of orders as the platform of merchants calls it.
func productName(kind string) string {
	return map[string]string{"native": "Native 支付", "h5": "H5 支付", "jsapi": "JSAPI 支付"}[kind]
}

// notOpened is for a merchant whom WeChat Pay has no contract with about a
// product.
func notOpened(product string) string {
	return "本项目的微信支付商户没有开通“" + product + "”。请管理员到微信支付商户平台“产品中心”开通；不打算开通的，在“线上收款商户”里取消勾选"
}

// unusable is the refusal of a merchant whose keys cannot be used; that the
// platform's certificates could not be had just now is none.
func unusable(err error) error {
	if errors.Is(err, payment.ErrMerchant) {
		return fmt.Errorf("%w: %w", payment.ErrRefusedByChannel, err)
	}
	return err
}

// maxTitle is how long the description of an order may be, in bytes.
const maxTitle = 127

func amount(o *payment.Order) fields { return fields{"total": int64(o.Amount), "currency": "CNY"} }

// post sends a signed request and reads the answer, whose signature is checked;
// a nil answer is not read.
func post(ctx context.Context, client *core.Client, address string, body, answer any) error {
	result, err := client.Post(ctx, address, body)
	if err != nil {
		return err
	}
	defer result.Response.Body.Close()
	if answer == nil || result.Response.StatusCode == http.StatusNoContent {
		return nil
	}
	return core.UnMarshalResponse(result.Response, answer)
}

// cut keeps whole characters within n bytes.
func cut(s string, n int) string {
	if len(s) <= n {
		return s
	}
	end := 0
	for i := range s {
		if i > n {
			break
		}
		end = i
	}
	return s[:end]
}

// Query asks what became of an order.
func (c *Channel) Query(ctx context.Context, m payment.Merchant, number string) (payment.Trade, error) {
	client, err := c.client(ctx, &m)
	if err != nil {
		return payment.Trade{}, err
	}
	q := url.Values{}
	for name, v := range bare(&m) {
		q.Set(name, v)
	}
	result, err := client.Get(ctx, at(&m, numbered(number))+"?"+q.Encode())
	if err != nil {
		if code, _, status := said(err); status == http.StatusNotFound || code == "ORDER_NOT_EXIST" {
			return payment.Trade{}, payment.ErrNoSuchTrade
		}
		return payment.Trade{}, fmt.Errorf("query: %w", err)
	}
	defer result.Response.Body.Close()
	var t transaction
	if err := core.UnMarshalResponse(result.Response, &t); err != nil {
		return payment.Trade{}, fmt.Errorf("query: %w", err)
	}
	trade, err := t.trade(&m)
	if err == nil && trade.Number != number {
		err = fmt.Errorf("asked for %s, told of %s", number, trade.Number)
	}
	return trade, err
}

// Close makes sure that an order can no longer be paid.
func (c *Channel) Close(ctx context.Context, m payment.Merchant, number string) error {
	client, err := c.client(ctx, &m)
	if err != nil {
		return err
	}
	err = post(ctx, client, at(&m, numbered(number)+"/close"), bare(&m), nil)
	if err == nil {
		return nil
	}
	switch code, _, status := said(err); {
	case code == "ORDERPAID" || code == "ORDER_PAID":
		return payment.ErrAlreadyPaid
	case status == http.StatusNotFound || code == "ORDER_NOT_EXIST":
		return payment.ErrNoSuchTrade
	}
	return fmt.Errorf("close: %w", err)
}

// transaction is an order as WeChat Pay tells it, of a merchant alone or below
// his partner.
type transaction struct {
	Merchant    string `json:"mchid"`
	Partner     string `json:"sp_mchid"`
	Sub         string `json:"sub_mchid"`
	Number      string `json:"out_trade_no"`
	Transaction string `json:"transaction_id"`
	State       string `json:"trade_state"`
	DoneAt      string `json:"success_time"`
	Amount      struct {
		Total    int64  `json:"total"`
		Currency string `json:"currency"`
	} `json:"amount"`
}

// account is whose account a message names, by what Merchant.Account tells;
// below another partner it is nobody's here.
func account(m *payment.Merchant, direct, sp, sub string) string {
	switch {
	case !partner(m):
		return direct
	case sp != m.Number:
		return sp + "/" + sub
	}
	return sub
}

// trade reads a transaction.
func (t *transaction) trade(m *payment.Merchant) (payment.Trade, error) {
	out := payment.Trade{Number: t.Number, Transaction: t.Transaction, Merchant: account(m, t.Merchant, t.Partner, t.Sub), State: payment.TradeOther,
		Amount: money.Fen(t.Amount.Total), Currency: t.Amount.Currency}
	switch t.State {
	case "SUCCESS":
		out.State = payment.TradePaid
	case "NOTPAY", "USERPAYING", "PAYERROR", "ACCEPT":
		out.State = payment.TradeOpen
	case "CLOSED", "REVOKED":
		out.State = payment.TradeClosed
	}
	if out.State != payment.TradePaid {
		return out, nil
	}
	var err error
	if out.PaidAt, err = time.Parse(time.RFC3339, t.DoneAt); err != nil {
		return out, fmt.Errorf("time of payment: %w", err)
	}
	if out.Transaction == "" || out.Number == "" || out.Amount <= 0 {
		return out, errors.New("paid without number or amount")
	}
	return out, nil
}

// toTrade reads the content of a notification.
func toTrade(m *payment.Merchant, plain []byte) (payment.Trade, error) {
	var t transaction
	if err := json.Unmarshal(plain, &t); err != nil {
		return payment.Trade{}, fmt.Errorf("read transaction: %w", err)
	}
	return t.trade(m)
}
