package wechat

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/wechatpay-apiv3/wechatpay-go/core/notify"

	"linli/internal/payment"
)

// Verify checks the signature of a notification and opens it. What is signed
// and does not open is forged all the same.
func (c *Channel) Verify(ctx context.Context, m payment.Merchant, header map[string]string, body []byte) (payment.Trade, error) {
	v, err := c.verifier(ctx, &m, header["Wechatpay-Serial"])
	if errors.Is(err, errNone) {
		return payment.Trade{}, payment.ErrForged
	}
	if err != nil {
		return payment.Trade{}, err
	}
	handler, err := notify.NewRSANotifyHandler(m.APIKey, v)
	if err != nil {
		return payment.Trade{}, fmt.Errorf("prepare verification: %w", err)
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, "/", bytes.NewReader(body))
	if err != nil {
		return payment.Trade{}, fmt.Errorf("prepare verification: %w", err)
	}
	for name, value := range header {
		if value != "" {
			r.Header.Set(name, value)
		}
	}
	var plain json.RawMessage
	message, err := handler.ParseNotifyRequest(ctx, r, &plain)
	if err != nil {
		return payment.Trade{}, payment.ErrForged // the SDK's text repeats the whole message
	}
	trade, err := opened(&m, message.EventType, plain)
	if err != nil {
		return trade, fmt.Errorf("%w: %w", payment.ErrForged, err)
	}
	return trade, nil
}

// opened reads what a notification is about: a refund or a payment.
func opened(m *payment.Merchant, event string, plain []byte) (payment.Trade, error) {
	if strings.HasPrefix(event, "REFUND.") {
		return toBack(m, plain)
	}
	return toTrade(m, plain)
}
