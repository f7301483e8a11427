package wechat

import (
	"context"
	"errors"

	"linli/internal/payment"
)

// Prepay announces an order and answers the text of its code. Source: WeChat
// Pay, Native 下单.
func (c *Channel) Prepay(ctx context.Context, m payment.Merchant, o payment.Order, notify string) (string, error) {
	answer, err := c.announce(ctx, &m, &o, "native", notify, nil)
	if err == nil && answer.Code == "" {
		err = errors.New("prepay: no code in the answer")
	}
	return answer.Code, err
}
