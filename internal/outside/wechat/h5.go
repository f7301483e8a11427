package wechat

import (
	"context"
	"fmt"
	"net/http"
	"net/url"

	"github.com/wechatpay-apiv3/wechatpay-go/core"
	"github.com/wechatpay-apiv3/wechatpay-go/services/payments/h5"

	"linli/internal/kit/clock"
	"linli/internal/payment"
)

// H5 announces an order and answers the page that the browser of a telephone
// is sent to. The page is good for five minutes, and only for a browser that
// comes from a site of the merchant. Source: WeChat Pay, H5 下单 and H5 调起支付.
func (c *Channel) H5(ctx context.Context, m payment.Merchant, o payment.Order, notify, back string) (string, error) {
	client, err := c.client(ctx, &m)
	if err != nil {
		return "", fmt.Errorf("%w: %w", payment.ErrRefusedByChannel, err)
	}
	api := h5.H5ApiService{Client: client}
	answer, _, err := api.Prepay(ctx, h5.PrepayRequest{
		Appid: core.String(m.App), Mchid: core.String(m.Number), Description: core.String(cut(o.Title, 127)),
		OutTradeNo: core.String(o.Number), TimeExpire: core.Time(o.ExpiresAt.In(clock.Shanghai())), NotifyUrl: core.String(notify),
		Amount:    &h5.Amount{Total: core.Int64(int64(o.Amount)), Currency: core.String("CNY")},
		SceneInfo: &h5.SceneInfo{PayerClientIp: core.String(o.PayerAddress), H5Info: &h5.H5Info{Type: core.String("Wap")}},
	})
	if err != nil {
		code, message, status := said(err)
		if status >= 400 && status < 500 && status != http.StatusTooManyRequests {
			return "", fmt.Errorf("%w: %s %s", payment.ErrRefusedByChannel, code, plain(message))
		}
		return "", fmt.Errorf("prepay for a telephone: %s", plain(err.Error()))
	}
	if answer.H5Url == nil {
		return "", fmt.Errorf("prepay for a telephone: no page in the answer")
	}
	page, err := url.Parse(*answer.H5Url)
	if err != nil || page.Scheme != "https" && page.Scheme != "http" || page.Host == "" {
		return "", fmt.Errorf("prepay for a telephone: the page in the answer is no address")
	}
	q := page.Query()
	q.Set("redirect_url", back)
	page.RawQuery = q.Encode()
	return page.String(), nil
}
