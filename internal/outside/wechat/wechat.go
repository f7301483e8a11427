// Package wechat speaks WeChat Pay APIv3 for the socket payment.Channel: codes
// for the counter (Native), pages for telephones (H5), paying in WeChat's own
// browser (JSAPI), queries, closing, and notifications, for a merchant alone or
// below a partner (服务商), with the official SDK. Only the host decides whom it
// speaks to.
package wechat

import (
	"context"
	"crypto/rsa"
	"crypto/sha256"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"time"

	"github.com/wechatpay-apiv3/wechatpay-go/core"
	"github.com/wechatpay-apiv3/wechatpay-go/core/option"
	"github.com/wechatpay-apiv3/wechatpay-go/utils"

	"linli/internal/kit/clock"
	"linli/internal/kit/outbound"
	"linli/internal/payment"
)

// Where WeChat Pay answers, and where WeChat tells who a payer is.
const (
	Official      = "https://api.mch.weixin.qq.com"
	officialOpen  = "https://open.weixin.qq.com"
	officialLogin = "https://api.weixin.qq.com"
)

// patience is how long one request may take.
const patience = 15 * time.Second

// billPatience is how long the download of a bill may take.
const billPatience = 10 * time.Minute

// Deps say whom to speak to; an empty Host is Official, any other answers for
// all three of the addresses.
type Deps struct {
	Host string
}

// Channel is WeChat Pay.
type Channel struct {
	http  *http.Client
	bills *http.Client
	plain *http.Client // for what the SDK does not know
	open  string       // where browsers say who stands in front of them
	login string       // where codes are exchanged
	certs certificates
}

// New makes the channel. Error: a host that is no address.
func New(d Deps) (*Channel, error) {
	open, login := strings.TrimSuffix(d.Host, "/"), strings.TrimSuffix(d.Host, "/")
	if d.Host == "" {
		d.Host, open, login = Official, officialOpen, officialLogin
	}
	host, err := url.Parse(d.Host)
	if err != nil || host.Host == "" || host.Scheme != "https" && host.Scheme != "http" {
		return nil, fmt.Errorf("host of WeChat Pay %q is no address", d.Host)
	}
	way := elsewhere{host, http.DefaultTransport}
	return &Channel{http: &http.Client{Timeout: patience, Transport: way}, bills: &http.Client{Timeout: billPatience, Transport: way},
		plain: outbound.Straight(patience), open: open, login: login,
		certs: certificates{of: map[[sha256.Size]byte]*held{}, clock: clock.System{}}}, nil
}

// elsewhere sends what the SDK addresses to its fixed host to the host that
// was set.
type elsewhere struct {
	to   *url.URL
	next http.RoundTripper
}

func (e elsewhere) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.URL.Scheme, r.URL.Host, r.Host = e.to.Scheme, e.to.Host, e.to.Host
	return e.next.RoundTrip(r)
}

// Key names the channel.
func (c *Channel) Key() string { return "wechat" }

// Name is the channel in words.
func (c *Channel) Name() string { return "微信支付" }

func private(m *payment.Merchant) (*rsa.PrivateKey, error) {
	k, err := utils.LoadPrivateKey(m.PrivateKey)
	if err != nil {
		return nil, payment.ErrMerchant.At("body.private_key", "不是 PEM 格式的商户 API 私钥（apiclient_key.pem）", nil)
	}
	return k, nil
}

func platform(m *payment.Merchant) (*rsa.PublicKey, error) {
	k, err := utils.LoadPublicKey(m.PlatformKey)
	if err != nil {
		return nil, payment.ErrMerchant.At("body.platform_key", "不是 PEM 格式的微信支付公钥（pub_key.pem）", nil)
	}
	return k, nil
}

