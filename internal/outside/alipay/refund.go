package alipay

import (
	"context"
	"errors"
	"fmt"
	"time"

	sdk "github.com/smartwalle/alipay/v3"

	"linli/internal/kit/clock"
	"linli/internal/kit/money"
	"linli/internal/payment"
)

// The channel gives money back the way it came.
var _ payment.Refunder = (*Channel)(nil)

// maxRefundReason is how long the reason that the payer reads may be, in
// characters. Source: Alipay, alipay.trade.refund.
const maxRefundReason = 256

// Refund asks for a refund; the number makes it one, however often it is asked
// for. That the request was accepted is not yet that the money went back, so
// Alipay is asked what became of it.
func (c *Channel) Refund(ctx context.Context, m payment.Merchant, r payment.Refund, _ string) (payment.RefundStatus, error) {
	client, err := c.client(&m)
	if err != nil {
		return payment.RefundStatus{}, err
	}
	reason := []rune(r.Title)
	got, err := client.TradeRefund(ctx, sdk.TradeRefund{TradeNo: r.Transaction, RefundAmount: r.Amount.Yuan(), OutRequestNo: r.Number,
		RefundReason: string(reason[:min(len(reason), maxRefundReason)])})
	if got == nil {
		got = &sdk.TradeRefundRsp{}
	}
	a, err := said(&got.Error, err)
	switch {
	case err != nil:
		return payment.RefundStatus{}, fmt.Errorf("refund: %w", err)
	case a != nil && a.signed && a.refused():
		return payment.RefundStatus{}, fmt.Errorf("%w: %s", payment.ErrRefundRefused, a.words())
	case a != nil:
		return payment.RefundStatus{}, fmt.Errorf("refund: %s", a.words())
	case got.TradeNo != r.Transaction:
		return payment.RefundStatus{}, fmt.Errorf("refund of %s: told of %s", r.Transaction, got.TradeNo)
	}
	status, err := c.QueryRefund(ctx, m, r)
	if errors.Is(err, payment.ErrNoSuchRefund) {
		return payment.RefundStatus{Number: r.Number, ID: r.Number, Transaction: r.Transaction, State: payment.BackOpen, Amount: r.Amount}, nil
	}
	return status, err
}

// QueryRefund asks what became of a refund. Alipay has no number of its own
// for it, and does not tell one that failed from one it never had.
func (c *Channel) QueryRefund(ctx context.Context, m payment.Merchant, r payment.Refund) (payment.RefundStatus, error) {
	client, err := c.client(&m)
	if err != nil {
		return payment.RefundStatus{}, err
	}
	got, err := client.TradeFastPayRefundQuery(ctx, sdk.TradeFastPayRefundQuery{TradeNo: r.Transaction, OutRequestNo: r.Number, QueryOptions: []string{"gmt_refund_pay"}})
	if got == nil {
		got = &sdk.TradeFastPayRefundQueryRsp{}
	}
	a, err := said(&got.Error, err)
	switch {
	case err != nil:
		return payment.RefundStatus{}, fmt.Errorf("query refund: %w", err)
	case a != nil && a.notThere(), a == nil && got.RefundStatus == "":
		return payment.RefundStatus{}, payment.ErrNoSuchRefund
	case a != nil:
		return payment.RefundStatus{}, fmt.Errorf("query refund: %s", a.words())
	case got.RefundStatus != "REFUND_SUCCESS":
		return payment.RefundStatus{}, fmt.Errorf("query refund: state %q", got.RefundStatus)
	case got.OutRequestNo != r.Number || got.TradeNo != r.Transaction:
		return payment.RefundStatus{}, fmt.Errorf("asked for refund %s, told of %s", r.Number, got.OutRequestNo)
	}
	amount, err := money.ParseYuan(got.RefundAmount)
	if err != nil {
		return payment.RefundStatus{}, fmt.Errorf("amount of refund: %w", err)
	}
	out := payment.RefundStatus{Number: r.Number, ID: r.Number, Transaction: got.TradeNo, State: payment.BackDone, Amount: amount}
	if got.GMTRefundPay != "" {
		if out.DoneAt, err = time.ParseInLocation(time.DateTime, got.GMTRefundPay, clock.Shanghai()); err != nil {
			return payment.RefundStatus{}, fmt.Errorf("time of refund: %w", err)
		}
		out.AcceptedAt = out.DoneAt
	}
	return out, nil
}
