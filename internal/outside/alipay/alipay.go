// Package alipay speaks the gateway of Alipay for the socket payment.Channel:
// codes for the counter (precreate), codes that payers show (pay, cancel), pages for telephones and computers, queries,
// closing, refunds, notifications and bills, with smartwalle/alipay in the mode of the platform's public key. Only the
// host decides whom it speaks to.
package alipay

import (
	"context"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	sdk "github.com/smartwalle/alipay/v3"

	"linli/internal/kit/clock"
	"linli/internal/kit/outbound"
	"linli/internal/payment"
)

// Official is where Alipay answers.
const Official = "https://openapi.alipay.com"

// patience is how long one request may take.
const patience = 15 * time.Second

// billPatience is how long the download of a bill may take.
const billPatience = 10 * time.Minute

// Deps say whom to speak to; an empty Host is Official.
type Deps struct {
	Host string
}

// Channel is Alipay.
type Channel struct {
	gateway string
	http    *http.Client
	bills   *http.Client
}

// New makes the channel. Error: a host that is no address.
func New(d Deps) (*Channel, error) {
	if d.Host == "" {
		d.Host = Official
	}
	host, err := url.Parse(d.Host)
	if err != nil || host.Host == "" || host.Scheme != "https" && host.Scheme != "http" {
		return nil, fmt.Errorf("host of Alipay %q is no address", d.Host)
	}
	return &Channel{gateway: strings.TrimRight(d.Host, "/") + "/gateway.do", http: outbound.Straight(patience), bills: outbound.Straight(billPatience)}, nil
}

// Key names the channel.
func (c *Channel) Key() string { return "alipay" }

// Name is the channel in words.
func (c *Channel) Name() string { return "支付宝" }

// Check refuses what Alipay could not work with.
func (c *Channel) Check(m payment.Merchant) error {
	switch {
	case !digits(m.Number, 16) || !strings.HasPrefix(m.Number, "2088"):
		return payment.ErrMerchant.At("body.number", "收款方 PID 是 2088 开头的 16 位数字", m.Number)
	case !digits(m.App, 16):
		return payment.ErrMerchant.At("body.app", "应用 APPID 是 16 位数字", m.App)
	}
	private, err := privateKey(m.PrivateKey)
	if err != nil {
		return payment.ErrMerchant.At("body.private_key", "不是 RSA 应用私钥，请粘贴密钥工具生成的“应用私钥”全文", nil)
	}
	public, err := publicKey(m.PlatformKey)
	if err != nil {
		return payment.ErrMerchant.At("body.platform_key", "不是 RSA 公钥，请粘贴开放平台上的“支付宝公钥”全文", nil)
	}
	if public.Equal(&private.PublicKey) {
		return payment.ErrMerchant.At("body.platform_key", "这是应用公钥。请填开放平台上的“支付宝公钥”", nil)
	}
	return nil
}

func digits(s string, n int) bool { return len(s) == n && strings.Trim(s, "0123456789") == "" }

// der reads a key as Alipay's tools hand it out: PEM, or only its Base64.
func der(text string) ([]byte, error) {
	if block, _ := pem.Decode([]byte(strings.TrimSpace(text))); block != nil {
		return block.Bytes, nil
	}
	return base64.StdEncoding.DecodeString(strings.Join(strings.Fields(text), ""))
}

func privateKey(text string) (*rsa.PrivateKey, error) {
	b, err := der(text)
	if err != nil {
		return nil, fmt.Errorf("read key: %w", err)
	}
	if k, err := x509.ParsePKCS1PrivateKey(b); err == nil {
		return k, nil
	}
	k, err := x509.ParsePKCS8PrivateKey(b)
	if err != nil {
		return nil, fmt.Errorf("read key: %w", err)
	}
	if r, ok := k.(*rsa.PrivateKey); ok {
		return r, nil
	}
	return nil, errors.New("read key: not RSA")
}

func publicKey(text string) (*rsa.PublicKey, error) {
	b, err := der(text)
	if err != nil {
		return nil, fmt.Errorf("read key: %w", err)
	}
	k, err := x509.ParsePKIXPublicKey(b)
	if err != nil {
		return nil, fmt.Errorf("read key: %w", err)
	}
	if r, ok := k.(*rsa.PublicKey); ok {
		return r, nil
	}
	return nil, errors.New("read key: not RSA")
}

// client is the SDK for one merchant.
func (c *Channel) client(m *payment.Merchant) (*sdk.Client, error) {
	private, err := privateKey(m.PrivateKey)
	if err != nil {
		return nil, err
	}
	public, err := publicKey(m.PlatformKey)
	if err != nil {
		return nil, err
	}
	// The SDK guesses at formats; it gets one.
	own, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		return nil, fmt.Errorf("prepare client: %w", err)
	}
	theirs, err := x509.MarshalPKIXPublicKey(public)
	if err != nil {
		return nil, fmt.Errorf("prepare client: %w", err)
	}
	client, err := sdk.New(m.App, base64.StdEncoding.EncodeToString(own), true, sdk.WithProductionGateway(c.gateway), sdk.WithHTTPClient(c.http),
		sdk.WithTimeLocation(clock.Shanghai()))
	if err == nil {
		err = client.LoadAliPayPublicKey(base64.StdEncoding.EncodeToString(theirs))
	}
	if err != nil {
		return nil, fmt.Errorf("prepare client: %w", err)
	}
	return client, nil
}

// answer is what Alipay said. A refusal without signature comes as an error of
// the SDK, so that nothing that moves money can follow from it.
type answer struct {
	sdk.Error
	signed bool
}

func (a *answer) notThere() bool { return a.signed && a.SubCode == "ACQ.TRADE_NOT_EXIST" }

// refused tells an answer that no repetition would change.
func (a *answer) refused() bool {
	switch a.Code {
	case sdk.CodeInvalidAuthToken, sdk.CodeMissingParam, sdk.CodeInvalidParam, sdk.CodeInsufficientConditions, sdk.CodePermissionDenied:
		return true
	case sdk.CodeBusinessFailed:
		return a.signed && a.SubCode != "ACQ.SYSTEM_ERROR" && a.SubCode != "AQC.SYSTEM_ERROR" && a.SubCode != "ACQ.TRADE_HAS_SUCCESS"
	}
	return false
}

func (a *answer) words() string { return a.SubCode + " " + a.SubMsg }

// said reads the answer to a request; nil means that it was done, an error
// that nobody knows.
func said(e *sdk.Error, err error) (*answer, error) {
	var unsigned *sdk.Error
	switch {
	case errors.As(err, &unsigned) && unsigned != nil:
		return &answer{Error: *unsigned}, nil
	case unsigned != nil, err != nil && errors.Is(err, context.Canceled):
		return nil, err
	case err != nil:
		return nil, fmt.Errorf("ask Alipay: %w", err)
	case e == nil:
		return nil, errors.New("ask Alipay: answered nothing")
	case e.Code.IsSuccess():
		return nil, nil
	}
	return &answer{Error: *e, signed: true}, nil
}