// Check refuses what WeChat Pay could not work with.
func (c *Channel) Check(m payment.Merchant) error {
	switch {
	case !digits(m.Number, 8, 12):
		return payment.ErrMerchant.At("body.number", "商户号是 8–12 位数字", m.Number)
	case !app(m.App):
		return payment.ErrMerchant.At("body.app", "AppID 以 wx 开头", m.App)
	case !hex(m.Serial):
		return payment.ErrMerchant.At("body.serial", "证书序列号是 40 位十六进制", m.Serial)
	case m.SubNumber != "" && !digits(m.SubNumber, 8, 12):
		return payment.ErrMerchant.At("body.sub_number", "特约商户号是 8–12 位数字", m.SubNumber)
	case m.SubNumber != "" && m.SubNumber == m.Number:
		return payment.ErrMerchant.At("body.sub_number", "特约商户号和服务商的商户号不能相同", m.SubNumber)
	case m.SubApp != "" && (m.SubNumber == "" || !app(m.SubApp)):
		return payment.ErrMerchant.At("body.sub_app", "特约商户的 AppID 以 wx 开头，填了特约商户号才用", m.SubApp)
	case m.AppSecret != "" && !secret(m.AppSecret):
		return payment.ErrMerchant.At("body.app_secret", "AppSecret 是 32 位十六进制", nil)
	case m.Mode != payment.ModeCertificate && !strings.HasPrefix(m.PlatformSerial, "PUB_KEY_ID_"):
		return payment.ErrMerchant.At("body.platform_serial", "公钥 ID 以 PUB_KEY_ID_ 开头", m.PlatformSerial)
	case len(m.APIKey) != 32:
		return payment.ErrMerchant.At("body.api_key", "APIv3 密钥是 32 个字符", nil)
	}
	_, err := private(&m)
	if err == nil && m.Mode != payment.ModeCertificate {
		_, err = platform(&m)
	}
	return err
}

func digits(s string, least, most int) bool {
	return len(s) >= least && len(s) <= most && strings.Trim(s, "0123456789") == ""
}

func app(s string) bool { return len(s) >= 6 && len(s) <= 32 && strings.HasPrefix(s, "wx") }

func secret(s string) bool { return len(s) == 32 && strings.Trim(s, "0123456789abcdefABCDEF") == "" }

func hex(s string) bool {
	return len(s) == 40 && strings.Trim(s, "0123456789abcdefABCDEF") == ""
}

// client is the SDK for one merchant.
func (c *Channel) client(ctx context.Context, m *payment.Merchant) (*core.Client, error) {
	return c.clientOver(ctx, m, c.http)
}

func (c *Channel) clientOver(ctx context.Context, m *payment.Merchant, over *http.Client) (*core.Client, error) {
	key, err := private(m)
	if err != nil {
		return nil, err
	}
	v, err := c.verifier(ctx, m, "")
	if err != nil {
		return nil, err
	}
	client, err := core.NewClient(ctx, option.WithHTTPClient(over), option.WithMerchantCredential(m.Number, m.Serial, key), option.WithVerifier(v))
	if err != nil {
		return nil, fmt.Errorf("prepare client: %w", err)
	}
	return client, nil
}

// said reads what WeChat Pay answered instead of success. Such answers are not
// signed: nothing that moves money follows from them alone.
func said(err error) (code, message string, status int) {
	var e *core.APIError
	if errors.As(err, &e) {
		return e.Code, e.Message, e.StatusCode
	}
	return "", "", 0
}

// refusedOr tells a refusal from an outcome that is not known, of an order that
// is being announced.
func refusedOr(what string, err error) error {
	code, message, status := said(err)
	if status >= 400 && status < 500 && status != http.StatusTooManyRequests {
		return fmt.Errorf("%w: %s %s", payment.ErrRefusedByChannel, code, plain(message))
	}
	return fmt.Errorf("%s: %s", what, plain(err.Error()))
}

var token = regexp.MustCompile(`/callbacks/[^\s"]+`)

// plain takes addresses of callbacks out of an error, because errors are shown.
func plain(s string) string { return token.ReplaceAllString(s, "/callbacks/…") }
