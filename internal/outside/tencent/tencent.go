// Package tencent carries messages by Tencent Cloud's 短信 (sms 2021-01-11) for
// the socket notify.Carrier: SendSms and PullSmsSendStatusByPhoneNumber, signed
// by TC3-HMAC-SHA256. Only the host decides whom it speaks to.
package tencent

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"linli/internal/kit/clock"
	"linli/internal/kit/outbound"
	"linli/internal/notify"
)

// Official is where the service answers.
const Official = "https://sms.tencentcloudapi.com"

const (
	patience = 15 * time.Second
	version  = "2021-01-11"
	region   = "ap-guangzhou" // of the three that have the service, the first; it matters to nobody
)

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
		return nil, fmt.Errorf("host of Tencent's SMS %q is no address", d.Host)
	}
	return &Carrier{host: host, http: outbound.Straight(patience), now: d.Clock}, nil
}

// Key names the carrier.
func (c *Carrier) Key() string { return notify.Tencent }

// Channel says what it reaches people by.
func (c *Carrier) Channel() string { return notify.SMS }

// Name is the carrier in words.
func (c *Carrier) Name() string { return "腾讯云短信" }

// Check refuses an account without keys, application or signature.
func (c *Carrier) Check(a notify.Account) error {
	switch {
	case !regexp.MustCompile(`^\d{5,16}$`).MatchString(a.App):
		return notify.ErrAccount.At("body.app", "请填短信应用的 SDK AppID，一串数字", a.App)
	case len(a.Login) < 8 || len(a.Login) > 64 || strings.ContainsAny(a.Login, " \t"):
		return notify.ErrAccount.At("body.login", "请填腾讯云的 SecretId", a.Login)
	case a.Secret == "":
		return notify.ErrAccount.At("body.secret", "请填腾讯云的 SecretKey", nil)
	case utf8.RuneCountInString(a.Sender) < 2 || utf8.RuneCountInString(a.Sender) > 12:
		return notify.ErrAccount.At("body.sender", "请填审核通过的短信签名，2–12 个字", a.Sender)
	}
	return nil
}

type sending struct {
	Numbers   []string `json:"PhoneNumberSet"`
	App       string   `json:"SmsSdkAppId"`
	Signature string   `json:"SignName"`
	Template  string   `json:"TemplateId"`
	Words     []string `json:"TemplateParamSet"`
	Session   string   `json:"SessionContext"`
}

type pulling struct {
	Begin  int64  `json:"BeginTime"`
	Offset int    `json:"Offset"` // always 0
	Limit  int    `json:"Limit"`
	Number string `json:"PhoneNumber"`
	App    string `json:"SmsSdkAppId"`
}

type answer struct {
	Error *struct {
		Code string `json:"Code"`
	} `json:"Error"`
	Sent []struct {
		Serial string `json:"SerialNo"`
		Number string `json:"PhoneNumber"`
		Code   string `json:"Code"` // Ok, or why this number is refused
	} `json:"SendStatusSet"`
	Reports []struct {
		Serial string `json:"SerialNo"`
		Status string `json:"ReportStatus"` // SUCCESS, FAIL
		Text   string `json:"Description"`  // DELIVRD, or the operator's code
	} `json:"PullSmsSendStatusSet"`
}

// abroad writes a number as E.164; one without a country is of the mainland.
func abroad(number string) string {
	if strings.HasPrefix(number, "+") {
		return number
	}
	return "+86" + number
}

// Send asks for one message by an approved template, its words in their order;
// the reference is the SerialNo. The whole answer may be fine and the number
// refused all the same.
func (c *Carrier) Send(ctx context.Context, a notify.Account, l notify.Letter) (string, error) {
	if l.Code == "" {
		return "", &notify.Refusal{Code: "template", Text: "没有填腾讯云的短信模板 ID", Final: true}
	}
	got, err := c.call(ctx, &a, "SendSms", sending{Numbers: []string{abroad(l.To)}, App: a.App, Signature: a.Sender, Template: l.Code, Words: l.Row, Session: l.ID.String()})
	if err != nil {
		return "", err
	}
	if len(got.Sent) != 1 {
		return "", fmt.Errorf("answer of SendSms speaks of %d numbers", len(got.Sent))
	}
	if s := got.Sent[0]; s.Code != "Ok" {
		return "", refusal(s.Code)
	}
	return got.Sent[0].Serial, nil
}

// Receipt asks for the reports about the number since the day of the message.
func (c *Carrier) Receipt(ctx context.Context, a notify.Account, l notify.Letter, reference string) (notify.Receipt, error) {
	day, err := time.ParseInLocation("20060102", l.Day, clock.Shanghai())
	if err != nil {
		return notify.Receipt{}, fmt.Errorf("day of message: %w", err)
	}
	got, err := c.call(ctx, &a, "PullSmsSendStatusByPhoneNumber", pulling{Begin: day.Unix(), Limit: 100, Number: abroad(l.To), App: a.App})
	if err != nil {
		return notify.Receipt{}, err
	}
	for _, r := range got.Reports {
		switch {
		case r.Serial != reference:
		case r.Status == "SUCCESS":
			return notify.Receipt{Fate: notify.Arrived, Code: r.Text}, nil
		case r.Status == "FAIL":
			return notify.Receipt{Fate: notify.Lost, Code: r.Text, Text: "运营商没有送达（" + r.Text + "）"}, nil
		}
	}
	return notify.Receipt{Fate: notify.Pending}, nil
}

