package alipay

import (
	"context"
	"fmt"
	"net/url"

	"linli/internal/payment"
)

// Verify checks the signature of a notification over all of its fields, and
// that it is about this app. What is signed and cannot be read is forged all
// the same.
func (c *Channel) Verify(ctx context.Context, m payment.Merchant, _ map[string]string, body []byte) (payment.Trade, error) {
	client, err := c.client(&m)
	if err != nil {
		return payment.Trade{}, err
	}
	form, err := url.ParseQuery(string(body))
	if err != nil {
		return payment.Trade{}, payment.ErrForged
	}
	for name, values := range form {
		// A certificate would make the SDK fetch whatever key the message asks for.
		if len(values) != 1 || name == "alipay_cert_sn" {
			return payment.Trade{}, payment.ErrForged
		}
	}
	if form.Get("sign_type") != "RSA2" {
		return payment.Trade{}, payment.ErrForged
	}
	n, err := client.DecodeNotification(ctx, form)
	if err != nil {
		return payment.Trade{}, payment.ErrForged
	}
	if n.AppId != m.App {
		return payment.Trade{}, fmt.Errorf("%w: about the app %.32q", payment.ErrForged, n.AppId)
	}
	t := told{number: n.OutTradeNo, transaction: n.TradeNo, seller: n.SellerId, state: n.TradeStatus, amount: n.TotalAmount, paid: n.GmtPayment}
	trade, err := t.trade()
	if err != nil {
		return trade, fmt.Errorf("%w: %w", payment.ErrForged, err)
	}
	return trade, nil
}
