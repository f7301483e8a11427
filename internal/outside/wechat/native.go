package wechat

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/wechatpay-apiv3/wechatpay-go/core"
	"github.com/wechatpay-apiv3/wechatpay-go/services/payments"
	"github.com/wechatpay-apiv3/wechatpay-go/services/payments/native"

	"linli/internal/kit/clock"
	"linli/internal/kit/money"
	"linli/internal/payment"
)

// Prepay announces an order and answers the text of its code.
func (c *Channel) Prepay(ctx context.Context, m payment.Merchant, o payment.Order, notify string) (string, error) {
	client, err := c.client(ctx, &m)
	if err != nil {
		return "", fmt.Errorf("%w: %w", payment.ErrRefusedByChannel, err)
	}
	api := native.NativeApiService{Client: client}
	answer, _, err := api.Prepay(ctx, native.PrepayRequest{
		Appid: core.String(m.App), Mchid: core.String(m.Number), Description: core.String(cut(o.Title, 127)),
		OutTradeNo: core.String(o.Number), TimeExpire: core.Time(o.ExpiresAt.In(clock.Shanghai())), NotifyUrl: core.String(notify),
		Amount: &native.Amount{Total: core.Int64(int64(o.Amount)), Currency: core.String("CNY")},
	})
	if err != nil {
		code, message, status := said(err)
		if status >= 400 && status < 500 && status != http.StatusTooManyRequests {
			return "", fmt.Errorf("%w: %s %s", payment.ErrRefusedByChannel, code, plain(message))
		}
		return "", fmt.Errorf("prepay: %s", plain(err.Error()))
	}
	if answer.CodeUrl == nil || *answer.CodeUrl == "" {
		return "", fmt.Errorf("prepay: no code in the answer")
	}
	return *answer.CodeUrl, nil
}

// cut keeps whole characters within n bytes: the description's limit.
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
	api := native.NativeApiService{Client: client}
	t, _, err := api.QueryOrderByOutTradeNo(ctx, native.QueryOrderByOutTradeNoRequest{OutTradeNo: core.String(number), Mchid: core.String(m.Number)})
	if err != nil {
		if code, _, status := said(err); status == http.StatusNotFound || code == "ORDER_NOT_EXIST" {
			return payment.Trade{}, payment.ErrNoSuchTrade
		}
		return payment.Trade{}, fmt.Errorf("query: %w", err)
	}
	trade, err := toTrade(t)
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
	api := native.NativeApiService{Client: client}
	_, err = api.CloseOrder(ctx, native.CloseOrderRequest{OutTradeNo: core.String(number), Mchid: core.String(m.Number)})
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

// toTrade reads a transaction as WeChat Pay tells it.
func toTrade(t *payments.Transaction) (payment.Trade, error) {
	text := func(s *string) string {
		if s == nil {
			return ""
		}
		return *s
	}
	out := payment.Trade{Number: text(t.OutTradeNo), Transaction: text(t.TransactionId), Merchant: text(t.Mchid), State: payment.TradeOther}
	switch text(t.TradeState) {
	case "SUCCESS":
		out.State = payment.TradePaid
	case "NOTPAY", "USERPAYING", "PAYERROR", "ACCEPT":
		out.State = payment.TradeOpen
	case "CLOSED", "REVOKED":
		out.State = payment.TradeClosed
	}
	if t.Amount != nil && t.Amount.Total != nil {
		out.Amount, out.Currency = money.Fen(*t.Amount.Total), text(t.Amount.Currency)
	}
	if out.State != payment.TradePaid {
		return out, nil
	}
	var err error
	if out.PaidAt, err = time.Parse(time.RFC3339, text(t.SuccessTime)); err != nil {
		return out, fmt.Errorf("time of payment: %w", err)
	}
	if out.Transaction == "" || out.Number == "" || out.Amount <= 0 {
		return out, fmt.Errorf("paid without number or amount")
	}
	return out, nil
}
