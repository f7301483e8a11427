package alipay

import (
	"context"
	"fmt"
	"strings"
	"time"

	sdk "github.com/smartwalle/alipay/v3"

	"linli/internal/kit/clock"
	"linli/internal/kit/money"
	"linli/internal/payment"
)

// Prepay announces an order and answers the text of its code. The trade begins
// at Alipay when somebody scans it.
func (c *Channel) Prepay(ctx context.Context, m payment.Merchant, o payment.Order, notify string) (string, error) {
	client, err := c.client(&m)
	if err != nil {
		return "", fmt.Errorf("%w: %w", payment.ErrRefusedByChannel, err)
	}
	got, err := client.TradePreCreate(ctx, sdk.TradePreCreate{Trade: sdk.Trade{NotifyURL: notify, Subject: subject(o.Title), OutTradeNo: o.Number,
		TotalAmount: o.Amount.Yuan(), SellerId: m.Number, TimeExpire: o.ExpiresAt.In(clock.Shanghai()).Format(time.DateTime)}})
	if got == nil {
		got = &sdk.TradePreCreateRsp{}
	}
	a, err := said(&got.Error, err)
	switch {
	case err != nil:
		return "", fmt.Errorf("precreate: %w", err)
	case a != nil && a.notOpened():
		return "", &payment.Refusal{Words: notOpened, Cause: a.words()}
	case a != nil && a.refused():
		return "", fmt.Errorf("%w: %s", payment.ErrRefusedByChannel, a.words())
	case a != nil:
		return "", fmt.Errorf("precreate: %s", a.words())
	case got.OutTradeNo != o.Number || got.QRCode == "":
		return "", fmt.Errorf("precreate: no code for %s in the answer", o.Number)
	}
	return got.QRCode, nil
}

// subject is a title within 256 characters and without those that Alipay
// refuses, or that would divide the cells of its bill.
func subject(title string) string {
	title = strings.NewReplacer("/", "-", "=", "-", "&", "-", ",", "，").Replace(title)
	if r := []rune(title); len(r) > 256 {
		return string(r[:256])
	}
	return title
}

// Query asks what became of an order.
func (c *Channel) Query(ctx context.Context, m payment.Merchant, number string) (payment.Trade, error) {
	client, err := c.client(&m)
	if err != nil {
		return payment.Trade{}, err
	}
	got, err := client.TradeQuery(ctx, sdk.TradeQuery{OutTradeNo: number})
	if got == nil {
		got = &sdk.TradeQueryRsp{}
	}
	a, err := said(&got.Error, err)
	switch {
	case err != nil:
		return payment.Trade{}, fmt.Errorf("query: %w", err)
	case a != nil && a.notThere():
		return payment.Trade{}, payment.ErrNotScanned
	case a != nil:
		return payment.Trade{}, fmt.Errorf("query: %s", a.words())
	case got.OutTradeNo != number:
		return payment.Trade{}, fmt.Errorf("asked for %s, told of %s", number, got.OutTradeNo)
	}
	t := told{number: got.OutTradeNo, transaction: got.TradeNo, seller: m.Number, state: got.TradeStatus, amount: got.TotalAmount, currency: got.TransCurrency, paid: got.SendPayDate}
	return t.trade()
}

// Close makes sure that an order can no longer be paid. What Alipay says about
// a trade that is not waiting is the same for all of them, so it is asked.
func (c *Channel) Close(ctx context.Context, m payment.Merchant, number string) error {
	client, err := c.client(&m)
	if err != nil {
		return err
	}
	got, err := client.TradeClose(ctx, sdk.TradeClose{OutTradeNo: number})
	if got == nil {
		got = &sdk.TradeCloseRsp{}
	}
	a, err := said(&got.Error, err)
	switch {
	case err != nil:
		return fmt.Errorf("close: %w", err)
	case a == nil && got.OutTradeNo != number:
		return fmt.Errorf("close of %s: told of %s", number, got.OutTradeNo)
	case a == nil:
		return nil
	case a.notThere():
		return payment.ErrNotScanned
	case !a.signed || a.Code != sdk.CodeBusinessFailed:
		return fmt.Errorf("close: %s", a.words())
	}
	switch t, err := c.Query(ctx, m, number); {
	case err != nil:
		return fmt.Errorf("close: %s, and then: %w", a.words(), err)
	case t.State == payment.TradePaid:
		return payment.ErrAlreadyPaid
	case t.State == payment.TradeClosed:
		return nil
	}
	return fmt.Errorf("close: %s", a.words())
}

// told is a trade in the words of Alipay.
type told struct {
	number, transaction, seller string
	state                       sdk.TradeStatus
	amount, currency, paid      string
}

func (t *told) trade() (payment.Trade, error) {
	out := payment.Trade{Number: t.number, Transaction: t.transaction, Merchant: t.seller, State: payment.TradeOther, Currency: "CNY"}
	if t.currency != "" {
		out.Currency = t.currency
	}
	switch t.state {
	case sdk.TradeStatusWaitBuyerPay:
		out.State = payment.TradeOpen
	case sdk.TradeStatusSuccess, sdk.TradeStatusFinished:
		out.State = payment.TradePaid
	case sdk.TradeStatusClosed: // not paid in time, or given back as a whole
		out.State = payment.TradeClosed
	}
	var err error
	if out.Amount, err = money.ParseYuan(t.amount); err != nil && out.State == payment.TradePaid {
		return out, fmt.Errorf("amount of payment: %w", err)
	}
	if out.State != payment.TradePaid {
		return out, nil
	}
	if out.PaidAt, err = time.ParseInLocation(time.DateTime, t.paid, clock.Shanghai()); err != nil {
		return out, fmt.Errorf("time of payment: %w", err)
	}
	if out.Transaction == "" || out.Number == "" || out.Amount <= 0 {
		return out, fmt.Errorf("paid without number or amount")
	}
	return out, nil
}
