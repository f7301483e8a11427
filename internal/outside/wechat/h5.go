package wechat

import (
	"context"
	"errors"
	"net/url"

	"linli/internal/payment"
)

// H5 announces an order and answers the page that the browser of a telephone
// is sent to. The page is good for five minutes, and only for a browser that
// comes from a site of the merchant. Source: WeChat Pay, H5 下单 and H5 调起支付.
func (c *Channel) H5(ctx context.Context, m payment.Merchant, o payment.Order, notify, back string) (string, error) {
	answer, err := c.announce(ctx, &m, &o, "h5", notify, fields{"scene_info": fields{"payer_client_ip": o.PayerAddress, "h5_info": fields{"type": "Wap"}}})
	if err != nil {
		return "", err
	}
	page, err := url.Parse(answer.Page)
	if err != nil || page.Scheme != "https" && page.Scheme != "http" || page.Host == "" {
		return "", errors.New("prepay h5: the page in the answer is no address")
	}
	q := page.Query()
	q.Set("redirect_url", back)
	page.RawQuery = q.Encode()
	return page.String(), nil
}
