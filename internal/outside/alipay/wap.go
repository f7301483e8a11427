package alipay

import (
	"context"
	"fmt"
	"time"

	sdk "github.com/smartwalle/alipay/v3"

	"linli/internal/kit/clock"
	"linli/internal/payment"
)

// The channel can be paid in the browser of a telephone.
var _ payment.Mobile = (*Channel)(nil)

// H5 answers the page of Alipay that the browser of a telephone is sent to; it
// returns to back. The page is a signed address: Alipay hears of the order when
// the browser opens it. Source: Alipay, alipay.trade.wap.pay.
func (c *Channel) H5(_ context.Context, m payment.Merchant, o payment.Order, notify, back string) (string, error) {
	client, err := c.client(&m)
	if err != nil {
		return "", fmt.Errorf("%w: %w", payment.ErrRefusedByChannel, err)
	}
	page, err := client.TradeWapPay(sdk.TradeWapPay{Trade: sdk.Trade{NotifyURL: notify, ReturnURL: back, Subject: subject(o.Title), OutTradeNo: o.Number,
		TotalAmount: o.Amount.Yuan(), SellerId: m.Number, ProductCode: "QUICK_WAP_WAY"}, QuitURL: back, TimeExpire: o.ExpiresAt.In(clock.Shanghai()).Format(time.DateTime)})
	if err != nil {
		return "", fmt.Errorf("page for a telephone: %w", err)
	}
	return page.String(), nil
}
