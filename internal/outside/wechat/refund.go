package wechat

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"github.com/wechatpay-apiv3/wechatpay-go/core"
	"github.com/wechatpay-apiv3/wechatpay-go/services/refunddomestic"

	"linli/internal/kit/money"
	"linli/internal/payment"
)

// The channel gives money back the way it came.
var _ payment.Refunder = (*Channel)(nil)

// maxRefundReason is how long the reason that the payer reads may be, in bytes.
// Source: WeChat Pay, 申请退款.
const maxRefundReason = 80

// Refund asks for a refund; the number makes it one, however often it is asked
// for.
func (c *Channel) Refund(ctx context.Context, m payment.Merchant, r payment.Refund, notify string) (payment.RefundStatus, error) {
	client, err := c.client(ctx, &m)
	if err != nil {
		return payment.RefundStatus{}, err
	}
	api := refunddomestic.RefundsApiService{Client: client}
	answer, _, err := api.Create(ctx, refunddomestic.CreateRequest{TransactionId: core.String(r.Transaction), OutRefundNo: core.String(r.Number),
		Reason: core.String(cut(r.Title, maxRefundReason)), NotifyUrl: core.String(notify), SubMchid: below(&m),
		Amount: &refunddomestic.AmountReq{Refund: core.Int64(int64(r.Amount)), Total: core.Int64(int64(r.Captured)), Currency: core.String("CNY")}})
	if err != nil {
		code, message, status := said(err)
		if status >= 400 && status < 500 && status != http.StatusTooManyRequests {
			return payment.RefundStatus{}, fmt.Errorf("%w: %s（%s）", payment.ErrRefundRefused, plain(message), code)
		}
		return payment.RefundStatus{}, fmt.Errorf("refund: %s", plain(err.Error()))
	}
	return toStatus(answer, r.Number)
}

// below names the merchant whose money goes back, below a partner.
func below(m *payment.Merchant) *string {
	if !partner(m) {
		return nil
	}
	return core.String(m.SubNumber)
}

// QueryRefund asks what became of a refund.
func (c *Channel) QueryRefund(ctx context.Context, m payment.Merchant, r payment.Refund) (payment.RefundStatus, error) {
	client, err := c.client(ctx, &m)
	if err != nil {
		return payment.RefundStatus{}, err
	}
	api := refunddomestic.RefundsApiService{Client: client}
	answer, _, err := api.QueryByOutRefundNo(ctx, refunddomestic.QueryByOutRefundNoRequest{OutRefundNo: core.String(r.Number), SubMchid: below(&m)})
	if err != nil {
		if code, _, status := said(err); status == http.StatusNotFound || code == "RESOURCE_NOT_EXISTS" {
			return payment.RefundStatus{}, payment.ErrNoSuchRefund
		}
		return payment.RefundStatus{}, fmt.Errorf("query refund: %w", err)
	}
	return toStatus(answer, r.Number)
}

// toStatus reads a refund as an answer tells it.
func toStatus(a *refunddomestic.Refund, number string) (payment.RefundStatus, error) {
	if a.OutRefundNo == nil || *a.OutRefundNo != number || a.Status == nil || a.Amount == nil || a.Amount.Refund == nil || a.RefundId == nil {
		return payment.RefundStatus{}, fmt.Errorf("asked for refund %s, told of another or without an amount", number)
	}
	out := payment.RefundStatus{Number: number, ID: *a.RefundId, Amount: money.Fen(*a.Amount.Refund)}
	if a.TransactionId != nil {
		out.Transaction = *a.TransactionId
	}
	if a.UserReceivedAccount != nil {
		out.Received = *a.UserReceivedAccount
	}
	if a.CreateTime != nil {
		out.AcceptedAt = *a.CreateTime
	}
	if a.SuccessTime != nil {
		out.DoneAt = *a.SuccessTime
	}
	var err error
	out.State, err = backState(string(*a.Status))
	return out, err
}

func backState(status string) (payment.BackState, error) {
	switch status {
	case "PROCESSING":
		return payment.BackOpen, nil
	case "SUCCESS":
		return payment.BackDone, nil
	case "CLOSED":
		return payment.BackClosed, nil
	case "ABNORMAL":
		return payment.BackAbnormal, nil
	}
	return "", fmt.Errorf("refund in state %q", status)
}

// refundJSON is the content of a notification about a refund. Source: WeChat
// Pay, 退款结果通知.
type refundJSON struct {
	Merchant    string `json:"mchid"`
	Partner     string `json:"sp_mchid"`
	Sub         string `json:"sub_mchid"`
	Number      string `json:"out_trade_no"`
	Transaction string `json:"transaction_id"`
	Refund      string `json:"out_refund_no"`
	ID          string `json:"refund_id"`
	Status      string `json:"refund_status"`
	DoneAt      string `json:"success_time"`
	Received    string `json:"user_received_account"`
	Amount      struct {
		Refund int64 `json:"refund"`
	} `json:"amount"`
}

// toBack reads a notification about a refund as one about its trade.
func toBack(m *payment.Merchant, plain []byte) (payment.Trade, error) {
	var j refundJSON
	if err := json.Unmarshal(plain, &j); err != nil {
		return payment.Trade{}, fmt.Errorf("read refund: %w", err)
	}
	state, err := backState(j.Status)
	if err == nil && (j.Refund == "" || j.ID == "" || j.Amount.Refund <= 0) {
		err = fmt.Errorf("refund without number or amount")
	}
	if err != nil {
		return payment.Trade{}, err
	}
	whose := account(m, j.Merchant, j.Partner, j.Sub)
	back := payment.RefundStatus{Number: j.Refund, ID: j.ID, Transaction: j.Transaction, Merchant: whose, State: state,
		Amount: money.Fen(j.Amount.Refund), Received: j.Received}
	if state == payment.BackDone {
		if back.DoneAt, err = time.Parse(time.RFC3339, j.DoneAt); err != nil {
			return payment.Trade{}, fmt.Errorf("time of refund: %w", err)
		}
	}
	return payment.Trade{Number: j.Number, Transaction: j.Transaction, Merchant: whose, State: payment.TradeOther, Back: &back}, nil
}
