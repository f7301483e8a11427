package wechat

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"

	"github.com/wechatpay-apiv3/wechatpay-go/utils"

	"linli/internal/kit/clock"
	"linli/internal/payment"
)

// The channel can be paid in WeChat's own browser.
var _ payment.Inside = (*Channel)(nil)

// maxAnswer is how much of an answer about a payer is read, in bytes.
const maxAnswer = 64 << 10

// AppOf is the app that knows payers of a merchant.
func (c *Channel) AppOf(m *payment.Merchant) string {
	if partner(m) && m.SubApp != "" {
		return m.SubApp
	}
	return m.App
}

// Identify answers where WeChat's browser is sent to say who stands in front of
// it (snsapi_base: nothing is asked of the payer). The order of the parameters
// is checked there. Source: WeChat, 网页授权.
func (c *Channel) Identify(m *payment.Merchant, back string) (string, bool) {
	if m.AppSecret == "" {
		return "", false
	}
	return c.open + "/connect/oauth2/authorize?appid=" + url.QueryEscape(c.AppOf(m)) + "&redirect_uri=" + url.QueryEscape(back) +
		"&response_type=code&scope=snsapi_base&state=STATE#wechat_redirect", true
}

// payerJSON is the answer to a code; errors are part of it.
type payerJSON struct {
	OpenID  string `json:"openid"`
	Code    int    `json:"errcode"`
	Message string `json:"errmsg"`
}

// Payer exchanges the code of an authorisation, which is good once and for five
// minutes. Source: WeChat, 网页授权 and 全局返回码.
func (c *Channel) Payer(ctx context.Context, m *payment.Merchant, code string) (string, error) {
	q := url.Values{"appid": {c.AppOf(m)}, "secret": {m.AppSecret}, "code": {code}, "grant_type": {"authorization_code"}}
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, c.login+"/sns/oauth2/access_token?"+q.Encode(), nil)
	if err != nil {
		return "", errors.New("ask who pays: no address") // the error repeats the secret
	}
	answer, err := c.plain.Do(r)
	if err != nil {
		var at *url.Error
		if errors.As(err, &at) { // its text holds the address with the secret
			err = at.Err
		}
		return "", fmt.Errorf("ask who pays: %w", err)
	}
	defer answer.Body.Close()
	var j payerJSON
	if err := json.NewDecoder(io.LimitReader(answer.Body, maxAnswer)).Decode(&j); err != nil {
		return "", fmt.Errorf("ask who pays: answered %d and no JSON: %w", answer.StatusCode, err)
	}
	switch {
	case j.Code == 40163 || j.Code == 40029 || j.Code == 42003 || j.Code == 41008:
		return "", fmt.Errorf("%w: %d %s", payment.ErrWhoGone, j.Code, j.Message)
	case j.Code != 0 || j.OpenID == "":
		return "", fmt.Errorf("ask who pays: %d %s", j.Code, j.Message)
	}
	return j.OpenID, nil
}

// InApp announces an order for one payer and answers its prepay_id, which is
// good for two hours. Source: WeChat Pay, JSAPI 下单.
func (c *Channel) InApp(ctx context.Context, m *payment.Merchant, o *payment.Order, notify, payer string) (string, error) {
	answer, err := c.announce(ctx, m, o, "jsapi", notify, fields{"payer": payerOf(m, payer)})
	if err == nil && answer.Prepay == "" {
		err = errors.New("prepay jsapi: no number in the answer")
	}
	return answer.Prepay, err
}

// Invoke signs what the page hands to WeChat's browser. Source: WeChat Pay,
// JSAPI 调起支付.
func (c *Channel) Invoke(m *payment.Merchant, prepay string) (map[string]string, error) {
	k, err := utils.LoadPrivateKey(m.PrivateKey)
	if err != nil {
		return nil, errors.New("sign invocation: the key cannot be used")
	}
	nonce, err := utils.GenerateNonce()
	if err != nil {
		return nil, fmt.Errorf("sign invocation: %w", err)
	}
	app, at, text := c.AppOf(m), strconv.FormatInt(clock.System{}.Now().Unix(), 10), "prepay_id="+prepay
	signature, err := utils.SignSHA256WithRSA(fmt.Sprintf("%s\n%s\n%s\n%s\n", app, at, nonce, text), k)
	if err != nil {
		return nil, fmt.Errorf("sign invocation: %w", err)
	}
	return map[string]string{"appId": app, "timeStamp": at, "nonceStr": nonce, "package": text, "signType": "RSA", "paySign": signature}, nil
}
