package alipay

import (
	"context"
	"fmt"
	"time"

	sdk "github.com/smartwalle/alipay/v3"

	"linli/internal/kit/clock"
	"linli/internal/payment"
)

// The channel can be paid in the browser of a computer.
var _ payment.Desktop = (*Channel)(nil)

// Page answers the cashier page of Alipay that the browser of a computer is sent
// to: it shows a code of its own (qr_pay_mode 2) and takes a login, and returns
// to back. The page is a signed address; the trade begins at Alipay when
// somebody scans that code or logs in. Source: Alipay, alipay.trade.page.pay.
func (c *Channel) Page(_ context.Context, m payment.Merchant, o payment.Order, notify, back string) (string, error) {
	client, err := c.client(&m)
	if err != nil {
		return "", fmt.Errorf("%w: %w", payment.ErrRefusedByChannel, err)
	}
	page, err := client.TradePagePay(sdk.TradePagePay{Trade: sdk.Trade{NotifyURL: notify, ReturnURL: back, Subject: subject(o.Title), OutTradeNo: o.Number,
		TotalAmount: o.Amount.Yuan(), ProductCode: "FAST_INSTANT_TRADE_PAY", TimeExpire: o.ExpiresAt.In(clock.Shanghai()).Format(time.DateTime)},
		QRPayMode: "2", IntegrationType: "PCWEB"})
	if err != nil {
		return "", fmt.Errorf("page for a computer: %w", err)
	}
	return page.String(), nil
}