// call sends one signed request. Errors: *notify.Refusal for an answer that is
// an error.
func (c *Carrier) call(ctx context.Context, a *notify.Account, action string, in any) (answer, error) {
	var out struct {
		Response *answer `json:"Response"`
	}
	body, err := json.Marshal(in)
	if err != nil {
		return answer{}, fmt.Errorf("write %s: %w", action, err)
	}
	u := *c.host
	u.Path = "/"
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, u.String(), bytes.NewReader(body))
	if err != nil {
		return answer{}, fmt.Errorf("call %s: %w", action, err)
	}
	r.Header.Set("Content-Type", "application/json; charset=utf-8")
	r.Header.Set("X-TC-Action", action)
	r.Header.Set("X-TC-Version", version)
	r.Header.Set("X-TC-Region", region)
	Sign(r, body, "sms", a.Login, a.Secret, c.now.Now())
	res, err := c.http.Do(r)
	if err != nil {
		return answer{}, fmt.Errorf("call %s: %w", action, err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(io.LimitReader(res.Body, 1<<20))
	if err != nil {
		return answer{}, fmt.Errorf("read answer of %s: %w", action, err)
	}
	if err := json.Unmarshal(text, &out); err != nil {
		return answer{}, fmt.Errorf("answer of %s (%d): %w", action, res.StatusCode, err)
	}
	if out.Response == nil {
		return answer{}, fmt.Errorf("answer of %s (%d) without a Response", action, res.StatusCode)
	}
	if out.Response.Error != nil {
		return answer{}, refusal(out.Response.Error.Code)
	}
	return *out.Response, nil
}

// refusal is the code of a whole answer or of one number.
func refusal(code string) *notify.Refusal {
	return &notify.Refusal{Code: code, Text: words(code), Final: !passing(code), Number: ofNumber(code)}
}

// passing are the codes that go away by waiting.
func passing(code string) bool {
	return strings.HasPrefix(code, "InternalError") || strings.HasPrefix(code, "RequestLimitExceeded") ||
		slices.Contains([]string{"LimitExceeded.PhoneNumberThirtySecondLimit", "LimitExceeded.PhoneNumberOneHourLimit", "LimitExceeded.DeliveryFrequencyLimit",
			"ResourceUnavailable", "ServiceUnavailable"}, code)
}

// ofNumber are the codes that speak of the number, not of the account: its
// owner wants no messages, or has had enough of them.
func ofNumber(code string) bool {
	return strings.HasPrefix(code, "LimitExceeded.PhoneNumber") ||
		slices.Contains([]string{"InvalidParameterValue.IncorrectPhoneNumber", "FailedOperation.PhoneNumberInBlacklist"}, code)
}

func words(code string) string {
	known := map[string]string{
		"InvalidParameterValue.IncorrectPhoneNumber":               "手机号不对",
		"FailedOperation.PhoneNumberInBlacklist":                   "住户已退订，或号码在运营商的黑名单里",
		"FailedOperation.SignatureIncorrectOrUnapproved":           "短信签名没有审核通过",
		"FailedOperation.TemplateIncorrectOrUnapproved":            "短信模板没有审核通过，或内容对不上",
		"FailedOperation.TemplateUnapprovedOrNotExist":             "短信模板不存在或没有审核通过",
		"FailedOperation.TemplateParamSetNotMatchApprovedTemplate": "占位的个数和审核通过的模板不一样",
		"FailedOperation.InsufficientBalanceInSmsPackage":          "短信套餐包用完了",
		"FailedOperation.ContainSensitiveWord":                     "短信里有敏感词",
		"InvalidParameterValue.TemplateParameterLengthLimit":       "占位的字数超过限制，企业认证后不限",
		"LimitExceeded.PhoneNumberThirtySecondLimit":               "对这个号码发得太频繁，稍后再发",
		"LimitExceeded.PhoneNumberOneHourLimit":                    "这个号码一小时内的条数到了上限",
		"LimitExceeded.PhoneNumberDailyLimit":                      "这个号码今天的条数到了上限",
		"LimitExceeded.PhoneNumberSameContentDailyLimit":           "这个号码今天收过相同的短信，到了上限",
		"LimitExceeded.AppDailyLimit":                              "短信应用今天的条数到了上限",
		"UnauthorizedOperation.SmsSdkAppIdVerifyFail":              "SDK AppID 不属于这个账号",
		"UnauthorizedOperation.SdkAppIdIsDisabled":                 "短信应用停用了",
		"UnauthorizedOperation.SerivceSuspendDueToArrears":         "短信服务欠费停用了",
		"AuthFailure.SecretIdNotFound":                             "没有这个 SecretId",
		"AuthFailure.SignatureFailure":                             "SecretKey 不对",
		"AuthFailure.SignatureExpire":                              "服务器的时间不准，请校时",
	}
	if s, ok := known[code]; ok {
		return s + "（" + code + "）"
	}
	return "腾讯云短信没有受理（" + code + "）"
}
