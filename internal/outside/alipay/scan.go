package alipay

import (
	"context"
	"fmt"
	"time"

	sdk "github.com/smartwalle/alipay/v3"

	"linli/internal/kit/clock"
	"linli/internal/payment"
)

// The channel takes the money of a payer's code.
var _ payment.Scanner = (*Channel)(nil)

// Scan takes the money of the code that the payer shows. Source: Alipay,
// alipay.trade.pay.
func (c *Channel) Scan(ctx context.Context, m payment.Merchant, o payment.Order, code, notify string) (payment.Trade, error) {
	client, err := c.client(&m)
	if err != nil {
		return payment.Trade{}, &payment.Refusal{Words: notTaken + "本项目的支付宝商户资料不能用，请管理员检查", Cause: err.Error()}
	}
	got, err := client.TradePay(ctx, sdk.TradePay{Trade: sdk.Trade{NotifyURL: notify, Subject: subject(o.Title), OutTradeNo: o.Number, TotalAmount: o.Amount.Yuan(),
		ProductCode: "FACE_TO_FACE_PAYMENT", SellerId: m.Number, TimeExpire: o.ExpiresAt.In(clock.Shanghai()).Format(time.DateTime)}, Scene: "bar_code", AuthCode: code})
	if got == nil {
		got = &sdk.TradePayRsp{}
	}
	a, err := said(&got.Error, err)
	switch {
	case err != nil:
		return payment.Trade{}, fmt.Errorf("pay: %w", err)
	case a == nil && got.OutTradeNo != o.Number:
		return payment.Trade{}, fmt.Errorf("pay for %s: told of %s", o.Number, got.OutTradeNo)
	case a == nil && got.Code != sdk.CodeSuccess: // the SDK takes 10003, a payer who has to agree, for success
		return payment.Trade{Number: o.Number, Transaction: got.TradeNo, Merchant: m.Number, State: payment.TradeOpen}, nil
	case a != nil && a.refused() && a.SubCode != "ACQ.CONTEXT_INCONSISTENT":
		return payment.Trade{}, &payment.Refusal{Words: a.plainly(), Cause: a.words()}
	case a != nil:
		return payment.Trade{}, fmt.Errorf("pay: %s", a.words())
	}
	t := told{number: got.OutTradeNo, transaction: got.TradeNo, seller: m.Number, state: sdk.TradeStatusSuccess, amount: got.TotalAmount, paid: got.GmtPayment}
	return t.trade()
}

const notTaken = "没有扣款。"

// notOpened is for a merchant whom Alipay has no contract with about codes.
const notOpened = "本项目的支付宝商户没有开通“当面付”。请管理员到支付宝商家平台“产品中心”开通；不打算开通的，在“线上收款商户”里取消勾选"

// notOpened tells a refusal for want of a contract about the product.
func (a *answer) notOpened() bool {
	switch a.SubCode {
	case "ACQ.ACCESS_FORBIDDEN", "ACCESS_FORBIDDEN", "isv.insufficient-isv-permissions", "isv.insufficient-user-permissions":
		return true
	}
	return false
}

// plainly is a refusal for the person at the counter: what is wrong and what to
// do next. Source of the codes: Alipay, alipay.trade.pay.
func (a *answer) plainly() string {
	if a.notOpened() {
		return notTaken + notOpened
	}
	switch a.SubCode {
	case "ACQ.PAYMENT_AUTH_CODE_INVALID", "ACQ.SOUNDWAVE_PARSER_FAIL":
		return notTaken + "付款码过期或已用过，请付款人刷新付款码后重扫"
	case "ACQ.BUYER_BALANCE_NOT_ENOUGH", "ACQ.BUYER_BANKCARD_BALANCE_NOT_ENOUGH":
		return notTaken + "付款人的余额不足，请换一张卡，或换一种方式付款"
	case "ACQ.BUYER_PAYMENT_AMOUNT_DAY_LIMIT_ERROR", "ACQ.BUYER_PAYMENT_AMOUNT_MONTH_LIMIT_ERROR", "ACQ.ERROR_BUYER_CERTLEVEL_LIMIT", "ACQ.TOTAL_FEE_EXCEED":
		return notTaken + "超过付款人的付款限额，请少付一些，或换一种方式付款"
	case "ACQ.PULL_MOBILE_CASHIER_FAIL", "ACQ.ERROR_BALANCE_PAYMENT_DISABLE", "ACQ.NO_PAYMENT_INSTRUMENTS_AVAILABLE", "ACQ.USER_FACE_PAYMENT_SWITCH_OFF", "ACQ.BUYER_ENABLE_STATUS_FORBID":
		return notTaken + "付款人的支付宝现在不能用付款码，请出示收款码让付款人扫，或换一种方式付款"
	case "ACQ.PAYMENT_REQUEST_HAS_RISK":
		return notTaken + "支付宝认为这笔付款有风险，请换一种方式付款"
	}
	return notTaken + "支付宝的说明：" + a.SubMsg + "。请换一种方式收款"
}

// Reverse takes a payment back, or closes what was not paid. Alipay answers a
// number that it never heard of as done. Source: Alipay, alipay.trade.cancel.
func (c *Channel) Reverse(ctx context.Context, m payment.Merchant, number string) error {
	client, err := c.client(&m)
	if err != nil {
		return err
	}
	got, err := client.TradeCancel(ctx, sdk.TradeCancel{OutTradeNo: number})
	if got == nil {
		got = &sdk.TradeCancelRsp{}
	}
	a, err := said(&got.Error, err)
	switch {
	case err != nil:
		return fmt.Errorf("cancel: %w", err)
	case a != nil:
		return fmt.Errorf("cancel: %s", a.words())
	case got.OutTradeNo != number:
		return fmt.Errorf("cancel of %s: told of %s", number, got.OutTradeNo)
	case got.RetryFlag != "N":
		return fmt.Errorf("cancel of %s: to be repeated", number)
	}
	return nil
}
