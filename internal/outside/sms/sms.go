// Package sms carries messages by Aliyun's 短信服务 (dysmsapi 2017-05-25) for the
// socket notify.Carrier: SendSms and QuerySendDetails, signed by
// ACS3-HMAC-SHA256. Only the host decides whom it speaks to.
package sms

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"linli/internal/kit/clock"
	"linli/internal/kit/outbound"
	"linli/internal/notify"
)

// Official is where the service answers.
const Official = "https://dysmsapi.aliyuncs.com"

const patience = 15 * time.Second

// Deps say whom to speak to; an empty Host is Official.
type Deps struct {
	Host  string
	Clock clock.Clock
}

// Carrier is the service.
type Carrier struct {
	host *url.URL
	http *http.Client
	now  clock.Clock
}

// New makes the carrier. Error: a host that is no address.
func New(d Deps) (*Carrier, error) {
	if d.Host == "" {
		d.Host = Official
	}
	host, err := url.Parse(d.Host)
	if err != nil || host.Host == "" || host.Scheme != "https" && host.Scheme != "http" {
		return nil, fmt.Errorf("host of SMS %q is no address", d.Host)
	}
	return &Carrier{host: host, http: outbound.Straight(patience), now: d.Clock}, nil
}

// Key names the carrier.
func (c *Carrier) Key() string { return notify.Aliyun }

// Channel says what it reaches people by.
func (c *Carrier) Channel() string { return notify.SMS }

// Name is the carrier in words.
func (c *Carrier) Name() string { return "阿里云短信" }

// Check refuses an account without keys or signature.
func (c *Carrier) Check(a notify.Account) error {
	switch {
	case len(a.Login) < 8 || len(a.Login) > 64 || strings.ContainsAny(a.Login, " \t"):
		return notify.ErrAccount.At("body.login", "请填阿里云的 AccessKey ID", a.Login)
	case a.Secret == "":
		return notify.ErrAccount.At("body.secret", "请填阿里云的 AccessKey Secret", nil)
	case utf8.RuneCountInString(a.Sender) < 2 || utf8.RuneCountInString(a.Sender) > 12:
		return notify.ErrAccount.At("body.sender", "请填审核通过的短信签名，2–12 个字", a.Sender)
	}
	return nil
}

type answer struct {
	Code    string `json:"Code"`
	Message string `json:"Message"`
	BizID   string `json:"BizId"`
	Details struct {
		List []detail `json:"SmsSendDetailDTO"`
	} `json:"SmsSendDetailDTOs"`
}

type detail struct {
	Status int    `json:"SendStatus"` // 1 waiting, 2 failed, 3 arrived
	Code   string `json:"ErrCode"`
	OutID  string `json:"OutId"`
}

// Send asks for one message by an approved template; the reference is the
// BizId.
func (c *Carrier) Send(ctx context.Context, a notify.Account, l notify.Letter) (string, error) {
	if l.Code == "" {
		return "", &notify.Refusal{Code: "template", Text: "没有填阿里云的短信模板编号", Final: true}
	}
	words, err := json.Marshal(l.Words)
	if err != nil {
		return "", fmt.Errorf("words of SMS: %w", err)
	}
	got, err := c.call(ctx, &a, "SendSms", url.Values{"PhoneNumbers": {l.To}, "SignName": {a.Sender}, "TemplateCode": {l.Code},
		"TemplateParam": {string(words)}, "OutId": {l.ID.String()}})
	if err != nil {
		return "", err
	}
	return got.BizID, nil
}

// Receipt asks QuerySendDetails for the message.
func (c *Carrier) Receipt(ctx context.Context, a notify.Account, l notify.Letter, reference string) (notify.Receipt, error) {
	got, err := c.call(ctx, &a, "QuerySendDetails", url.Values{"PhoneNumber": {l.To}, "BizId": {reference}, "SendDate": {l.Day}, "PageSize": {"10"}, "CurrentPage": {"1"}})
	if err != nil {
		return notify.Receipt{}, err
	}
	for _, d := range got.Details.List {
		if d.OutID != "" && d.OutID != l.ID.String() {
			continue
		}
		switch d.Status {
		case 2:
			return notify.Receipt{Fate: notify.Lost, Code: d.Code, Text: "运营商没有送达（" + d.Code + "）"}, nil
		case 3:
			return notify.Receipt{Fate: notify.Arrived, Code: d.Code}, nil
		}
	}
	return notify.Receipt{Fate: notify.Pending}, nil
}

// call sends one signed request. Errors: *notify.Refusal for an answer that is
// not OK.
func (c *Carrier) call(ctx context.Context, a *notify.Account, action string, params url.Values) (answer, error) {
	var out answer
	u := *c.host
	u.Path, u.RawQuery = "/", canonical(params)
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, u.String(), http.NoBody)
	if err != nil {
		return out, fmt.Errorf("call %s: %w", action, err)
	}
	r.Header.Set("x-acs-action", action)
	r.Header.Set("x-acs-version", "2017-05-25")
	Sign(r, a.Login, a.Secret, c.now.Now())
	res, err := c.http.Do(r)
	if err != nil {
		return out, fmt.Errorf("call %s: %w", action, err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(io.LimitReader(res.Body, 1<<20))
	if err != nil {
		return out, fmt.Errorf("read answer of %s: %w", action, err)
	}
	if err := json.Unmarshal(body, &out); err != nil {
		return out, fmt.Errorf("answer of %s (%d): %w", action, res.StatusCode, err)
	}
	if out.Code == "OK" {
		return out, nil
	}
	if out.Code == "" {
		return out, errors.New("answer of " + action + " without a code")
	}
	return out, &notify.Refusal{Code: out.Code, Text: words(out.Code), Final: !passing(out.Code, res.StatusCode),
		Number: out.Code == "isv.MOBILE_NUMBER_ILLEGAL" || out.Code == "isv.BUSINESS_LIMIT_CONTROL"}
}

// passing are the codes that go away by waiting.
func passing(code string, status int) bool {
	return status >= 500 || slices.Contains([]string{"isv.BUSINESS_LIMIT_CONTROL", "isp.SYSTEM_ERROR", "isp.GATEWAY_ERROR", "Throttling.User", "Throttling", "ServiceUnavailable"}, code)
}

func words(code string) string {
	known := map[string]string{
		"isv.BUSINESS_LIMIT_CONTROL": "对这个号码发得太频繁，运营商限流", "isv.MOBILE_NUMBER_ILLEGAL": "手机号不对", "isv.SMS_SIGNATURE_ILLEGAL": "短信签名没有审核通过",
		"isv.SMS_TEMPLATE_ILLEGAL": "短信模板没有审核通过", "isv.TEMPLATE_MISSING_PARAMETERS": "模板要的占位没有给全", "isv.AMOUNT_NOT_ENOUGH": "短信余额不足",
		"SignatureDoesNotMatch": "AccessKey Secret 不对", "InvalidAccessKeyId.NotFound": "没有这个 AccessKey ID", "isv.OUT_OF_SERVICE": "短信服务停用了",
	}
	if s, ok := known[code]; ok {
		return s + "（" + code + "）"
	}
	return "短信服务商没有受理（" + code + "）"
}
